"""Every screen at every size, as pictures. ``pytest --snapshot-update`` takes them anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.snapshots.scenes import SCENES, Scene, chosen, confirm, job_failed, make_app, play

SIZES = [(80, 24), (120, 40), (200, 60)]
Compare = Callable[..., bool]


def _look(snap_compare: Compare, scene: Scene, size: tuple[int, int], **how: Any) -> None:
    assert snap_compare(make_app(**how), terminal_size=size, run_before=partial(play, scene))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_screen(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    _look(snap_compare, SCENES[name], size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", [chosen, confirm, job_failed])
def test_screen_without_colour(
    snap_compare: Compare, scene: Scene, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _look(snap_compare, scene, size)


@pytest.mark.parametrize("scene", [chosen, confirm, job_failed])
def test_smallest_screen(snap_compare: Compare, scene: Scene) -> None:
    _look(snap_compare, scene, (60, 16))


def test_read_only(snap_compare: Compare) -> None:
    _look(snap_compare, chosen, (120, 40), read_only=True)
