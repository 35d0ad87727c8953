"""What is known of a list while it is still being read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

from tests.restore.makers import PROJECT, volume
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Project, Volume
from vbs_tui.restore.events import Event, ListFailed, ListKind, ListPage
from vbs_tui.restore.list_reader import ListReader


class Slow:
    """Two pages, the second of which waits."""

    project = Project(PROJECT, "eu-de_prod")
    notes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        yield (volume(id="1", name="data"), volume(id="2", name="data"))
        await self.may_end.wait()
        yield (volume(id="3", name="logs"),)


async def test_namesakes_are_known_before_the_list_is_complete() -> None:
    told: asyncio.Queue[Event] = asyncio.Queue()
    lists = ListReader(SystemClock(), told.put_nowait)

    async def page(*, last: bool) -> None:
        while True:
            event = await asyncio.wait_for(told.get(), 10)
            if isinstance(event, ListPage) and (event.last or not last):
                return

    first = Slow()
    lists.start(cast(Provider, cast(Any, first)), ListKind.VOLUMES)
    await page(last=False)
    assert set(lists.listed()[PROJECT].volumes) == {"1", "2"}
    assert not lists.listed()[PROJECT].all_volumes
    first.may_end.set()
    await page(last=True)
    assert set(lists.listed()[PROJECT].volumes) == {"1", "2", "3"}
    assert lists.listed()[PROJECT].all_volumes
    assert not lists.listed()[PROJECT].all_backups
    second = Slow()
    lists.start(cast(Provider, cast(Any, second)), ListKind.VOLUMES)
    await page(last=False)
    assert set(lists.listed()[PROJECT].volumes) == {"1", "2", "3"}, "what was known still warns"
    lists.clear()
    second.may_end.set()
    await asyncio.sleep(0)
    assert lists.listed() == {}


class Torn(Slow):
    """One page, and a row that could not be read."""

    notes = ("1 row of the volume list could not be read.",)

    async def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        yield (volume(id="1", name="data"),)


async def test_a_list_with_gaps_is_never_whole() -> None:
    told: asyncio.Queue[Event] = asyncio.Queue()
    lists = ListReader(SystemClock(), told.put_nowait)
    lists.start(cast(Provider, cast(Any, Torn())), ListKind.VOLUMES)
    while not (
        isinstance(event := await asyncio.wait_for(told.get(), 10), ListPage) and event.last
    ):
        pass
    assert set(lists.listed()[PROJECT].volumes) == {"1"}
    assert not lists.listed()[PROJECT].all_volumes


class Broken(Slow):
    """One page, and then an unexpected error."""

    async def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        yield (volume(id="1", name="data"),)
        raise LookupError("s3cr3t")


async def test_a_defect_in_the_middle_of_a_list_is_told() -> None:
    told: asyncio.Queue[Event] = asyncio.Queue()
    lists = ListReader(SystemClock(), told.put_nowait)
    lists.start(cast(Provider, cast(Any, Broken())), ListKind.VOLUMES)
    while not isinstance(event := await asyncio.wait_for(told.get(), 10), ListFailed):
        pass
    assert "LookupError" in event.failure.message
    assert "s3cr3t" not in repr(event)
