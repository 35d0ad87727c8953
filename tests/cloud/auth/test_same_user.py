"""What was asked for is what is answered about, to the letter; what is not, is not believed."""

from __future__ import annotations

import pytest

import vbs_tui.cloud.services.collection as collection
from tests.cloud.services.test_collection import paged, row
from tests.support.toy_cloud import BACKUP, JOB, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.providers.vbs.provider import VbsProvider


def things(backup: str, volume: str, job: object) -> ToyCloud:
    def service(heard: Heard) -> Reply:
        if "/jobs/" in heard.path:
            return json_reply({"status": "SUCCESS", "job_id": job})
        state = {"status": "available", "size": 1}
        return json_reply({"backup": {"id": backup, **state}, "volume": {"id": volume, **state}})

    return ToyCloud(service)


async def test_the_same_ids_are_taken() -> None:
    async with things(BACKUP, VOLUME, JOB) as cloud:
        provider = await cloud.provider()
        assert (await provider.backup(BACKUP)).id == BACKUP
        assert (await provider.volume(VOLUME)).id == VOLUME
        assert (await provider.job(JOB)).id == JOB


@pytest.mark.parametrize("what", ["backup", "volume", "job"])
async def test_another_spelling_of_an_id_is_another_thing(what: str) -> None:
    asked = {"backup": BACKUP, "volume": VOLUME, "job": JOB}[what]
    async with things(BACKUP.upper(), VOLUME.upper(), JOB.upper()) as cloud:
        provider = await cloud.provider()
        call = {"backup": provider.backup, "volume": provider.volume, "job": provider.job}[what]
        with pytest.raises(CloudError) as caught:
            await call(asked)
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NONSENSE, Executed.NO)
    assert f"another {what} than the one asked for: {asked.upper()}, not {asked}" in failure.message
    assert "only a read" in failure.hint


@pytest.mark.parametrize("told", ["ff80", 17, ["x"], {"id": JOB}, False, f"{JOB}0", "«hidden»"])
async def test_a_job_of_another_id_is_a_contradiction_whatever_its_shape(told: object) -> None:
    async with things(BACKUP, VOLUME, told) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as caught:
            await provider.job(JOB)
    assert caught.value.failure.kind is ErrorKind.NONSENSE


@pytest.mark.parametrize("told", ["", None])
async def test_a_job_without_an_id_is_the_one_asked_for(told: object) -> None:
    async with things(BACKUP, VOLUME, told) as cloud:
        assert (await (await cloud.provider()).job(JOB)).id == JOB


async def test_two_spellings_of_one_id_are_one_row_and_told() -> None:
    first, second = {**row(1), "id": VOLUME}, {**row(2), "id": VOLUME.upper()}
    async with ToyCloud(paged([first, second, row(3)])) as cloud:
        provider = await cloud.provider()
        found = [one.id async for page in provider.backups() for one in page]
        assert found == [VOLUME, row(3)["id"]]
        assert provider.notes == (
            "1 row of the backup list with the id of another in other letter case: left out.",
        )


# Lists without an end


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
    monkeypatch.setattr(collection, "MOST_ROWS", 5_000)
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
    monkeypatch.setattr(collection, "MOST_BYTES", 1_000_000)
    service = Endless(1, padding=100_000)
    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        assert await _read(provider) == 10
        assert "cut off at 10 rows" in provider.notes[0]


async def test_rows_that_are_no_use_end_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "MOST_BYTES", 1_000_000)
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
