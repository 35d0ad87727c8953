"""Suspend and resume: Ctrl+Z, SIGTSTP and SIGCONT.

Textual suspends and resumes inside the signal handlers. A signal that comes while a frame is handed
to the writer thread would wait there for a lock that its own thread holds, forever. And a SIGCONT
to a program that was never suspended, such as systemd sends to what it stops, would start a second
reader of the keys. Here both wait until the event loop is between two callbacks.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.binding import Binding

if TYPE_CHECKING:
    from textual.driver import Driver

SUSPEND_BINDING = Binding("ctrl+z", "suspend_process", show=False, system=True, priority=True)


class Suspendable(App[int]):
    """Mixed into the app, whose bindings have :data:`SUSPEND_BINDING`."""

    is_exiting = False
    """Set by whoever ends the program, in a signal handler too."""
    _is_suspended = False

    def get_driver_class(self) -> type[Driver]:
        # Not at import: this driver needs a terminal.
        from vbs_tui.ui.terminal.driver import TerminalDriver  # noqa: PLC0415

        return TerminalDriver

    def on_mount(self) -> None:
        if signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL:
            return  # without a terminal there is no driver that took the signals over
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._suspend_now)
        loop.add_signal_handler(signal.SIGCONT, self._resume_now)

    def why_not_suspend(self) -> str:
        """Why Ctrl+Z must not suspend the program at this moment; empty when it may."""
        return ""

    def suspend_message(self) -> str:
        """What the shell's screen should say meanwhile; empty for nothing."""
        return ""

    def action_suspend_process(self) -> None:
        """Ctrl+Z: back to the shell, until its ``fg``."""
        why = self.why_not_suspend()
        if not why and not _has_job_control():
            why = "No shell waits here to bring the program back: Ctrl+Z does nothing."
        if why:
            self.notify(why, markup=False)
        else:
            self._suspend_now()

    def _suspend_now(self) -> None:
        # The kernel does not stop a program that nobody could resume, and neither does this. The
        # second signal of a burst is handled when the program has resumed already.
        if self._is_suspended or self.is_exiting or not self.is_running or not _has_job_control():
            return
        self._is_suspended = True
        self._terminal.suspend_application_mode()
        if message := self.suspend_message():
            with contextlib.suppress(OSError):
                os.write(2, f"{message}\n".encode())
        if not self.is_exiting:  # told to end, while the terminal took its time
            _stop()

    def _resume_now(self) -> None:
        if not self.is_running:
            return
        if not _is_in_foreground():
            self._resume_without_terminal()
            return
        if not self._is_suspended:
            # By SIGSTOP, or never: another program may have left the terminal in another state.
            self._terminal.suspend_application_mode()
        self._terminal.resume_application_mode()
        self._is_suspended = False
        # The terminal shows an empty screen until everything is drawn again.
        self.screen.refresh(layout=True)

    def _resume_without_terminal(self) -> None:
        if not self.is_exiting and _has_job_control():
            _stop()  # the shell's bg
            return
        self._release_terminal()

    def prepare_to_exit(self) -> None:
        """A signal ends the program; called in its handler.

        While it is suspended, that may happen before SIGCONT is handled.
        """
        self.is_exiting = True
        if self._is_suspended:
            self._release_terminal()

    def _release_terminal(self) -> None:
        # Told to end while suspended: stopped again, only SIGKILL would end it. The terminal is the
        # shell's, and its modes must not be changed any more.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self._terminal.attrs_before = None

    @property
    def _terminal(self) -> Any:
        """The driver: while the app runs there is one, with methods that Textual's base lacks."""
        return self._driver


def _stop() -> None:
    """With all of a pipeline: the shell waits for each of its programs."""
    os.kill(0, signal.SIGSTOP)


def _has_job_control() -> bool:
    """Whether a shell started the program as a job, so that it can resume it."""
    parent = os.getppid()
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:  # the parent is gone, or its session cannot be asked for
        return False


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # the terminal is gone, which is handled elsewhere
        return True
