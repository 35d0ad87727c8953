"""The terminal: size, colours, UTF-8, clipboard, as far as the environment shows."""

from __future__ import annotations

import contextlib
import locale
import os
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping

from vbs_tui.doctor.finding import Finding, ok, warning
from vbs_tui.text import clean
from vbs_tui.ui.terminal.colours import Colours, colours_of, wants_no_colour

Size = tuple[int, int]
"""Columns and lines."""

_BY_HAND = "What is copied is also shown: select it there with the mouse."


@contextlib.contextmanager
def terminal_as_it_was() -> Iterator[None]:
    """Restore the terminal's settings at the end: an interrupted prompt leaves its echo off."""
    try:
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    except (OSError, ValueError, termios.error):
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def check_terminal() -> list[Finding]:
    """Findings about the terminal of this process."""
    return terminal_findings(
        os.environ, _size(), locale.getpreferredencoding(False), ask_tmux_for_clipboard
    )


def terminal_findings(
    env: Mapping[str, str], size: Size | None, encoding: str, ask_tmux: Callable[[], str]
) -> list[Finding]:
    """Findings about a terminal. *size* is ``None`` without one.

    *ask_tmux* returns tmux's ``set-clipboard``; empty when that is unknown.
    """
    if size is None:
        return [ok("terminal", "none here: input and output go to files or pipes")]
    return [
        _size_finding(size, env.get("TERM", "")),
        _colours(env),
        _signs(encoding),
        _clipboard(env, ask_tmux),
    ]


def ask_tmux_for_clipboard() -> str:
    """tmux's ``set-clipboard``: ``on``, ``external``, ``off``; empty when that is unknown."""
    try:
        shown = subprocess.run(
            ["tmux", "show-options", "-sv", "set-clipboard"],
            capture_output=True,
            timeout=2,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return clean(shown.stdout, 40).strip()


def _size() -> Size | None:
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        try:
            if stream is not None and stream.isatty():
                columns, lines = os.get_terminal_size(stream.fileno())
                return columns, lines
        except (OSError, ValueError):
            continue
    return None


def _size_finding(size: Size, term: str) -> Finding:
    columns, lines = size
    if not columns or not lines:
        return warning(
            "terminal", "its size is unknown", "Set it, for example: stty columns 120 rows 40"
        )
    seen = f"{columns}×{lines}, {clean(term, 40) or 'TERM is not set'}"
    if columns < 60 or lines < 16:
        return warning("terminal", seen, "Make it larger: at least 60×16.")
    return ok("terminal", seen)


def _colours(env: Mapping[str, str]) -> Finding:
    """By the same rules as the screen."""
    found = colours_of(env)
    if found is Colours.NONE:
        term = clean(env.get("TERM", "").strip().lower(), 40)
        do = "Set TERM to what the terminal is, mostly xterm-256color."
        return warning("colours", f"none are known for TERM={term or '(not set)'}", do)
    if wants_no_colour(env):
        return ok("colours", "shades of grey only, as NO_COLOR asks")
    if found is Colours.FEW:
        return ok("colours", "16 (COLORTERM=truecolor where the terminal has more)")
    return ok("colours", found.value)


def _signs(encoding: str) -> Finding:
    if encoding.lower().replace("-", "") == "utf8":
        return ok("signs", "UTF-8")
    do = "Set a UTF-8 locale (LANG=C.UTF-8), or frames and signs will look odd."
    return warning("signs", f"{clean(encoding, 40)}, not UTF-8", do)


def _clipboard(env: Mapping[str, str], ask_tmux: Callable[[], str]) -> Finding:
    """Whether copying by OSC 52 should reach the clipboard. A terminal cannot be asked."""
    if env.get("TMUX"):
        told = ask_tmux()
        if told == "on":
            return ok(
                "clipboard",
                "OSC 52 through tmux (set-clipboard on), if the terminal around it accepts it",
            )
        seen = f"tmux does not pass OSC 52 on (set-clipboard {told or 'unknown'})"
        return warning("clipboard", seen, "tmux set-option -s set-clipboard on")
    if env.get("STY") or env.get("TERM", "").startswith("screen"):
        return warning("clipboard", "GNU screen does not pass OSC 52 on", _BY_HAND)
    if env.get("TERM_PROGRAM") == "Apple_Terminal":
        return warning("clipboard", "Apple's Terminal does not accept OSC 52", _BY_HAND)
    if env.get("VTE_VERSION"):
        seen = "terminals built on VTE (GNOME Terminal and its like) mostly do not accept OSC 52"
        return warning("clipboard", seen, _BY_HAND)
    return ok("clipboard", "OSC 52, expected to work; in some terminals it has to be allowed first")
