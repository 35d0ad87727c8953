"""Submissions with scripted responses, and what they leave on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.restore.engine_harness import Harness
from tests.restore.makers import restore
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Accepted
from vbs_tui.restore.events import RestoreChanged
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


def answering(harness: Harness, call: str, *answers: Failure | Accepted) -> list[float]:
    """From now on the cloud gives these answers, the last one again and again. Returns the times of
    the calls, in seconds."""
    asked: list[float] = []

    async def answer(*_: str, may_send: Callable[[], bool] = lambda: True) -> Accepted:
        assert may_send()
        asked.append(harness.clock.monotonic())
        given = answers[min(len(asked), len(answers)) - 1]
        if isinstance(given, Failure):
            raise CloudError(given)
        return given

    setattr(harness.cloud, call, answer)
    return asked


def submitted(harness: Harness, *, retry_throttled: bool = False) -> tuple[Restore, list[Any]]:
    """The restore as its submission left it, and its log."""

    async def story() -> tuple[Restore, list[Any]]:
        engine = await harness.engine()
        first = await engine.submit(restore(), retry_throttled=retry_throttled)
        after = (State.PLANNED, State.SENDING)
        await harness.until(lambda: harness.latest().state not in after and engine.sending == 0)
        changes = [e.restore for e in harness.events if isinstance(e, RestoreChanged)]
        left = next(one for one in changes if one.state not in after)
        lines = list(await harness.log_of(first.id))
        await engine.stop(1.0)
        return left, lines

    ended: tuple[Restore, list[Any]] = harness.run(story())
    return ended


def told(harness: Harness) -> list[tuple[str, Failure | None]]:
    """Each summary with its error, in the order in which the operator saw them."""
    changes = [e.restore for e in harness.events if isinstance(e, RestoreChanged)]
    return list(dict.fromkeys((one.summary, one.failure) for one in changes))
