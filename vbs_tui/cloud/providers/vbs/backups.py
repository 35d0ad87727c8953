"""The backups of VBS: where they are listed, and how a row is decoded.

Source: the VBS API reference. ``service_metadata`` is JSON text inside of JSON; its keys are VBS'
own: ``ST`` is the kind of backup (1 and 5: of a server), ``Type`` 1 an incremental one, ``VT`` the
type of the source disk, ``CMKID`` and ``VK`` its encryption keys, ``VMID`` the server.
"""

from __future__ import annotations

from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.resources import Backup, plain_id
from vbs_tui.cloud.services import fields
from vbs_tui.cloud.services.collection import Collection, ListPath
from vbs_tui.cloud.services.fields import FieldReader
from vbs_tui.text import clean
from vbs_tui.times import parse_time


def backup_collection(
    client: ServiceClient, vbs_root: str, evs_root: str, project_id: str
) -> Collection[Backup]:
    """The backups of a project: from VBS, else from EVS, whose Cinder knows them, too."""
    paths = (
        ListPath(vbs_root, "v2", "backups"),
        ListPath(vbs_root, "v3", "backups"),
        ListPath(evs_root, "v3", "backups"),
        ListPath(evs_root, "v2", "backups"),
    )
    return Collection(client, project_id, noun="backup", paths=paths, parse=parse_backup)


def parse_backup(row: object) -> Backup:
    """A row of ``GET /v2|v3/{project_id}/backups/detail``, or one backup.

    Raises ``ValueError`` for a row without a usable id.
    """
    reader = FieldReader(row)
    data = reader.data
    meta = reader.mapping("service_metadata")
    kind = fields.number(meta.get("ST"))
    step = fields.number(meta.get("Type"))
    return Backup(
        id=reader.id(),
        name=clean(data.get("name")),
        status=reader.status(),
        size=reader.size(),
        volume_id=plain_id(data.get("volume_id")),
        description=fields.description(data.get("description")),
        availability_zone=clean(data.get("availability_zone"), 64),
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
        data_timestamp=parse_time(data.get("data_timestamp")),
        owner_id=reader.owner(
            "os-bak-tenant-attr:tenant_id",
            "os-backup-project-attr:project_id",
            "os-backup-project-attr:tenant_id",
        ),
        fail_reason=clean(data.get("fail_reason"), 500),
        bootable=reader.flag("bootable", meta),
        encrypted=bool(meta.get("CMKID") or meta.get("VK") or data.get("encryption_key_id")),
        incremental=None if step is None else step == 1,
        of_server=kind in (1, 5) or bool(meta.get("VMID")),
        source_type=clean(meta.get("VT"), 32),
        locks=reader.locks(),
        unreadable=reader.unreadable,
    )
