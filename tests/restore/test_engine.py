"""The engine against a scripted cloud, in virtual time: every answer a POST can meet."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.restore.engine_harness import House
from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer, ScriptedCloud
from tests.restore.virtual_time import InlineExecutor
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Volume
from vbs_tui.restore.active_restore import ActiveRestore, Line
from vbs_tui.restore.events import Notice, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.journal import Journal, JournalError, Occupied
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace

SURE: list[tuple[list[Answer], State, int, int]] = [
    ([Answer.OK], State.SUCCEEDED, 1, 1),
    ([Answer.NO_JOB_ID], State.SUCCEEDED, 1, 1),
    ([Answer.LOST_AFTER], State.SUCCEEDED, 1, 1),
    ([Answer.ERROR_AFTER], State.SUCCEEDED, 1, 1),
    ([Answer.NEVER_LEFT], State.SUCCEEDED, 2, 1),
    ([Answer.NEVER_LEFT] * 3, State.NOT_SENT, 3, 0),
    ([Answer.TOO_MANY], State.REFUSED, 1, 0),
    ([Answer.BAD_TOKEN], State.SUCCEEDED, 2, 1),
    ([Answer.BAD_TOKEN] * 2, State.REFUSED, 2, 0),
    ([Answer.REFUSED], State.REFUSED, 1, 0),
]


@pytest.mark.parametrize(("answers", "state", "posts", "executed"), SURE)
def test_every_answer_ends_where_the_ledger_says(
    house: House, answers: list[Answer], state: State, posts: int, executed: int
) -> None:
    async def story() -> None:
        house.cloud.answers = list(answers)
        engine = await house.engine()
        await engine.submit(restore())
        ended = await house.settled()
        assert ended.state is state
        assert len(house.cloud.posts) == ended.tries == posts
        assert len(house.cloud.executed) == executed
        await engine.stop(1.0)

    house.run(story())


@pytest.mark.parametrize(
    ("answers", "state", "posts"),
    [([Answer.TOO_MANY], State.SUCCEEDED, 2), ([Answer.TOO_MANY] * 3, State.REFUSED, 3)],
)
def test_one_too_many_is_sent_again_only_where_that_was_asked_for(
    house: House, answers: list[Answer], state: State, posts: int
) -> None:
    async def story() -> None:
        house.cloud.answers = list(answers)
        engine = await house.engine()
        await engine.submit(restore(), retry_throttled=True)
        ended = await house.settled()
        assert ended.state is state
        assert len(house.cloud.posts) == ended.tries == posts
        await engine.stop(1.0)

    house.run(story())


def test_one_too_many_is_told_with_how_to_go_on(house: House) -> None:
    async def story() -> None:
        house.cloud.answers = [Answer.TOO_MANY]
        engine = await house.engine()
        await engine.submit(restore())
        ended = await house.settled()
        assert ended.failure is not None
        assert "Nothing was executed" in ended.failure.hint
        assert "restore again" in ended.failure.hint
        await house.clock.sleep(600)
        assert len(house.cloud.posts) == 1
        await engine.submit(restore(id="another"))
        assert (await house.settled()).state is State.SUCCEEDED
        await engine.stop(1.0)

    house.run(story())


@pytest.mark.parametrize("answer", [Answer.OK, Answer.LOST_AFTER])
def test_a_failing_restore_is_told_failed(house: House, answer: Answer) -> None:
    async def story() -> None:
        house.cloud.answers, house.cloud.fails = [answer], True
        engine = await house.engine()
        await engine.submit(restore())
        ended = await house.settled()
        assert ended.state is State.FAILED
        assert ended.failure is not None
        assert "error_restoring" in ended.failure.hint
        await engine.stop(1.0)

    house.run(story())


@pytest.mark.parametrize("answer", [Answer.LOST_BEFORE, Answer.ERROR_BEFORE])
def test_what_left_no_trace_stays_unknown_until_the_operator_speaks(
    house: House, answer: Answer
) -> None:
    async def story() -> None:
        house.cloud.answers = [answer]
        engine = await house.engine()
        first = await engine.submit(restore())
        await house.until(lambda: "Probably not accepted" in house.latest().summary)
        await house.clock.sleep(4000)
        assert house.latest().state is State.UNKNOWN
        assert len(house.cloud.posts) == 1
        with pytest.raises(Occupied):
            await engine.submit(restore(1, id="another"))
        declared = await engine.declare(first.id, "jane")
        assert declared.state is State.ABANDONED
        assert declared.summary == "Declared not sent by the operator."
        again = await engine.submit(restore(1, id="another"))
        assert again.state is State.PLANNED
        await house.settled()
        await engine.stop(1.0)

    house.run(story())


def test_a_restore_is_watched_in_its_own_region(house: House) -> None:
    async def story() -> None:
        house.cloud.works = 300.0
        first = await house.engine()
        await first.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        await first.stop(1.0)
        house.cloud.opened_in.clear()
        house.cloud.region = "eu-nl"
        second = await house.engine()
        assert (await house.settled()).state is State.SUCCEEDED
        assert set(house.cloud.opened_in) == {"eu-de"}
        await second.stop(1.0)

    house.run(story())


def test_a_forgotten_job_is_judged_by_the_states(house: House) -> None:
    async def story() -> None:
        house.cloud.forgets_jobs = True
        house.cloud.works = 300.0
        engine = await house.engine()
        await engine.submit(restore())
        ended = await house.settled()
        assert ended.state is State.SUCCEEDED
        assert ended.job_lost
        await engine.stop(1.0)

    house.run(story())


def test_a_cloud_that_was_set_back_proves_nothing(house: House) -> None:
    async def story() -> None:
        house.cloud.works = 300.0
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().disk_seen_busy)
        # As after a service is put back from its own backup: no job, and the disk as it was.
        house.cloud.executed.clear()
        house.cloud.forgets_jobs = True
        await house.until(lambda: house.latest().job_lost)
        await house.clock.sleep(4000)
        ended = house.latest()
        assert ended.state is State.UNKNOWN
        assert "set back" in ended.summary
        await engine.stop(1.0)

    house.run(story())


def test_a_restore_that_nobody_watched_took_as_long_as_the_cloud_says(house: House) -> None:
    async def story() -> None:
        house.cloud.works = 300.0
        first = await house.engine()
        await first.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        await first.stop(1.0)
        await house.clock.sleep(7200)
        second = await house.engine()
        ended = await house.settled()
        assert ended.state is State.SUCCEEDED
        assert ended.ended_at is not None
        assert ended.sent_at is not None
        assert 300 <= (ended.ended_at - ended.sent_at).total_seconds() < 320
        await second.stop(1.0)

    house.run(story())


def test_silence_is_told_and_never_a_failure(house: House) -> None:
    async def story() -> None:
        engine = await house.engine()
        house.cloud.works = 500.0
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        house.cloud.dark = True
        looks, dark_since = house.cloud.looks, house.clock.now()
        await house.clock.sleep(7200)
        assert house.latest().state is State.RUNNING
        assert house.cloud.looks - looks < 7200 / 50 * 3, "it must back off"
        watches = [e.watch for e in house.events if isinstance(e, WatchChanged)]
        assert watches[-1].blind_since is not None
        assert watches[-1].looked_at is not None
        assert watches[-1].looked_at <= dark_since, "nothing was seen since"
        house.cloud.dark = False
        assert (await house.settled()).state is State.SUCCEEDED
        watches = [e.watch for e in house.events if isinstance(e, WatchChanged)]
        await engine.stop(1.0)

    house.run(story())


def test_the_blind_look_at_once_when_the_cloud_is_back(house: House) -> None:
    async def story() -> None:
        engine = await house.engine()
        house.cloud.works = 100.0
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        house.cloud.dark = True
        await house.clock.sleep(7200)
        house.cloud.dark = False
        looks = house.cloud.looks
        engine.look_again()
        await house.clock.sleep(0.5)
        assert house.cloud.looks > looks
        assert house.latest().state is State.SUCCEEDED
        looks = house.cloud.looks
        engine.look_again()
        await engine.stop(1.0)

    house.run(story())


def test_a_changed_disk_stops_another_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        house.cloud.answers = [Answer.BAD_TOKEN]
        engine = await house.engine()
        real = house.cloud.volume

        async def renamed(volume_id: str) -> Any:
            name = "now-something-else" if house.cloud.posts else "db-data-01"
            return replace(await real(volume_id), name=name)

        monkeypatch.setattr(house.cloud, "volume", renamed)
        await engine.submit(restore())
        ended = await house.settled()
        assert ended.state is State.NOT_SENT
        assert "is named now-something-else, and was named db-data-01" in ended.summary
        assert len(house.cloud.posts) == 1
        await engine.stop(1.0)

    house.run(story())


def test_leaving_in_the_middle_of_a_post_waits_for_its_answer(house: House) -> None:
    async def story() -> None:
        house.cloud.delay = 1.5
        engine = await house.engine()
        await engine.submit(restore())
        await house.clock.sleep(0.5)
        assert engine.sending == 1
        await engine.stop(2.0)
        assert house.latest().state is State.ACCEPTED
        assert house.latest().job_id == "job0001"

    house.run(story())


def test_leaving_without_an_answer_is_recorded_as_unknown(house: House) -> None:
    async def story() -> None:
        house.cloud.delay = 60.0
        engine = await house.engine()
        await engine.submit(restore())
        await house.clock.sleep(0.5)
        await engine.stop(2.0)
        assert house.latest().state is State.UNKNOWN
        second = await house.engine()
        assert (await house.settled()).state is State.SUCCEEDED
        assert len(house.cloud.posts) == 1
        await second.stop(1.0)

    house.run(story())


def test_a_second_program_sees_it_within_two_seconds_and_does_not_look_itself(
    house: House,
) -> None:
    async def story() -> None:
        house.cloud.works = 600.0
        one = await house.engine()
        other_house = House(house.directory)
        other_house.loop, other_house.clock = house.loop, house.clock
        other_house.cloud = ScriptedCloud(house.clock)
        two = await other_house.engine()
        begun = house.clock.monotonic()
        first = await one.submit(restore())
        await other_house.until(lambda: bool(other_house.events))
        assert house.clock.monotonic() - begun <= 2.0
        assert other_house.latest().id == first.id
        await house.clock.sleep(60)
        assert other_house.cloud.looks == 0
        assert other_house.latest().state is State.RUNNING
        # The first one goes; the second takes over and ends the watch.
        other_house.cloud.executed = house.cloud.executed
        await one.stop(1.0)
        assert (await other_house.settled()).state is State.SUCCEEDED
        assert len(house.cloud.posts) == 1
        await two.stop(1.0)

    house.run(story())


def test_another_clouds_restore_waits_for_a_connection(house: House) -> None:
    async def story() -> None:
        house.cloud.works = 50.0
        one = await house.engine()
        await one.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        await one.stop(1.0)
        house.events.clear()
        two = await house.engine(attached=False)
        await house.clock.sleep(5)
        watches = [e.watch for e in house.events if isinstance(e, WatchChanged)]
        assert watches[-1].elsewhere == "connect to otc-prod in eu-de to watch"
        await two.attach(house.cloud)
        assert (await house.settled()).state is State.SUCCEEDED
        await two.stop(1.0)

    house.run(story())


def test_a_journal_that_takes_nothing_means_that_nothing_is_sent(house: House) -> None:
    async def story() -> None:
        engine = await house.engine()
        journal = engine._journal_thread._opened()
        journal._db.execute("PRAGMA query_only = ON")
        from vbs_tui.restore.journal.journal import JournalError

        with pytest.raises(JournalError, match="cannot be written"):
            await engine.submit(restore())
        assert house.cloud.posts == []
        journal._db.execute("PRAGMA query_only = OFF")
        await engine.submit(restore())
        # … and when it stops taking after the POST, the job id is not lost.
        await house.clock.sleep(0.02)
        journal._db.execute("PRAGMA query_only = ON")
        await house.until(lambda: any(isinstance(e, Notice) for e in house.events))
        await house.clock.sleep(60)
        journal._db.execute("PRAGMA query_only = OFF")
        ended = await house.settled()
        assert ended.job_id == "job0001"
        assert ended.state is State.SUCCEEDED
        assert len(house.cloud.posts) == 1
        await engine.stop(1.0)

    house.run(story())


def test_a_look_that_gets_no_answer_is_told_as_blind_until_it_gets_one(house: House) -> None:
    def blind() -> bool:
        watches = [e.watch for e in house.events if isinstance(e, WatchChanged)]
        return bool(watches) and watches[-1].blind_since is not None

    async def story() -> None:
        house.cloud.works = 200.0
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        assert not blind()
        house.cloud.gate = asyncio.Event()
        await house.until(blind, 40.0)
        (watch,) = [e.watch for e in house.events if isinstance(e, WatchChanged)][-1:]
        assert watch.failure is not None
        assert "a log-in waits for you" in watch.failure.message
        assert watch.next_at is None, "it has not ended, so that no other is planned"
        looks = house.cloud.looks
        await house.clock.sleep(100)
        assert house.cloud.looks == looks, "one look at a time"
        house.cloud.gate.set()
        assert (await house.settled()).state is State.SUCCEEDED
        await engine.stop(1.0)

    house.run(story())


def test_what_was_not_sent_when_the_program_ends_is_not_sent_any_more(house: House) -> None:
    async def story() -> None:
        engine = await house.engine()
        await engine.submit(restore())
        await engine.stop(1.0)
        assert house.cloud.posts == []
        assert house.latest().state is State.NOT_SENT
        with pytest.raises(JournalError):
            await engine.submit(restore(1, id="another"))

    house.run(story())


def test_another_programs_verdict_is_seen_though_this_one_wrote_after_it(house: House) -> None:
    async def story() -> None:
        other = JournalThread(house.directory, house.clock, InlineExecutor())
        await other.open()
        theirs = await other.run(
            lambda journal: journal.begin(restore(owner=other.owner, cloud_identity="theirs"), [])
        )
        engine = await house.engine()
        for state in (State.SENDING, State.ACCEPTED, State.SUCCEEDED):
            step = replace(theirs, state=state, owner=other.owner)
            theirs = await other.run(partial(Journal.update, restore=step, entries=[]))
        await engine.submit(restore(1, id="ours"))  # before the next look at the journal
        await house.clock.sleep(PollPace().follow * 3)
        told = [e.restore for e in house.events if isinstance(e, RestoreChanged)]
        assert [one.state for one in told if one.id == theirs.id][-1] is State.SUCCEEDED
        await engine.stop(1.0)
        await other.close()

    house.run(story())


def test_a_defect_in_a_look_is_told_and_the_watch_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        engine = await house.engine()
        real, times = house.cloud.volume, [3]

        async def volume(volume_id: str) -> Volume:
            if times[0]:
                times[0] -= 1
                raise LookupError("s3cr3t")
            return await real(volume_id)

        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.ACCEPTED)
        monkeypatch.setattr(house.cloud, "volume", volume)
        assert (await house.settled()).state is State.SUCCEEDED
        blind = [e.watch.failure for e in house.events if isinstance(e, WatchChanged)]
        assert any("LookupError" in one.message for one in blind if one is not None)
        assert "s3cr3t" not in str(house.events)
        await engine.stop(1.0)

    house.run(story())


@pytest.mark.parametrize(
    ("step", "state"), [("prepare", State.NOT_SENT), ("submit", State.SUCCEEDED)]
)
def test_a_defect_while_sending_is_an_outcome_too(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, state: State
) -> None:
    async def story() -> None:
        engine = await house.engine()
        real = getattr(house.cloud, step)

        async def broken(*arguments: object, **options: object) -> None:
            await real(*arguments, **options)
            raise LookupError

        monkeypatch.setattr(house.cloud, step, broken)
        await engine.submit(restore())
        assert (await house.settled()).state is state
        assert len(house.cloud.posts) == (step == "submit")
        await engine.stop(1.0)

    house.run(story())


def test_an_identity_service_that_answers_404_tells_nothing_of_disk_and_job(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Failure(ErrorKind.LOG_IN, Executed.NO, "log in", status=404, message="not found")

    async def refuse(*_: object) -> None:
        raise CloudError(gone)

    async def story() -> None:
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        with monkeypatch.context() as away:
            for call in ("job", "volume", "backup"):
                away.setattr(house.cloud, call, refuse)
            await house.clock.sleep(600)
            assert house.latest().state is State.RUNNING
            assert not house.latest().job_lost
        assert (await house.settled()).state is State.SUCCEEDED
        await engine.stop(1.0)

    house.run(story())


def test_a_job_that_answers_again_has_the_last_word(house: House) -> None:
    async def story() -> None:
        house.cloud.fails = True
        engine = await house.engine()
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.RUNNING)
        (run,) = house.cloud.executed
        run.works = 600.0
        house.cloud.forgets_jobs = True
        await house.until(lambda: house.latest().job_lost)
        house.cloud.forgets_jobs = False
        await house.until(lambda: not house.latest().job_lost)
        assert (await house.settled()).state is State.FAILED
        await engine.stop(1.0)

    house.run(story())


def test_an_end_that_comes_while_sending_is_written_down_sends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        engine = await house.engine()
        real = ActiveRestore.note

        async def slowly(case: ActiveRestore, *lines: Line, **changes: Any) -> None:
            await real(case, *lines, **changes)
            if changes.get("state") is State.SENDING:
                await house.clock.sleep(0.5)  # a disk that takes its time

        monkeypatch.setattr(ActiveRestore, "note", slowly)
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.SENDING)
        await engine.stop(2.0)
        assert house.cloud.posts == []
        assert house.latest().state is State.NOT_SENT

    house.run(story())
