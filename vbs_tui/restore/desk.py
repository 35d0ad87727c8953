"""The operator's desk: what a screen or a command line may ask of the engine.

All methods may be called from any thread and return at once. Answers come as futures, news as
events to the listener, which is called on the engine's thread and must only pass them on.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from vbs_tui.cloud.provider import RestoreRequest
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.checks import Hazard
from vbs_tui.restore.events import Event, ListKind
from vbs_tui.restore.records import LogEntry, Restore


@dataclass(frozen=True, slots=True)
class Examination:
    """Backup and volume, freshly read, with every hazard: what an operator confirms."""

    project: Project
    backup: Backup
    volume: Volume
    hazards: tuple[Hazard, ...]
    """Hard ones first."""
    request: RestoreRequest
    read_at: datetime
    word: str
    """What must be typed: the volume's name, or the first 8 characters of its id."""
    word_is_name: bool

    @property
    def is_possible(self) -> bool:
        """Whether no hard hazard stands."""
        raise NotImplementedError


class Refusal(Exception):  # noqa: N818
    """The desk will not do it; the text says why, fit for the screen."""


class Desk:
    """See the module's text. One per program."""

    read_only: bool
    request_log: RequestLog

    def start(self, listener: Callable[[Event], None]) -> None:
        """Start the engine's thread and open the journal; past restores are told as events."""
        raise NotImplementedError

    def connect(self) -> None:
        """Log in and list projects: ``Connected`` or ``ConnectFailed``."""
        raise NotImplementedError

    def open_project(self, project: Project) -> None:
        """``ProjectOpened`` and both lists, or ``ProjectFailed``."""
        raise NotImplementedError

    def refresh(self, project: Project, kind: ListKind) -> None:
        """Read a list anew: ``ListStarted``, ``ListPage`` … or ``ListFailed``."""
        raise NotImplementedError

    def examine(self, project: Project, backup_id: str, volume_id: str) -> Future[Examination]:
        """Read both afresh and find the hazards. The future raises ``CloudError``."""
        raise NotImplementedError

    def submit(self, examination: Examination, typed: str) -> Future[Restore]:
        """Journal, send, watch. Resolves once the intent is on disk and sending goes on in the
        background. The future raises ``Refusal`` when it will not be sent: read-only, wrong word,
        hard hazard, one already in flight for this disk or backup, journal not writable."""
        raise NotImplementedError

    def log_of(self, restore_id: str) -> Future[tuple[LogEntry, ...]]:
        """The whole log of a restore, oldest first."""
        raise NotImplementedError

    def history(self) -> Future[tuple[Restore, ...]]:
        """Every restore on record, newest first."""
        raise NotImplementedError

    def declare_not_sent(self, restore_id: str, typed: str) -> Future[Restore]:
        """The operator's word on an unknown outcome. ``typed`` must be ``not sent``."""
        raise NotImplementedError

    def look_now(self, restore_id: str) -> None:
        """Do not wait for the next look of the schedule."""
        raise NotImplementedError

    @property
    def sending(self) -> int:
        """How many submissions are between intent and answer at this moment."""
        raise NotImplementedError

    def stop(self, grace: float) -> None:
        """End: wait at most *grace* seconds for answers under way, then record them as unknown.
        Safe to call twice; returns when the thread has ended or the grace is over."""
        raise NotImplementedError
