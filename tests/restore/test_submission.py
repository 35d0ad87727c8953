"""What each response to a request leaves on record, and when another try follows."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from tests.restore.submitting import (
    BROKEN,
    LOG_IN,
    NONSENSE,
    SERVER,
    answering,
    not_sent,
    refused,
    submitted,
    told,
)
from tests.restore.virtual_time import InlineExecutor
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Accepted
from vbs_tui.restore.active_restore import ActiveRestore, Line
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State


def gaps(times: list[float]) -> list[int]:
    return [round(after - before) for before, after in itertools.pairwise(times)]


@pytest.mark.parametrize(
    ("answers", "throttled", "waits", "state", "summary"),
    [
        ([not_sent()], False, [3, 3], State.NOT_SENT, "Not sent: no route"),
        ([not_sent(retry_after=60.0)], False, [60, 60], State.NOT_SENT, "Not sent: no route"),
        ([not_sent(retry_after=61.0)], False, [], State.NOT_SENT, "Not sent: no route"),
        ([not_sent(retry_after=0.0)], False, [0, 0], State.NOT_SENT, "Not sent: no route"),
        ([refused(429)], False, [], State.REFUSED, "Refused: HTTP 429: no"),
        ([refused(429)], True, [3, 3], State.REFUSED, "Refused: HTTP 429: no"),
        ([refused(429, retry_after=7.0)], True, [7, 7], State.REFUSED, "Refused: HTTP 429: no"),
        ([refused(429, retry_after=99.0)], True, [], State.REFUSED, "Refused: HTTP 429: no"),
        ([refused(401)], False, [0], State.REFUSED, "Refused: HTTP 401: no"),
        ([refused(401)], True, [0], State.REFUSED, "Refused: HTTP 401: no"),
        ([not_sent(), refused(401)], False, [3], State.REFUSED, "Refused: HTTP 401: no"),
        ([refused(403, "X.1", "")], False, [], State.REFUSED, "Refused: X.1"),
        ([refused(400, "X.1")], True, [], State.REFUSED, "Refused: X.1: no"),
        ([BROKEN], True, [], State.UNKNOWN, "No clear answer"),
        ([SERVER], True, [], State.UNKNOWN, "No clear answer"),
        ([NONSENSE], True, [], State.UNKNOWN, "No clear answer"),
        ([not_sent(), Accepted("j")], False, [3], State.ACCEPTED, "Accepted; the job waits"),
    ],
)
def test_when_a_request_is_sent_again(
    harness: Harness,
    answers: list[Failure | Accepted],
    throttled: bool,
    waits: list[int],
    state: State,
    summary: str,
) -> None:
    asked = answering(harness, "submit", *answers)
    ended, lines = submitted(harness, retry_throttled=throttled)
    assert gaps(asked) == waits
    assert ended.state is state
    assert ended.tries == len(asked) == len(waits) + 1
    assert ended.summary.startswith(summary)
    assert [line.state for line in lines[:-1]].count(State.SENDING) == len(asked)
    # Each try but the last goes back to where nothing has been sent.
    again = [line for line in lines if "nothing was executed, trying again" in line.text]
    assert [line.state for line in again] == [State.PLANNED] * len(waits)
    assert (ended.sent_at is None) is (state is State.NOT_SENT)


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (not_sent(), [3, 3]),
        (BROKEN, [3, 3]),
        (SERVER, [3, 3]),
        (NONSENSE, [3, 3]),
        (refused(429), [3, 3]),
        (refused(429, retry_after=61.0), []),
        (refused(404), []),
        (refused(403, "X.1"), []),
        (refused(401), []),
        (LOG_IN, []),
    ],
)
@pytest.mark.parametrize("call", ["prepare", "volume", "backup"])
def test_when_what_comes_before_a_request_is_tried_again(
    harness: Harness, call: str, failure: Failure, waits: list[int]
) -> None:
    asked = answering(harness, call, failure)
    ended, lines = submitted(harness)
    assert gaps(asked) == waits
    assert ended.state is State.NOT_SENT
    assert ended.tries == 0
    assert ended.summary.startswith("Not sent: ")
    assert ended.failure == failure
    assert ended.request_id == failure.request_id
    assert harness.cloud.posts == []
    assert [line.state for line in lines if line.state] == [State.PLANNED, State.NOT_SENT]


def test_each_try_is_on_record_with_its_number(harness: Harness) -> None:
    answering(harness, "submit", not_sent(), Accepted("job9", "req-9"))
    prepared = answering(harness, "prepare", Accepted(""))
    ended, lines = submitted(harness)
    assert len(prepared) == 2
    backup = restore().backup.id
    url = f"https://vbs.example/{backup}/restore"
    assert [line.text for line in lines[1:5]] == [
        f"sending POST {url}, try 1",
        "no route; nothing was executed, trying again in 3 s",
        f"sending POST {url}, try 2",
        "accepted as job job9",
    ]
    assert (ended.job_id, ended.request_id, ended.failure) == ("job9", "req-9", None)
    assert ended.sent_at is not None


def test_what_keeps_it_is_told_while_it_waits(harness: Harness) -> None:
    first = not_sent()
    answering(harness, "prepare", BROKEN, Accepted(""))
    answering(harness, "submit", first, Accepted("j"))
    submitted(harness)
    waits, leaves = "Not executed so far; trying again.", "The request is on its way."
    assert told(harness)[1:6] == [
        (waits, BROKEN),
        (leaves, BROKEN),
        (waits, first),
        (leaves, first),
        ("Accepted; the job waits for its turn.", None),
    ]


def test_what_stops_it_is_told_and_on_record(harness: Harness) -> None:
    harness.change("volume", name="x")
    ended, lines = submitted(harness)
    assert ended.summary == (
        "Not sent: Since it was confirmed, the disk is named x, and was named db-data-01."
        " Look at it and confirm again."
    )
    assert lines[-1].text == ended.summary
    assert lines[-1].state is State.NOT_SENT


@pytest.mark.parametrize(("seconds", "tries"), [(20.0, 1), (44.0, 1), (46.0, 3)])
def test_over_a_slow_line_a_reading_may_take_its_time(
    harness: Harness, seconds: float, tries: int
) -> None:
    real = harness.cloud.volume

    async def volume(volume_id: str) -> Any:
        await harness.clock.sleep(seconds)
        return await real(volume_id)

    harness.cloud.volume = volume  # type: ignore[method-assign]
    ended, _ = submitted(harness)
    assert ended.tries == tries
    assert ended.state is (State.ACCEPTED if tries == 1 else State.NOT_SENT)
    assert (ended.sent_at is None) is (tries == 3)


def test_a_job_is_not_lost_to_a_program_that_took_this_one_for_dead(harness: Harness) -> None:
    real = harness.cloud.submit

    async def submit(*args: Any, **more: Any) -> Accepted:
        accepted = await real(*args, **more)
        journal_thread = JournalThread(harness.directory, harness.clock, InlineExecutor())
        await journal_thread.open()

        def settle(journal: Journal) -> Restore:
            (one,) = journal.restores()
            return journal.update(replace(one, state=State.UNKNOWN, owner=""), [])

        await journal_thread.run(settle)
        await journal_thread.close()
        return accepted

    async def story() -> Restore:
        harness.cloud.submit = submit  # type: ignore[method-assign]
        engine = await harness.engine()
        await engine.submit(restore())
        ended = await harness.settled()
        await engine.stop(1.0)
        return ended

    ended: Restore = harness.run(story())
    assert ended.job_id == "job0001"
    assert ended.state is State.SUCCEEDED
    assert len(harness.cloud.posts) == 1


@pytest.mark.parametrize(("age", "readings"), [(10.0, 1), (10.1, 2)])
def test_a_reading_serves_for_ten_seconds(harness: Harness, age: float, readings: int) -> None:
    async def prepare() -> None:
        ready.append(True)
        harness.loop._jumping.elapsed = 16.0 * len(ready)

    real = harness.cloud.submit

    async def submit(*args: str, **more: Any) -> Accepted:
        if len(ready) == 1:
            harness.loop._jumping.elapsed = 16.0 + age
        return await real(*args, **more)

    ready: list[bool] = []
    harness.cloud.prepare = prepare  # type: ignore[method-assign]
    harness.cloud.submit = submit  # type: ignore[method-assign]
    ended, _ = submitted(harness)
    assert ended.state is State.ACCEPTED
    assert (len(ready), len(harness.cloud.posts)) == (readings, 1)


def test_an_end_that_comes_before_sending_is_written_down(harness: Harness) -> None:
    async def story() -> list[Any]:
        async def slow() -> None:
            await harness.clock.sleep(1.0)

        harness.cloud.prepare = slow  # type: ignore[method-assign]
        engine = await harness.engine()
        first = await engine.submit(restore())
        await harness.clock.sleep(0.5)
        await engine.stop(2.0)
        return list(await harness.log_of(first.id))

    lines = harness.run(story())
    assert [line.state for line in lines] == [State.PLANNED, State.NOT_SENT]
    assert lines[-1].text == "Not sent: the program was ended before anything was sent."
    assert harness.latest().tries == 0
    assert harness.cloud.posts == []


def test_an_end_that_comes_while_sending_is_written_down_is_told_once(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> list[Any]:
        engine = await harness.engine()
        real = ActiveRestore.record

        async def slowly(active: ActiveRestore, *lines: Line, **changes: Any) -> None:
            await real(active, *lines, **changes)
            if changes.get("state") is State.SENDING:
                await harness.clock.sleep(0.5)

        monkeypatch.setattr(ActiveRestore, "record", slowly)
        first = await engine.submit(restore())
        await harness.until(lambda: harness.latest().state is State.SENDING)
        await engine.stop(2.0)
        return list(await harness.log_of(first.id))

    lines = harness.run(story())
    assert [line.state for line in lines] == [State.PLANNED, State.SENDING, State.NOT_SENT]
    assert lines[-1].text == "Not sent: the program was ended before anything was sent."
    assert harness.latest().summary == lines[-1].text
    assert harness.cloud.posts == []


@in_virtual_time
async def test_an_end_that_comes_while_a_connection_is_awaited_sends_nothing(
    harness: Harness,
) -> None:
    engine = await harness.engine()
    real = harness.cloud.submit

    async def submit(*args: str, **more: Any) -> Accepted:
        await harness.clock.sleep(1.0)
        return await real(*args, **more)

    harness.cloud.submit = submit  # type: ignore[method-assign]
    await engine.submit(restore())
    await harness.until(lambda: harness.latest().state is State.SENDING)
    await engine.stop(2.0)
    assert harness.cloud.posts == []
    assert harness.latest().state is State.NOT_SENT


def test_an_acceptance_without_a_job_is_told_as_that(harness: Harness) -> None:
    answering(harness, "submit", Accepted(""))
    ended, lines = submitted(harness)
    assert lines[2].text == "accepted, without a job"
    assert ended.job_id == ""


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (BROKEN, "connection lost: reset"),
        (SERVER, "HTTP 502"),
        (NONSENSE, "unusable answer: no JSON"),
    ],
)
def test_no_clear_answer_is_kept_as_one(harness: Harness, failure: Failure, words: str) -> None:
    answering(harness, "submit", failure)
    prepared = answering(harness, "prepare", Accepted(""))
    ended, lines = submitted(harness)
    assert len(prepared) == 1
    assert lines[2].text == f"{words}; the cloud may have executed it all the same"
    assert lines[2].state is State.UNKNOWN
    assert ended.failure == failure
    assert ended.request_id == failure.request_id


def test_a_refusal_keeps_its_words_and_its_id(harness: Harness) -> None:
    failure = refused(403, "X.1")
    answering(harness, "submit", failure)
    ended, lines = submitted(harness)
    assert lines[2].text == "X.1: no; nothing was executed"
    assert ended.failure == failure
    assert ended.request_id == "req-1"


def test_one_too_many_names_the_wait(harness: Harness) -> None:
    answering(harness, "submit", refused(429, retry_after=7.0))
    ended, _ = submitted(harness)
    assert ended.failure is not None
    assert "Wait 7 s" in ended.failure.hint


@pytest.mark.parametrize("retry_after", [None, 90.0])
def test_what_never_left_gets_no_advice_for_a_crowded_cloud(
    harness: Harness, retry_after: float | None
) -> None:
    answering(harness, "submit", not_sent(status=429, retry_after=retry_after))
    ended, _ = submitted(harness)
    assert ended.state is State.NOT_SENT
    assert ended.failure is not None
    assert ended.failure.hint == ""


def test_a_defect_is_an_unknown_outcome_with_its_kind(harness: Harness) -> None:
    async def broken(*_: str, **__: Any) -> None:
        raise LookupError("s3cr3t")

    harness.cloud.submit = broken  # type: ignore[method-assign,assignment]
    prepared = answering(harness, "prepare", Accepted(""))
    ended, lines = submitted(harness)
    assert len(prepared) == 1
    assert ended.state is State.UNKNOWN
    assert ended.failure == Failure(
        ErrorKind.BROKEN,
        Executed.UNKNOWN,
        "submit the restore",
        target="db-data-01",
        message="the program failed while waiting for the answer (LookupError)",
    )
    assert "s3cr3t" not in str(lines)
