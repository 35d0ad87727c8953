"""The things a cloud has: projects, backups, volumes, jobs. Frozen, cleaned, tolerant.

``from_api`` of each class takes whatever JSON came and never raises for a field: clouds leave
fields out, send null, numbers as text and JSON inside text. Only a row that is no object or has
no id is refused, with ``ValueError``, because nothing could be done with it. All text is cleaned
(:mod:`vbs_tui.text`). Ids stay as sent when they are plain, since they go back into URLs; an id
with anything else in it is refused like a missing one. Times are aware UTC, sizes GiB.

Source: the VBS, EVS and IAM API references; each class names its call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from vbs_tui.cloud.services import fields as resource_fields
from vbs_tui.cloud.services.fields import Reader, embedded, mapping, number, plain_id, trace_id
from vbs_tui.text import clean, is_typeable
from vbs_tui.times import parse_time

__all__ = ["Attachment", "Backup", "Job", "Project", "SubJob", "Volume", "plain_id"]


_MOST_SCANNED = 10_000
_MOST_KEPT = 100
"""Parts of one job."""

_MIGRATION = ("migration_status", "os-vol-mig-status-attr:migstat")
_PROTECTING = re.compile(r"sdrs|replicat", re.IGNORECASE)
_FAILED = re.compile(r"FAIL|ERROR|EXCEPTION|TIMEOUT|ABORT|CANCEL")
_REPLICATION = ("os-volume-replication:extended_status", "os-volume-replication:driver_data")


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
        reader = Reader(row)
        data = reader.data
        return cls(
            id=reader.id(),
            name=clean(data.get("name")) or reader.id(),
            enabled=resource_fields.flag(data.get("enabled"), default=True),
            is_domain=resource_fields.flag(data.get("is_domain")),
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
    locks: tuple[str, ...] = ()
    """What says that it is locked or frozen, as ``field: word``."""
    odd: tuple[str, ...] = ()
    """Fields that hold something this program cannot read: unknown, and not none."""

    @property
    def taken_at(self) -> datetime | None:
        """The moment whose data it holds, as far as the cloud tells."""
        return self.data_timestamp or self.created_at

    @property
    def is_available(self) -> bool:
        return self.status == "available"

    @classmethod
    def from_api(cls, row: object) -> Backup:
        reader = Reader(row)
        data = reader.data
        meta = reader.mapping("service_metadata")
        kind = number(meta.get("ST"))
        step = number(meta.get("Type"))
        return cls(
            id=reader.id(),
            name=clean(data.get("name")),
            status=reader.status(),
            size=reader.size(),
            volume_id=plain_id(data.get("volume_id")),
            description=resource_fields.description(data.get("description")),
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
            odd=reader.odd,
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
    replication: str = ""
    """The cloud's words for that; empty when it has none."""
    migration: str = ""
    """The cloud's word for a move of the disk to other storage; empty when none goes on."""
    group: str = ""
    """The consistency group it belongs to."""
    read_only: bool = False
    """Whether it is marked so that servers may only read it."""
    internal: bool = False
    """Whether it counts for no quota: a disk that the cloud made for a purpose of its own."""
    locks: tuple[str, ...] = ()
    """What says that it is locked or frozen, as ``field: word``."""
    marks: tuple[str, ...] = ()
    """The same in its metadata, where users and billing write, too."""
    attachments_told: bool = True
    """Whether the cloud said who holds it; with ``False`` the list is empty for want of a word."""
    odd: tuple[str, ...] = ()
    """Fields that hold something this program cannot read: unknown, and not none."""
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
        reader = Reader(row)
        data, meta = reader.data, reader.mapping("metadata")
        raw_name = data.get("name")
        replication = [
            *reader.words("replication_status", *_REPLICATION),
            *reader.words(*(name for name in meta if _PROTECTING.search(str(name))), of=meta),
        ]
        service = clean(data.get("service_type"), 32).strip()
        return cls(
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
            # Both are read: an odd one is remembered.
            multiattach=any([reader.flag("multiattach"), reader.flag("shareable")]),
            attachments=_attachments(reader),
            description=clean(data.get("description")),
            created_at=parse_time(data.get("created_at")),
            updated_at=parse_time(data.get("updated_at")),
            owner_id=reader.owner("os-vol-tenant-attr:tenant_id"),
            src_backup_id=trace_id(meta.get("src_backup_id")),
            replicated=bool(replication),
            replication=", ".join(replication),
            migration=", ".join(
                word for word in reader.words(*_MIGRATION) if word not in {"success", "error"}
            ),
            group=clean(data.get("group_id") or data.get("consistencygroup_id"), 64),
            read_only=reader.flag("readonly", meta),
            internal=data.get("consumes_quota") is not None and not reader.flag("consumes_quota"),
            locks=reader.locks(),
            marks=tuple(
                clean(name, 64)
                for name in resource_fields.LOCKS
                if resource_fields.flag(meta.get(name))
            ),
            attachments_told=data.get("attachments") not in (None, ""),
            odd=reader.odd,
            dedicated_storage=clean(data.get("dedicated_storage_id"), 64)
            or (service if service.upper() in {"DSS", "DESS"} else ""),
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
        return bool(self.error_code or self.fail_reason or _FAILED.search(self.status))


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
        data = Reader(row).data
        status = clean(data.get("status"), 32).strip().upper()
        if not status:
            raise ValueError("the job has no status")
        subs = _sub_jobs(data)
        failed = next((sub for sub in subs if sub.status == "FAIL" and sub.error_code), None)
        entities = embedded(data.get("entities"))
        return cls(
            id=job_id or plain_id(data.get("job_id")),
            status=status,
            job_type=clean(data.get("job_type"), 64),
            begin_time=parse_time(data.get("begin_time")),
            end_time=parse_time(data.get("end_time")),
            error_code=resource_fields.code(data.get("error_code"))
            or (failed.error_code if failed else ""),
            fail_reason=resource_fields.reason(data.get("fail_reason"))
            or (failed.fail_reason if failed else ""),
            sub_jobs=subs,
            backup_id=plain_id(entities.get("backup_id")),
            volume_id=plain_id(entities.get("volume_id")),
        )


def _attachments(reader: Reader) -> tuple[Attachment, ...]:
    value = reader.data.get("attachments")
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        reader.mark("attachments")
        return (Attachment("", "", host_name="(unreadable)"),)
    # An element that cannot be read still means that somebody holds the disk.
    return tuple(
        Attachment(
            server_id=clean(mapping(item).get("server_id"), 64),
            device=clean(mapping(item).get("device"), 64),
            host_name=clean(mapping(item).get("host_name"), 64),
        )
        for item in value
    )


def _sub_jobs(data: Mapping[str, Any]) -> tuple[SubJob, ...]:
    """The parts of a job wherever they stand, the failed ones first when there are many."""
    found = list(islice(_parts(data, depth=0), _MOST_SCANNED))
    if len(found) > _MOST_KEPT:
        found.sort(key=lambda part: not part.has_failed)
    return tuple(found[:_MOST_KEPT])


def _parts(data: Mapping[str, Any], depth: int) -> Iterator[SubJob]:
    if depth > 3:
        return
    for source in (data.get("sub_jobs"), embedded(data.get("entities")).get("sub_jobs")):
        rows = [source] if isinstance(source, Mapping) else source
        for item in rows if isinstance(rows, list) else ():
            row = mapping(item)
            yield SubJob(
                id=clean(row.get("job_id"), 64),
                job_type=clean(row.get("job_type"), 64),
                status=clean(row.get("status"), 32).strip().upper() or "?",
                error_code=resource_fields.code(row.get("error_code")),
                fail_reason=resource_fields.reason(row.get("fail_reason")),
            )
            yield from _parts(row, depth + 1)
