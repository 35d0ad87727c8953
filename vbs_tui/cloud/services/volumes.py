"""The block storage service (Cinder, EVS): its volumes.

Source: the EVS API reference.
"""

from __future__ import annotations

import re

from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.resources import Attachment, Volume
from vbs_tui.cloud.services import fields
from vbs_tui.cloud.services.collection import Collection, ListPath
from vbs_tui.cloud.services.fields import FieldReader
from vbs_tui.text import clean, is_typeable
from vbs_tui.times import parse_time

_MIGRATION = ("migration_status", "os-vol-mig-status-attr:migstat")
_REPLICATION = ("os-volume-replication:extended_status", "os-volume-replication:driver_data")
_REPLICATION_METADATA = re.compile(r"sdrs|replicat", re.IGNORECASE)


def volume_collection(client: ServiceClient, evs_root: str, project_id: str) -> Collection[Volume]:
    """The volumes of a project: native v2 while it answers, then v3, then EVS's own list."""
    paths = (
        ListPath(evs_root, "v2", "volumes"),
        ListPath(evs_root, "v3", "volumes"),
        ListPath(evs_root, "v2", "cloudvolumes"),
    )
    return Collection(client, project_id, noun="volume", paths=paths, parse=parse_volume)


def parse_volume(row: object) -> Volume:
    """A row of ``GET /v2|v3/{project_id}/volumes/detail``, or one volume.

    Raises ``ValueError`` for a row without a usable id.
    """
    reader = FieldReader(row)
    data, meta = reader.data, reader.mapping("metadata")
    raw_name = data.get("name")
    replication = [
        *reader.words("replication_status", *_REPLICATION),
        *reader.words(*(name for name in meta if _REPLICATION_METADATA.search(str(name))), of=meta),
    ]
    service = clean(data.get("service_type"), 32).strip()
    return Volume(
        id=reader.id(),
        name=clean(raw_name),
        status=reader.status(),
        size=reader.size(),
        availability_zone=clean(data.get("availability_zone"), 64),
        volume_type=clean(data.get("volume_type"), 64),
        bootable=reader.flag("bootable"),
        encrypted=reader.flag("__system__encrypted", meta)
        or reader.flag("encrypted")
        or bool(meta.get("__system__cmkid") or data.get("encryption_key_id")),
        # Both are read, so that an unreadable one is marked.
        multiattach=any([reader.flag("multiattach"), reader.flag("shareable")]),
        attachments=_attachments(reader),
        description=clean(data.get("description")),
        created_at=parse_time(data.get("created_at")),
        updated_at=parse_time(data.get("updated_at")),
        owner_id=reader.owner("os-vol-tenant-attr:tenant_id"),
        src_backup_id=fields.trace_id(meta.get("src_backup_id")),
        replicated=bool(replication),
        replication=", ".join(replication),
        migration=", ".join(
            word for word in reader.words(*_MIGRATION) if word not in {"success", "error"}
        ),
        group=clean(data.get("group_id") or data.get("consistencygroup_id"), 64),
        read_only=reader.flag("readonly", meta),
        internal=data.get("consumes_quota") is not None and not reader.flag("consumes_quota"),
        locks=reader.locks(),
        marks=tuple(clean(name, 64) for name in fields.LOCKS if fields.flag(meta.get(name))),
        attachments_known=data.get("attachments") not in (None, ""),
        unreadable=reader.unreadable,
        dedicated_storage=clean(data.get("dedicated_storage_id"), 64)
        or (service if service.upper() in {"DSS", "DESS"} else ""),
        name_is_typeable=isinstance(raw_name, str) and is_typeable(raw_name),
    )


def _attachments(reader: FieldReader) -> tuple[Attachment, ...]:
    value = reader.data.get("attachments")
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        reader.mark_unreadable("attachments")
        return (Attachment("", "", host_name="(unreadable)"),)
    # An element that cannot be read still means that somebody holds the disk.
    return tuple(
        Attachment(
            server_id=clean(fields.mapping(item).get("server_id"), 64),
            device=clean(fields.mapping(item).get("device"), 64),
            host_name=clean(fields.mapping(item).get("host_name"), 64),
        )
        for item in value
    )
