"""A warning that takes time to find out, such as one about the settings: shown after the start."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from vbs_tui.threads import in_thread


class StartupWarning(App[int]):
    """Mixed into the app."""

    _startup_check: Callable[[], str] | None = None

    def set_startup_check(self, check: Callable[[], str]) -> None:
        """*check* returns a warning, cleaned, or nothing; it may be slow. Before the app runs."""
        self._startup_check = check

    def on_ready(self) -> None:
        if self._startup_check is not None:
            self.run_worker(
                self._run_check(self._startup_check),
                group="startup-check",
                exit_on_error=False,
                description="look at the settings",
            )

    async def _run_check(self, check: Callable[[], str]) -> None:
        warning = await in_thread(check)
        if warning:
            self.notify(warning, severity="error", timeout=60, markup=False)
