"""A disk that cannot be read is not a disk that is gone, whatever the answer that says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.house import House
from tests.restore.makers import restore
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.restore.events import WatchChanged
from vbs_tui.restore.journal.states import State


def failing(
    house: House, monkeypatch: pytest.MonkeyPatch, thing: str, kind: ErrorKind, status: int
) -> None:
    """From now on every read of that *thing* is answered so."""

    async def answer(_id: str) -> Any:
        raise CloudError(Failure(kind, Executed.UNKNOWN, f"read the {thing}", status=status))

    monkeypatch.setattr(house.cloud, thing, answer)


@pytest.mark.parametrize(
    ("kind", "status"),
    [(ErrorKind.SERVER, status) for status in (500, 502, 503, 504)]
    + [(ErrorKind.REFUSED, status) for status in (401, 403, 429)]
    + [(ErrorKind.LOG_IN, 404), (ErrorKind.UNUSABLE, 200)],
)
@pytest.mark.parametrize("has_job", [True, False])
def test_a_disk_whose_reading_fails_is_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: ErrorKind, status: int, has_job: bool
) -> None:
    async def story() -> None:
        house.cloud.forgets_jobs = not has_job
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().disk_seen_busy)
        with monkeypatch.context() as patch:
            failing(house, patch, "volume", kind, status)
            await house.clock.sleep(600)
            now = house.latest()
            assert now.state.is_open
            told = " ".join([now.summary, *(entry.text for entry in now.log)])
            assert "deleted" not in f"{told} {now.volume_status}"
        assert (await house.settled()).state is State.SUCCEEDED
        await engine.stop(1.0)

    house.run(story())


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
def test_only_a_job_that_its_service_does_not_know_is_lost(
    house: House, kind: ErrorKind, status: int, code: str, is_lost: bool
) -> None:
    async def story() -> None:
        house.cloud.works = 300.0
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        failure = Failure(kind, Executed.NO, "read the job", status=status, code=code)

        async def job(_id: str) -> Any:
            raise CloudError(failure)

        house.cloud.job = job  # type: ignore[method-assign,assignment]
        await house.clock.sleep(100)
        assert house.latest().job_lost is is_lost
        watch = [event.watch for event in house.events if isinstance(event, WatchChanged)][-1]
        assert watch.failure == (None if is_lost else failure)
        await engine.stop(1.0)

    house.run(story())


def test_what_fails_first_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        house.cloud.works = 300.0
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        told = []
        for thing in ("backup", "volume", "job"):
            failing(house, monkeypatch, thing, ErrorKind.SERVER, 503)
            await house.clock.sleep(60)
            watch = [event.watch for event in house.events if isinstance(event, WatchChanged)][-1]
            assert watch.failure is not None
            told.append(watch.failure.what)
        assert told == ["read the backup", "read the volume", "read the job"]
        await engine.stop(1.0)

    house.run(story())


def test_a_disk_that_its_service_does_not_know_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().disk_seen_busy)
        with monkeypatch.context() as patch:
            failing(house, patch, "volume", ErrorKind.REFUSED, 404)
            await house.until(lambda: house.latest().state is State.UNKNOWN)
            assert house.latest().volume_status == "deleted"
        await engine.stop(1.0)

    house.run(story())
