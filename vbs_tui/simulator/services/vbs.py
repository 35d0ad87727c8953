"""VBS: the restore with a job, the query of jobs, and the calls beside them."""

from __future__ import annotations

from typing import Any

from vbs_tui.simulator.auth.authenticator import Authenticator
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import ApiError, Call, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import UUID, ErrorFormat, Route, Service, refuse_closed
from vbs_tui.simulator.world.restore_machine import Job, RestoreMachine
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World


class VbsService(Service):
    """``/v2/{project_id}/cloudbackups``, jobs, policies and shared backups."""

    def __init__(
        self,
        world: World,
        authenticator: Authenticator,
        options: Options,
        machine: RestoreMachine,
    ) -> None:
        super().__init__(world, authenticator, options)
        self.machine = machine

    def routes(self) -> list[Route]:
        root = "/v2/{project_id}"
        return [
            ("GET", f"{root}/cloudbackups/quota", self.quota),
            ("POST", f"{root}/cloudbackups/{{backup_id}}/restore", self.restore),
            ("POST", f"{root}/cloudbackups/{{backup_id}}", self.delete),
            ("GET", f"{root}/backuppolicy", self.policies),
            ("GET", f"{root}/os-vendor-backup-sharing/detail", self.shared_with_me),
            ("GET", f"{root}/jobs/{{job_id}}", self.job),
            ("GET", "/v1/{project_id}/jobs/{job_id}", self.job),
        ]

    def restore(self, call: Call) -> Reply:
        """``POST /v2/{project_id}/cloudbackups/{backup_id}/restore``."""
        grant, project = self.authorize(call, ErrorFormat.VBS)
        refuse_closed(project)
        if not grant.user.may_restore:
            raise errors.vendor(403, "VolumeBackup.0042", "This user may not restore here.")
        volume_id = _restore_body(call)
        backup = _find_backup(project, call.params["backup_id"])
        _refuse_shared(backup, project)
        volume = project.volumes.get(volume_id)
        if volume is None:
            raise errors.vendor(404, "VolumeBackup.0207", "There is no such disk.")
        _check_states(backup, volume)
        if backup.script is Script.REFUSED:
            raise errors.vendor(403, "VolumeBackup.0044", "The rights of this user are void.")
        if backup.script is Script.SERVER_ERROR:
            raise errors.vendor(500, "VolumeBackup.0014", "The task could not be submitted.")
        job = self.machine.accept_vendor(project, backup, volume)
        return Reply(200, {"job_id": job.id}, drop=backup.script is Script.NO_ANSWER)

    def delete(self, call: Call) -> Reply:
        """``POST /v2/{project_id}/cloudbackups/{backup_id}``: deletes that backup."""
        grant, project = self.authorize(call, ErrorFormat.VBS)
        if not grant.user.may_restore:
            raise errors.vendor(403, "VolumeBackup.0042", "This user may not delete here.")
        backup = _find_backup(project, call.params["backup_id"])
        if backup.status not in ("available", "error"):
            raise errors.vendor(400, "VolumeBackup.0089", "The backup is busy.")
        return Reply(200, {"job_id": self.machine.queue_deletion(project, backup).id})

    def job(self, call: Call) -> Reply:
        """``GET /v1|v2/{project_id}/jobs/{job_id}``."""
        _, project = self.authorize(call, ErrorFormat.JOBS)
        job = self.machine.job(call.params["job_id"])
        if job is None or job.forgotten or job.project_id != project.id:
            raise errors.vendor(400, "Common.0011", "The job could not be looked up.")
        return Reply(200, _job_body(job))

    def quota(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudbackups/quota``."""
        _, project = self.authorize(call, ErrorFormat.VBS)
        used = sum(backup.size for backup in project.backups)
        rows = [
            {"type": "backups", "used": len(project.backups), "reserved": 0, "quota": -1},
            {"type": "backup_gigabytes", "used": used, "reserved": 0, "quota": -1},
        ]
        return Reply(200, {"quotas": {"resources": rows}})

    def policies(self, call: Call) -> Reply:
        self.authorize(call, ErrorFormat.VBS)
        return Reply(200, {"backup_policies": []})

    def shared_with_me(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/os-vendor-backup-sharing/detail``."""
        _, project = self.authorize(call, ErrorFormat.VBS)
        rows = [
            {
                "id": backup.id,
                "from_project_id": backup.owner_id,
                "to_project_id": project.id,
                "backup": rendering.backup_detail(backup, project, "v2", call.base_url),
            }
            for backup in project.backups
            if backup.owner_id not in ("", project.id)
        ]
        return Reply(200, {"shared": rows})


def _restore_body(call: Call) -> str:
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


def _find_backup(project: Project, backup_id: str) -> Backup:
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


def _check_states(backup: Backup, volume: Volume) -> None:
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
