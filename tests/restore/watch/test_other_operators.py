"""Other operators restore onto the same disks: their work never becomes a verdict of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer, Execution
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.events import RestoreChanged
from vbs_tui.restore.journal.records import UNCLEAR, Restore
from vbs_tui.restore.journal.states import State

OURS = restore()
ELSEWHERE = restore(2)


async def unanswered(harness: Harness, answer: Answer = Answer.ERROR_BEFORE) -> None:
    """A POST whose outcome is not known; ``ERROR_BEFORE``: it was not executed."""
    harness.cloud.answers = [answer]
    engine = await harness.engine()
    await engine.submit(OURS)
    await harness.until(lambda: harness.latest().state is State.UNKNOWN)


async def long_after(harness: Harness) -> Restore:
    await harness.clock.sleep(300)
    return harness.latest()


def never_blind(harness: Harness) -> bool:
    """Whether no poll failed, by a fault of the cloud or of the program."""
    return bool(harness.watches) and all(watch.failure is None for watch in harness.watches)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("marked", [False, True])
@in_virtual_time
async def test_another_backup_onto_the_same_disk(
    harness: Harness, fails: bool, marked: bool
) -> None:
    await unanswered(harness)
    harness.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, fails=fails)
    if marked:
        harness.cloud.marks[OURS.volume.id] = ELSEWHERE.backup.id
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert ended.summary.startswith(UNCLEAR)
    assert ended.disk_seen_busy
    assert not any("accepted after all" in line.text for line in ended.log)
    word = ELSEWHERE.backup.id if marked else "another restore"
    assert word in ended.summary or (fails and "error_restoring" in ended.summary)


@in_virtual_time
async def test_the_same_backup_onto_another_disk_while_ours_is_renamed(harness: Harness) -> None:
    await unanswered(harness)
    harness.cloud.other_operator(OURS.backup.id, ELSEWHERE.volume.id)
    harness.cloud.renamed[OURS.volume.id] = "now-something-else"
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert ended.backup_seen_busy
    assert "onto another disk" in ended.summary


@pytest.mark.parametrize("apart", [0.0, 3.0])
@in_virtual_time
async def test_our_backup_elsewhere_and_another_backup_here_at_the_same_time(
    harness: Harness, apart: float
) -> None:
    await unanswered(harness)
    harness.cloud.other_operator(OURS.backup.id, ELSEWHERE.volume.id, works=60.0)
    await harness.clock.sleep(apart)
    harness.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, works=60.0)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert ended.disk_seen_busy
    assert ended.backup_seen_busy
    assert not ended.pair_seen_busy


@pytest.mark.parametrize("before", [True, False])
@in_virtual_time
async def test_a_restore_elsewhere_that_began_at_another_time_is_no_doubt(
    harness: Harness, before: bool
) -> None:
    there = restore(3)
    if before:
        harness.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
        await harness.clock.sleep(60)
    await unanswered(harness, Answer.LOST_AFTER)
    if not before:
        await harness.clock.sleep(10)
        harness.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
    ended = await harness.settled()
    assert ended.state is State.SUCCEEDED
    assert ended.pair_seen_busy


@pytest.mark.parametrize(("apart", "is_proven"), [(5.0, False), (5.001, True)])
@in_virtual_time
async def test_together_is_within_five_seconds(
    harness: Harness, apart: float, is_proven: bool
) -> None:
    there = restore(3)
    await unanswered(harness, Answer.LOST_AFTER)
    other = harness.cloud.other_operator(there.backup.id, there.volume.id, works=60.0)
    other.begun = harness.cloud.executed[0].begun - timedelta(seconds=apart)
    ended = await long_after(harness)
    assert ended.pair_seen_busy is is_proven
    assert ended.state is (State.SUCCEEDED if is_proven else State.UNKNOWN)


@pytest.mark.parametrize("untold", ["theirs", "ours"])
@in_virtual_time
async def test_one_whose_beginning_is_not_told_may_have_begun_together(
    harness: Harness, untold: str
) -> None:
    there = restore(3)
    harness.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
    real = harness.cloud.restoring
    timeless = there if untold == "theirs" else OURS

    async def restoring() -> Any:
        return tuple(
            tuple(
                replace(one, updated_at=None)
                if one.id in (timeless.backup.id, timeless.volume.id)
                else one
                for one in busy
            )
            for busy in await real()
        )

    harness.cloud.restoring = restoring  # type: ignore[method-assign]
    await harness.clock.sleep(60)
    await unanswered(harness, Answer.LOST_AFTER)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert not ended.pair_seen_busy
    assert never_blind(harness)


@pytest.mark.parametrize("shown", ["neither", "backup", "disk", "no list"])
@in_virtual_time
async def test_a_list_that_does_not_show_both_proves_nothing(harness: Harness, shown: str) -> None:
    real = harness.cloud.restoring

    async def restoring() -> Any:
        if shown == "no list":
            raise CloudError(Failure(ErrorKind.SERVER, Executed.UNKNOWN, "list", status=500))
        backups, volumes = await real()
        return (backups if shown == "backup" else (), volumes if shown == "disk" else ())

    harness.cloud.restoring = restoring  # type: ignore[method-assign]
    await unanswered(harness, Answer.LOST_AFTER)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert ended.disk_seen_busy
    assert ended.backup_seen_busy
    assert not ended.pair_seen_busy
    assert never_blind(harness), "what matters could be read"


@in_virtual_time
async def test_one_that_began_together_with_ours_leaves_it_open(harness: Harness) -> None:
    there = restore(3)
    await unanswered(harness, Answer.LOST_AFTER)
    harness.cloud.other_operator(there.backup.id, there.volume.id)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert not ended.pair_seen_busy


@in_virtual_time
async def test_our_own_restores_are_accounted_for(harness: Harness) -> None:
    harness.cloud.answers = [Answer.LOST_AFTER, Answer.LOST_AFTER, Answer.OK]
    engine = await harness.engine()
    for number in (1, 2, 3):
        await engine.submit(restore(number))
    ids = {restore(number).id for number in (1, 2, 3)}

    def all_over() -> bool:
        found = {
            event.restore.id: event.restore.state
            for event in harness.events
            if hasattr(event, "restore")
        }
        return all(found.get(one) is State.SUCCEEDED for one in ids)

    await harness.until(all_over)


@pytest.mark.parametrize("fails", [False, True])
@in_virtual_time
async def test_ours_alone_is_proven(harness: Harness, fails: bool) -> None:
    harness.cloud.fails = fails
    await unanswered(harness, Answer.LOST_AFTER)
    ended = await harness.settled()
    assert ended.state is (State.FAILED if fails else State.SUCCEEDED)
    assert any("accepted after all" in line.text for line in ended.log)


@in_virtual_time
async def test_a_disk_that_is_written_again_after_ours_is_not_ours_any_more(
    harness: Harness,
) -> None:
    await unanswered(harness, Answer.LOST_AFTER)
    await harness.until(lambda: harness.latest().pair_seen_busy)
    harness.cloud.dark = True
    await harness.clock.sleep(25)
    harness.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, works=200.0)
    harness.cloud.dark = False
    await harness.until(lambda: bool(harness.latest().against), 400)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert "written again" in ended.summary


@in_virtual_time
async def test_a_disk_that_was_attached_meanwhile_is_no_proof(harness: Harness) -> None:
    await unanswered(harness)
    real = harness.cloud.volume

    async def attached(volume_id: str) -> object:
        return replace(await real(volume_id), status="in-use")

    harness.cloud.volume = attached  # type: ignore[method-assign,assignment]
    await harness.until(lambda: bool(harness.latest().against))
    harness.cloud.volume = real  # type: ignore[method-assign]
    harness.cloud.other_operator(OURS.backup.id, OURS.volume.id)
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert "was seen in-use" in ended.summary


@in_virtual_time
async def test_a_cloud_that_was_started_anew_proves_nothing(harness: Harness) -> None:
    """Its disks are in the state of its start, not in that of confirmation or writing."""
    harness.cloud.works = 300.0
    await unanswered(harness, Answer.LOST_AFTER)
    await harness.until(lambda: harness.latest().pair_seen_busy)
    begun: list[Execution] = harness.cloud.executed
    busy = begun[0].started
    begun.clear()
    real = harness.cloud.volume

    async def younger(volume_id: str) -> object:
        found = await real(volume_id)
        return replace(found, updated_at=busy - timedelta(seconds=0.5))

    harness.cloud.volume = younger  # type: ignore[method-assign,assignment]
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert "reset to an earlier state" in ended.summary


@pytest.mark.parametrize("fails", [False, True])
@in_virtual_time
async def test_somebody_elses_restore_after_ours_had_succeeded(
    harness: Harness, fails: bool
) -> None:
    await harness.submit(OURS)
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    harness.cloud.dark = True
    await harness.clock.sleep(25)
    other = harness.cloud.other_operator(
        ELSEWHERE.backup.id, OURS.volume.id, works=200.0, fails=fails
    )
    await harness.clock.sleep(2)
    harness.cloud.dark = False
    harness.cloud.marks[OURS.volume.id] = ELSEWHERE.backup.id
    await harness.clock.sleep(600)
    assert other.phase(harness.clock.now()) != "RUNNING"
    ended = harness.latest()
    assert ended.state is State.UNKNOWN
    assert "another restore was seen since" in ended.summary


@in_virtual_time
async def test_disk_and_backup_that_began_apart_are_no_pair_though_nothing_else_is_told(
    harness: Harness,
) -> None:
    """Another operator restores a backup that this service does not list."""
    await unanswered(harness)
    harness.cloud.other_operator(OURS.backup.id, "hidden", works=60.0)
    await harness.clock.sleep(8)
    harness.cloud.other_operator("hidden", OURS.volume.id, works=60.0)
    real = harness.cloud.restoring

    async def seen() -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
        backups, volumes = await real()
        ours = {OURS.backup.id, OURS.volume.id}
        return (
            tuple(one for one in backups if one.id in ours),
            tuple(one for one in volumes if one.id in ours),
        )

    harness.cloud.restoring = seen  # type: ignore[method-assign]
    ended = await long_after(harness)
    assert ended.state is State.UNKNOWN
    assert ended.disk_seen_busy
    assert ended.backup_seen_busy
    assert not ended.pair_seen_busy


@in_virtual_time
async def test_what_was_found_out_is_known_to_the_next_program(harness: Harness) -> None:
    harness.cloud.answers = [Answer.ERROR_BEFORE]
    first = await harness.engine()
    await first.submit(OURS)
    await harness.until(lambda: harness.latest().needs_settlement)
    await first.stop(1.0)
    told = len(harness.events)
    await harness.engine()
    await harness.clock.sleep(10)
    since = [e.restore for e in harness.events[told:] if isinstance(e, RestoreChanged)]
    assert since
    assert all(one.needs_settlement for one in since)
    assert sum("after sending" in line.text for line in harness.latest().log) <= 1


@pytest.mark.parametrize("call", ["volume", "backup"])
@in_virtual_time
async def test_a_look_that_fails_takes_nothing_back(harness: Harness, call: str) -> None:
    harness.cloud.answers = [Answer.ERROR_BEFORE]
    await harness.submit(OURS)
    await harness.until(lambda: harness.latest().needs_settlement)
    known = harness.latest().summary
    real = getattr(harness.cloud, call)

    async def fails(_: str) -> None:
        raise CloudError(Failure(ErrorKind.SERVER, Executed.UNKNOWN, "read", status=503))

    setattr(harness.cloud, call, fails)
    await harness.clock.sleep(120)
    assert harness.latest().summary == known
    setattr(harness.cloud, call, real)
    await harness.clock.sleep(120)
    assert harness.latest().summary == known
