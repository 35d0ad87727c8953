"""Halted by whatever can halt a program, and gone on: the terminal, the keys, and the words."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, Operator, Start, open_project
from tests.pty.terminal import ENTER, ESCAPE, Terminal
from tests.pty.test_leaving import is_as_before
from vbs_tui.simulator import Simulator

CTRL_Z = b"\x1a"
POST_RESTORE = r"POST .*/restore\Z"
ALL = ("vbs-tui", "1 Projects", "nightly-db", "app-data-01", "5 Error")


def ends(terminal: Terminal) -> None:
    """The keys still have one reader that ends, and the terminal is as it was."""
    terminal.send("q")
    assert terminal.ended() == 0
    assert is_as_before(terminal)


@pytest.mark.parametrize("by", ["key", "signal"])
def test_a_halt_gives_the_terminal_back_and_fg_draws_anew(start: Start, by: str) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        for _ in range(2):
            terminal.send(CTRL_Z) if by == "key" else terminal.signal(signal.SIGTSTP)
            terminal.stopped()
            assert terminal.modes() == terminal.before
            terminal.clear()
            terminal.fg()
            terminal.wait_for_text(*ALL)
        ends(terminal)


def test_bg_stays_halted_until_fg(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        terminal.send(CTRL_Z)
        terminal.stopped()
        terminal.clear()
        terminal.bg()
        terminal.stopped()
        assert terminal.modes() == terminal.before
        assert "1 Projects" not in terminal.shown
        terminal.fg()
        terminal.wait_for_text(*ALL)
        ends(terminal)


def test_what_was_halted_hard_takes_its_terminal_back(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        modes = terminal.modes()
        terminal.signal(signal.SIGSTOP)
        terminal.stopped()
        terminal.restore_modes()
        terminal.clear()
        terminal.fg()
        terminal.wait_for_text(*ALL)
        assert terminal.modes() == modes
        ends(terminal)


def test_a_continue_without_a_halt_does_no_harm(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        for _ in range(3):
            terminal.clear()
            terminal.signal(signal.SIGCONT)
            terminal.wait_for_text(*ALL)
        terminal.send("?")
        terminal.wait_for_text("What to do next")
        terminal.send(ESCAPE)
        terminal.wait_for_text(*ALL)
        ends(terminal)


def test_a_continue_behind_the_signal_that_ends_it_does_no_harm(start: Start) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        terminal.signal(signal.SIGTERM)
        terminal.signal(signal.SIGCONT)
        assert terminal.ended() == 143
        assert is_as_before(terminal)


def test_a_signal_while_a_frame_is_handed_over_halts_too(start: Start, tmp_path: Path) -> None:
    with start("-m", "tests.pty.crashing", str(tmp_path)) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send(b"\x1b[21~")
        terminal.stopped()
        assert terminal.modes() == terminal.before
        terminal.fg()
        terminal.wait_for_text("1 Projects", "5 Error")
        ends(terminal)


def test_without_a_shell_there_is_no_halt(start: Start) -> None:
    with start(*CONSOLE, "--demo", job_control=False) as terminal:
        open_project(terminal)
        terminal.send(CTRL_Z)
        terminal.wait_for_text("No shell waits here")
        terminal.signal(signal.SIGTSTP)
        ends(terminal)


def test_a_halt_says_what_goes_on_but_not_while_a_restore_is_sent(
    operator: Operator, simulator: Simulator
) -> None:
    simulator.speed = 0.1
    with simulator.hold(POST_RESTORE, before=False) as gate, operator.named() as terminal:
        terminal.send(ENTER)
        assert gate.wait_reached()
        terminal.send(CTRL_Z)
        terminal.wait_for_text("A restore is being sent")
        gate.release()
        terminal.wait_for_text("accepted")
        terminal.send(CTRL_Z)
        terminal.stopped()
        terminal.wait_for_text(
            "vbs-tui is suspended: 1 restore goes on, unwatched.", "fg brings it back"
        )
        terminal.fg()
        terminal.wait_for_text("4 Jobs", "db-data-01")
        terminal.send("q")
        assert terminal.ended() == 0
    assert len(simulator.ledger.restores) == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_what_is_halted_can_be_ended(start: Start, number: signal.Signals, status: int) -> None:
    with start(*CONSOLE, "--demo") as terminal:
        open_project(terminal)
        terminal.send(CTRL_Z)
        terminal.stopped()
        terminal.signal(number)
        terminal.signal(signal.SIGCONT)  # as a shell does that ends a halted job
        assert terminal.ended() == status
        assert terminal.modes() == terminal.before
        assert is_as_before(terminal)


@pytest.mark.parametrize(
    "command", [("restore", "--backup", "b", "--volume", "v", "--dry-run"), ("doctor",)]
)
def test_a_password_stays_unseen_after_a_halt(
    start: Start, simulator: Simulator, command: tuple[str, ...]
) -> None:
    env = {
        "OS_AUTH_URL": simulator.auth_url,
        "OS_USERNAME": simulator.username,
        "OS_USER_DOMAIN_NAME": simulator.domain,
        "OS_PROJECT_NAME": "eu-de_prod",
    }
    with start(*CONSOLE, *command, env=env) as terminal:
        terminal.wait_for_text("Password")
        terminal.wait_until(lambda: not terminal.echoes(), "no echo")
        terminal.send(CTRL_Z)
        terminal.stopped()
        terminal.restore_modes()  # as bash does
        assert terminal.echoes()
        terminal.clear()
        terminal.fg()
        terminal.wait_for_text("Password")
        assert not terminal.echoes()
        terminal.send("s3cr3t-password", ENTER)
        terminal.ended()
        assert b"s3cr3t-password" not in terminal.rest()
