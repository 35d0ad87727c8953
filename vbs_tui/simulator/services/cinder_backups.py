"""The backup service's lists and single backups, native in v2 and v3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vbs_tui.simulator.auth.authenticator import Doorkeeper
from vbs_tui.simulator.http import errors, paging
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import Manner, Service
from vbs_tui.simulator.world.ledger import Ledger
from vbs_tui.simulator.world.world import Backup, Project, World

_Renderer = Callable[[Backup, Project, str, str], dict[str, Any]]


class BackupService(Service):
    """Reads and deletions of backups. Every method answers one route."""

    def __init__(
        self, world: World, doorkeeper: Doorkeeper, options: Options, ledger: Ledger
    ) -> None:
        super().__init__(world, doorkeeper, options)
        self.ledger = ledger

    def summaries(self, call: Call) -> Reply:
        return self._list(call, rendering.backup_summary)

    def details(self, call: Call) -> Reply:
        return self._list(call, rendering.backup_detail)

    def show(self, call: Call) -> Reply:
        _, project = self.enter(call, Manner.NATIVE)
        refuse_closed(project)
        backup = find_backup(project, call)
        row = rendering.backup_detail(backup, project, call.version, call.base_url)
        return Reply(200, {"backup": row | backup.alone})

    def delete(self, call: Call) -> Reply:
        """``DELETE /v2|v3/{project_id}/backups/{id}``."""
        grant, project = self.enter(call, Manner.NATIVE)
        backup = find_backup(project, call)
        if not grant.user.may_restore:
            raise errors.native(403, "This user may not delete backups.")
        if backup.status not in ("available", "error"):
            raise errors.native(400, "Invalid backup: it must be available or in error.")
        project.backups.remove(backup.id)
        self.ledger.add_deletion(backup.id)
        return Reply(202)

    def quota(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudbackups/quota``."""
        _, project = self.enter(call, Manner.VENDOR)
        used = sum(backup.size for backup in project.backups)
        rows = [
            {"type": "backups", "used": len(project.backups), "reserved": 0, "quota": -1},
            {"type": "backup_gigabytes", "used": used, "reserved": 0, "quota": -1},
        ]
        return Reply(200, {"quotas": {"resources": rows}})

    def policies(self, call: Call) -> Reply:
        self.enter(call, Manner.VENDOR)
        return Reply(200, {"backup_policies": []})

    def shared_with_me(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/os-vendor-backup-sharing/detail``."""
        _, project = self.enter(call, Manner.VENDOR)
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

    def _list(self, call: Call, renderer: _Renderer) -> Reply:
        _, project = self.enter(call, Manner.NATIVE)
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


def find_backup(project: Project, call: Call) -> Backup:
    """The backup of the path, or the native 404."""
    backup = project.backups.get(call.params["backup_id"])
    if backup is None:
        raise errors.native(404, f"No backup {call.params['backup_id']} could be found.")
    return backup


def refuse_closed(project: Project) -> None:
    """The refusal of a project that came after the service was closed to new ones."""
    if project.closed:
        raise errors.vendor(
            400, "BackupService.4008", "The service takes no projects that are new to it."
        )


def _filter(call: Call) -> Callable[[Backup], bool]:
    asked = {key: call.query[key] for key in ("name", "status", "volume_id") if key in call.query}
    if not asked:
        return lambda _backup: True
    return lambda backup: all(getattr(backup, key) == value for key, value in asked.items())


def _refuse_fuzzy(call: Call) -> None:
    for name in call.query:
        if name.endswith("~"):
            raise errors.native(400, f"The filter {name} is not configured.")
