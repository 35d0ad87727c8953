"""What a job says about itself: whether it is this restore's, and whether its SUCCESS can stand."""

from __future__ import annotations

from vbs_tui.cloud.resources import Job
from vbs_tui.restore.journal.records import Restore


def job_mismatch(restore: Restore, job: Job) -> str:
    """Why *job* cannot be that of *restore*, in words; empty when nothing says so.

    A restore's job is of type ``bksRestoreBackup``; its ``entities`` may name backup and volume.
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
        code = f" ({sub.error_code})" if sub.error_code else ""
        return f"its part {sub.job_type or sub.id or '?'} failed{code}"
    if job.error_code:
        return f"it carries the error code {job.error_code}"
    if job.fail_reason:
        return f"it gives a reason for a failure ({job.fail_reason})"
    return ""
