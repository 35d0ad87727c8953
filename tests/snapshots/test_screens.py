"""Every screen at every size, as pictures. ``pytest --snapshot-update`` takes them anew.

A scene is played once, at the first of its sizes; for the others the terminal grows. A picture
that differs is left beside the test's temporary files, and the message names it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]
from syrupy.assertion import SnapshotAssertion
from syrupy.location import PyTestLocation
from textual.pilot import Pilot

from tests.snapshots.scenes import (
    SCENES,
    Scene,
    chosen,
    clouds,
    confirm,
    insecure,
    job_failed,
    make_app,
    play,
    visit,
)
from tests.snapshots.stage import CHOICES
from tests.ui.fake_backend import StillClock
from vbs_tui.ui.cloud_picker import CloudPicker

SIZES = ((80, 24), (120, 40), (200, 60))
"""Growing: only the first is a fresh start, and that is to be the one where room is short."""

_WEB_FONT = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


class Picture(SVGImageExtension):  # type: ignore[misc]  # the plugin has no types
    """A file for each picture, named after the test and the picture."""

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: int | str = 0) -> str:
        return f"{test_location.methodname}[{index}]"


async def _look(
    snapshot: SnapshotAssertion,
    folder: Path,
    scene: Scene,
    sizes: tuple[tuple[int, int], ...] = SIZES,
    *,
    read_only: bool = False,
) -> None:
    app = make_app(read_only=read_only)
    async with app.run_test(size=sizes[0], notifications=True, tooltips=True) as pilot:
        await play(scene, pilot)
        await _compare(snapshot, folder, pilot, scene.__name__, sizes)


async def _compare(
    snapshot: SnapshotAssertion,
    folder: Path,
    pilot: Pilot[Any],
    scene: str,
    sizes: tuple[tuple[int, int], ...] = SIZES,
) -> None:
    """Every size against its picture, the first as it is."""
    app, different = pilot.app, []
    for wide, high in sizes:
        if (wide, high) != sizes[0]:
            await pilot.resize_terminal(wide, high)
        while app.screen.size != (wide, high):  # the app takes a new size a moment later
            await pilot.pause()
        await pilot.pause()
        picture = _WEB_FONT.sub("", app.export_screenshot(title=app.title, simplify=True))
        name = f"{scene}-{wide}x{high}"
        if snapshot(name=name, extension_class=Picture) != picture:
            path = folder / f"{name}.svg"
            path.write_text(picture, encoding="utf-8")
            different.append(str(path))
    assert not different


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
async def test_screen(snapshot: SnapshotAssertion, tmp_path: Path, scene: Scene) -> None:
    await _look(snapshot, tmp_path, scene)


@pytest.mark.parametrize("scene", [chosen, confirm, job_failed, clouds, insecure, visit])
async def test_screen_without_colour(
    snapshot: SnapshotAssertion, tmp_path: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await _look(snapshot, tmp_path, scene)


@pytest.mark.parametrize("scene", [chosen, confirm, job_failed, clouds])
async def test_smallest_screen(snapshot: SnapshotAssertion, tmp_path: Path, scene: Scene) -> None:
    await _look(snapshot, tmp_path, scene, ((60, 16),))


async def test_read_only(snapshot: SnapshotAssertion, tmp_path: Path) -> None:
    await _look(snapshot, tmp_path, chosen, ((120, 40),), read_only=True)


@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
async def test_picker(snapshot: SnapshotAssertion, tmp_path: Path, light: bool) -> None:
    app = CloudPicker(CHOICES, StillClock(), light=light)
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        await _compare(snapshot, tmp_path, pilot, "light" if light else "dark")
