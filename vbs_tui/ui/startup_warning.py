"""What may be wrong with the settings: looked into after the first paint, and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vbs_tui.threads import in_thread


class StartupWarning:
    """Mixed into the app."""

    _doubt: Callable[[], str] | None = None

    def set_startup_check(self, look: Callable[[], str]) -> None:
        """*look* may be slow; it gives a sentence, cleaned, or nothing. Before the app runs."""
        self._doubt = look

    def on_ready(self) -> None:
        app: Any = self
        if self._doubt is not None:
            app.run_worker(
                self._look(self._doubt),
                group="doubts",
                exit_on_error=False,
                description="look at the settings",
            )

    async def _look(self, look: Callable[[], str]) -> None:
        app: Any = self
        doubt = await in_thread(look)
        if doubt:
            app.notify(doubt, severity="error", timeout=60, markup=False)
