"""Clean shutdown, whatever the reason: a key, a signal, a lost terminal, a defect.

SIGTERM, SIGHUP, SIGINT and the hang-up of the terminal wake a thread that gives the backend a
limited time to record what is under way, and then ends the app. A terminal that nobody reads blocks
Textual's loop: its output is discarded then until the app can end, and as a last resort the process
exits without it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from rich.text import Text
from textual.app import App
from textual.worker import WorkerFailed

from vbs_tui import defects
from vbs_tui.ui.terminal.suspend import Suspendable

GRACE = 1.6
"""Seconds that a restore request under way has for its answer, when the program must end."""

PATIENCE = 2.2
"""Seconds from the signal after which the app is ended, whatever the backend still does."""

DEADLINE = 2.7
"""Seconds from the signal until the process is gone, whatever the terminal does."""

EXIT_TIMEOUT = 0.25
"""Seconds that the app has to end before its terminal counts as one that nobody reads."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

_ENDED = 0
"""Written to the pipe in place of a signal's number: the app has ended by itself."""

_RESET = (
    b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    b"\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
)
"""Back to the main screen, with cursor and line wrap, without mouse, focus and paste reports."""


class RedactedCrash(App[int]):
    """Mixed into the app: a defect is reported by its place and kind. Textual's own reports print
    local variables and messages, and with them tokens and what was typed."""

    def _handle_exception(self, error: Exception) -> None:
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._end_with(crash_report(error))

    def panic(self, *_renderables: object) -> None:
        """What Textual calls when its own input thread fails, mostly for want of a terminal."""
        self._end_with("vbs-tui stopped: its terminal could not be read any more.")

    def _end_with(self, report: str) -> None:
        self._return_code = 1
        if not self._exit_renderables:
            self._exit_renderables.append(Text(report))
        self._close_messages_no_wait()


def crash_report(error: BaseException) -> str:
    """A defect for a bug report: kind and places, no values, no messages, no local variables."""
    if isinstance(error, WorkerFailed):
        error = error.error
    last = "What was sent is in the journal. Start vbs-tui again to go on watching."
    return f"{defects.report(error)}\n{last}"


def run(app: Suspendable, on_exit: Callable[[float], None], *, mouse: bool = False) -> int:
    """Run *app* until it ends, for whatever reason; the exit status of the process.

    *on_exit* is called once with the seconds it may take, off the app's thread.
    128 plus the signal's number when a signal ended it, 1 after a defect, else the app's result.
    """
    # Without a handler, Python prints warnings of its libraries onto the terminal, uncleaned.
    logging.getLogger().addHandler(logging.NullHandler())
    shutdown = Shutdown(app, on_exit)
    shutdown.install()
    result: int | None = None
    lost_terminal: OSError | None = None
    try:
        result = app.run(mouse=mouse)
    except OSError as error:  # the terminal is gone, and the last message cannot be written
        lost_terminal = error
    finally:
        shutdown.finish()
    if shutdown.signal is not None:
        return 128 + shutdown.signal
    if lost_terminal is not None:
        raise lost_terminal
    return app.return_code or result or 0


class Shutdown:
    """The signal handlers, and the thread that waits for a reason to exit and carries it out.

    The handlers only write to a pipe: anything more could wait for a lock that the interrupted
    thread, or an earlier signal's handler, holds.
    """

    def __init__(self, app: Suspendable, on_exit: Callable[[float], None]) -> None:
        """*on_exit* is called once with the seconds it may take, off the app's thread."""
        self.signal: int | None = None
        """The number of the signal that ended the program; a hang-up counts as SIGHUP."""
        self._app = app
        self._on_exit = on_exit
        self._before: dict[int, Any] = {}
        self._modes = _modes()
        self._reason_known = threading.Event()
        self._backend_ended = threading.Event()
        self._ended = threading.Event()
        self._terminal_is_gone = False
        self._has_discarded_output = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def install(self) -> None:
        """Take the signals over, and watch the terminal for its hang-up."""
        threading.Thread(target=self._wait_and_exit, name="vbs-shutdown", daemon=True).start()
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)

    def finish(self) -> None:
        """After the app has ended: let the backend end, and give the signals back."""
        self._ended.set()
        self._wake(_ENDED)
        self._reason_known.wait(1.0)
        if self.signal is None:
            self._on_exit(GRACE)
            # A signal that came meanwhile ends the program: no other cloud may be opened then.
            self.signal = self._late_signal()
            # Only now: a second signal must not kill what the first one lets end in order.
            for number, handler in self._before.items():
                signal.signal(number, handler)
            os.close(self._wake_read)
            os.close(self._wake_write)
            return
        self._backend_ended.wait(PATIENCE)
        if self._has_discarded_output:
            _restore_terminal(self._modes)
        if self._terminal_is_gone:
            _detach()

    def _late_signal(self) -> int | None:
        os.set_blocking(self._wake_read, False)
        with contextlib.suppress(BlockingIOError):
            return next((one for one in os.read(self._wake_read, 64) if one != _ENDED), None)
        return None

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._app.prepare_to_exit()
        self._wake(number)

    def _wake(self, reason: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, bytes([reason]))

    def _wait_and_exit(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        reason = self._reason()
        until = time.monotonic() + DEADLINE
        self.signal = reason or None
        self._reason_known.set()
        if reason == _ENDED:
            return
        stopper = threading.Thread(target=self._on_exit, args=(GRACE,), daemon=True)
        stopper.start()
        stopper.join(PATIENCE)
        self._backend_ended.set()
        # The screen stays until what is under way is recorded: an operator may still read it.
        self._end_app()
        self._ended.wait(EXIT_TIMEOUT)
        while not self._terminal_is_gone and time.monotonic() < until and not self._ended.is_set():
            self._has_discarded_output = True
            _discard_output()
            self._ended.wait(0.01)
        if not self._ended.is_set():
            _restore_terminal(self._modes)
            os._exit(128 + reason)
        time.sleep(max(0.0, until - time.monotonic()))
        os._exit(128 + reason)

    def _reason(self) -> int:
        """Sleep until there is a reason to end: a signal's number, or ``_ENDED``."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        terminal = sys.__stdin__.fileno() if sys.__stdin__ else 0
        poll.register(terminal, 0)
        while True:
            found = dict(poll.poll())
            if found.get(terminal, 0) & (select.POLLHUP | select.POLLERR):
                self._terminal_is_gone = True
                return signal.SIGHUP
            if terminal in found:  # this system cannot poll terminals
                poll.unregister(terminal)
            if self._wake_read in found:
                return os.read(self._wake_read, 1)[0]

    def _end_app(self) -> None:
        loop = getattr(self._app, "_loop", None)
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._exit)

    def _exit(self) -> None:
        self._app.exit(return_code=128 + (self.signal or 0))


def _modes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except (termios.error, OSError):
        return None


def _discard_output() -> None:
    """Discard what the terminal has not taken yet, and wake whoever waits to write."""
    with contextlib.suppress(termios.error, OSError):
        termios.tcflush(2, termios.TCOFLUSH)
        termios.tcflow(2, termios.TCOOFF)
        termios.tcflow(2, termios.TCOON)


def _restore_terminal(modes: list[Any] | None) -> None:
    """Restore the terminal as far as possible without waiting for it: it may be stalled or gone."""
    _discard_output()
    if modes is not None:
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSANOW, modes)
    with contextlib.suppress(OSError):
        # A descriptor of its own: O_NONBLOCK on ours would stay behind on the shell's.
        own = os.open(os.ttyname(2), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        os.write(own, _RESET)
        os.close(own)


def _detach() -> None:
    """Send what is still buffered for a terminal that is gone to ``/dev/null``."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.close(nowhere)
