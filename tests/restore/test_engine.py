"""The engine against a scripted cloud, in virtual time: every answer a POST can meet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer, ScriptedCloud
from tests.restore.virtual_time import InlineExecutor
from vbs_tui.restore.events import Notice, RestoreChanged
from vbs_tui.restore.journal.errors import ConflictingRestore, JournalError
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.states import State

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
@in_virtual_time
async def test_every_answer_ends_where_the_ledger_says(
    harness: Harness, answers: list[Answer], state: State, posts: int, executed: int
) -> None:
    harness.cloud.answers = list(answers)
    await harness.submit()
    ended = await harness.settled()
    assert ended.state is state
    assert len(harness.cloud.posts) == ended.tries == posts
    assert len(harness.cloud.executed) == executed


@pytest.mark.parametrize(
    ("answers", "state", "posts"),
    [([Answer.TOO_MANY], State.SUCCEEDED, 2), ([Answer.TOO_MANY] * 3, State.REFUSED, 3)],
)
@in_virtual_time
async def test_one_too_many_is_sent_again_only_where_that_was_asked_for(
    harness: Harness, answers: list[Answer], state: State, posts: int
) -> None:
    harness.cloud.answers = list(answers)
    engine = await harness.engine()
    await engine.submit(restore(), retry_throttled=True)
    ended = await harness.settled()
    assert ended.state is state
    assert len(harness.cloud.posts) == ended.tries == posts


@in_virtual_time
async def test_one_too_many_is_told_with_how_to_go_on(harness: Harness) -> None:
    harness.cloud.answers = [Answer.TOO_MANY]
    engine = await harness.engine()
    await engine.submit(restore())
    ended = await harness.settled()
    assert ended.failure is not None
    assert "Nothing was executed" in ended.failure.hint
    assert "restore again" in ended.failure.hint
    await harness.clock.sleep(600)
    assert len(harness.cloud.posts) == 1
    await engine.submit(restore(id="another"))
    assert (await harness.settled()).state is State.SUCCEEDED


@pytest.mark.parametrize("answer", [Answer.OK, Answer.LOST_AFTER])
@in_virtual_time
async def test_a_failing_restore_is_told_failed(harness: Harness, answer: Answer) -> None:
    harness.cloud.answers, harness.cloud.fails = [answer], True
    await harness.submit()
    ended = await harness.settled()
    assert ended.state is State.FAILED
    assert ended.failure is not None
    assert "error_restoring" in ended.failure.hint


@pytest.mark.parametrize("answer", [Answer.LOST_BEFORE, Answer.ERROR_BEFORE])
@in_virtual_time
async def test_what_left_no_trace_stays_unknown_until_the_operator_speaks(
    harness: Harness, answer: Answer
) -> None:
    harness.cloud.answers = [answer]
    engine = await harness.engine()
    first = await engine.submit(restore())
    await harness.until(lambda: "Probably not accepted" in harness.latest().summary)
    await harness.clock.sleep(4000)
    assert harness.latest().state is State.UNKNOWN
    assert len(harness.cloud.posts) == 1
    with pytest.raises(ConflictingRestore):
        await engine.submit(restore(1, id="another"))
    declared = await engine.settle(first.id, "jane")
    assert declared.state is State.ABANDONED
    assert declared.summary == "Declared not sent by the operator."
    again = await engine.submit(restore(1, id="another"))
    assert again.state is State.PLANNED
    await harness.settled()


@in_virtual_time
async def test_a_changed_disk_stops_another_try(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.cloud.answers = [Answer.BAD_TOKEN]
    engine = await harness.engine()
    real = harness.cloud.volume

    async def renamed(volume_id: str) -> Any:
        name = "now-something-else" if harness.cloud.posts else "db-data-01"
        return replace(await real(volume_id), name=name)

    monkeypatch.setattr(harness.cloud, "volume", renamed)
    await engine.submit(restore())
    ended = await harness.settled()
    assert ended.state is State.NOT_SENT
    assert "is named now-something-else, and was named db-data-01" in ended.summary
    assert len(harness.cloud.posts) == 1


@in_virtual_time
async def test_leaving_in_the_middle_of_a_post_waits_for_its_answer(harness: Harness) -> None:
    harness.cloud.delay = 1.5
    engine = await harness.engine()
    await engine.submit(restore())
    await harness.clock.sleep(0.5)
    assert engine.sending == 1
    await engine.stop(2.0)
    assert harness.latest().state is State.ACCEPTED
    assert harness.latest().job_id == "job0001"


@in_virtual_time
async def test_leaving_without_an_answer_is_recorded_as_unknown(harness: Harness) -> None:
    harness.cloud.delay = 60.0
    engine = await harness.engine()
    await engine.submit(restore())
    await harness.clock.sleep(0.5)
    await engine.stop(2.0)
    assert harness.latest().state is State.UNKNOWN
    await harness.engine()
    assert (await harness.settled()).state is State.SUCCEEDED
    assert len(harness.cloud.posts) == 1


@in_virtual_time
async def test_a_second_program_sees_it_within_two_seconds_and_does_not_look_itself(
    harness: Harness,
) -> None:
    harness.cloud.works = 600.0
    one = await harness.engine()
    other_harness = Harness(harness.directory)
    harness.share_journal()
    other_harness.share_journal()
    other_harness.loop, other_harness.clock = harness.loop, harness.clock
    other_harness.cloud = ScriptedCloud(harness.clock)
    await other_harness.engine()
    begun = harness.clock.monotonic()
    first = await one.submit(restore())
    await other_harness.until(lambda: bool(other_harness.events))
    assert harness.clock.monotonic() - begun <= 2.0
    assert other_harness.latest().id == first.id
    await harness.clock.sleep(60)
    assert other_harness.cloud.looks == 0
    assert other_harness.latest().state is State.RUNNING
    # The first one goes; the second takes over and ends the watch.
    other_harness.cloud.executed = harness.cloud.executed
    await one.stop(1.0)
    assert (await other_harness.settled()).state is State.SUCCEEDED
    assert len(harness.cloud.posts) == 1


@in_virtual_time
async def test_another_clouds_restore_waits_for_a_connection(harness: Harness) -> None:
    harness.cloud.works = 50.0
    one = await harness.engine()
    await one.submit(restore())
    await harness.until(lambda: harness.latest().state is State.RUNNING)
    await one.stop(1.0)
    harness.events.clear()
    two = await harness.engine(attached=False)
    await harness.clock.sleep(5)
    watches = harness.watches
    assert watches[-1].elsewhere == "connect to otc-prod in eu-de to watch"
    await two.attach(harness.cloud)
    assert (await harness.settled()).state is State.SUCCEEDED


@in_virtual_time
async def test_a_journal_that_takes_nothing_means_that_nothing_is_sent(harness: Harness) -> None:
    engine = await harness.engine()
    await harness.let_journal_write(False)
    with pytest.raises(JournalError, match="cannot be written"):
        await engine.submit(restore())
    assert harness.cloud.posts == []
    await harness.let_journal_write(True)
    await engine.submit(restore())
    # … and when it stops taking after the POST, the job id is not lost.
    await harness.clock.sleep(0.02)
    await harness.let_journal_write(False)
    await harness.until(lambda: any(isinstance(e, Notice) for e in harness.events))
    await harness.clock.sleep(60)
    await harness.let_journal_write(True)
    ended = await harness.settled()
    assert ended.job_id == "job0001"
    assert ended.state is State.SUCCEEDED
    assert len(harness.cloud.posts) == 1


@in_virtual_time
async def test_what_was_not_sent_when_the_program_ends_is_not_sent_any_more(
    harness: Harness,
) -> None:
    engine = await harness.engine()
    await engine.submit(restore())
    await engine.stop(1.0)
    assert harness.cloud.posts == []
    assert harness.latest().state is State.NOT_SENT
    with pytest.raises(JournalError):
        await engine.submit(restore(1, id="another"))


@in_virtual_time
async def test_another_programs_verdict_is_seen_though_this_one_wrote_after_it(
    harness: Harness,
) -> None:
    harness.share_journal()
    other = JournalThread(harness.directory, harness.clock, InlineExecutor())
    await other.open()
    theirs = await other.run(
        lambda journal: journal.begin(restore(owner=other.owner, cloud_identity="theirs"), [])
    )
    engine = await harness.engine()
    for state in (State.SENDING, State.ACCEPTED, State.SUCCEEDED):
        step = replace(theirs, state=state, owner=other.owner)
        theirs = await other.run(partial(Journal.update, restore=step, entries=[]))
    await engine.submit(restore(1, id="ours"))  # before the journal is read again
    await harness.clock.sleep(harness.pace.follow_journal * 3)
    told = [e.restore for e in harness.events if isinstance(e, RestoreChanged)]
    assert [one.state for one in told if one.id == theirs.id][-1] is State.SUCCEEDED
    await engine.stop(1.0)
    await other.close()


@pytest.mark.parametrize(
    ("step", "state"), [("prepare", State.NOT_SENT), ("submit", State.SUCCEEDED)]
)
@in_virtual_time
async def test_a_defect_while_sending_is_an_outcome_too(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, step: str, state: State
) -> None:
    engine = await harness.engine()
    real = getattr(harness.cloud, step)

    async def broken(*arguments: object, **options: object) -> None:
        await real(*arguments, **options)
        raise LookupError

    monkeypatch.setattr(harness.cloud, step, broken)
    await engine.submit(restore())
    assert (await harness.settled()).state is state
    assert len(harness.cloud.posts) == (step == "submit")
