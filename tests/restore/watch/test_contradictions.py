"""A job that contradicts its own SUCCESS is reported so, and never counts as succeeded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from vbs_tui.cloud.resources import Backup, Job, SubJob, Volume
from vbs_tui.cloud.secrets import BLOT
from vbs_tui.restore.events import RowChanged
from vbs_tui.restore.journal.records import UNCLEAR
from vbs_tui.restore.journal.states import State

FAILED_PART = SubJob("sub1", "bksRestoreVolume", "FAIL", "VolumeBackup.0200")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"sub_jobs": (FAILED_PART,)}, "its part bksRestoreVolume failed (VolumeBackup.0200)"),
        ({"error_code": "VolumeBackup.0064"}, "it carries the error code VolumeBackup.0064"),
        ({"fail_reason": "I/O error"}, "it gives a reason for a failure (I/O error)"),
        (
            {"sub_jobs": (SubJob("sub1", "bksRestoreVolume", "?", "", "I/O error"),)},
            "its part bksRestoreVolume failed",
        ),
        ({"about_volume": "f" * 36}, f"it is about another disk ({'f' * 36})"),
        ({"job_type": "bksDeleteBackup"}, "it is a job of another type (bksDeleteBackup)"),
    ],
)
@in_virtual_time
async def test_success_against_its_own_words(
    harness: Harness, said: dict[str, Any], told: str
) -> None:
    engine = await harness.engine()
    await engine.submit(restore())
    await harness.until(lambda: bool(harness.cloud.executed))
    for name, value in said.items():
        setattr(harness.cloud.executed[0], name, value)
    await harness.clock.sleep(300)
    ended = harness.latest()
    assert ended.state is State.UNKNOWN
    assert ended.summary.startswith(f"{UNCLEAR}: The job says SUCCESS, but {told}")
    assert ended.needs_settlement
    assert len(harness.cloud.posts) == 1
    closed = await engine.settle(ended.id, "jane")
    assert closed.state is State.ABANDONED
    assert closed.summary == "Closed by the operator; how it ended is not known."


@pytest.mark.parametrize(
    "said", [{"about_volume": "f" * 36}, {"job_type": "bksDeleteBackup"}], ids=str
)
@in_virtual_time
async def test_the_failure_of_another_job_is_not_ours(
    harness: Harness, said: dict[str, Any]
) -> None:
    harness.cloud.fails = True
    await harness.submit()
    await harness.until(lambda: bool(harness.cloud.executed))
    for name, value in said.items():
        setattr(harness.cloud.executed[0], name, value)
    await harness.clock.sleep(300)
    assert harness.latest().state is State.UNKNOWN


@pytest.mark.parametrize("job_type", ["", "restoreBackup", "bksRestoreBackup", "BKSRESTOREBACKUP"])
@in_virtual_time
async def test_a_restore_by_whatever_name_is_one(harness: Harness, job_type: str) -> None:
    await harness.submit()
    await harness.until(lambda: bool(harness.cloud.executed))
    harness.cloud.executed[0].job_type = job_type
    assert (await harness.settled()).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("call", "said", "is_proven"),
    [
        ("job", {}, True),
        ("job", {"volume_id": restore().volume.id, "backup_id": restore().backup.id}, True),
        ("job", {"status": "INIT"}, False),
        ("job", {"job_type": "bksDeleteBackup"}, False),
        ("job", {"volume_id": "f" * 36}, False),
        ("backup", {"status": "available"}, False),
        ("volume", {"status": "available"}, False),
    ],
)
@in_virtual_time
async def test_disk_and_backup_at_work_under_our_job(
    harness: Harness, call: str, said: dict[str, Any], is_proven: bool
) -> None:
    """Only while our job runs do a busy disk and backup prove our restore without the lists."""
    harness.cloud.works = 300.0
    real = getattr(harness.cloud, call)

    async def answer(one_id: str) -> Any:
        return replace(await real(one_id), **said)

    async def nothing() -> Any:
        return (), ()

    harness.cloud.restoring = nothing  # type: ignore[method-assign]
    await harness.submit()
    await harness.until(lambda: bool(harness.cloud.posts))
    setattr(harness.cloud, call, answer)
    await harness.clock.sleep(60)
    assert harness.latest().pair_seen_busy is is_proven


@in_virtual_time
async def test_the_lists_hear_of_what_a_look_brings_and_of_nothing_else(harness: Harness) -> None:
    harness.cloud.works = 300.0
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    rows = [event.row for event in harness.events if isinstance(event, RowChanged)]
    assert {row.status for row in rows if isinstance(row, Backup)} >= {"restoring"}
    assert {row.status for row in rows if isinstance(row, Volume)} >= {"restoring-backup"}
    harness.cloud.dark = True
    harness.events.clear()
    await harness.clock.sleep(60)
    assert harness.watches
    assert not any(isinstance(event, RowChanged) for event in harness.events)


@in_virtual_time
async def test_the_disk_is_read_only_after_its_job_has_answered(harness: Harness) -> None:
    """While the job's answer is under way, the restore begins, breaks the disk and ends."""
    harness.cloud.fails = True
    real = harness.cloud.job

    async def slow(job_id: str) -> Job:
        await harness.clock.sleep(40)
        return replace(await real(job_id), status="SUCCESS")

    harness.cloud.job = slow  # type: ignore[method-assign]
    await harness.submit()
    ended = await harness.settled()
    assert ended.state is State.FAILED
    assert "the disk is error_restoring" in ended.summary


@in_virtual_time
async def test_a_state_that_a_hidden_secret_was_part_of_decides_nothing(harness: Harness) -> None:
    """The job failed and the disk's state is not known: the disk is not called untouched."""
    harness.cloud.fails = True
    real = harness.cloud.volume

    async def hidden(volume_id: str) -> Volume:
        found = await real(volume_id)
        return replace(found, status=BLOT) if found.status == "error_restoring" else found

    harness.cloud.volume = hidden  # type: ignore[method-assign]
    await harness.submit()
    await harness.clock.sleep(600)
    watched = harness.latest()
    assert watched.state is State.RUNNING
    assert "has not been read since" in watched.summary
    harness.cloud.volume = real  # type: ignore[method-assign]
    assert (await harness.settled()).state is State.FAILED
