"""What was seen of a restore, as the facts that a verdict goes by."""

from __future__ import annotations

from dataclasses import dataclass

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.resources import Backup, Job, Volume
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.verdict import HEALTHY, Facts


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look brought. What could not be read is ``None``, or an empty status."""

    job: Job | None
    job_missing: bool
    """The cloud answered that it knows no such job."""
    volume: Volume | None
    volume_status: str
    backup: Backup | None
    backup_status: str
    failure: Failure | None
    """Why something could not be read; ``None`` when everything could."""
    pair_busy: bool = False
    """Disk and backup are at work at the same time, and by no other restore than this one."""


def is_untraced(facts: Facts) -> bool:
    """Whether nothing at all was seen of the restore, nor of another one."""
    seen = facts.disk_changed or facts.disk_seen_busy or facts.backup_seen_busy or facts.traced
    told = facts.job_is_askable or facts.against
    return not seen and not told and facts.volume_status in HEALTHY


def facts_of(restore: Restore, sight: Observation) -> Facts:
    """What one look, and all before it, let the verdict go by."""
    volume, job = sight.volume, sight.job
    before = restore.volume
    changed = volume.updated_at if volume is not None else None
    is_later: bool | None = None
    if changed is not None and before.updated_at is not None:
        is_later = changed > before.updated_at
    is_older = (
        changed is not None and restore.busy_change is not None and changed < restore.busy_change
    )
    return Facts(
        job_status=job.status if job else _last_word(restore),
        job_is_askable=bool(restore.job_id) and not restore.job_lost,
        volume_status=sight.volume_status,
        backup_status=sight.backup_status,
        disk_seen_busy=restore.disk_seen_busy,
        backup_seen_busy=restore.backup_seen_busy,
        pair_seen_busy=restore.pair_seen_busy,
        disk_changed=is_later is True,
        disk_set_back=is_later is False or is_older,
        traced=volume is not None
        and volume.src_backup_id == restore.backup.id
        and before.src_backup_id != restore.backup.id,
        against=restore.against or _foreign_mark(restore, volume),
        job_mismatch=job_mismatch(restore, job) if job else "",
        job_contradiction=job_contradiction(job) if job else "",
    )


def _foreign_mark(restore: Restore, volume: Volume | None) -> str:
    mark = volume.src_backup_id if volume is not None else ""
    if not mark or mark in (restore.backup.id, restore.volume.src_backup_id):
        return ""
    return f"The disk's metadata says that another backup ({mark}) was restored onto it."


def _last_word(restore: Restore) -> str:
    """What the job said before, where that still tells something: no end is taken from memory."""
    return "" if restore.job_status in ("SUCCESS", "FAIL") else restore.job_status


def job_mismatch(restore: Restore, job: Job) -> str:
    """Why *job* cannot be that of *restore*, in words; empty when nothing says so.

    Source: a restore's job is of type ``bksRestoreBackup``; ``entities`` may name backup and
    volume.
    """
    kind = job.job_type.lower().removeprefix("bks")
    if kind and ("restore" not in kind or kind.startswith(("delete", "create"))):
        return f"it is a job of another type ({job.job_type})"
    if job.volume_id and job.volume_id.lower() != restore.volume.id.lower():
        return f"it is about another disk ({job.volume_id})"
    if job.backup_id and job.backup_id.lower() != restore.backup.id.lower():
        return f"it is about another backup ({job.backup_id})"
    return ""


def job_contradiction(job: Job) -> str:
    """What *job* says against a SUCCESS of its own, in words; empty for nothing."""
    for sub in job.failed_sub_jobs:
        told = f" ({sub.error_code})" if sub.error_code else ""
        return f"its part {sub.job_type or sub.id or '?'} failed{told}"
    if job.error_code:
        return f"it carries the error code {job.error_code}"
    if job.fail_reason:
        return f"it gives a reason for a failure ({job.fail_reason})"
    return ""
