"""Somebody else restores on the same disks: no verdict of ours comes from their work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.restore.engine_harness import House
from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer, Execution
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.events import RestoreChanged, WatchChanged
from vbs_tui.restore.journal.records import UNCLEAR, Restore
from vbs_tui.restore.journal.states import State

OURS = restore()
ELSEWHERE = restore(2)


async def unanswered(house: House, answer: Answer = Answer.ERROR_BEFORE) -> None:
    """A POST whose outcome is not known; ``ERROR_BEFORE``: it was not executed."""
    house.cloud.answers = [answer]
    engine = await house.engine()
    await engine.submit(OURS)
    await house.until(lambda: house.latest().state is State.UNKNOWN)


async def long_after(house: House) -> Restore:
    await house.clock.sleep(300)
    return house.latest()


def never_blind(house: House) -> bool:
    """Whether no look failed, by the cloud's fault or by ours."""
    watches = [event.watch for event in house.events if isinstance(event, WatchChanged)]
    return bool(watches) and all(watch.failure is None for watch in watches)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("marked", [False, True])
def test_another_backup_onto_the_same_disk(house: House, fails: bool, marked: bool) -> None:
    async def story() -> None:
        await unanswered(house)
        house.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, fails=fails)
        if marked:
            house.cloud.marks[OURS.volume.id] = ELSEWHERE.backup.id
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert ended.summary.startswith(UNCLEAR)
        assert ended.disk_seen_busy
        assert not any("accepted after all" in line.text for line in ended.log)
        word = ELSEWHERE.backup.id if marked else "another restore"
        assert word in ended.summary or (fails and "error_restoring" in ended.summary)

    house.run(story())


def test_the_same_backup_onto_another_disk_while_ours_is_renamed(house: House) -> None:
    async def story() -> None:
        await unanswered(house)
        house.cloud.other_operator(OURS.backup.id, ELSEWHERE.volume.id)
        house.cloud.renamed[OURS.volume.id] = "now-something-else"
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert ended.backup_seen_busy
        assert "onto another disk" in ended.summary

    house.run(story())


@pytest.mark.parametrize("apart", [0.0, 3.0])
def test_our_backup_elsewhere_and_another_backup_here_at_the_same_time(
    house: House, apart: float
) -> None:
    async def story() -> None:
        await unanswered(house)
        house.cloud.other_operator(OURS.backup.id, ELSEWHERE.volume.id, works=60.0)
        await house.clock.sleep(apart)
        house.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, works=60.0)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert ended.disk_seen_busy
        assert ended.backup_seen_busy
        assert not ended.pair_seen_busy

    house.run(story())


@pytest.mark.parametrize("before", [True, False])
def test_a_restore_elsewhere_that_began_at_another_time_is_no_doubt(
    house: House, before: bool
) -> None:
    async def story() -> None:
        there = restore(3)
        if before:
            house.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
            await house.clock.sleep(60)
        await unanswered(house, Answer.LOST_AFTER)
        if not before:
            await house.clock.sleep(10)
            house.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
        ended = await house.settled()
        assert ended.state is State.SUCCEEDED
        assert ended.pair_seen_busy

    house.run(story())


@pytest.mark.parametrize(("apart", "is_proven"), [(5.0, False), (5.001, True)])
def test_together_is_within_five_seconds(house: House, apart: float, is_proven: bool) -> None:
    async def story() -> None:
        there = restore(3)
        await unanswered(house, Answer.LOST_AFTER)
        other = house.cloud.other_operator(there.backup.id, there.volume.id, works=60.0)
        other.begun = house.cloud.executed[0].begun - timedelta(seconds=apart)
        ended = await long_after(house)
        assert ended.pair_seen_busy is is_proven
        assert ended.state is (State.SUCCEEDED if is_proven else State.UNKNOWN)

    house.run(story())


@pytest.mark.parametrize("untold", ["theirs", "ours"])
def test_one_whose_beginning_is_not_told_may_have_begun_together(house: House, untold: str) -> None:
    async def story() -> None:
        there = restore(3)
        house.cloud.other_operator(there.backup.id, there.volume.id, works=9999.0)
        real = house.cloud.restoring
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

        house.cloud.restoring = restoring  # type: ignore[method-assign]
        await house.clock.sleep(60)
        await unanswered(house, Answer.LOST_AFTER)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert not ended.pair_seen_busy
        assert never_blind(house)

    house.run(story())


@pytest.mark.parametrize("shown", ["neither", "backup", "disk", "no list"])
def test_a_list_that_does_not_show_both_proves_nothing(house: House, shown: str) -> None:
    async def story() -> None:
        real = house.cloud.restoring

        async def restoring() -> Any:
            if shown == "no list":
                raise CloudError(Failure(ErrorKind.SERVER, Executed.UNKNOWN, "list", status=500))
            backups, volumes = await real()
            return (backups if shown == "backup" else (), volumes if shown == "disk" else ())

        house.cloud.restoring = restoring  # type: ignore[method-assign]
        await unanswered(house, Answer.LOST_AFTER)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert ended.disk_seen_busy
        assert ended.backup_seen_busy
        assert not ended.pair_seen_busy
        assert never_blind(house), "what matters could be read"

    house.run(story())


def test_one_that_began_together_with_ours_leaves_it_open(house: House) -> None:
    async def story() -> None:
        there = restore(3)
        await unanswered(house, Answer.LOST_AFTER)
        house.cloud.other_operator(there.backup.id, there.volume.id)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert not ended.pair_seen_busy

    house.run(story())


def test_our_own_restores_are_accounted_for(house: House) -> None:
    async def story() -> None:
        house.cloud.answers = [Answer.LOST_AFTER, Answer.LOST_AFTER, Answer.OK]
        engine = await house.engine()
        for number in (1, 2, 3):
            await engine.submit(restore(number))
        ids = {restore(number).id for number in (1, 2, 3)}

        def all_over() -> bool:
            found = {
                event.restore.id: event.restore.state
                for event in house.events
                if hasattr(event, "restore")
            }
            return all(found.get(one) is State.SUCCEEDED for one in ids)

        await house.until(all_over)

    house.run(story())


@pytest.mark.parametrize("fails", [False, True])
def test_ours_alone_is_proven(house: House, fails: bool) -> None:
    async def story() -> None:
        house.cloud.fails = fails
        await unanswered(house, Answer.LOST_AFTER)
        ended = await house.settled()
        assert ended.state is (State.FAILED if fails else State.SUCCEEDED)
        assert any("accepted after all" in line.text for line in ended.log)

    house.run(story())


def test_a_disk_that_is_written_again_after_ours_is_not_ours_any_more(house: House) -> None:
    async def story() -> None:
        await unanswered(house, Answer.LOST_AFTER)
        await house.until(lambda: house.latest().pair_seen_busy)
        house.cloud.dark = True
        await house.clock.sleep(25)
        house.cloud.other_operator(ELSEWHERE.backup.id, OURS.volume.id, works=200.0)
        house.cloud.dark = False
        await house.until(lambda: bool(house.latest().against), 400)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert "written again" in ended.summary

    house.run(story())


def test_a_disk_that_was_attached_meanwhile_is_no_proof(house: House) -> None:
    async def story() -> None:
        await unanswered(house)
        real = house.cloud.volume

        async def attached(volume_id: str) -> object:
            return replace(await real(volume_id), status="in-use")

        house.cloud.volume = attached  # type: ignore[method-assign,assignment]
        await house.until(lambda: bool(house.latest().against))
        house.cloud.volume = real  # type: ignore[method-assign]
        house.cloud.other_operator(OURS.backup.id, OURS.volume.id)
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert "was seen in-use" in ended.summary

    house.run(story())


def test_a_cloud_that_was_started_anew_proves_nothing(house: House) -> None:
    """Its disks are as they were at its start: not as at the confirmation, and not as written."""

    async def story() -> None:
        house.cloud.works = 300.0
        await unanswered(house, Answer.LOST_AFTER)
        await house.until(lambda: house.latest().pair_seen_busy)
        begun: list[Execution] = house.cloud.executed
        busy = begun[0].started
        begun.clear()
        real = house.cloud.volume

        async def younger(volume_id: str) -> object:
            found = await real(volume_id)
            return replace(found, updated_at=busy - timedelta(seconds=0.5))

        house.cloud.volume = younger  # type: ignore[method-assign,assignment]
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert "set back" in ended.summary

    house.run(story())


@pytest.mark.parametrize("fails", [False, True])
def test_somebody_elses_restore_after_ours_had_succeeded(house: House, fails: bool) -> None:
    async def story() -> None:
        engine = await house.engine()
        await engine.submit(OURS)
        await house.until(lambda: house.latest().state is State.RUNNING)
        house.cloud.dark = True
        await house.clock.sleep(25)
        other = house.cloud.other_operator(
            ELSEWHERE.backup.id, OURS.volume.id, works=200.0, fails=fails
        )
        await house.clock.sleep(2)
        house.cloud.dark = False
        house.cloud.marks[OURS.volume.id] = ELSEWHERE.backup.id
        await house.clock.sleep(600)
        assert other.phase(house.clock.now()) != "RUNNING"
        ended = house.latest()
        assert ended.state is State.UNKNOWN
        assert "another restore was seen since" in ended.summary
        await engine.stop(1.0)

    house.run(story())


def test_disk_and_backup_that_began_apart_are_no_pair_though_nothing_else_is_told(
    house: House,
) -> None:
    """Somebody's restore of a backup that this service does not list."""

    async def story() -> None:
        await unanswered(house)
        house.cloud.other_operator(OURS.backup.id, "hidden", works=60.0)
        await house.clock.sleep(8)
        house.cloud.other_operator("hidden", OURS.volume.id, works=60.0)
        real = house.cloud.restoring

        async def seen() -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
            backups, volumes = await real()
            ours = {OURS.backup.id, OURS.volume.id}
            return (
                tuple(one for one in backups if one.id in ours),
                tuple(one for one in volumes if one.id in ours),
            )

        house.cloud.restoring = seen  # type: ignore[method-assign]
        ended = await long_after(house)
        assert ended.state is State.UNKNOWN
        assert ended.disk_seen_busy
        assert ended.backup_seen_busy
        assert not ended.pair_seen_busy

    house.run(story())


def test_what_was_found_out_is_known_to_the_next_program(house: House) -> None:
    async def story() -> None:
        house.cloud.answers = [Answer.ERROR_BEFORE]
        first = await house.engine()
        await first.submit(OURS)
        await house.until(lambda: house.latest().needs_a_word)
        await first.stop(1.0)
        told = len(house.events)
        second = await house.engine()
        await house.clock.sleep(10)
        since = [e.restore for e in house.events[told:] if isinstance(e, RestoreChanged)]
        assert since
        assert all(one.needs_a_word for one in since)
        assert sum("after sending" in line.text for line in house.latest().log) <= 1
        await second.stop(1.0)

    house.run(story())


@pytest.mark.parametrize("call", ["volume", "backup"])
def test_a_look_that_fails_takes_nothing_back(house: House, call: str) -> None:
    async def story() -> None:
        house.cloud.answers = [Answer.ERROR_BEFORE]
        engine = await house.engine()
        await engine.submit(OURS)
        await house.until(lambda: house.latest().needs_a_word)
        known = house.latest().summary
        real = getattr(house.cloud, call)

        async def fails(_: str) -> None:
            raise CloudError(Failure(ErrorKind.SERVER, Executed.UNKNOWN, "read", status=503))

        setattr(house.cloud, call, fails)
        await house.clock.sleep(120)
        assert house.latest().summary == known
        setattr(house.cloud, call, real)
        await house.clock.sleep(120)
        assert house.latest().summary == known
        await engine.stop(1.0)

    house.run(story())
