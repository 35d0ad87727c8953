"""``vbs-tui help``: pages, the help of commands, topics that are not there; a pipe, a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

import pytest

from vbs_tui import manual
from vbs_tui.cli import main


def test_without_a_topic_the_topics_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    told = capsys.readouterr().out
    for topic in manual.topics():
        assert f"[{topic}]" in told


@pytest.mark.parametrize("asked", [["log-in"], ["log", "in"], ["Log-In"], ["log-in.md"]])
def test_a_pipe_gets_the_page_as_it_is(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", *asked]) == 0
    assert capsys.readouterr().out == manual.page("log-in")


def test_a_command_without_a_page_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "restore"]) == 0
    assert capsys.readouterr().out.startswith("usage: vbs-tui restore ")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("setings", "did you mean settings?"),
        ("proxies", "mentioned in: network"),
        ("\x1b]0;x\x07", "There is no topic"),
        ("(", "vbs-tui help lists the topics"),
    ],
)
def test_a_topic_that_is_not_there_ends_with_1_and_leads_on(
    asked: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", asked]) == 1
    caught = capsys.readouterr()
    assert caught.out == ""
    assert words in caught.err
    assert "\x1b" not in caught.err


def on_a_terminal(*arguments: str, columns: int, **env: str) -> str:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    child = subprocess.Popen(
        [sys.executable, "-m", "vbs_tui", *arguments],
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    told = b""
    while True:
        try:
            found = os.read(master, 65536)
        except OSError:
            break
        if not found:
            break
        told += found
    os.close(master)
    assert child.wait(60) == 0
    return told.decode()


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_gets_it_rendered_at_its_width(columns: int) -> None:
    told = on_a_terminal("help", "states", columns=columns)
    lines = told.splitlines()
    assert max(len(line) for line in lines) <= min(columns, 96)
    assert "\x1b" not in told
    assert "`" not in told
    assert "](" not in told
    assert "States and exit statuses" in told


def test_a_terminal_without_utf8_gets_it_too() -> None:
    told = on_a_terminal("help", "settings", columns=80, PYTHONIOENCODING="ascii:strict")
    assert told.isascii()
    assert "\\u" not in told
