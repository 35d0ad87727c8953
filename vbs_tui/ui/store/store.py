"""The state of the console: what the cloud said, as far as events have told.

It has no widget and no clock. A pane learns from an event what changed, and reads the rest here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from vbs_tui.cloud.errors import ErrorKind, Failure
from vbs_tui.cloud.resources import Backup, Project
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Connecting,
    Event,
    JournalChanged,
    ListFailed,
    ListKind,
    ListPage,
    ListStarted,
    ProjectFailed,
    ProjectOpened,
    RegionChanged,
    RestoreChanged,
    RowChanged,
    WatchChanged,
)
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.store.list_state import LONG_AGO, Change, ListState, Row

__all__ = ["FAILED_STATES", "Change", "ListState", "ProjectState", "Row", "Store"]

FAILED_STATES = frozenset({State.FAILED, State.REFUSED, State.NOT_SENT})


@dataclass(frozen=True, slots=True)
class _Seen:
    """The state of a disk or backup, known from a restore and not from a list."""

    status: str
    at: datetime
    """UTC."""


@dataclass
class ProjectState:
    """One project, as far as it was opened."""

    project: Project
    opening: bool = False
    opened: ProjectOpened | None = None
    failure: Failure | None = None
    lists: dict[ListKind, ListState] = field(
        default_factory=lambda: {kind: ListState() for kind in ListKind}
    )


class Store:
    """All that the screens show. :meth:`apply` is the only way in, besides the operator's choice of
    a project."""

    def __init__(self, cloud: str) -> None:
        self.cloud = cloud
        self._region = ""
        self._regions: tuple[str, ...] = ()
        self._left: Project | None = None
        self.user = ""
        self.insecure = ""
        self.connecting = False
        self.connected_at: datetime | None = None
        self.connect_failure: Failure | None = None
        self.projects: tuple[Project, ...] = ()
        self.preferred_project = ""
        self.current: ProjectState | None = None
        """The open project."""
        self.restores: dict[str, Restore] = {}
        self.watches: dict[str, Watch] = {}
        self.journal_trouble = ""
        """Why nothing can be restored; empty while the journal can be used."""
        self._seen: dict[str, _Seen] = {}
        """States seen by restores, by the id of the disk or backup."""
        self._latest = LONG_AGO
        """The newest moment of any state."""
        self._states: dict[str, ProjectState] = {}
        self._news: set[str] = set()
        """Ids of the restores that changed since the program started."""

    def enter(self, project: Project) -> ProjectState:
        """Make *project* the open one; what was listed of it before is kept."""
        state = self._states.setdefault(project.id, ProjectState(project))
        state.project = project
        state.opening = True
        state.failure = None
        self.current = state
        return state

    @property
    def region(self) -> str:
        """The region in use: that of the open project, else the configured one."""
        opened = None if self.current is None else self.current.opened
        return self._region if opened is None else opened.region or self._region

    @property
    def regions(self) -> tuple[str, ...]:
        """All regions that this log-in can use, as known from the project opened last."""
        return self._regions

    def project_in(self, region: str) -> Project | None:
        """The project to open in *region*: the one that was open before, or the only one of it."""
        regional = [one for one in self.projects if one.region == region]
        if self._left is not None and (
            self._left.region == region or self._left.region not in self._regions
        ):
            return self._left
        return regional[0] if len(regional) == 1 else None

    @property
    def needs_log_in(self) -> bool:
        """Whether something waits for a log-in."""
        state = self.current
        failures = [self.connect_failure]
        if state is not None:
            failures += [state.failure, *(one.failure for one in state.lists.values())]
        failures += [one.failure for one in self.watches.values() if one.blind_since is not None]
        return self.connect_failure is not None or any(
            one is not None and one.kind is ErrorKind.LOG_IN for one in failures
        )

    @property
    def failed_lists(self) -> list[ListKind]:
        """The lists of the open project whose last reading failed."""
        state = self.current
        lists = {} if state is None else state.lists
        return [kind for kind, one in lists.items() if one.failure is not None and not one.loading]

    def list_of(self, kind: ListKind) -> ListState | None:
        """A list of the current project."""
        return None if self.current is None else self.current.lists[kind]

    def is_current(self, project_id: str) -> bool:
        return self.current is not None and self.current.project.id == project_id

    @property
    def running(self) -> int:
        """Restores that are under way, as far as is known."""
        return sum(one.state.is_open for one in self.restores.values()) - self.unknown

    @property
    def unknown(self) -> int:
        """Restores whose outcome is unknown."""
        return sum(one.state is State.UNKNOWN for one in self.restores.values())

    def watched_here(self) -> list[Restore]:
        """The restores that this program watches, and that nobody watches after it exits."""
        return [
            one
            for one in self.restores.values()
            if one.state.is_open and not self._elsewhere(one.id)
        ]

    def unwatched_at_exit(self, left: Collection[str]) -> list[Restore]:
        """The restores that nobody watches once this program exits. *left*: the ids of those that
        it watched in clouds that were open before."""
        return [
            one
            for one in self.restores.values()
            if one.state.is_open
            and (not (why := self._elsewhere(one.id)) or (one.id in left and not _has_watcher(why)))
        ]

    def _elsewhere(self, restore_id: str) -> str:
        watch = self.watches.get(restore_id)
        return "" if watch is None else watch.elsewhere

    def has_changed(self, restore_id: str) -> bool:
        """Whether that restore, or the watch over it, changed since the program started."""
        watch = self.watches.get(restore_id)
        return restore_id in self._news or (watch is not None and watch.blind_since is not None)

    @property
    def blind(self) -> list[Watch]:
        """The watches of open restores that have no contact at the moment, longest first."""
        found = [
            watch
            for watch in self.watches.values()
            if watch.blind_since is not None
            and watch.restore_id in self.restores
            and self.restores[watch.restore_id].state.is_open
        ]
        return sorted(found, key=lambda watch: (watch.blind_since or LONG_AGO, watch.restore_id))

    @property
    def failed(self) -> int:
        """Restores that failed since this program started."""
        found = (self.restores[key].state for key in self._news)
        return sum(state is State.FAILED for state in found)

    def preferred(self) -> Project | None:
        """The project the configuration names, or the only one there is.

        None where another region was gone to and the name says that it is not one of that, and
        where several have the name.
        """
        elsewhere = {one for one in self._regions if one != self.region}
        fitting = [one for one in self.projects if one.region not in elsewhere]
        if wanted := self.preferred_project:
            named = [one for one in fitting if wanted in (one.id, one.name)]
            if named:
                return named[0] if len(named) == 1 else None
        return fitting[0] if len(self.projects) == 1 and fitting else None

    def apply(self, event: Event) -> Change:
        """Apply *event*; returns what it changed in the list that it is about."""
        match event:
            case Connecting():
                self.connecting, self.connect_failure = True, None
                self.cloud = event.cloud or self.cloud
            case Connected():
                self._connected(event)
            case ConnectFailed():
                self.connecting, self.connect_failure = False, event.failure
            case ProjectOpened():
                self._opened(event)
            case ProjectFailed():
                state = self._states.get(event.project.id)
                if state is not None:
                    state.opening, state.failure = False, event.failure
            case RegionChanged():
                self._region_changed(event.region)
            case ListStarted() | ListPage() | ListFailed() | RowChanged():
                return self._listed(event)
            case RestoreChanged():
                self.restores[event.restore.id] = event.restore
                if not event.replayed:
                    self._news.add(event.restore.id)
            case WatchChanged() | JournalChanged():
                self._told(event)
            case _:
                pass
        return Change.NONE

    def _told(self, event: WatchChanged | JournalChanged) -> None:
        if isinstance(event, JournalChanged):
            self.journal_trouble = event.trouble
        else:
            self.watches[event.watch.restore_id] = event.watch

    def apply_restore(self, restore: Restore) -> list[Row]:
        """Put the states of disk and backup that *restore* saw into the lists, where newer.
        Returns the rows that changed.

        It may be another program's restore, which the lists here know nothing of.
        """
        at = restore.changed_at
        self._latest = max(self._latest, at)
        changed: list[Row] = []
        state = self._states.get(restore.project_id)
        for kind, row_id, status in (
            (ListKind.VOLUMES, restore.volume.id, restore.volume_status),
            (ListKind.BACKUPS, restore.backup.id, restore.backup_status),
        ):
            if not status:
                continue
            known = self._seen.get(row_id)
            if known is None or known.at < at:
                self._seen[row_id] = _Seen(status, at)
            row = None if state is None else state.lists[kind].get(row_id)
            if state is None or row is None or state.lists[kind].read_at(row_id) >= at:
                continue
            fresh = replace(row, status=status)
            state.lists[kind].replace(fresh, at)
            if row.status != status:
                changed.append(fresh)
        return changed

    def _with_newer_states(self, event: ListPage) -> ListPage:
        """*event* with the states that were seen after it was read."""
        self._latest = max(self._latest, event.at)
        if not self._seen:
            return event
        rows: list[Row] = []
        for row in event.rows:
            seen = self._seen.get(row.id)
            is_newer = seen is not None and seen.at > event.at
            rows.append(replace(row, status=seen.status) if seen and is_newer else row)
        return replace(event, rows=tuple(rows))  # type: ignore[arg-type]

    def _connected(self, event: Connected) -> None:
        self.connecting, self.connect_failure = False, None
        self.cloud, self._region, self.user = event.cloud or self.cloud, event.region, event.user
        self.insecure, self.connected_at = event.insecure, event.at
        self.projects = event.projects
        self.preferred_project = event.preferred_project

    def _opened(self, event: ProjectOpened) -> None:
        state = self._states.get(event.project.id)
        if state is not None:
            state.opening, state.opened, state.failure = False, event, None
            self.insecure = event.insecure or self.insecure
            self._regions = event.regions

    def _region_changed(self, region: str) -> None:
        if self.current is not None:
            self._left = self.current.project
        self.current = None
        self._states.clear()
        self._region = region

    def _listed(self, event: ListStarted | ListPage | ListFailed | RowChanged) -> Change:
        state = self._states.get(event.project_id)
        if state is None:
            return Change.NONE
        if isinstance(event, RowChanged):
            kind = ListKind.BACKUPS if isinstance(event.row, Backup) else ListKind.VOLUMES
            # Read just now, so newer than any other state.
            if event.row.id in self._seen:
                self._seen[event.row.id] = _Seen(event.row.status, self._latest)
            return state.lists[kind].replace(event.row, self._latest)
        listing = state.lists[event.kind]
        match event:
            case ListStarted():
                return listing.started(event)
            case ListPage():
                return listing.page(self._with_newer_states(event))
            case ListFailed():
                return listing.failed(event)


def _has_watcher(elsewhere: str) -> bool:
    return elsewhere.startswith("watched by")
