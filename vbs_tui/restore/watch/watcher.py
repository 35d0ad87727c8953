"""Watch one restore until its verdict: look, write what changed, judge, wait."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Job
from vbs_tui.restore.active_restore import ActiveRestore, Line
from vbs_tui.restore.events import Event, RowChanged, WatchChanged
from vbs_tui.restore.journal.journal import JournalError, Overtaken
from vbs_tui.restore.journal.records import UNCLEAR, UNTRACED, Restore, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.evidence import Observation, facts_of, is_untraced
from vbs_tui.restore.watch.observation import OwnRestores, look
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.restore.watch.verdict import HEALTHY, READ, WRITTEN, Facts, Standing, Verdict, judge

_BUSY_OTHERWISE = HEALTHY - {"available"} | {
    *("creating", "uploading", "downloading", "extending", "retyping", "maintenance"),
    *("awaiting-transfer", "rollbacking", "deleting", "managing"),
}
"""Disk states that rule a restore out while they last."""

_LONG_UNSEEN = 300.0
"""Seconds without a look after which the moment of the verdict no longer tells when it ended."""


class Watcher:
    """The watch over one case. Ends with the case, or when another program takes it."""

    def __init__(
        self,
        case: ActiveRestore,
        provider: Callable[[], Awaitable[Provider]],
        *,
        clock: Clock,
        pace: PollPace,
        rng: random.Random,
        emit: Callable[[Event], None],
        own_restores: OwnRestores,
    ) -> None:
        """*own_restores*: see :func:`~vbs_tui.restore.watch.observation.look`."""
        self._case = case
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._rng = rng
        self._emit = emit
        self._own_restores = own_restores
        self._begun = clock.monotonic()
        self._disk_only_looks = 0
        self._watch = Watch(case.restore.id)
        self._nudge = asyncio.Event()
        self._blind_looks = 0
        self._sub_jobs: dict[str, str] = {}
        self._job_missing_since: float | None = None
        # What was found out before this program began need not be found out again.
        self._was_long = self._untraced_said = case.restore.needs_a_word
        self._looked_before: datetime | None = None

    @property
    def _age(self) -> float:
        """Seconds since this watch began, right behind the request or a program's start. Not by
        the wall clock: a jump of it would end the search for traces, or make it rare."""
        return self._clock.monotonic() - self._begun

    @property
    def is_blind(self) -> bool:
        """Whether the last look saw nothing."""
        return self._watch.blind_since is not None

    def look_now(self) -> None:
        """Cut the present wait short."""
        self._nudge.set()

    async def run(self) -> None:
        """Until the verdict. Never ends because of the cloud's silence."""
        while self._case.is_ours:
            try:
                await self._one_look()
            except Overtaken:
                continue
            except JournalError as error:
                # The snapshot stayed as it was, so the next look finds and writes it again.
                self._case.complain(error)
            except Exception as error:
                # Ended, it would look like a watch that goes on, and nobody would take it over.
                self._told_blind(self._defect(error))
            if self._case.is_ours:
                await self._wait()

    async def _one_look(self) -> None:
        restore = self._case.restore
        try:
            sight = await self._in_sight(restore)
        except CloudError as error:
            self._told_blind(error.failure)
            return
        self._looked_before = self._watch.looked_at
        if sight.failure is not None:
            # The moment at which it was seen last stays what it is.
            self._told_blind(sight.failure)
        else:
            self._blind_looks = 0
            self._watch = replace(
                self._watch, blind_since=None, failure=None, looked_at=self._clock.now()
            )
        for row in (sight.volume, sight.backup):
            if row is not None:
                self._emit(RowChanged(restore.project_id, row))
        await self._take_in(sight)

    async def _in_sight(self, restore: Restore) -> Observation:
        """What can be seen now. One that takes long is told as blind meanwhile: a log-in may wait
        for an answer without end, and a watch that stands still must not look like one that goes.

        Raises ``CloudError``.
        """

        async def see() -> Observation:
            return await look(await self._provider(), restore, self._own_restores)

        seeing = asyncio.create_task(see(), name="look")
        late = asyncio.ensure_future(self._clock.sleep(self._pace.patience))
        try:
            await asyncio.wait({seeing, late}, return_when=asyncio.FIRST_COMPLETED)
            if not seeing.done():
                self._told_blind(self._no_answer())
                self._watch = replace(self._watch, next_at=None)
                self._emit(WatchChanged(self._watch))
            return await seeing
        finally:
            late.cancel()
            seeing.cancel()

    def _no_answer(self) -> Failure:
        return Failure(
            ErrorKind.NOT_SENT,
            Executed.NO,
            "look at the restore",
            message="no answer yet: the cloud is slow, or a log-in waits for you",
            at=self._clock.now(),
        )

    def _defect(self, error: Exception) -> Failure:
        return Failure(
            ErrorKind.UNUSABLE,
            Executed.NO,
            "look at the restore",
            message=f"a defect of the program ({type(error).__name__})",
            at=self._clock.now(),
        )

    def _told_blind(self, failure: Failure) -> None:
        self._blind_looks += 1
        since = self._watch.blind_since or self._clock.now()
        self._watch = replace(self._watch, blind_since=since, failure=failure)

    async def _wait(self) -> None:
        now = self._clock.now()
        seconds = self._pace.wait(
            self._age,
            unsettled=self._case.restore.state is State.UNKNOWN,
            blind=self._blind_looks,
            rng=self._rng,
        )
        self._watch = replace(self._watch, next_at=_later(now, seconds))
        self._emit(WatchChanged(self._watch))
        self._nudge.clear()
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        nudged = asyncio.ensure_future(self._nudge.wait())
        try:
            await asyncio.wait({sleeping, nudged}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            nudged.cancel()

    async def _take_in(self, sight: Observation) -> None:
        """Write what changed, and the verdict when there is one."""
        restore = self._case.restore
        lines, changes = self._differences(restore, sight)
        lost = self._job_is_lost(restore, sight)
        if lost is not restore.job_lost:
            what = "no longer knows the job; going by the states" if lost else "knows the job again"
            lines.append((Source.JOB, f"the cloud {what}"))
            changes["job_lost"] = lost
        seen = replace(restore, **changes)
        facts = facts_of(seen, sight)
        verdict = judge(facts)
        state = self._next_state(seen, facts, verdict)
        if state is not restore.state:
            lines.append((Source.VERDICT, _step_text(restore.state, state, verdict)))
            if state is State.FAILED:
                changes["failure"] = failure_of(seen, sight, verdict)
            if state.is_sure and (end := self._unseen_end(seen, sight)):
                changes["ended_at"] = end
        elif verdict.standing is Standing.UNDETERMINED and self._long_enough():
            lines += self._say_untraced(facts, verdict)
        if state is State.UNKNOWN and sight.failure is not None:
            summary = restore.summary  # what could not be read changes nothing of what is known
        else:
            summary = self._summary(state, verdict, facts)
        if lines or changes or summary != restore.summary:
            await self._case.note(*lines, state=state, summary=summary, **changes)
        # Remembered only once it is written, so that a failed write is made good by the next look.
        if sight.job is not None:
            self._sub_jobs = {sub.id: sub.status for sub in sight.job.sub_jobs}

    def _differences(
        self, restore: Restore, sight: Observation
    ) -> tuple[list[Line], dict[str, Any]]:
        lines: list[Line] = []
        changes: dict[str, Any] = {}
        if sight.job is not None:
            if sight.job.status != restore.job_status:
                lines.append((Source.JOB, _arrow(restore.job_status, sight.job.status)))
                changes["job_status"] = sight.job.status
            for sub in sight.job.sub_jobs:
                before = self._sub_jobs.get(sub.id, "")
                if sub.status != before:
                    name = sub.job_type or sub.id or "part"
                    told = f" ({sub.error_code})" if sub.error_code else ""
                    lines.append((Source.SUB_JOB, f"{name} {_arrow(before, sub.status)}{told}"))
        for source, key, status in (
            (Source.VOLUME, "volume_status", sight.volume_status),
            (Source.BACKUP, "backup_status", sight.backup_status),
        ):
            if status and status != getattr(restore, key):
                lines.append((source, _arrow(getattr(restore, key), status)))
                changes[key] = status
        if sight.volume_status == WRITTEN and not restore.disk_seen_busy:
            changes["disk_seen_busy"] = True
        if sight.backup_status == READ and not restore.backup_seen_busy:
            changes["backup_seen_busy"] = True
        if sight.pair_busy:
            if sight.job is None:
                lines.append((Source.WATCH, "disk and backup are at work together"))
            changes["pair_seen_busy"] = True
            changes["busy_change"] = sight.volume.updated_at if sight.volume else None
        if not restore.against and (against := self._against(restore, sight)):
            lines.append((Source.WATCH, against))
            changes["against"] = against
        return lines, changes

    def _against(self, restore: Restore, sight: Observation) -> str:
        """What this look shows of another's work on the disk, as a sentence; empty for nothing.

        Not while a job goes on. One look at a disk that is busy alone proves nothing: disk and
        backup do not change at the very same moment.
        """
        volume = sight.volume_status
        has_succeeded = sight.job is not None and sight.job.status == "SUCCESS"
        disk_only = volume == WRITTEN and sight.backup_status not in (READ, "")
        self._disk_only_looks = self._disk_only_looks + 1 if disk_only else 0
        if sight.job is not None and not has_succeeded:
            return ""
        if volume in _BUSY_OTHERWISE and not has_succeeded:
            return f"The disk was seen {volume}, which it cannot be while a restore runs."
        if (restore.pair_seen_busy or has_succeeded) and self._disk_only_looks > 1:
            return "The disk was seen being written again, while this backup was not being read."
        return ""

    def _job_is_lost(self, restore: Restore, sight: Observation) -> bool:
        if not sight.job_missing:
            self._job_missing_since = None
            return restore.job_lost and sight.job is None
        now = self._clock.monotonic()
        if self._job_missing_since is None:
            self._job_missing_since = now
        return restore.job_lost or now - self._job_missing_since >= self._pace.job_patience

    def _unseen_end(self, restore: Restore, sight: Observation) -> datetime | None:
        """When the job ended, by the cloud's word, if nobody had looked for long before now."""
        end = None if sight.job is None else sight.job.end_time
        now, begun = self._clock.now(), restore.sent_at or restore.created_at
        before = self._looked_before or begun
        if end is None or not begun < end <= now or (now - before).total_seconds() < _LONG_UNSEEN:
            return None
        return end

    def _next_state(self, restore: Restore, facts: Facts, verdict: Verdict) -> State:
        standing = verdict.standing
        if standing is Standing.SUCCEEDED:
            return State.SUCCEEDED
        if standing is Standing.FAILED:
            return State.FAILED
        if standing is Standing.UNDETERMINED:
            # A job that was just lost, or a job that ended with its disk gone: nothing tells.
            return State.UNKNOWN
        moving = facts.volume_status == WRITTEN or facts.backup_status == READ
        if facts.job_is_askable:
            has_begun = facts.job_status not in ("", "INIT")
            return State.RUNNING if moving or has_begun else restore.state
        is_ours = facts.pair_seen_busy and not facts.against
        return State.RUNNING if moving and is_ours else restore.state

    def _long_enough(self) -> bool:
        return self._was_long or self._age >= self._pace.reconcile

    def _say_untraced(self, facts: Facts, verdict: Verdict) -> list[Line]:
        if self._untraced_said:
            return []
        self._untraced_said = True
        told = "no trace; probably not accepted" if is_untraced(facts) else verdict.sentence
        return [(Source.WATCH, f"{self._pace.reconcile:.0f} s after sending: {told}")]

    def _summary(self, state: State, verdict: Verdict, facts: Facts) -> str:
        if state is State.UNKNOWN and verdict.standing is Standing.UNDETERMINED:
            if not facts.job_is_askable and not self._long_enough():
                return "No clear answer, and no certain trace at disk and backup so far."
            return f"{UNTRACED if is_untraced(facts) else UNCLEAR}: {verdict.sentence}"
        return verdict.sentence


def failure_of(restore: Restore, sight: Observation, verdict: Verdict) -> Failure:
    """The failed restore as an error that the panel can explain."""
    job: Job | None = sight.job
    hint = ""
    if sight.volume_status == "error_restoring":
        hint = (
            "Leave the disk alone: its content is neither old nor new, and on this cloud a disk in"
            " error_restoring can only be deleted. Open a ticket with the ids below, or make a new"
            " disk from the backup, which is still intact."
        )
    return Failure(
        kind=ErrorKind.JOB,
        executed=Executed.YES,
        what="restore",
        target=f"{restore.backup.name or restore.backup.id} → "
        f"{restore.volume.name or restore.volume.id}",
        code=job.error_code if job else "",
        message=job.fail_reason if job else "",
        meaning="" if job and job.status == "FAIL" else verdict.sentence,
        request_id=restore.request_id,
        hint=hint,
        extra=(
            ("Job", restore.job_id or "unknown"),
            ("Disk", f"{restore.volume.id}, {sight.volume_status or 'not readable'}"),
            ("Backup", f"{restore.backup.id}, {sight.backup_status or 'not readable'}"),
            ("Verdict", verdict.sentence),
        ),
    )


def _arrow(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after


def _step_text(before: State, after: State, verdict: Verdict) -> str:
    if before is State.UNKNOWN and after is State.RUNNING:
        return "it was accepted after all: disk and backup are at work together"
    if after is State.RUNNING:
        return f"under way: {verdict.sentence}"
    return f"{after.value}: {verdict.sentence}"


def _later(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)
