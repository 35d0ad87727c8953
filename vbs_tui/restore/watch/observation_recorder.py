"""Writes to the journal what an observation changed, and the verdict when there is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Job
from vbs_tui.restore.active_restore import ActiveRestore, Line
from vbs_tui.restore.journal.records import UNCLEAR, UNTRACED, Restore, Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.evidence import collect_facts, left_no_trace
from vbs_tui.restore.watch.observation import Observation
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.restore.watch.verdict import (
    HEALTHY,
    READ,
    WRITTEN,
    Conclusion,
    Facts,
    Verdict,
    judge,
)

_BUSY_OTHERWISE = HEALTHY - {"available"} | {
    *("creating", "uploading", "downloading", "extending", "retyping", "maintenance"),
    *("awaiting-transfer", "rollbacking", "deleting", "managing"),
}
"""States that a disk cannot have while a restore writes it."""

_LONG_UNSEEN = 300.0
"""Seconds without an observation after which the time of the verdict is not the time of the end."""


class ObservationRecorder:
    """Belongs to the watch over one restore, and compares each observation with those before."""

    def __init__(self, active: ActiveRestore, clock: Clock, pace: PollPace) -> None:
        self._active = active
        self._clock = clock
        self._pace = pace
        self._disk_only_polls = 0
        self._sub_jobs: dict[str, str] = {}
        self._job_missing_since: float | None = None
        # What an earlier program found out need not be found out again.
        self._was_long = self._untraced_recorded = active.snapshot.needs_settlement

    async def record(
        self, observation: Observation, *, age: float, seen_before: datetime | None
    ) -> None:
        """Write what *observation* changed, and the verdict when there is one.

        *age*: seconds since the watch began. *seen_before*: the time of the last observation before
        this one. Raises ``JournalError`` and ``StaleSnapshot``; the next observation then finds the
        same changes again.
        """
        restore = self._active.snapshot
        lines, changes = self._differences(restore, observation)
        lost = self._job_is_lost(restore, observation)
        if lost is not restore.job_lost:
            what = (
                "no longer knows the job; judging by the states of disk and backup"
                if lost
                else "knows the job again"
            )
            lines.append((Source.JOB, f"the cloud {what}"))
            changes["job_lost"] = lost
        seen = replace(restore, **changes)
        facts = collect_facts(seen, observation)
        verdict = judge(facts)
        state = _next_state(seen, facts, verdict)
        is_long = self._was_long or age >= self._pace.untraced_after
        if state is not restore.state:
            lines.append((Source.VERDICT, _transition_text(restore.state, state, verdict)))
            if state is State.FAILED:
                changes["failure"] = _job_failure(seen, observation, verdict)
            if state.is_final and (end := self._unseen_end(seen, observation, seen_before)):
                changes["ended_at"] = end
        elif verdict.conclusion is Conclusion.UNDETERMINED and is_long:
            lines += self._untraced_line(facts, verdict)
        if state is State.UNKNOWN and observation.failure is not None:
            summary = restore.summary  # a failed reading changes nothing of what is known
        else:
            summary = _summary(state, verdict, facts, is_long=is_long)
        if lines or changes or summary != restore.summary:
            await self._active.record(*lines, state=state, summary=summary, **changes)
        # Kept only once it is written, so that the next observation makes up for a failed write.
        if observation.job is not None:
            self._sub_jobs = {sub.id: sub.status for sub in observation.job.sub_jobs}

    def _differences(
        self, restore: Restore, observation: Observation
    ) -> tuple[list[Line], dict[str, Any]]:
        lines: list[Line] = []
        changes: dict[str, Any] = {}
        if observation.job is not None:
            if observation.job.status != restore.job_status:
                lines.append((Source.JOB, _arrow(restore.job_status, observation.job.status)))
                changes["job_status"] = observation.job.status
            for sub in observation.job.sub_jobs:
                before = self._sub_jobs.get(sub.id, "")
                if sub.status != before:
                    name = sub.job_type or sub.id or "part"
                    code = f" ({sub.error_code})" if sub.error_code else ""
                    lines.append((Source.SUB_JOB, f"{name} {_arrow(before, sub.status)}{code}"))
        for source, key, status in (
            (Source.VOLUME, "volume_status", observation.volume_status),
            (Source.BACKUP, "backup_status", observation.backup_status),
        ):
            if status and status != getattr(restore, key):
                lines.append((source, _arrow(getattr(restore, key), status)))
                changes[key] = status
        if observation.volume_status == WRITTEN and not restore.disk_seen_busy:
            changes["disk_seen_busy"] = True
        if observation.backup_status == READ and not restore.backup_seen_busy:
            changes["backup_seen_busy"] = True
        if observation.pair_busy:
            if observation.job is None:
                lines.append((Source.WATCH, "disk and backup are busy at the same time"))
            changes["pair_seen_busy"] = True
            changes["busy_change"] = observation.volume.updated_at if observation.volume else None
        if not restore.against and (against := self._against(restore, observation)):
            lines.append((Source.WATCH, against))
            changes["against"] = against
        return lines, changes

    def _against(self, restore: Restore, observation: Observation) -> str:
        """What shows that another restore, or other work, uses the disk, as a sentence; empty for
        nothing.

        Not while a job goes on. A single poll that finds only the disk busy proves nothing: disk
        and backup do not change at the very same moment.
        """
        volume = observation.volume_status
        has_succeeded = observation.job is not None and observation.job.status == "SUCCESS"
        disk_only = volume == WRITTEN and observation.backup_status not in (READ, "")
        self._disk_only_polls = self._disk_only_polls + 1 if disk_only else 0
        if observation.job is not None and not has_succeeded:
            return ""
        if volume in _BUSY_OTHERWISE and not has_succeeded:
            return f"The disk was seen {volume}, which it cannot be while a restore runs."
        if (restore.pair_seen_busy or has_succeeded) and self._disk_only_polls > 1:
            return "The disk was seen being written again, while this backup was not being read."
        return ""

    def _job_is_lost(self, restore: Restore, observation: Observation) -> bool:
        if not observation.job_missing:
            self._job_missing_since = None
            return restore.job_lost and observation.job is None
        now = self._clock.monotonic()
        if self._job_missing_since is None:
            self._job_missing_since = now
        return restore.job_lost or now - self._job_missing_since >= self._pace.job_lost_after

    def _unseen_end(
        self, restore: Restore, observation: Observation, seen_before: datetime | None
    ) -> datetime | None:
        """When the job ended, as the cloud says, if no program had observed it for long before."""
        end = None if observation.job is None else observation.job.end_time
        now, begun = self._clock.now(), restore.sent_at or restore.created_at
        before = seen_before or begun
        if end is None or not begun < end <= now or (now - before).total_seconds() < _LONG_UNSEEN:
            return None
        return end

    def _untraced_line(self, facts: Facts, verdict: Verdict) -> list[Line]:
        if self._untraced_recorded:
            return []
        self._untraced_recorded = True
        told = "no trace; probably not accepted" if left_no_trace(facts) else verdict.sentence
        return [(Source.WATCH, f"{self._pace.untraced_after:.0f} s after sending: {told}")]


def _next_state(restore: Restore, facts: Facts, verdict: Verdict) -> State:
    conclusion = verdict.conclusion
    if conclusion is Conclusion.SUCCEEDED:
        return State.SUCCEEDED
    if conclusion is Conclusion.FAILED:
        return State.FAILED
    if conclusion is Conclusion.UNDETERMINED:
        # The job was just lost, or it ended and its disk is gone: nothing proves the end.
        return State.UNKNOWN
    busy = facts.volume_status == WRITTEN or facts.backup_status == READ
    if facts.job_is_askable:
        has_begun = facts.job_status not in ("", "INIT")
        return State.RUNNING if busy or has_begun else restore.state
    is_ours = facts.pair_seen_busy and not facts.against
    return State.RUNNING if busy and is_ours else restore.state


def _summary(state: State, verdict: Verdict, facts: Facts, *, is_long: bool) -> str:
    if state is State.UNKNOWN and verdict.conclusion is Conclusion.UNDETERMINED:
        if not facts.job_is_askable and not is_long:
            return "No clear answer, and no clear trace on disk and backup so far."
        return f"{UNTRACED if left_no_trace(facts) else UNCLEAR}: {verdict.sentence}"
    return verdict.sentence


def _job_failure(restore: Restore, observation: Observation, verdict: Verdict) -> Failure:
    """The failed restore as an error that the panel can explain."""
    job: Job | None = observation.job
    hint = ""
    if observation.volume_status == "error_restoring":
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
            ("Disk", f"{restore.volume.id}, {observation.volume_status or 'not readable'}"),
            ("Backup", f"{restore.backup.id}, {observation.backup_status or 'not readable'}"),
            ("Verdict", verdict.sentence),
        ),
    )


def _arrow(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after


def _transition_text(before: State, after: State, verdict: Verdict) -> str:
    if before is State.UNKNOWN and after is State.RUNNING:
        return "it was accepted after all: disk and backup are busy at the same time"
    if after is State.RUNNING:
        return f"under way: {verdict.sentence}"
    return f"{after.value}: {verdict.sentence}"
