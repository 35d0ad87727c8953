"""The calls that restore, in the vendor's and the native way, and the query of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vbs_tui.simulator.auth.authenticator import Doorkeeper
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import ApiError, Call, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import Manner, Service
from vbs_tui.simulator.services.cinder_backups import find_backup, refuse_closed
from vbs_tui.simulator.services.cinder_volumes import UUID
from vbs_tui.simulator.world.restore_machine import Job, Machine
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World, derived_uuid

_MISSING = object()


class RestoreService(Service):
    """Restores, deletions by the documented trap, and jobs. Every method answers one route."""

    def __init__(
        self, world: World, doorkeeper: Doorkeeper, options: Options, machine: Machine
    ) -> None:
        super().__init__(world, doorkeeper, options)
        self.machine = machine

    def vendor_restore(self, call: Call) -> Reply:
        """``POST /v2/{project_id}/cloudbackups/{backup_id}/restore``."""
        grant, project = self.enter(call, Manner.VENDOR)
        refuse_closed(project)
        if not grant.user.may_restore:
            raise errors.vendor(403, "VolumeBackup.0042", "This user may not restore here.")
        volume_id = _vendor_body(call)
        backup = _vendor_backup(project, call.params["backup_id"])
        _refuse_shared(backup, project)
        volume = project.volumes.get(volume_id)
        if volume is None:
            raise errors.vendor(404, "VolumeBackup.0207", "There is no such disk.")
        _check_vendor_states(backup, volume)
        if backup.script is Script.REFUSED:
            raise errors.vendor(403, "VolumeBackup.0044", "The rights of this user are void.")
        if backup.script is Script.SERVER_ERROR:
            raise errors.vendor(500, "VolumeBackup.0014", "The task could not be submitted.")
        job = self.machine.accept_vendor(project, backup, volume)
        return Reply(200, {"job_id": job.id}, drop=backup.script is Script.NO_ANSWER)

    def vendor_delete(self, call: Call) -> Reply:
        """``POST /v2/{project_id}/cloudbackups/{backup_id}``: deletes that backup."""
        grant, project = self.enter(call, Manner.VENDOR)
        if not grant.user.may_restore:
            raise errors.vendor(403, "VolumeBackup.0042", "This user may not delete here.")
        backup = _vendor_backup(project, call.params["backup_id"])
        if backup.status not in ("available", "error"):
            raise errors.vendor(400, "VolumeBackup.0089", "The backup is busy.")
        return Reply(200, {"job_id": self.machine.queue_deletion(project, backup).id})

    def native_restore(self, call: Call) -> Reply:
        """``POST /v2|v3/{project_id}/backups/{backup_id}/restore``."""
        grant, project = self.enter(call, Manner.NATIVE)
        refuse_closed(project)
        if not grant.user.may_restore:
            raise errors.native(403, "Policy does not allow this user to restore.")
        wanted = _native_body(call)
        backup = find_backup(project, call)
        if backup.owner_id not in ("", project.id):
            raise errors.native(404, f"No backup {backup.id} could be found.")
        if backup.status != "available":
            raise errors.native(400, "Invalid backup: Backup status must be available")
        volume = self._native_target(project, backup, wanted)
        if backup.script in (Script.REFUSED, Script.FAILS_BEFORE_WRITING):
            raise errors.native(403, "This backup does not let itself be restored.")
        if backup.script is Script.SERVER_ERROR:
            raise errors.native(500, "The server met a fault and did nothing.")
        if project.volumes.get(volume.id) is None:
            project.volumes.add(volume)
        self.machine.accept_native(project, backup, volume)
        echo = {"backup_id": backup.id, "volume_id": volume.id, "volume_name": volume.name}
        return Reply(202, {"restore": echo}, drop=backup.script is Script.NO_ANSWER)

    def job(self, call: Call) -> Reply:
        """``GET /v1|v2/{project_id}/jobs/{job_id}``."""
        _, project = self.enter(call, Manner.JOBS)
        job = self.machine.job(call.params["job_id"])
        if job is None or job.forgotten or job.project_id != project.id:
            raise errors.vendor(400, "Common.0011", "The job could not be looked up.")
        return Reply(200, _job_body(job))

    def _native_target(self, project: Project, backup: Backup, wanted: dict[str, Any]) -> Volume:
        volume_id = wanted.get("volume_id")
        if volume_id is None:
            return _new_volume(backup, wanted.get("name"), self.machine.clock())
        volume = project.volumes.get(str(volume_id))
        if volume is None:
            raise errors.native(404, f"No volume {volume_id} could be found.")
        if volume.status != "available":
            raise errors.native(400, "Invalid volume: it must be available to be restored to.")
        if volume.size < backup.size:
            raise errors.native(
                400, f"Invalid volume: {volume.size} GB is less than the backup's {backup.size}."
            )
        return volume


def _vendor_body(call: Call) -> str:
    try:
        body = call.json()
    except ValueError:
        raise _bad_request() from None
    restore = body.get("restore") if isinstance(body, dict) else None
    if not isinstance(restore, dict):
        raise _bad_request()
    volume_id = restore.get("volume_id")
    if not isinstance(volume_id, str) or not UUID.match(volume_id):
        raise errors.vendor(400, "VolumeBackup.0208", "The parameter volume_id is no disk id.")
    return volume_id


def _bad_request() -> ApiError:
    return errors.vendor(400, "VolumeBackup.0210", "The request to restore has another form.")


def _vendor_backup(project: Project, backup_id: str) -> Backup:
    if not UUID.match(backup_id):
        raise errors.vendor(400, "VolumeBackup.0204", "The backup id has another form.")
    backup = project.backups.get(backup_id)
    if backup is None:
        raise errors.vendor(404, "VolumeBackup.0111", "There is no such backup or disk.")
    return backup


def _refuse_shared(backup: Backup, project: Project) -> None:
    if backup.owner_id not in ("", project.id):
        raise errors.vendor(
            403, "VolumeBackup.0042", "A backup of another project restores no disk here."
        )


def _check_vendor_states(backup: Backup, volume: Volume) -> None:
    """What the call itself refuses. A running restore is found only by the queued job."""
    refusals = [
        (volume.dr_site, "VolumeBackup.0211", "The disk is at the disaster recovery site."),
        (volume.status.startswith("error"), "VolumeBackup.0202", "The disk is in error."),
        (volume.status == "backing-up", "VolumeBackup.0206", "The disk is being backed up."),
        (
            volume.status not in ("available", "restoring-backup"),
            "VolumeBackup.0205",
            f"The disk is {volume.status.replace('-', '_')}.",
        ),
        (
            backup.status not in ("available", "restoring"),
            "VolumeBackup.0089",
            f"The backup is {backup.status}.",
        ),
        (
            volume.size < backup.size,
            "VolumeBackup.0209",
            f"The disk has {volume.size} GB, the backup needs {backup.size} GB.",
        ),
    ]
    for holds, code, text in refusals:
        if holds:
            raise errors.vendor(400, code, text)


def _native_body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise errors.native(400, "The body is not JSON.") from None
    restore = body.get("restore", _MISSING) if isinstance(body, dict) else _MISSING
    if restore is None:
        raise errors.native(500, "An unexpected fault stopped the request.")
    if not isinstance(restore, dict) or len(body) != 1:
        raise errors.native(400, "The body must be one object named restore.")
    extra = sorted(set(restore) - {"volume_id", "name"})
    if extra:
        raise errors.native(400, f"Not expected in a restore: {', '.join(extra)}.")
    volume_id = restore.get("volume_id")
    if volume_id is not None and not (isinstance(volume_id, str) and UUID.match(volume_id)):
        raise errors.native(400, "The volume_id is not a UUID.")
    return restore


def _new_volume(backup: Backup, name: object, now: datetime) -> Volume:
    return Volume(
        id=derived_uuid("new volume", backup.id, now.isoformat()),
        name=str(name) if name else f"restore_backup_{backup.id}",
        size=backup.size,
        created_at=now,
        status="creating",
        description="auto-created_from_restore_from_backup",
        availability_zone=backup.availability_zone,
        volume_type=backup.volume_type,
    )


def _job_body(job: Job) -> dict[str, Any]:
    body: dict[str, Any] = {
        "status": job.status,
        "job_id": job.id,
        "job_type": job.kind,
        "begin_time": rendering.job_time(job.begun_at),
        "end_time": rendering.job_time(job.ended_at),
        "error_code": job.error_code,
        "fail_reason": job.fail_reason,
        "entities": dict(job.entities),
    }
    if job.kind == "bksRestoreBackup" and job.status != "INIT":
        sub_job = {**body, "job_id": f"{job.id[:-4]}0001", "job_type": "bksRestoreVolume"}
        body["sub_jobs"] = [{**sub_job, "entities": dict(job.entities)}]
    else:
        body["sub_jobs"] = []
    return body | job.extra
