"""What is on record of a restore: backup and volume as confirmed, its state, its log."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from vbs_tui.cloud.errors import Failure
from vbs_tui.restore.journal.states import State

UNTRACED = "Probably not accepted"
"""How the summary of an unknown restore begins when it left no trace for long enough. Fixed: it is
stored in journals."""

UNCLEAR = "Unclear"
"""The same for one whose traces may be those of another restore."""


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """The backup as it was read when the operator confirmed."""

    id: str
    name: str
    size: int | None
    taken_at: datetime | None
    status: str
    updated_at: datetime | None = None
    volume_id: str = ""


@dataclass(frozen=True, slots=True)
class VolumeFacts:
    """The volume as it was read when the operator confirmed."""

    id: str
    name: str
    size: int | None
    zone: str
    status: str
    updated_at: datetime | None = None
    src_backup_id: str = ""


class Source(enum.Enum):
    """What a log line is about."""

    OPERATOR = "operator"
    REQUEST = "request"
    JOB = "job"
    SUB_JOB = "sub-job"
    VOLUME = "disk"
    BACKUP = "backup"
    WATCH = "watch"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a restore's log, append-only."""

    at: datetime
    """UTC."""
    source: Source
    text: str
    """In words, cleaned."""
    state: State | None = None
    """The state entered with this line, when it changed."""
    number: int = 0
    """Order in the journal; 0 before it is written."""


@dataclass(frozen=True, slots=True)
class Restore:
    """One restore as it stands: an immutable snapshot, replaced at every change."""

    id: str
    """This program's own id of it (UUID)."""
    state: State
    cloud: str
    """The cloud's name for people."""
    cloud_identity: str
    region: str
    project_id: str
    project_name: str
    backup: BackupFacts
    volume: VolumeFacts
    operator: str
    """Operating-system user and cloud user."""
    created_at: datetime
    changed_at: datetime
    """When the state, or anything seen of job, disk or backup, last changed."""
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    job_id: str = ""
    request_id: str = ""
    job_status: str = ""
    volume_status: str = ""
    backup_status: str = ""
    summary: str = ""
    """The present conclusion in one sentence."""
    failure: Failure | None = None
    """The last error that belongs to this restore."""
    tries: int = 0
    """How many POSTs may have left."""
    disk_seen_busy: bool = False
    """Whether the disk was seen in ``restoring-backup`` since the request left."""
    backup_seen_busy: bool = False
    """Whether the backup was seen in ``restoring`` since the request left."""
    pair_seen_busy: bool = False
    """Whether both were seen so at the same time, by no other restore than this one."""
    busy_change: datetime | None = None
    """The disk's ``updated_at`` as it was then."""
    hazards: tuple[str, ...] = ()
    """The soft hazards that the operator confirmed, in few words each."""
    against: str = ""
    """What shows that another restore, or other work, used the disk, as a sentence."""
    job_lost: bool = False
    """Whether the cloud no longer knows the job, so that only states can tell."""
    owner: str = ""
    """The running program that watches it; empty when none does."""
    revision: int = 0
    """Changes with every write to the journal."""
    log: tuple[LogEntry, ...] = field(default=())
    """Only the newest lines; the journal holds them all."""

    @property
    def place(self) -> str:
        """Cloud, region and project, for people."""
        parts = (self.cloud, self.region, self.project_name or self.project_id)
        return " › ".join(part for part in parts if part)

    @property
    def was_accepted(self) -> bool:
        """Whether it is proven that the cloud accepted the request, however it ended."""
        return bool(self.job_id) or self.pair_seen_busy

    @property
    def needs_settlement(self) -> bool:
        """Whether the engine has watched long enough, so that only the operator can settle it."""
        return self.state is State.UNKNOWN and self.summary.startswith((UNTRACED, UNCLEAR))


@dataclass(frozen=True, slots=True)
class Watch:
    """How the watch over a restore goes, apart from what was seen. Not stored in the journal."""

    restore_id: str
    looked_at: datetime | None = None
    next_at: datetime | None = None
    blind_since: datetime | None = None
    """Since when the cloud could not be reached; ``None`` when it can."""
    failure: Failure | None = None
    elsewhere: str = ""
    """Why it is not watched here: another program does, or another cloud is needed."""
