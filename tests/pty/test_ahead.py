"""Keys that were typed before there was anything to read confirm nothing."""

from __future__ import annotations

import threading

import pytest

from tests.pty.conftest import Operator, asked_for, open_project
from tests.pty.terminal import DOWN, ENTER, ESCAPE, Terminal
from vbs_tui.simulator import Simulator

EXAMINED = r"GET .*/(backups|volumes)/[0-9a-f-]{36}\Z"


def chosen(terminal: Terminal) -> str:
    """Choose the newest backup; what its restore will have to be confirmed with."""
    open_project(terminal)
    terminal.send(ENTER)
    terminal.wait_for_text("targets for nightly-db", "› √ db-data-01")
    terminal.send("r")
    word = asked_for(terminal)
    terminal.send(ESCAPE)
    terminal.wait_without("Esc leaves without sending")
    return word


@pytest.mark.parametrize("answers", [False, True], ids=["mute", "answering"])
def test_one_burst_sends_nothing_and_leaves_nothing_in_the_field(
    operator: Operator, simulator: Simulator, answers: bool
) -> None:
    with operator.console(answers=answers) as terminal:
        word = chosen(terminal)
        terminal.send(b"3r" + DOWN * 10 + word.encode() + ENTER)
        assert asked_for(terminal) == word
        assert f"│  {word} " not in terminal.shown
        assert simulator.ledger.restore_posts() == []
        terminal.send(word)
        terminal.wait_until(lambda: f"│  {word} " in terminal.shown, "the text, typed")
        terminal.send(ENTER)
        terminal.wait_for_text("succeeded")
        assert len(simulator.ledger.restore_posts()) == 1


def test_while_it_reads_the_field_says_that_it_is_not_ready(
    operator: Operator, simulator: Simulator
) -> None:
    with operator.console() as terminal:
        word = chosen(terminal)
        with simulator.hold(EXAMINED) as gate:
            terminal.send("r")
            assert gate.wait_reached()
            terminal.wait_for_text("not ready: still reading", "Reading backup and disk again")
            terminal.send(word, ENTER)
            gate.release()
        assert asked_for(terminal) == word
        assert f"│  {word} " not in terminal.shown
        assert simulator.ledger.restore_posts() == []


def test_over_a_stalled_line_a_pause_alone_makes_nothing_readable(
    operator: Operator, simulator: Simulator
) -> None:
    """The dialog is written, but the terminal has not shown it when the keys are pressed."""
    with operator.console(answers=True) as terminal:
        word = chosen(terminal)
        before = len(simulator.ledger.requests)
        terminal.pause()
        terminal.send("r")
        assert simulator.ledger.wait_for(lambda ledger: len(ledger.requests) >= before + 2)
        # Nothing tells that a pause has passed: it is about the time without any key.
        threading.Event().wait(1.5)
        terminal.send(word, ENTER)
        threading.Event().wait(0.5)
        terminal.resume()
        assert asked_for(terminal) == word
        assert f"│  {word} " not in terminal.shown
        assert simulator.ledger.restore_posts() == []


def test_leaving_while_a_request_is_out_is_not_confirmed_ahead(
    operator: Operator, simulator: Simulator
) -> None:
    post = r"POST .*/restore\Z"
    with simulator.hold(post, before=False) as gate, operator.named() as terminal:
        terminal.send(ENTER)
        assert gate.wait_reached()
        terminal.wait_without("Restore: ")
        terminal.send("qy")
        terminal.wait_for_text("Leave now?", "keys are not taken yet")
        terminal.wait_for_text("y leave · n stay")
        terminal.send("n")
        terminal.wait_without("Leave now?")
        gate.release()
        terminal.wait_for_text("succeeded")


def test_keys_from_before_the_far_end_has_shown_the_dialog_are_dropped(
    operator: Operator, simulator: Simulator
) -> None:
    """All bytes have left, and are still under way to the terminal when the keys are pressed."""
    with operator.console(answers=True) as terminal:
        word = chosen(terminal)
        under_way: list[str] = []
        terminal.screen.answer = under_way.append
        terminal.send("r")
        terminal.wait_for_text(f" to restore: {word}", "not ready: pause a second")
        terminal.wait_until(lambda: under_way, "the question to the terminal")
        # As above: nothing tells that a pause has passed.
        threading.Event().wait(1.5)
        assert "not ready: pause a second" in terminal.shown
        terminal.send(word, ENTER)
        terminal.screen.answer = terminal.send
        terminal.send(*under_way)
        assert asked_for(terminal) == word
        assert f"│  {word} " not in terminal.shown
        assert simulator.ledger.restore_posts() == []
