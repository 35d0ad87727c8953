"""From a recorded intention to a response: the only place that sends a restore.

Order: get a token → read backup and disk → record ``sending`` → POST → record the outcome. After a
crash, a restore found in ``planned`` was never sent, and one found in ``sending`` may have been.
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
from vbs_tui.restore.checks.preconditions import (
    Reading,
    describe_change,
    read_both,
    reason_not_to_send,
)
from vbs_tui.restore.events import Event, RowChanged
from vbs_tui.restore.journal.errors import StaleSnapshot
from vbs_tui.restore.journal.records import Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace

_ABOUT_STATES = frozenset({"volumebackup.0089", "volumebackup.0205", "volumebackup.0206"})
"""Refusals because the backup is not available, or the disk is not, or it is being backed up."""

_TRANSIENT = frozenset({ErrorKind.BROKEN, ErrorKind.SERVER, ErrorKind.UNUSABLE})
"""Failures of a read that may be gone at the next try."""

_ENDED = "the program was ended before anything was sent."


class Submission:
    """One intention, never sent again once the cloud may have executed it."""

    def __init__(
        self,
        active: ActiveRestore,
        provider: Callable[[], Awaitable[Provider]],
        clock: Clock,
        pace: PollPace,
        *,
        emit: Callable[[Event], None],
        may_send: Callable[[], bool],
        retry_throttled: bool,
    ) -> None:
        """*may_send* is asked right before a request leaves. *retry_throttled*: one that the cloud
        refuses as one too many (429) is sent again after a pause, without asking the operator."""
        self._active = active
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._emit = emit
        self._may_send = may_send
        self._retry_throttled = retry_throttled

    async def run(self) -> None:
        """Returns once the restore is accepted, refused, not sent or unknown.

        Raises ``JournalError`` when the journal cannot be written *before* the request leaves: then
        it does not leave. Raises ``StaleSnapshot`` when another program changed the restore.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                provider = await self._provider()
                # The token first: a log-in may wait for the operator for minutes, and a reading
                # made before it would be that old.
                await provider.prepare()
                reading = await self._read(provider)
            except CloudError as error:
                if not await self._try_again(error.failure, attempt, request_left=False):
                    return
                continue
            reason = reason_not_to_send(self._active.snapshot, reading)
            if not self._may_send():
                reason = _ENDED
            if reason:
                await self._record_not_sent(reason)
                return
            if await self._send(provider, attempt, reading):
                return

    async def _read(self, provider: Provider) -> Reading:
        """Backup and disk, read now; the lists are told. Raises ``CloudError``."""
        restore = self._active.snapshot
        reading = await read_both(provider, restore, self._clock)
        for row in (reading.backup, reading.volume):
            self._emit(RowChanged(restore.project_id, row))
        return reading

    async def _send(self, provider: Provider, attempt: int, reading: Reading) -> bool:
        """One POST. Returns whether the submission is over."""
        active = self._active
        request = provider.restore_request(reading.backup.id, reading.volume.id)
        await active.record(
            (Source.REQUEST, f"sending {request.method} {request.url}, try {attempt}"),
            state=State.SENDING,
            sent_at=self._clock.now(),
            tries=active.snapshot.tries + 1,
            summary="The request is on its way.",
        )
        # The journal's write may have taken long. Asked here so that nothing connects and no other
        # try follows; may_leave() asks again, since connecting may take long, too.
        if not self._may_send():
            await self._record_not_sent(_ENDED)
            return True

        def may_leave() -> bool:
            is_fresh = reading.ended.age(self._clock) <= self._pace.max_reading_age
            return self._may_send() and is_fresh and not reading.is_stale(self._clock)

        try:
            accepted = await provider.submit(
                reading.backup.id, reading.volume.id, may_send=may_leave
            )
        except CloudError as error:
            return not await self._after_error(provider, error.failure, attempt)
        except Exception as error:
            # A defect of this program, after the request may have left: the outcome is unknown.
            await self._record_unknown(_defect(error, active))
            return True
        job = f"accepted as job {accepted.job_id}" if accepted.job_id else "accepted, without a job"
        known: dict[str, Any] = {
            "job_id": accepted.job_id,
            "request_id": accepted.request_id,
            "failure": None,
        }
        try:
            await active.record_until_written(
                (Source.REQUEST, job),
                state=State.ACCEPTED,
                summary="Accepted; the job waits for its turn.",
                **known,
            )
        except StaleSnapshot:
            # Another program took this one for dead. The job's id must be recorded all the same.
            await active.record_until_written((Source.REQUEST, job), **known)
        return True

    async def _record_not_sent(self, reason: str) -> None:
        text = f"Not sent: {reason}"
        await self._active.record_until_written(
            (Source.OPERATOR, text), state=State.NOT_SENT, summary=text
        )

    async def _after_error(self, provider: Provider, failure: Failure, attempt: int) -> bool:
        """Record the outcome of a failed POST. Returns whether to try again."""
        if failure.executed is not Executed.NO:
            await self._record_unknown(failure)
            return False
        if failure.kind is ErrorKind.REFUSED and not _is_refused_token(failure):
            doubt = await self._reason_to_doubt(provider, failure)
            if doubt:
                await self._record_unknown(failure, doubt)
                return False
        return await self._try_again(failure, attempt, request_left=True)

    async def _reason_to_doubt(self, provider: Provider, failure: Failure) -> str:
        """Why a refusal cannot be believed, in words; empty when it can.

        A gateway may deliver a request twice: then the second copy is refused because the first one
        is being executed. Disk and backup were ready right before, so any change of them now points
        to that.
        """
        about_states = failure.code.lower() in _ABOUT_STATES or (
            failure.status in (400, 409) and not failure.code
        )
        if about_states:
            checks = "disk and backup were ready right before, so they are read again"
            await self._active.record_until_written(
                (Source.REQUEST, f"{_failure_text(failure)}; {checks}"),
                failure=failure,
                summary="Refused, although disk and backup were ready; reading them again.",
            )
        # The states change when the queued job runs, which may be long after the response. So this
        # waits as long as for the trace of a request that got no response at all.
        waited, wait = 0.0, 0.0
        while waited <= (self._pace.untraced_after if about_states else 0.0):
            await self._clock.sleep(wait)
            try:
                reading = await self._read(provider)
            except CloudError:
                return "disk and backup could not be read after it" if about_states else ""
            if changed := describe_change(self._active.snapshot, reading):
                return changed.rstrip(".")
            wait = min(2 * wait, 10.0) or self._pace.first
            waited += wait
        return ""

    async def _try_again(self, failure: Failure, attempt: int, *, request_left: bool) -> bool:
        """Record a failure that executed nothing. Returns whether to try again."""
        active = self._active
        words = _failure_text(failure)
        wait = failure.retry_after if failure.retry_after is not None else self._pace.retry_wait
        again = (
            attempt < self._pace.max_tries
            and wait <= self._pace.max_retry_wait
            and (
                failure.kind is ErrorKind.NOT_SENT
                or (failure.status == 429 and (self._retry_throttled or not request_left))
                or (_is_refused_token(failure) and attempt == 1 and request_left)
                or (not request_left and failure.kind in _TRANSIENT)
            )
        )
        if again:
            pause = "" if _is_refused_token(failure) else f" in {wait:.0f} s"
            await active.record_until_written(
                (Source.REQUEST, f"{words}; nothing was executed, trying again{pause}"),
                state=State.PLANNED,
                failure=failure,
                summary="Not executed so far; trying again.",
            )
            if not _is_refused_token(failure):
                await self._clock.sleep(wait)
            return True
        refused = request_left and failure.kind is not ErrorKind.NOT_SENT
        if refused and failure.status == 429:
            failure = replace(failure, hint=_throttled_hint(wait, self._retry_throttled))
        await active.record_until_written(
            (Source.REQUEST, f"{words}; nothing was executed"),
            state=State.REFUSED if refused else State.NOT_SENT,
            failure=failure,
            request_id=failure.request_id,
            sent_at=active.snapshot.sent_at if refused else None,
            summary=("Refused: " if refused else "Not sent: ") + words,
        )
        return False

    async def _record_unknown(self, failure: Failure, doubt: str = "") -> None:
        text = f"{_failure_text(failure)}; the cloud may have executed it all the same"
        await self._active.record_until_written(
            (Source.REQUEST, f"{text} ({doubt})" if doubt else text),
            state=State.UNKNOWN,
            failure=replace(failure, executed=Executed.UNKNOWN),
            request_id=failure.request_id,
            summary="No clear answer, and no clear trace on disk and backup so far.",
        )


def _is_refused_token(failure: Failure) -> bool:
    """Whether the cloud refused only the token; a new one is then fetched."""
    return refuses_token(failure.status, failure.code, failure.message)


def _failure_text(failure: Failure) -> str:
    if failure.kind is ErrorKind.NOT_SENT and failure.message and not failure.code:
        return failure.message
    what = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
    return f"{what}: {failure.message}" if failure.message else what


def _throttled_hint(wait: float, retried: bool) -> str:
    said = (
        f"Nothing was executed: the cloud accepts no more requests for now. Wait {wait:.0f} s, then"
        " restore again; the program does not send it again by itself."
    )
    return said if retried else f"{said} In scripts, --retry-throttled does that."


def _defect(error: Exception, active: ActiveRestore) -> Failure:
    return Failure(
        kind=ErrorKind.BROKEN,
        executed=Executed.UNKNOWN,
        what="submit the restore",
        target=active.snapshot.volume.name or active.snapshot.volume.id,
        message=f"the program failed while waiting for the answer ({type(error).__name__})",
    )
