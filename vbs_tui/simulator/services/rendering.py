"""JSON objects of backups, volumes and jobs, as the services send them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from vbs_tui.simulator.world.ids import derived_hex, derived_uuid
from vbs_tui.simulator.world.world import Backup, Project, Volume


def plain_time(moment: datetime | None) -> str | None:
    """UTC without a zone and with microseconds, as backups and volumes have it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def job_time(moment: datetime | None) -> str:
    """UTC with milliseconds and ``Z``; empty for ``None``."""
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def self_link(base_url: str, *parts: str) -> list[dict[str, str]]:
    return [{"rel": "self", "href": "/".join([base_url, *parts])}]


def backup_summary(backup: Backup, project: Project, version: str, base_url: str) -> dict[str, Any]:
    links = self_link(base_url, version, project.id, "backups", backup.id)
    return {"id": backup.id, "name": backup.name, "links": links}


def backup_detail(backup: Backup, project: Project, version: str, base_url: str) -> dict[str, Any]:
    """A backup in full. Only ``v2`` has ``service_metadata``; the owner's field differs."""
    owner = backup.owner_id or project.id
    snapshot = derived_uuid("snapshot", backup.id)
    row: dict[str, Any] = {
        **backup_summary(backup, project, version, base_url),
        "status": backup.status,
        "description": backup.description,
        "size": backup.size,
        "object_count": 0,
        "availability_zone": backup.availability_zone,
        "volume_id": backup.volume_id,
        "snapshot_id": snapshot,
        "container": snapshot,
        "fail_reason": backup.fail_reason,
        "created_at": plain_time(backup.created_at),
        "updated_at": plain_time(_updated(backup)),
        "data_timestamp": plain_time(backup.created_at),
        "is_incremental": False,
        "has_dependent_backups": False,
    }
    if version == "v2":
        row["os-bak-tenant-attr:tenant_id"] = owner
        row["service_metadata"] = _service_metadata(backup)
    else:
        row["os-backup-project-attr:project_id"] = owner
    return row | backup.extra


def _updated(backup: Backup) -> datetime | None:
    if backup.updated_at is not None or backup.status == "creating":
        return backup.updated_at
    return backup.created_at + timedelta(seconds=90 + 6 * backup.size)


def _service_metadata(backup: Backup) -> str | None:
    if backup.raw_metadata is not None or not backup.has_metadata:
        return backup.raw_metadata
    facts: dict[str, Any] = {
        "bootable": backup.bootable,
        "Type": int(backup.incremental),
        "VT": backup.volume_type,
        "CS": backup.size * 614,
        "progress": backup.progress,
        "AT": 87.5,
    }
    if backup.kind is not None:
        facts["ST"] = backup.kind
    if backup.kms_key_id is not None:
        facts["CMKID"] = backup.kms_key_id
        facts["VK"] = derived_hex("volume key", backup.id) * 2
    if backup.server_id is not None:
        facts["VMID"] = backup.server_id
    return f" {json.dumps(facts)} "


def volume_summary(volume: Volume, project: Project, version: str, base_url: str) -> dict[str, Any]:
    links = self_link(base_url, version, project.id, "volumes", volume.id)
    return {"id": volume.id, "name": volume.name, "links": links}


def volume_detail(volume: Volume, project: Project, version: str, base_url: str) -> dict[str, Any]:
    """A volume in full. ``bootable`` is text; ``encrypted`` is always false, see its metadata."""
    return {
        **volume_summary(volume, project, version, base_url),
        "status": volume.status,
        "size": volume.size,
        "availability_zone": volume.availability_zone,
        "volume_type": volume.volume_type,
        "bootable": "true" if volume.bootable else "false",
        "encrypted": False,
        "multiattach": volume.multiattach,
        "shareable": "true" if volume.multiattach else "false",
        "attachments": [
            {
                "server_id": one.server_id,
                "attachment_id": derived_uuid("attachment", volume.id, one.server_id),
                "attached_at": plain_time(one.attached_at),
                "host_name": None,
                "volume_id": volume.id,
                "device": one.device,
                "id": volume.id,
            }
            for one in volume.attachments
        ],
        "metadata": {"hw:passthrough": "false", **volume.metadata},
        "description": volume.description,
        "snapshot_id": None,
        "source_volid": None,
        "consistencygroup_id": None,
        "replication_status": "disabled",
        "user_id": derived_hex("user of", project.id),
        "created_at": plain_time(volume.created_at),
        "updated_at": plain_time(volume.updated_at or volume.created_at),
        "os-vol-tenant-attr:tenant_id": project.id,
        "os-vol-host-attr:host": f"pod01.{volume.availability_zone}#{volume.volume_type}",
        "os-volume-replication:extended_status": None,
        "volume_image_metadata": {},
        **volume.extra,
    }


def evs_volume(volume: Volume, project: Project, base_url: str) -> dict[str, Any]:
    """A volume in EVS' own list, with more fields."""
    return {
        **volume_detail(volume, project, "v2", base_url),
        "service_type": "EVS",
        "tags": {},
        "wwn": derived_hex("wwn", volume.id),
        "enterprise_project_id": "0",
    }
