"""Pilots that wait for the app, on a machine however busy."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from textual import app, pilot

_IN_A_ROW = 3
"""Empty turns of the loop: what a timer or another thread hands over shows in the next one."""
_NEAR = 0.03
"""Seconds to a timer that is part of what goes on: Textual draws sixty times a second."""
_LONGEST = 2.0
"""Seconds, since some timers come again and again."""


async def still() -> None:
    """Wait until nothing on this loop could go on, at once or in a moment."""
    loop: Any = asyncio.get_running_loop()
    end = loop.time() + _LONGEST
    empty = 0
    while empty < _IN_A_ROW:
        await asyncio.sleep(0)
        if loop._ready:
            empty = 0
        elif (wait := _next(loop) - loop.time()) < _NEAR and loop.time() < end:
            await asyncio.sleep(max(0.0, wait))
            empty = 0
        else:
            empty += 1


def _next(loop: Any) -> float:
    """When the next timer is due, by the loop's time."""
    return min((one.when() for one in loop._scheduled if not one.cancelled()), default=math.inf)


async def _still(*_args: float) -> None:
    await still()


def take_time(patch: pytest.MonkeyPatch) -> None:
    """No look before the app has drawn, and none after its toasts have gone.

    Textual takes a process that uses no processor for idle; one that gets none, since others have
    it, looks alike. Toasts go after five seconds, and with them what they said.
    """
    patch.setattr(app, "wait_for_idle", _still)
    patch.setattr(pilot, "wait_for_idle", _still)
    patch.setattr(app.App, "NOTIFICATION_TIMEOUT", 600.0)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every test of a folder whose ``conftest`` imports it."""
    take_time(monkeypatch)
