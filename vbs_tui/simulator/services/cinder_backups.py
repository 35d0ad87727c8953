"""Cinder's backups: lists, single ones, deletion, and the restore without a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vbs_tui.simulator.auth.authenticator import Authenticator
from vbs_tui.simulator.http import errors, paging
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import UUID, ErrorFormat, Route, Service, refuse_closed
from vbs_tui.simulator.world.ids import derived_uuid
from vbs_tui.simulator.world.ledger import Ledger
from vbs_tui.simulator.world.restore_machine import RestoreMachine
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World

_Renderer = Callable[[Backup, Project, str, str], dict[str, Any]]
_MISSING = object()


class CinderBackups(Service):
    """``/v2|v3/{project_id}/backups``."""

    def __init__(
        self,
        world: World,
        authenticator: Authenticator,
        options: Options,
        ledger: Ledger,
        machine: RestoreMachine,
    ) -> None:
        super().__init__(world, authenticator, options)
        self.ledger = ledger
        self.machine = machine

    def routes(self) -> list[Route]:
        return [
            row
            for version in ("v2", "v3")
            for root in (f"/{version}/{{project_id}}/backups",)
            for row in (
                ("GET", root, self.summaries),
                ("GET", f"{root}/detail", self.details),
                ("GET", f"{root}/{{backup_id}}", self.show),
                ("DELETE", f"{root}/{{backup_id}}", self.delete),
                ("POST", f"{root}/{{backup_id}}/restore", self.restore),
            )
        ]

    def summaries(self, call: Call) -> Reply:
        return self._list(call, rendering.backup_summary)

    def details(self, call: Call) -> Reply:
        return self._list(call, rendering.backup_detail)

    def show(self, call: Call) -> Reply:
        _, project = self.authorize(call, ErrorFormat.CINDER)
        refuse_closed(project)
        backup = _find_backup(project, call)
        row = rendering.backup_detail(backup, project, call.version, call.base_url)
        return Reply(200, {"backup": row | backup.alone})

    def delete(self, call: Call) -> Reply:
        """``DELETE /v2|v3/{project_id}/backups/{id}``."""
        grant, project = self.authorize(call, ErrorFormat.CINDER)
        backup = _find_backup(project, call)
        if not grant.user.may_restore:
            raise errors.cinder(403, "This user may not delete backups.")
        if backup.status not in ("available", "error"):
            raise errors.cinder(400, "Invalid backup: it must be available or in error.")
        project.backups.remove(backup.id)
        self.ledger.add_deletion(backup.id)
        return Reply(202)

    def restore(self, call: Call) -> Reply:
        """``POST /v2|v3/{project_id}/backups/{backup_id}/restore``."""
        grant, project = self.authorize(call, ErrorFormat.CINDER)
        refuse_closed(project)
        if not grant.user.may_restore:
            raise errors.cinder(403, "Policy does not allow this user to restore.")
        wanted = _restore_body(call)
        backup = _find_backup(project, call)
        if backup.owner_id not in ("", project.id):
            raise errors.cinder(404, f"No backup {backup.id} could be found.")
        if backup.status != "available":
            raise errors.cinder(400, "Invalid backup: Backup status must be available")
        volume = self._target(project, backup, wanted)
        if backup.script in (Script.REFUSED, Script.FAILS_BEFORE_WRITING):
            raise errors.cinder(403, "This backup does not let itself be restored.")
        if backup.script is Script.SERVER_ERROR:
            raise errors.cinder(500, "The server met a fault and did nothing.")
        if project.volumes.get(volume.id) is None:
            project.volumes.add(volume)
        self.machine.accept_native(project, backup, volume)
        echo = {"backup_id": backup.id, "volume_id": volume.id, "volume_name": volume.name}
        return Reply(202, {"restore": echo}, drop=backup.script is Script.NO_ANSWER)

    def _target(self, project: Project, backup: Backup, wanted: dict[str, Any]) -> Volume:
        volume_id = wanted.get("volume_id")
        if volume_id is None:
            return _new_volume(backup, wanted.get("name"), self.machine.clock())
        volume = project.volumes.get(str(volume_id))
        if volume is None:
            raise errors.cinder(404, f"No volume {volume_id} could be found.")
        if volume.status != "available":
            raise errors.cinder(400, "Invalid volume: it must be available to be restored to.")
        if volume.size < backup.size:
            raise errors.cinder(
                400, f"Invalid volume: {volume.size} GB is less than the backup's {backup.size}."
            )
        return volume

    def _list(self, call: Call, renderer: _Renderer) -> Reply:
        _, project = self.authorize(call, ErrorFormat.CINDER)
        refuse_closed(project)
        _refuse_fuzzy(call)
        wanted = _filter(call)
        page = paging.page_of(project.backups, call, self.options.row_cap, wanted)
        rows = [renderer(row, project, call.version, call.base_url) for row in page.rows]
        body: dict[str, Any] = {"backups": rows}
        links = paging.links(page, call, internal=self.options.internal_links)
        if links:
            body["backups_links"] = links
        if call.version == "v3" and call.query.get("with_count", "").lower() == "true":
            body["count"] = sum(1 for row in project.backups if wanted(row))
        return Reply(200, body)


def _find_backup(project: Project, call: Call) -> Backup:
    """The backup of the path, or the native 404."""
    backup = project.backups.get(call.params["backup_id"])
    if backup is None:
        raise errors.cinder(404, f"No backup {call.params['backup_id']} could be found.")
    return backup


def _restore_body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise errors.cinder(400, "The body is not JSON.") from None
    restore = body.get("restore", _MISSING) if isinstance(body, dict) else _MISSING
    if restore is None:
        raise errors.cinder(500, "An unexpected fault stopped the request.")
    if not isinstance(restore, dict) or len(body) != 1:
        raise errors.cinder(400, "The body must be one object named restore.")
    extra = sorted(set(restore) - {"volume_id", "name"})
    if extra:
        raise errors.cinder(400, f"Not expected in a restore: {', '.join(extra)}.")
    volume_id = restore.get("volume_id")
    if volume_id is not None and not (isinstance(volume_id, str) and UUID.match(volume_id)):
        raise errors.cinder(400, "The volume_id is not a UUID.")
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


def _filter(call: Call) -> Callable[[Backup], bool]:
    asked = {key: call.query[key] for key in ("name", "status", "volume_id") if key in call.query}
    if not asked:
        return lambda _backup: True
    return lambda backup: all(getattr(backup, key) == value for key, value in asked.items())


def _refuse_fuzzy(call: Call) -> None:
    for name in call.query:
        if name.endswith("~"):
            raise errors.cinder(400, f"The filter {name} is not configured.")
