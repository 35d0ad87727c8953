"""Screens with workers: how they close, and how they show that a worker failed.

``Screen.dismiss`` closes whatever screen is on top, which may be a prompt of the log-in. And
Textual posts a worker's failure only to the screen that started it. So :meth:`close_with` waits
until the screen is on top again, and a failure is shown both here and in the error pane.
"""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen
from textual.worker import Worker, WorkerState

from vbs_tui.ui.console_app import console_app_of

R = TypeVar("R")


class BackgroundWork(Screen[R]):
    """Mixed into a screen, after the screen's own base class."""

    _pending_result: tuple[R] | None = None

    def close_with(self, result: R) -> None:
        """Close with *result*: now, or once the screens on top of this one are gone."""
        if self.app.screen is self:
            self.dismiss(result)
        else:
            self._pending_result = (result,)

    def on_screen_resume(self) -> None:
        if self._pending_result is not None:
            (result,), self._pending_result = self._pending_result, None
            self.dismiss(result)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show a failed worker in the error pane, and on this screen, which covers that pane."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            console_app_of(self).report_error(error, event.worker.description)
            self.show_work_failed(f"A defect of the program stopped this ({type(error).__name__}).")

    def show_work_failed(self, message: str) -> None:
        """Say on this screen that a worker failed."""
        self.notify(message, severity="error", markup=False)
