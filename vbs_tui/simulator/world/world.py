"""What the simulated cloud holds: projects, backups, volumes, servers, users.

Rows are small mutable objects; what a client sees of them is rendered only when it is asked for
(:mod:`vbs_tui.simulator.services.rendering`), so a world of 100,000 backups costs little. Sizes are
GiB, times aware UTC. One lock guards a whole world.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from vbs_tui.simulator.world.table import Table


class Script(StrEnum):
    """How a restore from a backup goes, whatever the disk."""

    NORMAL = "normal"
    FAILS_WHILE_WRITING = "fails-while-writing"
    """The job ends FAIL with ``VolumeBackup.0200``; the disk is left ``error_restoring``."""
    FAILS_BEFORE_WRITING = "fails-before-writing"
    """The job ends FAIL with ``VolumeBackup.0205``; neither disk nor backup ever moved."""
    REFUSED = "refused"
    """The call itself is refused: 403, ``VolumeBackup.0044``. Nothing runs."""
    SERVER_ERROR = "server-error"
    """The call answers 500 and nothing runs."""
    NO_ANSWER = "no-answer"
    """The restore runs, but the connection closes without an answer."""
    JOB_FORGOTTEN = "job-forgotten"
    """The restore runs, but its job is unknown afterwards: only the states tell."""
    SUCCESS_DISK_BROKEN = "success-disk-broken"
    """The job says SUCCESS while the disk is ``error_restoring``."""
    NEVER_ENDS = "never-ends"
    """The restore starts and keeps running."""


@dataclass(slots=True, eq=False)
class Backup:
    """A backup as the service knows it. ``kind`` is ``ST`` of the service metadata."""

    id: str
    name: str | None
    size: int
    volume_id: str | None
    created_at: datetime
    status: str = "available"
    updated_at: datetime | None = None
    description: str | None = None
    availability_zone: str | None = "eu-de-01"
    owner_id: str = ""
    """The project that owns it, when it is not the one that lists it."""
    volume_type: str = "SSD"
    bootable: bool = False
    incremental: bool = False
    kind: int | None = 0
    kms_key_id: str | None = None
    server_id: str | None = None
    fail_reason: str | None = None
    progress: int | str = "100"
    raw_metadata: str | None = None
    """Sent as ``service_metadata`` in place of the usual text, when set."""
    has_metadata: bool = True
    script: Script = Script.NORMAL
    seconds: float | None = None
    """How long a restore from it runs at speed 1, in place of the usual reckoning."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields sent besides, or in place of the usual ones, whatever the backup really is."""
    alone: dict[str, Any] = field(default_factory=dict)
    """The same where it is asked for alone, and not in lists."""
    job_extra: dict[str, Any] = field(default_factory=dict)
    """Fields of the job of a restore from it, once that has ended."""


@dataclass(slots=True, eq=False)
class Attachment:
    """Where a volume is attached."""

    server_id: str
    device: str
    attached_at: datetime


@dataclass(slots=True, eq=False)
class Volume:
    """A disk as the service knows it."""

    id: str
    name: str | None
    size: int
    created_at: datetime
    status: str = "available"
    updated_at: datetime | None = None
    description: str | None = None
    availability_zone: str | None = "eu-de-01"
    volume_type: str = "SSD"
    bootable: bool = False
    multiattach: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    dr_site: bool = False
    """Whether it is the copy at a disaster recovery site, which no restore may write."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields sent besides, or in place of the usual ones, whatever the disk really is."""
    alone: dict[str, Any] = field(default_factory=dict)
    """The same where it is asked for alone, and not in lists."""


@dataclass(slots=True, eq=False)
class Server:
    """A server; only its name matters here."""

    id: str
    name: str
    status: str = "ACTIVE"


@dataclass(slots=True, eq=False)
class Project:
    """A project with what is in it."""

    id: str
    name: str
    description: str = ""
    enabled: bool = True
    parent_id: str = ""
    closed: bool = False
    """Whether the backup service is closed to it (``BackupService.4008``)."""
    backups: Table[Backup] = field(default_factory=Table[Backup])
    volumes: Table[Volume] = field(default_factory=Table[Volume])
    servers: dict[str, Server] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class User:
    """Somebody who can log in. ``may_restore`` stands for the role VBS Administrator."""

    id: str
    name: str
    password: str
    project_ids: tuple[str, ...]
    may_restore: bool = True
    is_admin: bool = False
    totp_secret: bytes | None = None


@dataclass(slots=True, eq=False)
class AppCredential:
    """An application credential: one user, one project, its own secret."""

    id: str
    name: str
    secret: str
    user_id: str
    project_id: str


@dataclass(slots=True, eq=False)
class AccessKey:
    """An access key pair; a temporary one also needs its security token."""

    access: str
    secret: str
    user_id: str
    security_token: str | None = None


@dataclass(eq=False)
class World:
    """Everything that one simulated cloud holds."""

    domain_id: str
    domain_name: str
    region: str = "eu-de"
    projects: list[Project] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    app_credentials: list[AppCredential] = field(default_factory=list)
    access_keys: list[AccessKey] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def project(self, name_or_id: str) -> Project:
        """The project of that name or id; ``KeyError`` when there is none."""
        for project in self.projects:
            if name_or_id in (project.id, project.name):
                return project
        raise KeyError(name_or_id)

    def find_project(self, project_id: str) -> Project | None:
        return next((one for one in self.projects if one.id == project_id), None)

    def backup(self, name_or_id: str, project: str | None = None) -> Backup:
        """The newest backup of that name, or the one of that id; ``KeyError`` when none."""
        return _find([p.backups for p in self._searched(project)], name_or_id)

    def volume(self, name_or_id: str, project: str | None = None) -> Volume:
        """The newest volume of that name, or the one of that id; ``KeyError`` when none."""
        return _find([p.volumes for p in self._searched(project)], name_or_id)

    def user(self, user_id: str) -> User | None:
        return next((one for one in self.users if one.id == user_id), None)

    def user_named(self, name: str) -> User | None:
        return next((one for one in self.users if one.name == name), None)

    def _searched(self, project: str | None) -> list[Project]:
        return self.projects if project is None else [self.project(project)]


_Row = TypeVar("_Row", Backup, Volume)


def _find(tables: list[Table[_Row]], name_or_id: str) -> _Row:
    for table in tables:
        row = table.get(name_or_id)
        if row is not None:
            return row
    for table in tables:
        for row in table.ordered("created_at", descending=True)[0]:
            if row.name == name_or_id:
                return row
    raise KeyError(name_or_id)
