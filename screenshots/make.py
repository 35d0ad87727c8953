"""The stills of the README, taken from the running program: ``python -m screenshots.make``.

Drives the real app on the simulated cloud, at a fixed date and with a fixed user, and writes SVG
and PNG beside this file. PNG needs the extra ``screenshots`` and a monospace font on the machine.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.support.simulated import connector
from vbs_tui.clock import SystemClock
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.cloud_choices import Choice
from vbs_tui.ui.cloud_picker import CloudPicker
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen

HERE = Path(__file__).parent
BEGIN = datetime(2026, 11, 23, 8, 14, 2, tzinfo=UTC)
PORT = 18776
ZONE = timezone(timedelta(hours=1), "CET")
FONTS = "DejaVu Sans Mono, Menlo, Consolas, monospace"
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/System/Library/Fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
)


class StageClock:
    """Goes on only when told; who waits on it waits until then."""

    def __init__(self) -> None:
        self.moment = BEGIN

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - BEGIN).total_seconds()

    async def sleep(self, seconds: float) -> None:
        until = self.moment + timedelta(seconds=seconds)
        while self.moment < until:  # noqa: ASYNC110 - moved on from another thread
            await asyncio.sleep(0.01)


class WireClock(SystemClock):
    """The stage's date for the requests; how long they take is measured."""

    def __init__(self, stage: StageClock) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now()


def font_folders() -> list[str]:
    """Where a monospace font lies; without one a PNG would have no letters."""
    return [
        str(folder)
        for folder in FONT_FOLDERS
        if any(
            "mono" in font.name.lower() or "menlo" in font.name.lower() for font in _fonts(folder)
        )
    ]


def _fonts(folder: Path) -> list[Path]:
    return [font for kind in ("ttf", "ttc", "otf") for font in folder.rglob(f"*.{kind}")]


def take(app: App[int], name: str, fonts: list[str]) -> None:
    """Write the screen that *app* shows as SVG, and as PNG where there are *fonts*."""
    svg = app.export_screenshot(title="vbs-tui")
    # The exporter names a web font; these pictures shall need no network.
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family:\s*Fira Code[^;]*;", f"font-family: {FONTS};", svg)
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    if fonts:
        import resvg_py

        picture = resvg_py.svg_to_bytes(svg_string=svg, font_dirs=fonts)
        (HERE / f"{name}.png").write_bytes(bytes(picture))
    print(name)


class Photographer:
    """Keys in, stills out."""

    def __init__(self, app: VbsTui, pilot: Pilot[int], clock: StageClock) -> None:
        self.fonts = font_folders()
        if not self.fonts:
            print("No monospace font was found: only SVG is written.", file=sys.stderr)
        self.app = app
        self.pilot = pilot
        self.clock = clock

    async def until(self, found: Callable[[], object], *, passing: float = 0.0) -> None:
        """Wait for *found*; *passing*: seconds of stage time that go by at each look."""
        for _ in range(1500):
            if found():
                await self.pilot.pause(0.1)
                return
            self.clock.moment += timedelta(seconds=passing)
            await self.pilot.pause(0.03)
        raise SystemExit("the program never came to what was to be shown")

    def take(self, name: str) -> None:
        """Write the present screen as SVG and PNG."""
        take(self.app, name, self.fonts)

    async def keys(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.1)

    async def confirm(self) -> None:
        await self.keys("r")
        await self.until(lambda: isinstance(self.app.screen, ConfirmScreen))
        await self.until(lambda: self._dialog.accepts_keys)

    @property
    def _dialog(self) -> ConfirmScreen:
        assert isinstance(self.app.screen, ConfirmScreen)
        return self.app.screen

    async def type_word(self) -> None:
        """Type what the confirmation wants to be typed."""
        await self.keys(*self._dialog.word)

    async def choose(self, backup: str) -> None:
        await self.keys("2", "slash", *backup, "enter", "g", "enter")

    async def job(self, wanted: Callable[[State], bool], *, passing: float) -> None:
        jobs = self.app.main.jobs
        await self.until(lambda: self.app.screen is self.app.main)
        await self.until(
            lambda: jobs.selected_restore is not None and wanted(jobs.selected_restore.state),
            passing=passing,
        )


async def main_flow(p: Photographer) -> None:
    """Start, choice, confirmation, running, success; then a failure; then what is impossible."""
    main = p.app.main
    await p.until(lambda: main.projects.list.total)
    p.take("start")
    await p.keys("enter")
    await p.until(lambda: main.backups.list.total == 60 and main.volumes.list.total == 40)
    await p.keys("enter")
    p.take("backup-chosen")
    await p.confirm()
    await p.type_word()
    p.take("confirmation")
    await p.keys("enter")
    await p.job(lambda state: state is State.RUNNING, passing=0.5)
    await p.until(lambda: "restoring-backup" in main.jobs.text, passing=0.5)
    p.take("running")
    await p.keys("L")
    p.take("request-log")
    await p.keys("escape")
    await p.job(lambda state: state.is_final, passing=1.0)
    p.take("success")
    await p.choose("while-writing")
    await p.confirm()
    await p.type_word()
    await p.keys("enter")
    await p.job(
        lambda state: state is State.FAILED,
        passing=0.5,
    )
    await p.keys("e")
    p.take("failure-explained")
    await p.pilot.resize_terminal(80, 24)
    await p.pilot.pause(0.3)
    p.take("narrow-80x24")
    await p.pilot.resize_terminal(120, 40)
    await p.keys("2", "escape", "g", "enter", "3", "slash", *"small", "enter")
    await p.confirm()
    p.take("too-small")
    await p.keys("escape", "H")
    await p.pilot.pause(0.5)
    p.take("history")


def _cloud(name: str, region: str, host: str, project: str = "", **more: Any) -> Choice:
    told = {"user": "ops-jane", **more}
    return Choice(name, region, host, "password", project, None, raw_cloud=name, **told)


async def cloud_list(clock: StageClock) -> None:
    """What opens first where several clouds are configured."""

    def ago(hours: float) -> datetime:
        return clock.now() - timedelta(hours=hours)

    otc = "iam.eu-de.otc.example.com"
    choices = [
        replace(_cloud("otc-prod", "eu-de", otc, "eu-de_prod"), used_at=ago(2)),
        replace(_cloud("otc-prod", "eu-nl", otc, "eu-nl_prod"), used_at=ago(70)),
        replace(_cloud("otc-prod-look", "eu-de", otc, "eu-de_prod"), is_read_only=True),
        _cloud("otc-test", "eu-de", otc, "eu-de_test"),
        _cloud("lab", "RegionOne", "keystone.lab.example.com", insecure="unchecked TLS"),
        _cloud("half", "", "", fault="it has no auth_url", user=""),
    ]
    app = CloudPicker(choices, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.3)
        take(app, "clouds", font_folders())


async def run() -> None:
    """Take all stills."""
    clock = StageClock()
    await cloud_list(clock)
    os.environ["LOGNAME"] = "jane"
    simulator = Simulator(clock=clock.now, port=PORT)
    try:
        simulator.start()
    except OSError as error:
        raise SystemExit(f"Port {PORT}, which is on the pictures, is not free: {error}") from error
    try:
        with tempfile.TemporaryDirectory() as folder:
            connect = connector(simulator, name="demo", clock=WireClock(clock))
            backend = Backend(connect, Path(folder), clock=clock, rng=random.Random(1))
            app = VbsTui(
                backend, clock=clock, zone=ZONE, demo=True, cloud_name="demo", read_only=False
            )
            async with app.run_test(size=(120, 40)) as pilot:
                await main_flow(Photographer(app, pilot, clock))
            backend.stop(1.0)
    finally:
        simulator.stop()


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
