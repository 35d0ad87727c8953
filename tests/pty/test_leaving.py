"""Shutdown for every reason: the exit status, the terminal as it was, and the journal."""

from __future__ import annotations

import signal
import threading

import pytest

from tests.pty.conftest import CONSOLE, Operator, Start, open_project
from tests.pty.terminal import ENTER, ESCAPE, Terminal
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.faults.gates import Gate

POST_RESTORE = r"POST .*/restore\Z"
MOST = 10.0
"""Seconds from a signal to the end. The program's own limit is 2.7; the rest is for a machine that
has other things to do."""
REASONS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]


def is_as_before(terminal: Terminal) -> bool:
    """Whether the shell has its terminal back: modes, main screen, cursor, no reports."""
    rest = terminal.rest()
    for mode in (b"1049", b"1000", b"1003", b"1004", b"1006", b"2004"):
        is_on, is_off = rest.rfind(b"\x1b[?%bh" % mode), rest.rfind(b"\x1b[?%bl" % mode)
        assert is_off > is_on or is_on < 0, mode
    assert rest.rfind(b"\x1b[?25h") > rest.rfind(b"\x1b[?25l")
    assert rest.rfind(b"\x1b[<u") > rest.rfind(b"\x1b[>25u")
    assert terminal.is_blocking
    return terminal.modes() == terminal.before


def fill(terminal: Terminal) -> None:
    """Stop reading and let the program draw, until it waits for room on the line."""
    terminal.pause()
    terminal.fill(b"z")


def answer_later(gate: Gate) -> None:
    """Let the cloud answer while the program, already told to end, still waits for it."""
    threading.Timer(0.3, gate.release).start()


def test_q_leaves_with_0(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        terminal.wait_for_text("eu-de_prod")
        assert terminal.modes() != terminal.before
        terminal.send("q")
        assert terminal.ended() == 0
        assert is_as_before(terminal)


@pytest.mark.parametrize(("number", "status"), REASONS)
def test_a_signal_ends_in_order(start: Start, number: signal.Signals, status: int) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.signal(number)
        assert terminal.ended(MOST) == status
        assert is_as_before(terminal)


def test_many_signals_at_once_end_in_order_too(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        for _ in range(50):
            terminal.signal(signal.SIGTERM)
        assert terminal.ended(MOST) == 143
        assert is_as_before(terminal)


@pytest.mark.parametrize(("number", "status"), REASONS[:2])
def test_a_signal_ends_a_stalled_terminal_too(
    start: Start, number: signal.Signals, status: int
) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        fill(terminal)
        terminal.signal(number)
        assert terminal.ended(MOST) == status
        terminal.resume()
        assert is_as_before(terminal)


@pytest.mark.parametrize("forward", [True, False], ids=["told", "untold"])
def test_a_lost_terminal_ends_the_program(start: Start, forward: bool) -> None:
    with start(*CONSOLE, "--demo", forward_hang_up=forward) as terminal:
        open_project(terminal)
        terminal.close_master()
        assert terminal.ended(MOST) == 129


def test_a_stalled_terminal_that_is_lost_ends_the_program(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        fill(terminal)
        terminal.close_master()
        assert terminal.ended(MOST) == 129


def test_a_request_without_answer_is_on_record_as_unknown(
    operator: Operator, simulator: Simulator
) -> None:
    with simulator.hold(POST_RESTORE, before=False) as gate, operator.named() as terminal:
        terminal.send(ENTER)
        assert gate.wait_reached()
        terminal.signal(signal.SIGTERM)
        assert terminal.ended(MOST) == 143
        assert operator.states() == [("unknown", "")]
        assert is_as_before(terminal)
    assert len(simulator.ledger.restores) == 1


def test_an_answer_within_the_grace_is_on_record_with_its_job(
    operator: Operator, simulator: Simulator
) -> None:
    simulator.speed = 0.1
    with simulator.hold(POST_RESTORE, before=False) as gate, operator.named() as terminal:
        terminal.send(ENTER)
        assert gate.wait_reached()
        terminal.signal(signal.SIGTERM)
        answer_later(gate)
        assert terminal.ended(MOST) == 143
        [restore] = simulator.ledger.restores
        [(state, job)] = operator.states()
        assert state in ("accepted", "running")
        assert job == restore.job_id


def test_a_request_under_way_survives_the_loss_of_the_terminal(
    operator: Operator, simulator: Simulator
) -> None:
    simulator.speed = 0.1
    with simulator.hold(POST_RESTORE, before=False) as gate, operator.named() as terminal:
        terminal.send(ENTER)
        assert gate.wait_reached()
        terminal.close_master()
        answer_later(gate)
        assert terminal.ended(MOST) == 129
        [(_, job)] = operator.states()
        assert job == simulator.ledger.restores[0].job_id


def test_a_terminal_that_does_not_block_is_waited_for_too(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        with terminal.without_blocking():  # as another program may leave it
            fill(terminal)
            terminal.resume()
            terminal.send(ESCAPE)
            terminal.wait_for_text("1 Projects", "nightly-db", "5 Error")
            terminal.send("?")
            terminal.wait_for_text("What to do next")
            terminal.send(ESCAPE)
            terminal.wait_without("What to do next")
            terminal.send("q")
            assert terminal.ended() == 0
        assert is_as_before(terminal)


def test_a_watching_command_ends_with_the_hang_up_of_its_terminal(
    operator: Operator, simulator: Simulator, start: Start
) -> None:
    simulator.speed = 1.0
    restore = ("restore", "--backup", "demo-succeeds", "--volume", "rehearsal-01")
    command = (*restore, "--confirm", "rehearsal-01", "--project", "eu-de_prod", "--wait")
    with operator.console(*command) as terminal:
        terminal.wait_for_text("accepted as job")
        terminal.close_master()
        assert terminal.ended() == 129


def test_doctor_gives_the_echo_back_when_it_is_ended(start: Start, simulator: Simulator) -> None:
    env = {
        "OS_AUTH_URL": simulator.auth_url,
        "OS_USERNAME": simulator.username,
        "OS_USER_DOMAIN_NAME": simulator.domain,
        "OS_PROJECT_NAME": "eu-de_prod",
    }
    with start(*CONSOLE, "doctor", env=env) as terminal:
        terminal.wait_for_text("Password")
        terminal.wait_until(lambda: not terminal.echoes(), "no echo")
        terminal.signal(signal.SIGTERM)
        assert terminal.ended() == 143
        assert terminal.echoes()
        assert b"interrupted" in terminal.rest()
