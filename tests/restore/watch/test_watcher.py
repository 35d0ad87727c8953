"""A watch goes on through silence, defects and lost jobs, and ends at the verdict."""

from __future__ import annotations

import asyncio

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Volume
from vbs_tui.restore.journal.states import State


@in_virtual_time
async def test_a_restore_is_watched_in_its_own_region(harness: Harness) -> None:
    harness.cloud.works = 300.0
    first = await harness.engine()
    await first.submit(restore())
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    await first.stop(1.0)
    harness.cloud.opened_in.clear()
    harness.cloud.region = "eu-nl"
    await harness.engine()
    assert (await harness.settled()).state is State.SUCCEEDED
    assert set(harness.cloud.opened_in) == {"eu-de"}


@in_virtual_time
async def test_a_forgotten_job_is_judged_by_the_states(harness: Harness) -> None:
    harness.cloud.forgets_jobs = True
    harness.cloud.works = 300.0
    await harness.submit()
    ended = await harness.settled()
    assert ended.state is State.SUCCEEDED
    assert ended.job_lost


@in_virtual_time
async def test_a_cloud_that_was_set_back_proves_nothing(harness: Harness) -> None:
    harness.cloud.works = 300.0
    await harness.submit()
    await harness.until(lambda: harness.latest().disk_seen_busy)
    # As after a service is put back from its own backup: no job, and the disk as it was.
    harness.cloud.executed.clear()
    harness.cloud.forgets_jobs = True
    await harness.until(lambda: harness.latest().job_lost)
    await harness.clock.sleep(4000)
    ended = harness.latest()
    assert ended.state is State.UNKNOWN
    assert "reset to an earlier state" in ended.summary


@in_virtual_time
async def test_a_restore_that_nobody_watched_took_as_long_as_the_cloud_says(
    harness: Harness,
) -> None:
    harness.cloud.works = 300.0
    first = await harness.engine()
    await first.submit(restore())
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    await first.stop(1.0)
    await harness.clock.sleep(7200)
    await harness.engine()
    ended = await harness.settled()
    assert ended.state is State.SUCCEEDED
    assert ended.ended_at is not None
    assert ended.sent_at is not None
    assert 300 <= (ended.ended_at - ended.sent_at).total_seconds() < 320


@in_virtual_time
async def test_silence_is_told_and_never_a_failure(harness: Harness) -> None:
    engine = await harness.engine()
    harness.cloud.works = 500.0
    await engine.submit(restore())
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    harness.cloud.dark = True
    looks, dark_since = harness.cloud.looks, harness.clock.now()
    await harness.clock.sleep(7200)
    assert harness.latest().state is State.RUNNING
    assert harness.cloud.looks - looks < 7200 / 50 * 3, "it must back off"
    watches = harness.watches
    assert watches[-1].blind_since is not None
    assert watches[-1].looked_at is not None
    assert watches[-1].looked_at <= dark_since, "nothing was seen since"
    harness.cloud.dark = False
    assert (await harness.settled()).state is State.SUCCEEDED
    watches = harness.watches


@in_virtual_time
async def test_the_blind_look_at_once_when_the_cloud_is_back(harness: Harness) -> None:
    engine = await harness.engine()
    harness.cloud.works = 100.0
    await engine.submit(restore())
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    harness.cloud.dark = True
    await harness.clock.sleep(7200)
    harness.cloud.dark = False
    looks = harness.cloud.looks
    engine.poll_blind_now()
    await harness.clock.sleep(0.5)
    assert harness.cloud.looks > looks
    assert harness.latest().state is State.SUCCEEDED
    looks = harness.cloud.looks
    engine.poll_blind_now()


@in_virtual_time
async def test_a_look_that_gets_no_answer_is_told_as_blind_until_it_gets_one(
    harness: Harness,
) -> None:
    def blind() -> bool:
        return bool(harness.watches) and harness.watches[-1].blind_since is not None

    harness.cloud.works = 200.0
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    assert not blind()
    harness.cloud.gate = asyncio.Event()
    await harness.until(blind, 40.0)
    watch = harness.watches[-1]
    assert watch.failure is not None
    assert "a log-in waits for you" in watch.failure.message
    assert watch.next_at is None, "it has not ended, so that no other is planned"
    looks = harness.cloud.looks
    await harness.clock.sleep(100)
    assert harness.cloud.looks == looks, "one look at a time"
    harness.cloud.gate.set()
    assert (await harness.settled()).state is State.SUCCEEDED


@in_virtual_time
async def test_a_defect_in_a_look_is_told_and_the_watch_goes_on(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await harness.engine()
    real, times = harness.cloud.volume, [3]

    async def volume(volume_id: str) -> Volume:
        if times[0]:
            times[0] -= 1
            raise LookupError("s3cr3t")
        return await real(volume_id)

    await engine.submit(restore())
    await harness.until(lambda: harness.latest().state is State.ACCEPTED)
    monkeypatch.setattr(harness.cloud, "volume", volume)
    assert (await harness.settled()).state is State.SUCCEEDED
    failures = [watch.failure for watch in harness.watches if watch.failure is not None]
    assert any("LookupError" in failure.message for failure in failures)
    assert "s3cr3t" not in str(harness.events)


@in_virtual_time
async def test_an_identity_service_that_answers_404_tells_nothing_of_disk_and_job(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Failure(ErrorKind.LOG_IN, Executed.NO, "log in", status=404, message="not found")

    async def refuse(*_: object) -> None:
        raise CloudError(gone)

    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    with monkeypatch.context() as away:
        for call in ("job", "volume", "backup"):
            away.setattr(harness.cloud, call, refuse)
        await harness.clock.sleep(600)
        assert harness.latest().state is State.RUNNING
        assert not harness.latest().job_lost
    assert (await harness.settled()).state is State.SUCCEEDED


@in_virtual_time
async def test_a_job_that_answers_again_has_the_last_word(harness: Harness) -> None:
    harness.cloud.fails = True
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    (run,) = harness.cloud.executed
    run.works = 600.0
    harness.cloud.forgets_jobs = True
    await harness.until(lambda: harness.latest().job_lost)
    harness.cloud.forgets_jobs = False
    await harness.until(lambda: not harness.latest().job_lost)
    assert (await harness.settled()).state is State.FAILED
