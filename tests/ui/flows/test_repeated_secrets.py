"""A cloud that repeats the password in its documents gets it nowhere on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.consoles import screen_text
from tests.ui.flows.consoles import SECRETS, FlowConsole, console
from vbs_tui.simulator import Simulator

ECHOED = ("status", "availability_zone", "volume_type", "description", "fail_reason", "locked")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=20.0) as one:
        password = one.password
        production = one.world.project("eu-de_prod")
        for row in (*production.backups, *production.volumes):
            row.extra = dict.fromkeys(ECHOED, f"is {password}.")
        yield one
        assert one.ledger.errors == []


async def looked_at(c: FlowConsole) -> str:
    await c.pilot.pause()
    text = screen_text(c.app)
    assert not any(secret in text for secret in SECRETS)
    return text


async def test_no_pane_and_no_detail_shows_it(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        shown = await looked_at(c)
        for pane in ("2", "3"):
            await c.keys(pane, "d")
            shown += await looked_at(c)
            await c.keys("escape")
        assert "«hidden»" in shown
        await c.keys("2", "g", "enter", "3")
        await looked_at(c)
        await c.keys("L")
        await looked_at(c)
