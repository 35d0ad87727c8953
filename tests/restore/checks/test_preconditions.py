"""A reading directly before the request decides whether it is sent, even if clocks jump."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import NOW, restore
from tests.restore.scripted_cloud import Answer
from vbs_tui.cloud.resources import Attachment
from vbs_tui.restore.events import RowChanged
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State


@pytest.mark.parametrize(
    ("call", "changes", "told"),
    [
        ("volume", {"status": "restoring-backup"}, "A restore onto it is running right now"),
        ("volume", {"status": "in-use"}, "attached to a server"),
        ("volume", {"attachments": (Attachment("s", "/dev/vdb", "web-01"),)}, "web-01"),
        ("volume", {"name": "x"}, "the disk is named x, and was named db-data-01"),
        ("volume", {"size": 99}, "1 GiB too small|has 99 GiB, the backup needs 100"),
        ("volume", {"size": 101}, "the disk has 101 GiB, and had 100 GiB"),
        ("volume", {"availability_zone": "eu-de-02"}, "is in zone eu-de-02, and was in eu-de-01"),
        ("volume", {"availability_zone": ""}, "is in zone (none), and was in eu-de-01"),
        ("volume", {"size": None}, "has ? GiB, and had 100 GiB"),
        ("volume", {"src_backup_id": "f" * 8}, "so another restore wrote it"),
        ("volume", {"updated_at": NOW + timedelta(microseconds=1)}, "disk was changed"),
        ("volume", {"updated_at": None}, "disk was changed"),
        ("volume", {"multiattach": True}, "can be attached to several servers at once"),
        ("volume", {"bootable": True}, "The target is a system disk"),
        ("backup", {"encrypted": True}, "The backup is encrypted and the disk is not"),
        ("backup", {"status": "restoring"}, "Another restore is reading it"),
        ("backup", {"name": "y"}, "the backup is named y"),
        ("backup", {"size": 40}, "the backup has 40 GiB, and had 100 GiB"),
        ("backup", {"volume_id": "other"}, "belongs to another disk"),
        ("backup", {"created_at": NOW - timedelta(days=1)}, "was taken at another time"),
        ("backup", {"updated_at": NOW + timedelta(seconds=1)}, "backup was changed"),
    ],
)
@in_virtual_time
async def test_what_changed_since_the_confirmation_is_not_sent(
    harness: Harness, call: str, changes: dict[str, Any], told: str
) -> None:
    engine = await harness.engine()
    harness.change(call, **changes)
    await engine.submit(restore())
    ended = await harness.settled()
    assert ended.state is State.NOT_SENT
    assert ended.summary.startswith("Not sent: ")
    assert any(words in ended.summary for words in told.split("|")), ended.summary
    assert ended.tries == 0
    assert harness.cloud.posts == []
    rows = [e for e in harness.events if isinstance(e, RowChanged)]
    assert {type(one.row).__name__ for one in rows} == {"Backup", "Volume"}
    assert {one.project_id for one in rows} == {ended.project_id}


@in_virtual_time
async def test_a_change_during_a_slow_log_in_is_seen(harness: Harness) -> None:
    """The token first, then the reading: however long the log-in takes."""
    engine = await harness.engine()

    async def slow() -> None:
        await harness.clock.sleep(186)
        harness.change("volume", status="in-use")

    harness.cloud.prepare = slow  # type: ignore[method-assign]
    await engine.submit(restore())
    ended = await harness.settled()
    assert ended.state is State.NOT_SENT
    assert harness.cloud.posts == []


@in_virtual_time
async def test_both_are_read_before_every_request(harness: Harness) -> None:
    harness.cloud.answers = [Answer.BAD_TOKEN, Answer.NEVER_LEFT]
    order: list[str] = []
    for call in ("prepare", "volume", "backup", "submit"):
        real = getattr(harness.cloud, call)

        async def noted(*args: Any, real: Any = real, call: str = call, **more: Any) -> Any:
            order.append(call)
            return await real(*args, **more)

        setattr(harness.cloud, call, noted)
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.ACCEPTED)
    before = order[: len(order) - order[::-1].index("submit")]
    assert before == ["prepare", "backup", "volume", "submit"] * 3


@pytest.mark.parametrize("jump", [timedelta(), timedelta(hours=1), timedelta(hours=-1)])
@in_virtual_time
async def test_a_journal_that_writes_slowly_does_not_let_an_old_reading_through(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """After the write the reading is too old: it is read again, and what changed stops it."""
    engine = await harness.engine()
    real = Journal.update
    slow = [True]

    def update(journal: Journal, one: Restore, entries: Any) -> Restore:
        if one.state is State.SENDING and slow.pop():
            harness.loop._jumping.elapsed += 60.0
            harness.clock.jump = jump
            harness.change("volume", name="other")
            slow.append(False)
        return real(journal, one, entries)

    monkeypatch.setattr(Journal, "update", update)
    await engine.submit(restore())
    ended = await harness.settled()
    assert ended.state is State.NOT_SENT
    assert "is named other" in ended.summary
    assert harness.cloud.posts == []


@pytest.mark.parametrize("hours", [1, -1])
@in_virtual_time
async def test_a_clock_that_jumps_calls_nothing_untraced_too_early(
    harness: Harness, hours: int
) -> None:
    harness.cloud.answers = [Answer.ERROR_BEFORE]
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.UNKNOWN)
    begun = harness.clock.monotonic()
    harness.clock.jump = timedelta(hours=hours)
    await harness.until(lambda: harness.latest().needs_settlement)
    assert 55 <= harness.clock.monotonic() - begun <= 66


@pytest.mark.parametrize("hours", [1, -1])
@in_virtual_time
async def test_a_clock_that_jumps_changes_no_pace(harness: Harness, hours: int) -> None:
    harness.cloud.answers = [Answer.ERROR_BEFORE]
    await harness.submit()
    await harness.until(lambda: harness.latest().state is State.UNKNOWN)
    harness.clock.jump = timedelta(hours=hours)
    looks = harness.cloud.looks
    await harness.clock.sleep(20)
    assert 8 * 2 <= harness.cloud.looks - looks <= 12 * 2, "two reads every two seconds"
