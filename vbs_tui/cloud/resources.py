"""The things a cloud has: projects, backups, volumes, jobs. Frozen, cleaned, tolerant.

``from_api`` of each class takes whatever JSON came and never raises for a field: clouds leave
fields out, send null, numbers as text and JSON inside text. Only a row that is no object or has
no id is refused, with ``ValueError``, because nothing could be done with it. All text is cleaned
(:mod:`vbs_tui.text`). Ids stay as sent when they are plain, since they go back into URLs; an id
with anything else in it is refused like a missing one. Times are aware UTC, sizes GiB.

Source: the VBS, EVS and IAM API references (backups 5.1, volumes 8, jobs 7, projects 3 of the
project's HTTP contract).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vbs_tui.text import clean, is_typeable
from vbs_tui.times import parse_time

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class Project:
    """A project (tenant) of the cloud. Source: ``GET /v3/auth/projects``."""

    id: str
    name: str
    enabled: bool = True
    is_domain: bool = False
    domain_id: str = ""
    description: str = ""

    @property
    def region(self) -> str:
        """The region that the name's part before ``_`` names, by OTC's custom. A hint only."""
        return self.name.partition("_")[0]

    @property
    def is_usable(self) -> bool:
        """Whether disks can live in it: enabled, no domain, not the object store's own ``MOS``."""
        return self.enabled and not self.is_domain and self.name != "MOS"

    @classmethod
    def from_api(cls, row: object) -> Project:
        data = _object(row)
        return cls(
            id=_id(data),
            name=clean(data.get("name")) or _id(data),
            enabled=_flag(data.get("enabled"), default=True),
            is_domain=_flag(data.get("is_domain")),
            domain_id=clean(data.get("domain_id"), 64),
            description=clean(data.get("description")),
        )


@dataclass(frozen=True, slots=True)
class Backup:
    """A disk backup. Source: ``GET /v2|v3/{project_id}/backups/detail`` of VBS."""

    id: str
    name: str
    status: str
    size: int | None
    """GiB of the source disk: what a target must reach. ``None`` when the cloud did not say."""
    volume_id: str
    """The disk it was taken from; may be gone. Empty when unknown."""
    description: str = ""
    availability_zone: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    data_timestamp: datetime | None = None
    owner_id: str = ""
    """The project that owns it; empty when the cloud did not say."""
    fail_reason: str = ""
    bootable: bool = False
    encrypted: bool = False
    incremental: bool | None = None
    of_server: bool = False
    """Made by the server backup service (CSBS): restorable here, deletable only there."""
    source_type: str = ""
    """Type of the source disk (SATA, SAS, SSD, …)."""

    @property
    def taken_at(self) -> datetime | None:
        """The moment whose data it holds, as far as the cloud tells."""
        return self.data_timestamp or self.created_at

    @property
    def is_available(self) -> bool:
        return self.status == "available"

    @classmethod
    def from_api(cls, row: object) -> Backup:
        data = _object(row)
        meta = _embedded(data.get("service_metadata"))
        kind = _number(meta.get("ST"))
        step = _number(meta.get("Type"))
        return cls(
            id=_id(data),
            name=clean(data.get("name")),
            status=_status(data.get("status")),
            size=_number(data.get("size")),
            volume_id=_plain_id(data.get("volume_id")),
            description=_description(data.get("description")),
            availability_zone=clean(data.get("availability_zone"), 64),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
            data_timestamp=parse_time(data.get("data_timestamp")),
            owner_id=clean(
                data.get("os-bak-tenant-attr:tenant_id")
                or data.get("os-backup-project-attr:project_id")
                or data.get("os-backup-project-attr:tenant_id"),
                64,
            ),
            fail_reason=clean(data.get("fail_reason"), 500),
            bootable=_flag(meta.get("bootable")),
            encrypted=bool(meta.get("CMKID") or meta.get("VK")),
            incremental=None if step is None else step == 1,
            of_server=kind in (1, 5) or bool(meta.get("VMID")),
            source_type=clean(meta.get("VT"), 32),
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    """One server that holds a volume."""

    server_id: str
    device: str
    host_name: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """A disk. Source: ``GET /v2|v3/{project_id}/volumes/detail`` of EVS (Cinder)."""

    id: str
    name: str
    status: str
    size: int | None
    """GiB; ``None`` when the cloud did not say."""
    availability_zone: str = ""
    volume_type: str = ""
    bootable: bool = False
    encrypted: bool = False
    multiattach: bool = False
    attachments: tuple[Attachment, ...] = ()
    description: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner_id: str = ""
    src_backup_id: str = ""
    """``metadata.src_backup_id``: the trace a finished restore can leave on a foreign disk."""
    replicated: bool = False
    """Under disaster-recovery replication (SDRS), as far as the cloud tells."""
    dedicated_storage: str = ""
    name_is_typeable: bool = False
    """Whether the name as the cloud sent it can be typed; ``False`` for odd or cleaned names."""

    @property
    def is_available(self) -> bool:
        return self.status == "available"

    @property
    def confirmation_word(self) -> str:
        """What an operator types to name this disk when its name cannot serve."""
        return self.id[:8]

    @classmethod
    def from_api(cls, row: object) -> Volume:
        data = _object(row)
        meta = _mapping(data.get("metadata"))
        raw_name = data.get("name")
        replication = clean(data.get("replication_status") or meta.get("replication_status"), 32)
        return cls(
            id=_id(data),
            name=clean(raw_name),
            status=_status(data.get("status")),
            size=_number(data.get("size")),
            availability_zone=clean(data.get("availability_zone"), 64),
            volume_type=clean(data.get("volume_type"), 64),
            bootable=_flag(data.get("bootable")),
            encrypted=_flag(meta.get("__system__encrypted")) or _flag(data.get("encrypted")),
            multiattach=_flag(data.get("multiattach")) or _flag(data.get("shareable")),
            attachments=_attachments(data.get("attachments")),
            description=clean(data.get("description")),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
            owner_id=clean(data.get("os-vol-tenant-attr:tenant_id"), 64),
            src_backup_id=_plain_id(meta.get("src_backup_id")),
            replicated=bool(
                data.get("os-volume-replication:extended_status")
                or _flag(meta.get("hw:sdrs"))
                or replication.lower() in {"enabled", "active", "active-stopped", "copying"}
            ),
            dedicated_storage=clean(data.get("dedicated_storage_id"), 64),
            name_is_typeable=isinstance(raw_name, str) and is_typeable(raw_name),
        )


@dataclass(frozen=True, slots=True)
class SubJob:
    """A part of a job, as far as the cloud tells."""

    id: str
    job_type: str
    status: str
    error_code: str = ""
    fail_reason: str = ""

    @property
    def has_failed(self) -> bool:
        return bool(self.error_code) or self.status.startswith(("FAIL", "ERROR"))


@dataclass(frozen=True, slots=True)
class Job:
    """How a job goes. Source: ``GET /v1/{project_id}/jobs/{job_id}`` of VBS."""

    id: str
    status: str
    """``INIT``, ``RUNNING``, ``SUCCESS``, ``FAIL``, or whatever else the cloud said, upper case."""
    job_type: str = ""
    begin_time: datetime | None = None
    end_time: datetime | None = None
    error_code: str = ""
    fail_reason: str = ""
    sub_jobs: tuple[SubJob, ...] = field(default=())
    backup_id: str = ""
    """The backup it is about, by its ``entities``; empty when they name none, or oddly."""
    volume_id: str = ""
    """The same for the volume."""

    @property
    def is_ended(self) -> bool:
        """Only ``SUCCESS`` and ``FAIL`` end a job; an unknown word counts as still running."""
        return self.status in {"SUCCESS", "FAIL"}

    @property
    def failed_sub_jobs(self) -> tuple[SubJob, ...]:
        """The parts that failed: by their state, or by an error code that they carry."""
        return tuple(sub for sub in self.sub_jobs if sub.has_failed)

    @classmethod
    def from_api(cls, row: object, job_id: str = "") -> Job:
        data = _object(row)
        status = clean(data.get("status"), 32).strip().upper()
        if not status:
            raise ValueError("the job has no status")
        subs = tuple(_sub_jobs(data, depth=0))
        failed = next((sub for sub in subs if sub.status == "FAIL" and sub.error_code), None)
        entities = _embedded(data.get("entities"))
        return cls(
            id=job_id or _plain_id(data.get("job_id")),
            status=status,
            job_type=clean(data.get("job_type"), 64),
            begin_time=parse_time(data.get("begin_time")),
            end_time=parse_time(data.get("end_time")),
            error_code=_code(data.get("error_code")) or (failed.error_code if failed else ""),
            fail_reason=clean(data.get("fail_reason"), 1000)
            or (failed.fail_reason if failed else ""),
            sub_jobs=subs,
            backup_id=_plain_id(entities.get("backup_id")),
            volume_id=_plain_id(entities.get("volume_id")),
        )


def plain_id(value: object) -> str:
    """*value* when it is an id safe to put into a URL path, else the empty string."""
    return _plain_id(value)


def _object(row: object) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise ValueError("not an object")  # noqa: TRY004 - one exception for every unusable row
    return row


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(data: Mapping[str, Any]) -> str:
    found = _plain_id(data.get("id"))
    if not found:
        raise ValueError("no usable id")
    return found


def _plain_id(value: object) -> str:
    if isinstance(value, str) and _ID.match(value.strip()) and set(value.strip()) != {"."}:
        return value.strip()
    return ""


def _status(value: object) -> str:
    return clean(value, 64).strip().lower().replace("in_use", "in-use") or "unknown"


def _code(value: object) -> str:
    """An error code as it was given; empty for none, which some clouds write as 0."""
    code = clean(value, 64).strip()
    return "" if code.lower() in {"0", "null", "none"} else code


def _flag(value: object, *, default: bool = False) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    if isinstance(value, int | float):
        return value != 0
    return default


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(float(value)) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _embedded(value: object) -> Mapping[str, Any]:
    """An object that may be JSON text inside a string, padded, cut off or absent."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str) and value.strip().startswith("{"):
        try:
            return _mapping(json.loads(value))
        except (ValueError, RecursionError):
            return {}
    return {}


def _description(value: object) -> str:
    wrapped = _embedded(value).get("DESC") if isinstance(value, str) else None
    return clean(value if wrapped is None else wrapped)


def _attachments(value: object) -> tuple[Attachment, ...]:
    if not isinstance(value, list):
        return ()
    # An element that cannot be read still means that somebody holds the disk.
    return tuple(
        Attachment(
            server_id=clean(_mapping(item).get("server_id"), 64),
            device=clean(_mapping(item).get("device"), 64),
            host_name=clean(_mapping(item).get("host_name"), 64),
        )
        for item in value
    )


def _sub_jobs(data: Mapping[str, Any], depth: int) -> Iterable[SubJob]:
    if depth > 3:
        return
    for source in (data.get("sub_jobs"), _embedded(data.get("entities")).get("sub_jobs")):
        for item in source[:50] if isinstance(source, list) else ():
            row = _mapping(item)
            yield SubJob(
                id=clean(row.get("job_id"), 64),
                job_type=clean(row.get("job_type"), 64),
                status=clean(row.get("status"), 32).strip().upper() or "?",
                error_code=_code(row.get("error_code")),
                fail_reason=clean(row.get("fail_reason"), 1000),
            )
            yield from _sub_jobs(row, depth + 1)
