"""The check of the terminal: size, colours, UTF-8, clipboard."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from vbs_tui.doctor.finding import Finding, Health
from vbs_tui.doctor.terminal import Size, ask_tmux_for_clipboard, terminal_findings


def looked(
    env: dict[str, str],
    *,
    size: Size | None = (120, 40),
    encoding: str = "UTF-8",
    tmux: str = "on",
) -> dict[str, Finding]:
    found = terminal_findings(env, size, encoding, lambda: tmux)
    return {one.step: one for one in found}


def test_a_good_terminal() -> None:
    found = looked({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    assert {one.health for one in found.values()} == {Health.OK}
    assert "16.7 million" in found["colours"].seen
    assert "120×40" in found["terminal"].seen


def test_no_terminal_is_no_fault() -> None:
    (one,) = looked({}, size=None).values()
    assert one.health is Health.OK


@pytest.mark.parametrize("size", [(59, 40), (120, 15), (0, 0)])
def test_a_terminal_that_is_too_small(size: Size) -> None:
    one = looked({"TERM": "xterm"}, size=size)["terminal"]
    assert one.health is Health.WARNING
    assert one.do


@pytest.mark.parametrize(
    ("env", "seen", "health"),
    [
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "NO_COLOR", Health.OK),
        ({"TERM": "xterm-256color"}, "256", Health.OK),
        ({"TERM": "xterm"}, "16", Health.OK),
        ({"TERM": "dumb"}, "TERM=dumb", Health.WARNING),
        ({}, "(not set)", Health.WARNING),
    ],
)
def test_colours(env: dict[str, str], seen: str, health: Health) -> None:
    one = looked(env)["colours"]
    assert seen in one.seen
    assert one.health is health
    assert bool(one.do) is (health is Health.WARNING)


@pytest.mark.parametrize(
    ("encoding", "health"), [("utf8", Health.OK), ("ANSI_X3.4-1968", Health.WARNING)]
)
def test_signs(encoding: str, health: Health) -> None:
    assert looked({"TERM": "xterm"}, encoding=encoding)["signs"].health is health


TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}


@pytest.mark.parametrize(
    ("env", "tmux", "health", "words"),
    [
        (TMUX, "on", Health.OK, "set-clipboard on"),
        (TMUX, "external", Health.WARNING, "tmux set-option -s set-clipboard on"),
        (TMUX, "off", Health.WARNING, "tmux set-option -s set-clipboard on"),
        (TMUX, "", Health.WARNING, "unknown"),
        ({"TERM": "screen", "STY": "1.tty"}, "", Health.WARNING, "GNU screen"),
        ({"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"}, "", Health.WARNING, "Apple"),
        ({"TERM": "xterm", "VTE_VERSION": "7600"}, "", Health.WARNING, "VTE"),
        ({"TERM": "xterm-kitty"}, "", Health.OK, "expected to work"),
    ],
)
def test_clipboards(env: dict[str, str], tmux: str, health: Health, words: str) -> None:
    one = looked(env, tmux=tmux)["clipboard"]
    assert one.health is health
    assert words in f"{one.seen} {one.do}"


@pytest.mark.parametrize(
    ("script", "told"),
    [("echo external", "external"), ("exit 1", ""), ("printf 'on\\033[31m'", "on\\x1b[31m")],
)
def test_tmux_is_asked(
    script: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "tmux"
    fake.write_text(f'#!/bin/sh\n[ "$*" = "show-options -sv set-clipboard" ] || exit 3\n{script}\n')
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert ask_tmux_for_clipboard() == told


def test_no_tmux_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask_tmux_for_clipboard() == ""
