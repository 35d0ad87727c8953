"""Leaving in order, whatever the reason: a key, a signal, a lost terminal, a defect.

SIGTERM, SIGHUP, SIGINT and the hang-up of the terminal wake the app and give the desk a bounded
time to record what is under way. A watchdog ends the process when the screen cannot: a terminal
that nobody reads blocks Textual's loop, and one that is gone would keep its input thread spinning.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

from rich.text import Text
from textual.app import App

from vbs_tui.restore.desk import Desk

GRACE = 1.6
"""Seconds that a restore request under way has for its answer, when the program must end."""

DEADLINE = 2.4
"""Seconds from the signal until the process is gone, whatever the terminal does."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

_RESET = (
    b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    b"\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
)
"""Back to the main screen, with cursor and line wrap, without mouse, focus and paste reports."""


class QuietCrash:
    """Mixed into the app: a defect is told by its place and kind. Textual's own report prints
    local variables, and with them tokens."""

    def _handle_exception(self, error: Exception) -> None:
        app: Any = self
        app._return_code = 1
        if app._exception is None:
            app._exception = error
            app._exception_event.set()
        app._exit_renderables.append(Text(crash_report(error)))
        app._close_messages_no_wait()


def crash_report(error: BaseException) -> str:
    """A defect for a bug report: kind and places, no values, no messages, no local variables."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join(
        [
            f"vbs-tui stopped because of a defect: {type(error).__name__}",
            *places[-20:],
            "What was sent is in the journal. Start vbs-tui again to go on watching.",
        ]
    )


def run(app: App[int], desk: Desk, *, mouse: bool = False) -> int:
    """Run *app* until it ends, for whatever reason; the exit status of the process.

    128 plus the signal's number when a signal ended it, 1 after a defect, else the app's result.
    """
    leaving = Leaving(app, desk.stop)
    leaving.install()
    try:
        result = app.run(mouse=mouse)
    finally:
        leaving.finish()
    if leaving.signal is not None:
        return 128 + leaving.signal
    if app.return_code:
        return app.return_code
    return result or 0


class Leaving:
    """The handlers, the watch on the terminal and the watchdog."""

    def __init__(self, app: App[int], on_leave: Callable[[float], None]) -> None:
        """*on_leave* is called once with the seconds it may take, off the app's thread."""
        self.signal: int | None = None
        self._app = app
        self._on_leave = on_leave
        self._lock = threading.Lock()
        self._leaver: threading.Thread | None = None
        self._before: dict[int, Any] = {}
        self._modes = _modes()
        self._wake_read, self._wake_write = os.pipe()

    def install(self) -> None:
        """Take the signals over, and watch the terminal for its hang-up."""
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._signalled)
        threading.Thread(target=self._watch_terminal, name="vbs-terminal", daemon=True).start()

    def finish(self) -> None:
        """After the app has ended by itself: let the desk end, give the signals back."""
        os.write(self._wake_write, b"x")
        leaver = self._leaver
        if leaver is None:
            self._on_leave(GRACE)
        else:
            leaver.join(DEADLINE)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._leave(number)

    def _leave(self, number: int) -> None:
        with self._lock:
            if self._leaver is not None:
                return
            self.signal = number
            self._leaver = threading.Thread(
                target=self._give_grace, name="vbs-leaving", daemon=True
            )
        threading.Thread(target=self._watchdog, name="vbs-watchdog", daemon=True).start()
        self._leaver.start()

    def _give_grace(self) -> None:
        try:
            self._on_leave(GRACE)
        finally:
            # The screen stays until what is under way is recorded, so that it is not torn down
            # under an operator who could still read it; then it ends.
            loop = getattr(self._app, "_loop", None)
            if loop is not None:
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._exit)

    def _exit(self) -> None:
        self._app.exit(return_code=128 + (self.signal or 0))

    def _watchdog(self) -> None:
        time.sleep(DEADLINE)
        _restore_terminal(self._modes)
        os._exit(128 + (self.signal or signal.SIGTERM))

    def _watch_terminal(self) -> None:
        """Sleep until the terminal hangs up, or the app has ended."""
        try:
            poll = select.poll()
            poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
            poll.register(self._wake_read, select.POLLIN)
            found = poll.poll()
        except (OSError, ValueError):
            return
        if any(descriptor != self._wake_read for descriptor, _ in found):
            self._leave(signal.SIGHUP)


def _modes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except (termios.error, OSError):
        return None


def _restore_terminal(modes: list[Any] | None) -> None:
    """As far as a terminal that may be stalled or gone can be restored without waiting for it."""
    if modes is not None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, modes)
    with contextlib.suppress(OSError, ValueError):
        os.set_blocking(2, False)
        os.write(2, _RESET)


def _short(filename: str) -> str:
    for mark in ("/site-packages/", "/vbs_tui/"):
        _, found, after = filename.rpartition(mark)
        if found:
            return f"vbs_tui/{after}" if mark == "/vbs_tui/" else after
    return filename.rpartition("/")[2]
