"""What the engine tells its listeners. Every event is immutable and safe to hand across threads."""

from __future__ import annotations

import concurrent.futures
import enum
from dataclasses import dataclass
from datetime import datetime

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.journal.records import LogEntry, Restore, Watch


class ListKind(enum.Enum):
    """Which list of a project."""

    BACKUPS = "backups"
    VOLUMES = "volumes"


@dataclass(frozen=True, slots=True)
class Connecting:
    """A log-in has begun."""

    cloud: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Logged in; these projects can be opened."""

    cloud: str
    region: str
    user: str
    projects: tuple[Project, ...]
    preferred_project: str
    insecure: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """The log-in, or the list of projects, failed."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class ProjectOpened:
    """A project was opened; its lists follow."""

    project: Project
    service: str
    endpoints: tuple[tuple[str, str, str], ...]
    token_expires_at: datetime | None
    insecure: str = ""
    """What is insecure about the connections to the cloud and its services; empty for nothing."""
    region: str = ""
    """The present region; empty where the cloud names none."""
    regions: tuple[str, ...] = ()
    """All regions that can be chosen."""


@dataclass(frozen=True, slots=True)
class RegionChanged:
    """Another region was chosen; no event after this is about the former one."""

    region: str


@dataclass(frozen=True, slots=True)
class ProjectFailed:
    """A project could not be opened."""

    project: Project
    failure: Failure


@dataclass(frozen=True, slots=True)
class ListStarted:
    """A list is being read from its beginning."""

    project_id: str
    kind: ListKind
    generation: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some rows of a list. ``last`` ends the generation."""

    project_id: str
    kind: ListKind
    generation: int
    rows: tuple[Backup, ...] | tuple[Volume, ...]
    last: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ListFailed:
    """A list could not be read to its end; rows of earlier generations stay valid."""

    project_id: str
    kind: ListKind
    generation: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class RowChanged:
    """One backup or volume was read again, outside a list."""

    project_id: str
    row: Backup | Volume


@dataclass(frozen=True, slots=True)
class RestoreChanged:
    """A restore is new, or something about it changed; ``entries`` are the new log lines."""

    restore: Restore
    entries: tuple[LogEntry, ...] = ()
    replayed: bool = False
    """Read from the journal at the start, so not new."""


@dataclass(frozen=True, slots=True)
class WatchChanged:
    """Something about a watch changed: a poll was made, the cloud cannot be reached, …"""

    watch: Watch


@dataclass(frozen=True, slots=True)
class SecretWanted:
    """The operator is asked; set the reply's result (``None``: declined)."""

    question: LogInQuestion
    reply: concurrent.futures.Future[str | None]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that belongs to no list and no restore (the journal was set aside, …)."""

    text: str
    severe: bool = False


@dataclass(frozen=True, slots=True)
class JournalChanged:
    """The journal cannot be used any more, or can be used again."""

    trouble: str
    """Why nothing can be restored, in words; empty when it can be used."""


Event = (
    Connecting
    | Connected
    | ConnectFailed
    | ProjectOpened
    | ProjectFailed
    | RegionChanged
    | ListStarted
    | ListPage
    | ListFailed
    | RowChanged
    | RestoreChanged
    | WatchChanged
    | SecretWanted
    | Notice
    | JournalChanged
)
