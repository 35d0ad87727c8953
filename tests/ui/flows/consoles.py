"""Consoles on a simulated cloud: the real app and backend over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from tests.support.simulated import fast_backend
from tests.ui.consoles import until_read
from vbs_tui.clock import SystemClock
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.main.main_screen import MainScreen

SECRETS = ("demo-password",)


class FlowConsole:
    """A running app under a pilot, and words for what a test does with it."""

    def __init__(self, app: VbsTui, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        return self.app.main

    async def until(self, found: Callable[[], object], most: float = 30.0) -> None:
        """Let the app go on until *found*, for *most* seconds."""
        until = time.monotonic() + most
        while not found():
            if time.monotonic() > until:
                raise AssertionError(f"never seen; error pane: {self.main.error.text}")
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await until_read(self.app)
            await self.pilot.press(key)

    async def open_production(self) -> None:
        await self.until(lambda: self.main.projects.list.total)
        assert self.main.projects.list.move_to_key(self._project_id("eu-de_prod"))
        await self.keys("enter")
        await self.until(lambda: self.main.backups.list.total == 60)
        await self.until(lambda: self.main.volumes.list.total == 40)

    async def choose(self, backup: str) -> None:
        """Filter for a backup, and choose it."""
        await self.keys("2", "escape", "2", "slash", *backup, "enter")
        await self.until(lambda: self.main.backups.list.shown >= 1)
        await self.keys("g", "enter")

    async def confirm(self, volume: str | None = None) -> ConfirmScreen:
        """Press ``r`` on a volume (default: the one under the cursor), wait for the fresh read."""
        if volume is not None:
            await self.keys("3", "slash", *volume, "enter")
            await self.keys("g")
        await self.keys("r")
        await self.until(lambda: isinstance(self.app.screen, ConfirmScreen))
        screen = self.app.screen
        assert isinstance(screen, ConfirmScreen)
        await self.until(lambda: self.is_read(screen))
        return screen

    def said(self, screen: ConfirmScreen) -> str:
        return "\n".join(str(one.render()) for one in screen.query(Static))

    def is_read(self, screen: ConfirmScreen) -> bool:
        said = self.said(screen)
        return bool(said.strip()) and "Reading" not in said

    async def ended(self) -> State:
        await self.until(lambda: self.app.screen is self.main)
        jobs = self.main.jobs
        await self.until(lambda: jobs.selected_restore is not None)
        await self.until(lambda: jobs.selected_restore.state.is_final)  # type: ignore[union-attr]
        assert jobs.selected_restore is not None
        return jobs.selected_restore.state

    def _project_id(self, name: str) -> str:
        return next(p.id for p in self.main.store.projects if p.name == name)

    def everything_shown(self) -> str:
        return self.app.export_screenshot()


@asynccontextmanager
async def console(
    simulator: Simulator, tmp_path: Path, *, read_only: bool = False
) -> AsyncIterator[FlowConsole]:
    backend = fast_backend(simulator, tmp_path / "state", read_only=read_only)
    app = VbsTui(
        backend, clock=SystemClock(), zone=UTC, demo=False, cloud_name="sim", read_only=read_only
    )
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        yield FlowConsole(app, pilot)
        shown = app.export_screenshot()
        assert not any(secret in shown for secret in SECRETS)
    backend.stop(2.0)
    for call in backend.request_log.calls():
        assert not any(secret in repr(call) for secret in SECRETS)
