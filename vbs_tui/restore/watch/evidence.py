"""The facts that a verdict is based on, from the record of a restore and an observation of it."""

from __future__ import annotations

from vbs_tui.cloud.resources import Volume
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.job_evidence import job_contradiction, job_mismatch
from vbs_tui.restore.watch.observation import Observation
from vbs_tui.restore.watch.verdict import HEALTHY, Facts


def left_no_trace(facts: Facts) -> bool:
    """Whether nothing at all was seen of the restore, nor of another one."""
    seen = facts.disk_changed or facts.disk_seen_busy or facts.backup_seen_busy or facts.traced
    told = facts.job_is_askable or facts.against
    return not seen and not told and facts.volume_status in HEALTHY


def collect_facts(restore: Restore, observation: Observation) -> Facts:
    """The facts after *observation*, and all observations before it."""
    volume, job = observation.volume, observation.job
    before = restore.volume
    changed = volume.updated_at if volume is not None else None
    is_later: bool | None = None
    if changed is not None and before.updated_at is not None:
        is_later = changed > before.updated_at
    is_older = (
        changed is not None and restore.busy_change is not None and changed < restore.busy_change
    )
    return Facts(
        job_status=job.status if job else _last_job_status(restore),
        job_is_askable=bool(restore.job_id) and not restore.job_lost,
        volume_status=observation.volume_status,
        backup_status=observation.backup_status,
        disk_seen_busy=restore.disk_seen_busy,
        backup_seen_busy=restore.backup_seen_busy,
        pair_seen_busy=restore.pair_seen_busy,
        disk_changed=is_later is True,
        disk_set_back=is_later is False or is_older,
        traced=volume is not None
        and volume.src_backup_id == restore.backup.id
        and before.src_backup_id != restore.backup.id,
        against=restore.against or _trace_of_another_backup(restore, volume),
        job_mismatch=job_mismatch(restore, job) if job else "",
        job_contradiction=job_contradiction(job) if job else "",
    )


def _trace_of_another_backup(restore: Restore, volume: Volume | None) -> str:
    backup_id = volume.src_backup_id if volume is not None else ""
    if not backup_id or backup_id in (restore.backup.id, restore.volume.src_backup_id):
        return ""
    return f"The disk's metadata says that another backup ({backup_id}) was restored onto it."


def _last_job_status(restore: Restore) -> str:
    """The status on record, unless it is a final one: an end must be seen, not remembered."""
    return "" if restore.job_status in ("SUCCESS", "FAIL") else restore.job_status
