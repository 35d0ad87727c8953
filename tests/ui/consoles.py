"""Consoles for tests: the real app on a fake backend, with everything on that is on in use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.fake_backend import BACKUPS, PROD, PROJECTS, VOLUMES, FakeBackend, StillClock
from vbs_tui.restore.events import ListKind
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.screens.dialogs.confirm_quit import QuitScreen
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen
from vbs_tui.ui.screens.main.main_screen import MainScreen
from vbs_tui.ui.widgets.rows.row_list import RowList


@dataclass
class Console:
    """One console under a pilot."""

    app: VbsTui
    backend: FakeBackend
    clock: StillClock
    pilot: Pilot[int]

    @property
    def main(self) -> MainScreen:
        return self.app.main

    def on_main(self) -> bool:
        """Whether no dialog is open."""
        return len(self.app.screen_stack) == 1

    async def press(self, *keys: str) -> None:
        """Press *keys* as whoever reads first: a dialog that confirms takes them by then."""
        for key in keys:
            await until_read(self.app)
            await self.pilot.press(key)
        await self.pilot.pause()

    async def until_keys_are_taken(self) -> None:
        """Until a question that came while keys were under way takes its answer."""
        async with asyncio.timeout(30):
            while not self._asks():  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.05)

    def _asks(self) -> bool:
        screen = self.app.screen
        return isinstance(screen, LogInPrompt) and screen.accepts_keys

    async def settle(self) -> None:
        """Until what was told has been shown."""
        await self.pilot.pause()
        for pane in (self.main.projects, self.main.backups, self.main.volumes):
            while pane.list.is_working:  # noqa: ASYNC110 - its steps run on this loop
                await asyncio.sleep(0)
        await self.pilot.pause()

    async def open_prod(self) -> None:
        """Logged in, the preferred project open, both lists there."""
        self.backend.log_in(PROJECTS, PROD.name)
        await self.settle()
        self.backend.opened(PROD)
        self.backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
        self.backend.listed(PROD, ListKind.VOLUMES, VOLUMES)
        await self.settle()

    @property
    def notices(self) -> list[str]:
        """What the toasts say."""
        return [one.message for one in self.app._notifications]


async def until_read(app: App[int]) -> None:
    """Until a dialog that confirms something takes keys, if one is open and can be read."""
    screen = app.screen
    if not isinstance(screen, ConfirmScreen | SettleScreen | QuitScreen):
        return
    async with asyncio.timeout(30):
        while not screen.accepts_keys:
            if isinstance(screen, ConfirmScreen) and not screen.is_unblocking:
                return  # it reads, and the backend may answer much later
            await asyncio.sleep(0.02)


@asynccontextmanager
async def console(
    size: tuple[int, int] = (120, 40),
    *,
    demo: bool = False,
    read_only: bool = False,
    prepared: Callable[[VbsTui], None] = lambda _: None,
) -> AsyncIterator[Console]:
    """*prepared* is called with the app before it runs."""
    backend, clock = FakeBackend(), StillClock()
    app = VbsTui(
        backend.as_backend(),
        clock=clock,
        zone=UTC,
        demo=demo,
        cloud_name="otc-prod",
        read_only=read_only,
    )
    prepared(app)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        yield Console(app, backend, clock, pilot)


def lines(rows: RowList[Any]) -> list[str]:
    """The lines of a list as they are drawn now, header first, without blank ones at the end."""
    drawn = ["".join(part.text for part in rows.render_line(y)) for y in range(rows.size.height)]
    while drawn and not drawn[-1].strip():
        drawn.pop()
    return [line.rstrip() for line in drawn]


def screen_text(app: VbsTui) -> str:
    """All that is on the screen, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in strip) for strip in strips[:height])[
        : (width + 1) * height
    ]


def title_of(pane: Widget) -> str:
    """The text in the upper border of a pane."""
    return str(pane.border_title)


def subtitle_of(pane: Widget) -> str:
    """The text in the lower border of a pane."""
    return str(pane.border_subtitle)
