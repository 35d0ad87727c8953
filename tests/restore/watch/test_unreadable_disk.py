"""A disk that cannot be read does not count as deleted, whatever the response is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.restore.journal.states import State


def failing(
    harness: Harness,
    monkeypatch: pytest.MonkeyPatch,
    thing: str,
    kind: ErrorKind,
    status: int,
) -> None:
    """From now on every read of that *thing* is answered so."""

    async def answer(_id: str) -> Any:
        raise CloudError(Failure(kind, Executed.UNKNOWN, f"read the {thing}", status=status))

    monkeypatch.setattr(harness.cloud, thing, answer)


@pytest.mark.parametrize(
    ("kind", "status"),
    [(ErrorKind.SERVER, status) for status in (500, 502, 503, 504)]
    + [(ErrorKind.REFUSED, status) for status in (401, 403, 429)]
    + [(ErrorKind.LOG_IN, 404), (ErrorKind.UNUSABLE, 200)],
)
@pytest.mark.parametrize("has_job", [True, False])
@in_virtual_time
async def test_a_disk_whose_reading_fails_is_waited_for(
    harness: Harness,
    monkeypatch: pytest.MonkeyPatch,
    kind: ErrorKind,
    status: int,
    has_job: bool,
) -> None:
    harness.cloud.forgets_jobs = not has_job
    await harness.submit()
    await harness.until(lambda: harness.latest().disk_seen_busy)
    with monkeypatch.context() as patch:
        failing(harness, patch, "volume", kind, status)
        await harness.clock.sleep(600)
        now = harness.latest()
        assert now.state.is_open
        told = " ".join([now.summary, *(entry.text for entry in now.log)])
        assert "deleted" not in f"{told} {now.volume_status}"
    assert (await harness.settled()).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("kind", "status", "code", "is_lost"),
    [
        (ErrorKind.REFUSED, 400, "Common.0011", True),
        (ErrorKind.REFUSED, 400, "COMMON.0011", True),
        (ErrorKind.REFUSED, 404, "", True),
        (ErrorKind.REFUSED, 400, "", False),
        (ErrorKind.REFUSED, 403, "", False),
        (ErrorKind.LOG_IN, 404, "", False),
        (ErrorKind.SERVER, 500, "", False),
    ],
)
@in_virtual_time
async def test_only_a_job_that_its_service_does_not_know_is_lost(
    harness: Harness, kind: ErrorKind, status: int, code: str, is_lost: bool
) -> None:
    harness.cloud.works = 300.0
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    failure = Failure(kind, Executed.NO, "read the job", status=status, code=code)

    async def job(_id: str) -> Any:
        raise CloudError(failure)

    harness.cloud.job = job  # type: ignore[method-assign,assignment]
    await harness.clock.sleep(100)
    assert harness.latest().job_lost is is_lost
    watch = harness.watches[-1]
    assert watch.failure == (None if is_lost else failure)


@in_virtual_time
async def test_what_fails_first_is_told(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.cloud.works = 300.0
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    told = []
    for thing in ("backup", "volume", "job"):
        failing(harness, monkeypatch, thing, ErrorKind.SERVER, 503)
        await harness.clock.sleep(60)
        watch = harness.watches[-1]
        assert watch.failure is not None
        told.append(watch.failure.what)
    assert told == ["read the backup", "read the volume", "read the job"]


@in_virtual_time
async def test_a_disk_that_its_service_does_not_know_is_gone(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.submit()
    await harness.until(lambda: harness.latest().disk_seen_busy)
    with monkeypatch.context() as patch:
        failing(harness, patch, "volume", ErrorKind.REFUSED, 404)
        await harness.until(lambda: harness.latest().state is State.UNKNOWN)
        assert harness.latest().volume_status == "deleted"
