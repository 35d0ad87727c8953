"""Lists that never end, or that repeat themselves, are cut off, and that is told."""

from __future__ import annotations

import pytest

import vbs_tui.cloud.services.paging as paging
from tests.cloud.services.test_collection import paged, row
from tests.support.toy_cloud import VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.providers.vbs.provider import VbsProvider


async def test_two_spellings_of_one_id_are_one_row_and_told() -> None:
    first, second = {**row(1), "id": VOLUME}, {**row(2), "id": VOLUME.upper()}
    async with ToyCloud(paged([first, second, row(3)])) as cloud:
        provider = await cloud.provider()
        found = [one.id async for page in provider.backups() for one in page]
        assert found == [VOLUME, row(3)["id"]]
        assert provider.notes == (
            "1 row of the backup list with the id of another in other letter case: left out.",
        )


class Endless:
    """A list whose every page is full of rows never seen before."""

    def __init__(self, rows: int, padding: int = 0) -> None:
        self.rows = rows
        self.padding = padding
        self.pages = 0

    def __call__(self, heard: Heard) -> Reply:
        start = self.pages * self.rows
        self.pages += 1
        found = [
            row(number) | {"pad": "x" * self.padding} for number in range(start, start + self.rows)
        ]
        return json_reply({"backups": found})


async def _read(provider: VbsProvider) -> int:
    return sum([len(page) async for page in provider.backups()])


async def test_a_list_without_end_is_cut_off_by_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_ROWS", 5_000)
    service = Endless(2_000)
    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        assert await _read(provider) == 5_000
        assert service.pages == 3
        assert provider.notes == (
            (
                "The backup list was cut off at 5,000 rows: the cloud has more, or its list has no"
                " end."
            ),
        )
        # And so each time: nothing of the last reading counts for the next.
        assert await _read(provider) == 5_000


async def test_a_list_without_end_is_cut_off_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_BYTES", 1_000_000)
    service = Endless(1, padding=100_000)
    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        assert await _read(provider) == 10
        assert "cut off at 10 rows" in provider.notes[0]


async def test_rows_that_are_no_use_end_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_BYTES", 1_000_000)
    endless = Endless(1)

    def service(heard: Heard) -> Reply:
        reply = endless(heard)
        assert isinstance(reply, bytes)
        number = endless.pages
        return json_reply({"backups": [None] * 50_000 + [row(number)]})

    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        assert await _read(provider) == 4
        assert "could not be read" in provider.notes[0]
        assert "cut off" in provider.notes[0]
