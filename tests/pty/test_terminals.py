"""The terminal that the program finds: its size, its colours, and switches it does not heed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, Start
from tests.pty.terminal import Terminal

DEMO = (*CONSOLE, "--demo")
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
DEEP = re.compile(rb"[34]8;2;\d+;\d+;\d+")


def ended_log(terminal: Terminal) -> bytes:
    terminal.wait_for_text("eu-de_prod")
    terminal.send("q")
    assert terminal.ended() == 0
    return terminal.rest()


def test_the_size_is_the_terminals_own_and_follows_it(start: Start) -> None:
    env = {"COLUMNS": "120", "LINES": "40"}
    with start(*DEMO, env=env, columns=80, lines=24) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.wait_until(lambda: "q quit" in terminal.screen.display[-1], "the foot")
        terminal.resize(100, 32)
        terminal.wait_until(lambda: "q quit" in terminal.screen.display[-1], "the foot, lower")
        assert "┐" in terminal.screen.display[1][-2:]
        terminal.send("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize(
    ("env", "has_colour", "is_deep"),
    [
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, True, True),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, True, False),
    ],
)
def test_as_many_colours_are_drawn_as_doctor_tells(
    start: Start, env: dict[str, str], has_colour: bool, is_deep: bool
) -> None:
    with start(*DEMO, env=env) as terminal:
        drawn = ended_log(terminal)
    assert bool(COLOUR.search(drawn)) is has_colour
    assert bool(DEEP.search(drawn)) is is_deep


def test_switches_of_the_library_press_and_write_nothing(start: Start, tmp_path: Path) -> None:
    log, pictures = tmp_path / "log", tmp_path / "pictures"
    env = {
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_LOG": str(log),
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(pictures),
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL": "debug,devtools",
    }
    with start(*DEMO, env=env) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send("?")
        terminal.wait_for_text("Everywhere")
        terminal.send("q")
        terminal.wait_without("Everywhere")
        terminal.send("q")
        assert terminal.ended() == 0
    assert not log.exists()
    assert not pictures.exists()
    assert not Path("keys.log").exists()
