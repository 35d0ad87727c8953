"""What each answer to a request leaves on record, and when another try follows it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.restore.checks.test_preconditions import changed, log_of
from tests.restore.house import House
from tests.restore.makers import restore
from tests.restore.virtual_time import InlineExecutor
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Accepted
from vbs_tui.restore.active_restore import ActiveRestore, Line
from vbs_tui.restore.events import RestoreChanged
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State

WHAT = "submit the restore"


def refused(status: int, code: str = "", message: str = "no", **more: Any) -> Failure:
    return Failure(
        ErrorKind.REFUSED,
        Executed.NO,
        WHAT,
        status=status,
        code=code,
        message=message,
        request_id="req-1",
        **more,
    )


def not_sent(**more: Any) -> Failure:
    return Failure(ErrorKind.NOT_SENT, Executed.NO, WHAT, message="no route", **more)


BROKEN = Failure(ErrorKind.BROKEN, Executed.UNKNOWN, WHAT, message="reset", request_id="req-2")
SERVER = Failure(ErrorKind.SERVER, Executed.UNKNOWN, WHAT, status=502, request_id="req-3")
NONSENSE = Failure(ErrorKind.UNUSABLE, Executed.UNKNOWN, WHAT, message="no JSON")
LOG_IN = Failure(ErrorKind.LOG_IN, Executed.NO, "log in", status=401, message="wrong password")


def answering(house: House, call: str, *answers: Failure | Accepted) -> list[float]:
    """From now on the cloud answers so, the last answer for ever. When it was asked, in seconds."""
    asked: list[float] = []

    async def answer(*_: str, may_send: Callable[[], bool] = lambda: True) -> Accepted:
        assert may_send()
        asked.append(house.clock.monotonic())
        given = answers[min(len(asked), len(answers)) - 1]
        if isinstance(given, Failure):
            raise CloudError(given)
        return given

    setattr(house.cloud, call, answer)
    return asked


def submitted(house: House, *, retry_throttled: bool = False) -> tuple[Restore, list[Any]]:
    """The restore as its submission left it, and its log."""

    async def story() -> tuple[Restore, list[Any]]:
        engine = await house.engine()
        first = await engine.submit(restore(), retry_throttled=retry_throttled)
        after = (State.PLANNED, State.SENDING)
        await house.until(lambda: house.latest().state not in after and engine.sending == 0)
        changes = [e.restore for e in house.events if isinstance(e, RestoreChanged)]
        left = next(one for one in changes if one.state not in after)
        lines = list(await log_of(house, first.id))
        await engine.stop(1.0)
        return left, lines

    ended: tuple[Restore, list[Any]] = house.run(story())
    return ended


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
    house: House,
    answers: list[Failure | Accepted],
    throttled: bool,
    waits: list[int],
    state: State,
    summary: str,
) -> None:
    asked = answering(house, "submit", *answers)
    ended, lines = submitted(house, retry_throttled=throttled)
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
    house: House, call: str, failure: Failure, waits: list[int]
) -> None:
    asked = answering(house, call, failure)
    ended, lines = submitted(house)
    assert gaps(asked) == waits
    assert ended.state is State.NOT_SENT
    assert ended.tries == 0
    assert ended.summary.startswith("Not sent: ")
    assert ended.failure == failure
    assert ended.request_id == failure.request_id
    assert house.cloud.posts == []
    assert [line.state for line in lines if line.state] == [State.PLANNED, State.NOT_SENT]


def test_each_try_is_on_record_with_its_number(house: House) -> None:
    answering(house, "submit", not_sent(), Accepted("job9", "req-9"))
    prepared = answering(house, "prepare", Accepted(""))
    ended, lines = submitted(house)
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


def told(house: House) -> list[tuple[str, Failure | None]]:
    """Each summary with its error, in the order in which the operator saw them."""
    changes = [e.restore for e in house.events if isinstance(e, RestoreChanged)]
    return list(dict.fromkeys((one.summary, one.failure) for one in changes))


def test_what_keeps_it_is_told_while_it_waits(house: House) -> None:
    first = not_sent()
    answering(house, "prepare", BROKEN, Accepted(""))
    answering(house, "submit", first, Accepted("j"))
    submitted(house)
    waits, leaves = "Not executed so far; trying again.", "The request is on its way."
    assert told(house)[1:6] == [
        (waits, BROKEN),
        (leaves, BROKEN),
        (waits, first),
        (leaves, first),
        ("Accepted; the job waits for its turn.", None),
    ]


def test_what_stops_it_is_told_and_on_record(house: House) -> None:
    changed(house, "volume", name="x")
    ended, lines = submitted(house)
    assert ended.summary == (
        "Not sent: Since it was confirmed, the disk is named x, and was named db-data-01."
        " Look at it and confirm again."
    )
    assert lines[-1].text == ended.summary
    assert lines[-1].state is State.NOT_SENT


@pytest.mark.parametrize(("seconds", "tries"), [(20.0, 1), (44.0, 1), (46.0, 3)])
def test_over_a_slow_line_a_reading_may_take_its_time(
    house: House, seconds: float, tries: int
) -> None:
    real = house.cloud.volume

    async def volume(volume_id: str) -> Any:
        await house.clock.sleep(seconds)
        return await real(volume_id)

    house.cloud.volume = volume  # type: ignore[method-assign]
    ended, _ = submitted(house)
    assert ended.tries == tries
    assert ended.state is (State.ACCEPTED if tries == 1 else State.NOT_SENT)
    assert (ended.sent_at is None) is (tries == 3)


def test_a_job_is_not_lost_to_a_program_that_took_this_one_for_dead(house: House) -> None:
    real = house.cloud.submit

    async def submit(*args: Any, **more: Any) -> Accepted:
        accepted = await real(*args, **more)
        journal_thread = JournalThread(house.directory, house.clock, InlineExecutor())
        await journal_thread.open()

        def settle(journal: Journal) -> Restore:
            (one,) = journal.restores()
            return journal.update(replace(one, state=State.UNKNOWN, owner=""), [])

        await journal_thread.run(settle)
        await journal_thread.close()
        return accepted

    async def story() -> Restore:
        house.cloud.submit = submit  # type: ignore[method-assign]
        engine = await house.engine()
        await engine.submit(restore())
        ended = await house.settled()
        await engine.stop(1.0)
        return ended

    ended: Restore = house.run(story())
    assert ended.job_id == "job0001"
    assert ended.state is State.SUCCEEDED
    assert len(house.cloud.posts) == 1


@pytest.mark.parametrize(("age", "readings"), [(10.0, 1), (10.1, 2)])
def test_a_reading_serves_for_ten_seconds(house: House, age: float, readings: int) -> None:
    async def prepare() -> None:
        ready.append(True)
        house.loop._jumping.elapsed = 16.0 * len(ready)

    real = house.cloud.submit

    async def submit(*args: str, **more: Any) -> Accepted:
        if len(ready) == 1:
            house.loop._jumping.elapsed = 16.0 + age
        return await real(*args, **more)

    ready: list[bool] = []
    house.cloud.prepare = prepare  # type: ignore[method-assign]
    house.cloud.submit = submit  # type: ignore[method-assign]
    ended, _ = submitted(house)
    assert ended.state is State.ACCEPTED
    assert (len(ready), len(house.cloud.posts)) == (readings, 1)


def test_an_end_that_comes_before_sending_is_written_down(house: House) -> None:
    async def story() -> list[Any]:
        async def slow() -> None:
            await house.clock.sleep(1.0)

        house.cloud.prepare = slow  # type: ignore[method-assign]
        engine = await house.engine()
        first = await engine.submit(restore())
        await house.clock.sleep(0.5)
        await engine.stop(2.0)
        return list(await log_of(house, first.id))

    lines = house.run(story())
    assert [line.state for line in lines] == [State.PLANNED, State.NOT_SENT]
    assert lines[-1].text == "Not sent: the program was ended before anything left."
    assert house.latest().tries == 0
    assert house.cloud.posts == []


def test_an_end_that_comes_while_sending_is_written_down_is_told_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> list[Any]:
        engine = await house.engine()
        real = ActiveRestore.note

        async def slowly(case: ActiveRestore, *lines: Line, **changes: Any) -> None:
            await real(case, *lines, **changes)
            if changes.get("state") is State.SENDING:
                await house.clock.sleep(0.5)

        monkeypatch.setattr(ActiveRestore, "note", slowly)
        first = await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.SENDING)
        await engine.stop(2.0)
        return list(await log_of(house, first.id))

    lines = house.run(story())
    assert [line.state for line in lines] == [State.PLANNED, State.SENDING, State.NOT_SENT]
    assert lines[-1].text == "Not sent: the program was ended before anything left."
    assert house.latest().summary == lines[-1].text
    assert house.cloud.posts == []


def test_an_end_that_comes_while_a_connection_is_awaited_sends_nothing(house: House) -> None:
    async def story() -> None:
        engine = await house.engine()
        real = house.cloud.submit

        async def submit(*args: str, **more: Any) -> Accepted:
            await house.clock.sleep(1.0)
            return await real(*args, **more)

        house.cloud.submit = submit  # type: ignore[method-assign]
        await engine.submit(restore())
        await house.until(lambda: house.latest().state is State.SENDING)
        await engine.stop(2.0)
        assert house.cloud.posts == []
        assert house.latest().state is State.NOT_SENT

    house.run(story())


def test_an_acceptance_without_a_job_is_told_as_that(house: House) -> None:
    answering(house, "submit", Accepted(""))
    ended, lines = submitted(house)
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
def test_no_clear_answer_is_kept_as_one(house: House, failure: Failure, words: str) -> None:
    answering(house, "submit", failure)
    prepared = answering(house, "prepare", Accepted(""))
    ended, lines = submitted(house)
    assert len(prepared) == 1
    assert lines[2].text == f"{words}; the cloud may have executed it all the same"
    assert lines[2].state is State.UNKNOWN
    assert ended.failure == failure
    assert ended.request_id == failure.request_id


def test_a_refusal_keeps_its_words_and_its_id(house: House) -> None:
    failure = refused(403, "X.1")
    answering(house, "submit", failure)
    ended, lines = submitted(house)
    assert lines[2].text == "X.1: no; nothing was executed"
    assert ended.failure == failure
    assert ended.request_id == "req-1"


def test_one_too_many_names_the_wait(house: House) -> None:
    answering(house, "submit", refused(429, retry_after=7.0))
    ended, _ = submitted(house)
    assert ended.failure is not None
    assert "Wait 7 s" in ended.failure.hint


@pytest.mark.parametrize("retry_after", [None, 90.0])
def test_what_never_left_gets_no_advice_for_a_crowded_cloud(
    house: House, retry_after: float | None
) -> None:
    answering(house, "submit", not_sent(status=429, retry_after=retry_after))
    ended, _ = submitted(house)
    assert ended.state is State.NOT_SENT
    assert ended.failure is not None
    assert ended.failure.hint == ""


def test_a_defect_is_an_unknown_outcome_with_its_kind(house: House) -> None:
    async def broken(*_: str, **__: Any) -> None:
        raise LookupError("s3cr3t")

    house.cloud.submit = broken  # type: ignore[method-assign,assignment]
    prepared = answering(house, "prepare", Accepted(""))
    ended, lines = submitted(house)
    assert len(prepared) == 1
    assert ended.state is State.UNKNOWN
    assert ended.failure == Failure(
        ErrorKind.BROKEN,
        Executed.UNKNOWN,
        WHAT,
        target="db-data-01",
        message="the program failed while waiting for the answer (LookupError)",
    )
    assert "s3cr3t" not in str(lines)


ABOUT_STATES = [
    refused(400, "VolumeBackup.0089"),
    refused(400, "VolumeBackup.0205"),
    refused(400, "VOLUMEBACKUP.0206"),
    refused(400),
    refused(409),
]
OF_RIGHTS = [refused(403), refused(404), refused(400, "X.1"), refused(409, "X.1")]
AGAIN = "both were fine right before: looking again"


@pytest.mark.parametrize("failure", ABOUT_STATES)
def test_a_refusal_about_states_is_believed_after_a_minute_of_looking(
    house: House, failure: Failure
) -> None:
    asked = answering(house, "submit", failure)
    looks: list[float] = []
    real = house.cloud.volume

    async def volume(volume_id: str) -> Any:
        looks.append(house.clock.monotonic())
        return await real(volume_id)

    house.cloud.volume = volume  # type: ignore[method-assign]
    ended, lines = submitted(house)
    assert ended.state is State.REFUSED
    assert [round(look - asked[0]) for look in looks] == [0, 0, 2, 6, 14, 24, 34, 44, 54]
    assert lines[2].text.endswith(AGAIN)
    assert lines[2].state is None
    doubt = "Refused, though disk and backup were fine: looking again."
    assert (doubt, failure) in told(house)
    assert ended.failure == failure


@pytest.mark.parametrize("failure", OF_RIGHTS)
def test_another_refusal_is_believed_after_one_look(house: House, failure: Failure) -> None:
    asked = answering(house, "submit", failure)
    ended, lines = submitted(house)
    assert ended.state is State.REFUSED
    assert round(lines[-1].at.timestamp() - lines[1].at.timestamp()) == 0
    assert not any(line.text.endswith(AGAIN) for line in lines)
    assert len(asked) == 1


@pytest.mark.parametrize("failure", ABOUT_STATES + OF_RIGHTS)
def test_a_refusal_beside_a_change_is_not_believed(house: House, failure: Failure) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        changed(house, "volume", status="in-use")
        raise CloudError(failure)

    house.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    prepared = answering(house, "prepare", Accepted(""))
    ended, lines = submitted(house)
    assert ended.state is State.UNKNOWN
    assert len(prepared) == 1
    unclear = next(line.text for line in lines if line.state is State.UNKNOWN)
    assert unclear.endswith(
        "; the cloud may have executed it all the same"
        " (Since it was confirmed, the disk is in-use, and was available)"
    )
    assert ended.failure is not None
    assert ended.failure.executed is Executed.UNKNOWN


@pytest.mark.parametrize("failure", ABOUT_STATES + OF_RIGHTS)
def test_a_refusal_that_cannot_be_checked(house: House, failure: Failure) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        answering(house, "volume", BROKEN)
        raise CloudError(failure)

    house.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    ended, lines = submitted(house)
    if failure in ABOUT_STATES:
        assert ended.state is State.UNKNOWN
        unclear = next(line.text for line in lines if line.state is State.UNKNOWN)
        assert unclear.endswith("(disk and backup could not be read after it)")
    else:
        assert ended.state is State.REFUSED


def test_a_refused_token_is_not_looked_after(house: House) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        house.cloud.posts.append(None)  # type: ignore[arg-type]
        if len(house.cloud.posts) == 2:
            changed(house, "volume", status="in-use")
        raise CloudError(refused(401))

    house.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    ended, _ = submitted(house)
    assert ended.state is State.REFUSED
