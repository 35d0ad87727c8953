"""Restores over time.

Nothing runs in the background: before each request, everything that is due by the clock happens.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vbs_tui.simulator.options import Options
from vbs_tui.simulator.world.ids import derived_hex
from vbs_tui.simulator.world.ledger import Ledger, RestoreRecord
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World

_REASON = "RestoreBackup Task-fail: {}."
_DISK_BROKEN = "fsp cinder return volume status is error_restoring"


@dataclass(slots=True, eq=False)
class Job:
    """A job as the job query shows it."""

    id: str
    project_id: str
    kind: str
    begun_at: datetime
    status: str = "INIT"
    ended_at: datetime | None = None
    error_code: str | None = None
    fail_reason: str | None = None
    entities: dict[str, str] = field(default_factory=dict)
    forgotten: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields in place of the usual ones."""


@dataclass(slots=True, eq=False)
class _Restore:
    project: Project
    backup: Backup
    volume: Volume
    record: RestoreRecord
    job: Job | None


class RestoreMachine:
    """Runs restores and deletions. Call with the world's lock held; ``settle`` takes it itself."""

    def __init__(
        self,
        world: World,
        ledger: Ledger,
        options: Options,
        clock: Callable[[], datetime],
        *,
        seed: int,
        speed: float,
    ) -> None:
        self.world = world
        self.ledger = ledger
        self.options = options
        self.clock = clock
        self.seed = seed
        self.speed = speed
        self._jobs: dict[str, Job] = {}
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = itertools.count()
        self._rng = random.Random(f"{seed}/jobs")

    def settle(self) -> None:
        """Apply everything that is due by now, in order of time."""
        with self.world.lock:
            now = self.clock()
            while self._due and self._due[0][0] <= now:
                when, _, happen = heapq.heappop(self._due)
                happen(when)

    def job(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def accept_vendor(self, project: Project, backup: Backup, volume: Volume) -> Job:
        """Queue a restore: states move only when its job starts."""
        now = self.clock()
        job = self._new_job(project, "bksRestoreBackup")
        job.forgotten = backup.script is Script.JOB_FORGOTTEN
        record = RestoreRecord(backup.id, volume.id, project.id, job.id, now)
        self.ledger.add_restore(record)
        restore = _Restore(project, backup, volume, record, job)
        self._after(now, self.options.queue_seconds, lambda at: self._start_job(restore, at))
        return job

    def accept_native(self, project: Project, backup: Backup, volume: Volume) -> None:
        """Start a restore without a job. The caller has checked the states."""
        now = self.clock()
        record = RestoreRecord(backup.id, volume.id, project.id, "", now)
        self.ledger.add_restore(record)
        restore = _Restore(project, backup, volume, record, None)
        self._after(now, self.options.native_race_seconds, lambda at: self._write(restore, at))
        self.settle()

    def queue_deletion(self, project: Project, backup: Backup) -> Job:
        """Delete a backup by a job, as the restore call without its ending does."""
        job = self._new_job(project, "bksDeleteBackup")
        job.entities = {"backup_id": backup.id}
        backup.status = "deleting"
        project.backups.changed()
        self.ledger.add_deletion(backup.id)

        def end(at: datetime) -> None:
            project.backups.remove(backup.id)
            job.status, job.ended_at = "SUCCESS", at

        self._after(self.clock(), self.options.queue_seconds, end)
        return job

    def restore_seconds(self, backup: Backup) -> float:
        """How long a restore from ``backup`` runs at speed 1."""
        if backup.seconds is not None:
            return backup.seconds
        usual = self.options.restore_seconds + self.options.seconds_per_gib * backup.size
        share = int(derived_hex(self.seed, "pace", backup.id)[:8], 16) / 0xFFFFFFFF
        return usual * (1 + self.options.jitter * (2 * share - 1))

    def _new_job(self, project: Project, kind: str) -> Job:
        digits = f"{self._rng.getrandbits(96):024x}"
        job = Job("ff808082" + digits, project.id, kind, self.clock())
        self._jobs[job.id] = job
        return job

    def _after(self, start: datetime, seconds: float, happen: Callable[[datetime], None]) -> None:
        when = start + timedelta(seconds=seconds / self.speed)
        heapq.heappush(self._due, (when, next(self._order), happen))

    def _start_job(self, restore: _Restore, at: datetime) -> None:
        job = restore.job
        if job is not None:
            job.status = "RUNNING"
            job.entities = {"backup_id": restore.backup.id, "volume_id": restore.volume.id}
        refusal = _late_refusal(restore)
        if restore.backup.script is Script.FAILS_BEFORE_WRITING:
            refusal = ("VolumeBackup.0205", "the disk could not be taken hold of")
        if refusal is None:
            self._write(restore, at)
            return
        code, text = refusal
        self._after(at, 1.0, lambda end: self._end(restore, end, "failed", code, text))

    def _write(self, restore: _Restore, at: datetime) -> None:
        backup, volume = restore.backup, restore.volume
        backup.status, volume.status = "restoring", "restoring-backup"
        self._touch(restore, at)
        seconds = self.restore_seconds(backup)
        if backup.script is Script.NEVER_ENDS:
            return
        if backup.script is Script.FAILS_WHILE_WRITING:
            seconds *= 0.6
        self._after(at, seconds, lambda end: self._finish(restore, end))

    def _finish(self, restore: _Restore, at: datetime) -> None:
        backup, volume = restore.backup, restore.volume
        backup.status = "available"
        breaks = backup.script in (Script.FAILS_WHILE_WRITING, Script.SUCCESS_DISK_BROKEN)
        volume.status = "error_restoring" if breaks else "available"
        if not breaks and (volume.id != backup.volume_id or "src_backup_id" in volume.metadata):
            volume.metadata["src_backup_id"] = backup.id
        self._touch(restore, at)
        if not breaks:
            self._end(restore, at, "succeeded")
        elif backup.script is Script.SUCCESS_DISK_BROKEN:
            self._end(restore, at, "failed")
        else:
            self._end(restore, at, "failed", "VolumeBackup.0200", _DISK_BROKEN)

    def _end(
        self,
        restore: _Restore,
        at: datetime,
        outcome: str,
        code: str | None = None,
        reason: str = "",
    ) -> None:
        self.ledger.end_restore(restore.record, outcome, at, code or "")
        job = restore.job
        if job is None:
            return
        job.ended_at = at
        job.status = "FAIL" if code else "SUCCESS"
        job.extra = restore.backup.job_extra
        if code:
            job.error_code = code
            job.fail_reason = _REASON.format(reason)
            job.entities = {"backup_id": restore.backup.id, "volume_id": ""}

    def _touch(self, restore: _Restore, at: datetime) -> None:
        restore.backup.updated_at = at
        restore.volume.updated_at = at
        restore.project.backups.changed()
        restore.project.volumes.changed()


def _late_refusal(restore: _Restore) -> tuple[str, str] | None:
    """Why a queued job cannot start writing: the states may have moved since it was taken."""
    project, backup, volume = restore.project, restore.backup, restore.volume
    if project.volumes.get(volume.id) is None:
        return "VolumeBackup.0207", "the disk does not exist any more"
    if project.backups.get(backup.id) is None:
        return "VolumeBackup.0111", "the backup does not exist any more"
    if volume.status == "backing-up":
        return "VolumeBackup.0206", "a backup of the disk is being made"
    if volume.status in ("error", "error_restoring"):
        return "VolumeBackup.0202", f"the disk is {volume.status}"
    if volume.status != "available":
        return "VolumeBackup.0205", f"the disk is {volume.status}"
    if backup.status != "available":
        return "VolumeBackup.0089", f"the backup is {backup.status}"
    return None
