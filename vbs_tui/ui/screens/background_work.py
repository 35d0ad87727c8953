"""Screens that wait for work in the background: how they close, and how its defects are told.

Textual's own ``dismiss`` takes away whatever screen is on top, and its word of a failed worker
goes no further than the screen that began the work. With a question for a password on top, the
first would throw that question away; the second would leave a screen waiting for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen
from textual.worker import Worker, WorkerState

if TYPE_CHECKING:
    from vbs_tui.ui.app import VbsTui


class Working:
    """Mixed into a screen."""

    _result: tuple[Any] | None = None

    def finish(self, result: Any) -> None:
        """Close with *result*: now, or as soon as what lies on top of this screen is gone."""
        screen = cast("Screen[Any]", self)
        if screen.app.screen is screen:
            screen.dismiss(result)
        else:
            self._result = (result,)

    def on_screen_resume(self) -> None:
        if self._result is not None:
            (result,), self._result = self._result, None
            cast("Screen[Any]", self).dismiss(result)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell a worker that failed in the error pane, and on this screen, which covers it."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            app = cast("VbsTui", cast("Screen[Any]", self).app)
            app.report_error(error, event.worker.description)
            self.failed(event.worker, f"A defect of the program stopped this ({_kind(error)}).")

    def failed(self, _worker: Worker[Any], words: str) -> None:
        """What this screen shows of it; *words* say what happened."""
        cast("Screen[Any]", self).notify(words, severity="error", markup=False)


def _kind(error: BaseException) -> str:
    return type(error).__name__
