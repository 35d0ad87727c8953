"""The objects of a cloud: projects, backups, volumes, jobs. Frozen data, for all providers.

How they are decoded from JSON is with the service that sends them: ``cloud/services`` and
``cloud/providers``. All text is cleaned (:mod:`vbs_tui.text`), times are aware UTC, sizes GiB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}\Z")
_FAILED = re.compile(r"FAIL|ERROR|EXCEPTION|TIMEOUT|ABORT|CANCEL")


def plain_id(value: object) -> str:
    """*value* when it is an id safe to put into a URL path, else the empty string."""
    if isinstance(value, str) and _ID.match(value.strip()) and set(value.strip()) != {"."}:
        return value.strip()
    return ""


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
        """The part of the name before ``_``: on OTC this is the region. A hint only."""
        return self.name.partition("_")[0]

    @property
    def is_usable(self) -> bool:
        """Whether disks can live in it: enabled, no domain, not the object store's own ``MOS``."""
        return self.enabled and not self.is_domain and self.name != "MOS"


@dataclass(frozen=True, slots=True)
class Backup:
    """A disk backup. Source: ``GET /v2|v3/{project_id}/backups/detail`` of VBS."""

    id: str
    name: str
    status: str
    size: int | None
    """GiB of the source disk, the least size of a target. ``None`` when unknown."""
    volume_id: str
    """The disk it was taken from; may be gone. Empty when unknown."""
    description: str = ""
    availability_zone: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    data_timestamp: datetime | None = None
    owner_id: str = ""
    """The project that owns it; empty when unknown."""
    fail_reason: str = ""
    bootable: bool = False
    encrypted: bool = False
    incremental: bool | None = None
    of_server: bool = False
    """Made by the server backup service (CSBS): can be restored here, but deleted only there."""
    source_type: str = ""
    """Type of the source disk (SATA, SAS, SSD, …)."""
    locks: tuple[str, ...] = ()
    """Fields that say that it is locked or frozen, as ``field: word``."""
    unreadable: tuple[str, ...] = ()
    """Fields whose content this program cannot read: unknown, and not none."""

    @property
    def taken_at(self) -> datetime | None:
        """The moment whose data it holds, as far as known."""
        return self.data_timestamp or self.created_at

    @property
    def is_available(self) -> bool:
        return self.status == "available"


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
    """GiB; ``None`` when unknown."""
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
    """Whether it is under disaster-recovery replication (SDRS), as far as known."""
    replication: str = ""
    """The cloud's words for that; else empty."""
    migration: str = ""
    """The cloud's word for a move to other storage; empty when there is none."""
    group: str = ""
    """The consistency group it belongs to."""
    read_only: bool = False
    """Whether servers may only read it."""
    internal: bool = False
    """Whether it counts for no quota: a disk that the cloud made for itself."""
    locks: tuple[str, ...] = ()
    """Fields that say that it is locked or frozen, as ``field: word``."""
    marks: tuple[str, ...] = ()
    """The same in its metadata, which users and billing write, too."""
    attachments_known: bool = True
    """Whether the cloud sent the list of attachments at all."""
    unreadable: tuple[str, ...] = ()
    """Fields whose content this program cannot read: unknown, and not none."""
    dedicated_storage: str = ""
    name_is_typeable: bool = False
    """Whether the name, as the cloud sent it, can be typed on a keyboard."""

    @property
    def is_available(self) -> bool:
        return self.status == "available"

    @property
    def confirmation_word(self) -> str:
        """What an operator types to confirm this disk when its name cannot be typed."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class SubJob:
    """A part of a job."""

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
    """A job and its state. Source: ``GET /v1/{project_id}/jobs/{job_id}`` of VBS."""

    id: str
    status: str
    """``INIT``, ``RUNNING``, ``SUCCESS``, ``FAIL``, or whatever else the cloud said, upper case."""
    job_type: str = ""
    end_time: datetime | None = None
    error_code: str = ""
    fail_reason: str = ""
    sub_jobs: tuple[SubJob, ...] = field(default=())
    backup_id: str = ""
    """The backup that it is about, from its ``entities``; empty when they name none."""
    volume_id: str = ""
    """The same for the volume."""

    @property
    def failed_sub_jobs(self) -> tuple[SubJob, ...]:
        """The parts that failed: by their state, or by an error code that they carry."""
        return tuple(sub for sub in self.sub_jobs if sub.has_failed)
