"""From a written intention to an answer: the only place that sends a restore.

Order: a token is at hand → backup and disk are read → ``sending`` is written down → POST → outcome.
What is found in ``planned`` after a crash was never sent; what is found in ``sending`` may have
been.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.classification import refuses_token
from vbs_tui.cloud.provider import Provider
from vbs_tui.restore.active_restore import ActiveRestore
from vbs_tui.restore.checks.preconditions import Reading, hindrance, read_both, what_changed
from vbs_tui.restore.events import Event, RowChanged
from vbs_tui.restore.journal.journal import Overtaken
from vbs_tui.restore.journal.records import Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace

_ABOUT_STATES = frozenset({"volumebackup.0089", "volumebackup.0205", "volumebackup.0206"})
"""Refusals because the backup is not available, or the disk is not, or it is being backed up."""

_PASSING = frozenset({ErrorKind.BROKEN, ErrorKind.SERVER, ErrorKind.UNUSABLE})
"""Failures of a read that another try may not meet."""

_ENDED = "the program was ended before anything left."


class Submission:
    """One intention, sent at most once as far as the cloud can have executed it."""

    def __init__(
        self,
        case: ActiveRestore,
        provider: Callable[[], Awaitable[Provider]],
        clock: Clock,
        pace: PollPace,
        *,
        emit: Callable[[Event], None],
        may_send: Callable[[], bool],
        retry_throttled: bool,
    ) -> None:
        """*may_send* is asked right before a request leaves. *retry_throttled*: one that the cloud
        turns away as one too many (429) is sent again after a pause, without asking."""
        self._case = case
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._emit = emit
        self._may_send = may_send
        self._retry_throttled = retry_throttled

    async def run(self) -> None:
        """Until the case is accepted, refused, not sent or unknown.

        Raises ``JournalError`` when the journal takes nothing *before* the request leaves: then it
        does not leave. ``Overtaken`` when the operator settled the case elsewhere.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                provider = await self._provider()
                # First the token: a log-in may wait for an answer for minutes, and what was read
                # before it would be that old.
                await provider.prepare()
                reading = await self._read(provider)
            except CloudError as error:
                if not await self._try_again(error.failure, attempt, left=False):
                    return
                continue
            stopper = hindrance(self._case.restore, reading)
            if not self._may_send():
                stopper = _ENDED
            if stopper:
                await self._not_sent(stopper)
                return
            if await self._send(provider, attempt, reading):
                return

    async def _read(self, provider: Provider) -> Reading:
        """Backup and disk, fresh; the lists hear of it. Raises ``CloudError``."""
        restore = self._case.restore
        reading = await read_both(provider, restore, self._clock)
        for row in (reading.backup, reading.volume):
            self._emit(RowChanged(restore.project_id, row))
        return reading

    async def _send(self, provider: Provider, attempt: int, reading: Reading) -> bool:
        """One POST. Whether the matter is over."""
        case = self._case
        request = provider.restore_request(reading.backup.id, reading.volume.id)
        await case.note(
            (Source.REQUEST, f"sending {request.method} {request.url}, try {attempt}"),
            state=State.SENDING,
            sent_at=self._clock.now(),
            tries=case.restore.tries + 1,
            summary="The request is on its way.",
        )
        if not self._may_send():  # the disk may have taken its time
            await self._not_sent(_ENDED)
            return True

        def may_send() -> bool:
            is_fresh = reading.ended.age(self._clock) <= self._pace.fresh
            return self._may_send() and is_fresh and not reading.is_stale(self._clock)

        try:
            accepted = await provider.submit(
                reading.backup.id, reading.volume.id, may_send=may_send
            )
        except CloudError as error:
            return not await self._after_error(provider, error.failure, attempt)
        except Exception as error:
            # A defect of ours after the request may have left: still an unknown outcome.
            await self._unknown(_defect(error, case))
            return True
        job = f"accepted as job {accepted.job_id}" if accepted.job_id else "accepted, without a job"
        known: dict[str, Any] = {
            "job_id": accepted.job_id,
            "request_id": accepted.request_id,
            "failure": None,
        }
        try:
            await case.insist(
                (Source.REQUEST, job),
                state=State.ACCEPTED,
                summary="Accepted; the job waits for its turn.",
                **known,
            )
        except Overtaken:
            # Another program took this one for dead. The job must not be lost for that.
            await case.insist((Source.REQUEST, job), **known)
        return True

    async def _not_sent(self, why: str) -> None:
        text = f"Not sent: {why}"
        await self._case.insist((Source.OPERATOR, text), state=State.NOT_SENT, summary=text)

    async def _after_error(self, provider: Provider, failure: Failure, attempt: int) -> bool:
        """Write the outcome of a failed POST. Whether another try is to follow."""
        if failure.executed is not Executed.NO:
            await self._unknown(failure)
            return False
        if failure.kind is ErrorKind.REFUSED and not _is_old_token(failure):
            doubt = await self._doubt(provider, failure)
            if doubt:
                await self._unknown(failure, doubt)
                return False
        return await self._try_again(failure, attempt, left=True)

    async def _doubt(self, provider: Provider, failure: Failure) -> str:
        """Why a refusal may not be the whole truth, in words; empty when it can be believed.

        A gateway may deliver a request twice: the second copy is refused because the first one is
        being carried out. Both were fine a moment ago, so whatever is different now speaks for it.
        """
        about_states = failure.code.lower() in _ABOUT_STATES or (
            failure.status in (400, 409) and not failure.code
        )
        if about_states:
            await self._case.insist(
                (Source.REQUEST, f"{_words(failure)}; both were fine right before: looking again"),
                failure=failure,
                summary="Refused, though disk and backup were fine: looking again.",
            )
        # The states move when the queued job runs, which may be long after the answer: as long as
        # a trace is waited for where there is no answer at all.
        waited, wait = 0.0, 0.0
        while waited <= (self._pace.reconcile if about_states else 0.0):
            await self._clock.sleep(wait)
            try:
                reading = await self._read(provider)
            except CloudError:
                return "disk and backup could not be read after it" if about_states else ""
            if changed := what_changed(self._case.restore, reading):
                return changed.rstrip(".")
            wait = min(2 * wait, 10.0) or self._pace.first
            waited += wait
        return ""

    async def _try_again(self, failure: Failure, attempt: int, *, left: bool) -> bool:
        """Whether to try once more after a failure that ran nothing; writes down either way."""
        case = self._case
        words = _words(failure)
        wait = failure.retry_after if failure.retry_after is not None else self._pace.retry_wait
        again = (
            attempt < self._pace.tries
            and wait <= self._pace.retry_most
            and (
                failure.kind is ErrorKind.NOT_SENT
                or (failure.status == 429 and (self._retry_throttled or not left))
                or (_is_old_token(failure) and attempt == 1 and left)
                or (not left and failure.kind in _PASSING)
            )
        )
        if again:
            pause = "" if _is_old_token(failure) else f" in {wait:.0f} s"
            await case.insist(
                (Source.REQUEST, f"{words}; nothing was executed, trying again{pause}"),
                state=State.PLANNED,
                failure=failure,
                summary="Not executed so far; trying again.",
            )
            if not _is_old_token(failure):
                await self._clock.sleep(wait)
            return True
        refused = left and failure.kind is not ErrorKind.NOT_SENT
        if refused and failure.status == 429:
            failure = replace(failure, hint=_wait_and_confirm(wait, self._retry_throttled))
        await case.insist(
            (Source.REQUEST, f"{words}; nothing was executed"),
            state=State.REFUSED if refused else State.NOT_SENT,
            failure=failure,
            request_id=failure.request_id,
            sent_at=case.restore.sent_at if refused else None,
            summary=("Refused: " if refused else "Not sent: ") + words,
        )
        return False

    async def _unknown(self, failure: Failure, doubt: str = "") -> None:
        text = f"{_words(failure)}; the cloud may have executed it all the same"
        await self._case.insist(
            (Source.REQUEST, f"{text} ({doubt})" if doubt else text),
            state=State.UNKNOWN,
            failure=replace(failure, executed=Executed.UNKNOWN),
            request_id=failure.request_id,
            summary="No clear answer, and no certain trace at disk and backup so far.",
        )


def _is_old_token(failure: Failure) -> bool:
    """Whether the token was refused before anything else was looked at; a new one is then got."""
    return refuses_token(failure.status, failure.code, failure.message)


def _words(failure: Failure) -> str:
    if failure.kind is ErrorKind.NOT_SENT and failure.message and not failure.code:
        return failure.message
    what = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
    return f"{what}: {failure.message}" if failure.message else what


def _wait_and_confirm(wait: float, retried: bool) -> str:
    said = (
        f"Nothing was executed: the cloud takes no more requests for now. Wait {wait:.0f} s, then"
        " restore again; it is not sent again by itself."
    )
    return said if retried else f"{said} In scripts, --retry-throttled does that."


def _defect(error: Exception, case: ActiveRestore) -> Failure:
    return Failure(
        kind=ErrorKind.BROKEN,
        executed=Executed.UNKNOWN,
        what="submit the restore",
        target=case.restore.volume.name or case.restore.volume.id,
        message=f"the program failed while waiting for the answer ({type(error).__name__})",
    )
