"""From a written intention to an answer: the only place that sends a restore.

Order of writes: intention (``planned``) → ``sending`` → POST → outcome. What is found in
``planned`` after a crash was never sent; what is found in ``sending`` may have been.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from vbs_tui.clock import Clock
from vbs_tui.cloud.envelopes import refuses_token
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.restore.case import Case
from vbs_tui.restore.checks import Level, assess
from vbs_tui.restore.events import Event
from vbs_tui.restore.pace import Pace
from vbs_tui.restore.records import Source
from vbs_tui.restore.states import State


class Submission:
    """One intention, sent at most once as far as the cloud can have executed it."""

    def __init__(
        self,
        case: Case,
        provider: Callable[[], Awaitable[Provider]],
        clock: Clock,
        pace: Pace,
        *,
        emit: Callable[[Event], None],
        may_send: Callable[[], bool] = lambda: True,
        retry_throttled: bool = False,
    ) -> None:
        """*may_send* is asked right before a request leaves. *retry_throttled*: one that the cloud
        turns away as one too many (429) is sent again after a pause, without asking."""
        self._emit = emit
        self._retry_throttled = retry_throttled
        self._case = case
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._may_send = may_send

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
                await provider.prepare()
                stopper = await self._changed(provider) if attempt > 1 else ""
            except CloudError as error:
                if not await self._try_again(error.failure, attempt, left=False):
                    return
                continue
            if not self._may_send():
                stopper = "the program was ended before anything left."
            if stopper:
                await self._not_sent(stopper)
                return
            if await self._send(provider, attempt):
                return

    async def _send(self, provider: Provider, attempt: int) -> bool:
        """One POST. Whether the matter is over."""
        case = self._case
        request = provider.restore_request(case.restore.backup.id, case.restore.volume.id)
        await case.note(
            (Source.REQUEST, f"sending {request.method} {request.url}, try {attempt}"),
            state=State.SENDING,
            sent_at=self._clock.now(),
            tries=case.restore.tries + 1,
            summary="The request is on its way.",
        )
        if not self._may_send():  # the disk may have taken its time
            await self._not_sent("the program was ended before anything left.")
            return True
        try:
            accepted = await provider.submit(case.restore.backup.id, case.restore.volume.id)
        except CloudError as error:
            return not await self._after_error(error.failure, attempt)
        except Exception as error:
            # A defect of ours after the request may have left: still an unknown outcome.
            await self._unknown(_defect(error, case))
            return True
        job = f"accepted as job {accepted.job_id}" if accepted.job_id else "accepted, without a job"
        await case.insist(
            (Source.REQUEST, job),
            state=State.ACCEPTED,
            job_id=accepted.job_id,
            request_id=accepted.request_id,
            failure=None,
            summary="Accepted; the job waits for its turn.",
        )
        return True

    async def _not_sent(self, why: str) -> None:
        text = f"Not sent: {why}"
        await self._case.insist((Source.OPERATOR, text), state=State.NOT_SENT, summary=text)

    async def _after_error(self, failure: Failure, attempt: int) -> bool:
        """Write the outcome of a failed POST. Whether another try is to follow."""
        if failure.executed is not Executed.NO:
            await self._unknown(failure)
            return False
        return await self._try_again(failure, attempt, left=True)

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
                or failure.status == 429
                or (_is_old_token(failure) and attempt == 1 and left)
                or (not left and failure.kind in {ErrorKind.BROKEN, ErrorKind.SERVER})
            )
        )
        if again:
            await case.insist(
                (Source.REQUEST, f"{words}; nothing was executed, trying again in {wait:.0f} s"),
                state=State.PLANNED if left else None,
                failure=failure,
                summary="Not executed so far; trying again.",
            )
            if not _is_old_token(failure):
                await self._clock.sleep(wait)
            return True
        refused = left and failure.kind is not ErrorKind.NOT_SENT
        await case.insist(
            (Source.REQUEST, f"{words}; nothing was executed"),
            state=State.REFUSED if refused else State.NOT_SENT,
            failure=failure,
            request_id=failure.request_id,
            summary=("Refused: " if refused else "Not sent: ") + words,
        )
        return False

    async def _unknown(self, failure: Failure) -> None:
        await self._case.insist(
            (Source.REQUEST, f"{_words(failure)}; the cloud may have executed it all the same"),
            state=State.UNKNOWN,
            failure=failure,
            request_id=failure.request_id,
            summary="No clear answer; looking at disk and backup for traces.",
        )

    async def _changed(self, provider: Provider) -> str:
        """Before another try: why the confirmed restore is no longer what was confirmed."""
        restore = self._case.restore
        backup = await provider.backup(restore.backup.id)
        volume = await provider.volume(restore.volume.id)
        hazards = assess(backup, volume, project_id=restore.project_id)
        hard = [hazard.sentence for hazard in hazards if hazard.level is Level.HARD]
        if hard:
            return hard[0]
        if volume.name != restore.volume.name or volume.updated_at != restore.volume.updated_at:
            return "The disk changed since it was confirmed. Look at it and confirm again."
        return ""


def _is_old_token(failure: Failure) -> bool:
    """Whether the token was refused before anything else was looked at; a new one is then got."""
    return refuses_token(failure.status or 0, failure.code, failure.message)


def _words(failure: Failure) -> str:
    what = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
    return f"{what}: {failure.message}" if failure.message else what


def _defect(error: Exception, case: Case) -> Failure:
    return Failure(
        kind=ErrorKind.BROKEN,
        executed=Executed.UNKNOWN,
        what="submit the restore",
        target=case.restore.volume.name or case.restore.volume.id,
        message=f"the program failed while waiting for the answer ({type(error).__name__})",
    )
