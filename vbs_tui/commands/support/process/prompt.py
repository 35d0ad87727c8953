"""Questions on a terminal with a hidden answer, also after a suspend and ``fg``."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import termios
from types import FrameType

_open: list[str] = []
"""The question that is open, if any."""


def ask_hidden(question: str) -> str:
    """The typed answer. Raises ``EOFError`` or ``OSError`` where nobody can answer."""
    _open.append(question)
    try:
        return getpass.getpass(question)
    finally:
        _open.pop()


def keep_hidden_after_suspend() -> None:
    """Turn echo off again after ``fg``: the shell gives a resumed job its own terminal modes.

    Call it from the main thread, before anything is asked.
    """
    signal.signal(signal.SIGCONT, _resumed)


def _resumed(_number: int, _frame: FrameType | None) -> None:
    if not _open:
        return
    with contextlib.suppress(OSError, termios.error):
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            modes = termios.tcgetattr(terminal)
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(terminal, termios.TCSADRAIN, modes)
            os.write(terminal, _open[-1].encode())
        finally:
            os.close(terminal)
