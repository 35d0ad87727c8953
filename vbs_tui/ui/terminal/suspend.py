"""Halting and going on: Ctrl+Z, SIGTSTP and SIGCONT.

Textual halts and goes on inside the signals' handlers. A signal that comes while a frame is handed
to the thread that writes would wait there for a lock that its own thread holds, for ever; and a
SIGCONT to a program that was never halted, as systemd sends one to whatever it ends, would start a
second reader of the keys. Here both wait until the event loop is between two things.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.driver import Driver

SUSPEND_BINDING = Binding("ctrl+z", "halt", show=False, system=True, priority=True)


class Suspendable:
    """Mixed into the app, whose bindings have :data:`SUSPEND_BINDING`."""

    is_exiting = False
    """Set by whoever ends the program, in a signal's handler too."""
    _is_suspended = False

    def get_driver_class(self) -> type[Driver]:
        from vbs_tui.ui.terminal.driver import TerminalDriver  # noqa: PLC0415 - not without one

        return TerminalDriver

    def on_mount(self) -> None:
        if signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL:
            return  # without a terminal there is no driver that took the signals over
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._halt)
        loop.add_signal_handler(signal.SIGCONT, self._go_on)

    def why_not_suspend(self) -> str:
        """Why Ctrl+Z must not halt the program at this moment; empty when it may."""
        return ""

    def suspend_message(self) -> str:
        """What the shell's screen should say meanwhile; mostly nothing."""
        return ""

    def action_suspend_process(self) -> None:
        """Ctrl+Z: back to the shell, until its ``fg``."""
        app: Any = self
        why = self.why_not_suspend()
        if not why and not _has_job_control():
            why = "No shell waits here to bring the program back: Ctrl+Z does nothing."
        if why:
            app.notify(why, markup=False)
        else:
            self._halt()

    def _halt(self) -> None:
        app: Any = self
        # Where nobody could let it go on, the kernel itself would not halt it either. A second
        # signal of a burst is looked at when the program has gone on already.
        if self._is_suspended or self.is_exiting or not app.is_running or not _has_job_control():
            return
        self._is_suspended = True
        app._driver.suspend_application_mode()
        if words := self.suspend_message():
            with contextlib.suppress(OSError):
                os.write(2, f"{words}\n".encode())
        if not self.is_exiting:  # told to end, while the terminal took its time
            _stop()

    def _go_on(self) -> None:
        app: Any = self
        if not app.is_running:
            return
        if not _is_in_foreground():
            self._go_on_without_terminal()
            return
        if not self._is_suspended:
            # By SIGSTOP then, or not at all: whoever had the terminal may have left it otherwise.
            app._driver.suspend_application_mode()
        app._driver.resume_application_mode()
        self._is_suspended = False
        # The terminal shows an empty screen until it is drawn anew.
        app.screen.refresh(layout=True)

    def _go_on_without_terminal(self) -> None:
        if not self.is_exiting and _has_job_control():
            _stop()  # the shell's bg
            return
        self._leave_terminal()

    def prepare_to_exit(self) -> None:
        """A signal ends the program; called in its handler.

        While it is halted, the end may come before it is told that it goes on.
        """
        self.is_exiting = True
        if self._is_suspended:
            self._leave_terminal()

    def _leave_terminal(self) -> None:
        # Told to end while it is halted: halted again, nothing but SIGKILL would end it. The
        # terminal is the shell's, whose modes are none of ours any more.
        app: Any = self
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        app._driver.attrs_before = None


def _stop() -> None:
    """With all of a pipeline: the shell waits for each of its programs."""
    os.kill(0, signal.SIGSTOP)


def _has_job_control() -> bool:
    """Whether a shell started the program as a job, so that it can let it go on."""
    parent = os.getppid()
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:  # it is gone, or its session is nobody's business
        return False


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # the terminal is gone, which another part takes care of
        return True
