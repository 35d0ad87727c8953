"""Questions on a terminal whose answers stay unseen, also after a halt and ``fg``."""

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
    """What is typed. Raises ``EOFError`` and ``OSError`` where nobody can answer."""
    _open.append(question)
    try:
        return getpass.getpass(question)
    finally:
        _open.pop()


def keep_hidden_after_suspend() -> None:
    """From the main thread, before anything is asked: a shell gives a job that it lets go on the
    terminal as the shell itself has it, with echo."""
    signal.signal(signal.SIGCONT, _went_on)


def _went_on(_number: int, _frame: FrameType | None) -> None:
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
