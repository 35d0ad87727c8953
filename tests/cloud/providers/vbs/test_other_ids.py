"""A response about another object than the one asked for is refused."""

from __future__ import annotations

import pytest

from tests.support.toy_cloud import BACKUP, JOB, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed


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
    assert (failure.kind, failure.executed) == (ErrorKind.UNUSABLE, Executed.NO)
    assert f"another {what} than the one asked for: {asked.upper()}, not {asked}" in failure.message
    assert "only a read" in failure.hint


@pytest.mark.parametrize("told", ["ff80", 17, ["x"], {"id": JOB}, False, f"{JOB}0", "«hidden»"])
async def test_a_job_of_another_id_is_a_contradiction_whatever_its_shape(told: object) -> None:
    async with things(BACKUP, VOLUME, told) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as caught:
            await provider.job(JOB)
    assert caught.value.failure.kind is ErrorKind.UNUSABLE


@pytest.mark.parametrize("told", ["", None])
async def test_a_job_without_an_id_is_the_one_asked_for(told: object) -> None:
    async with things(BACKUP, VOLUME, told) as cloud:
        assert (await (await cloud.provider()).job(JOB)).id == JOB
