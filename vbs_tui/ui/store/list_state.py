"""One list as the screen knows it: its rows, when each was read, and whether it is loading."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.events import ListFailed, ListPage, ListStarted

Row = Backup | Volume


LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Change(enum.Enum):
    """What an event did to a list."""

    NONE = "none"
    """An old generation, or another list."""
    STATE = "state"
    """Rows are as before; loading, age or error changed."""
    APPENDED = "appended"
    """The page's rows were added."""
    SWAPPED = "swapped"
    """All rows were replaced."""
    ROW = "row"
    """One row was replaced."""


@dataclass
class _Batch:
    """Rows with what is needed to find them."""

    rows: list[Row] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    read_at: dict[str, datetime] = field(default_factory=dict)
    """When each row was read, by its id."""

    def add(self, rows: Sequence[Row], at: datetime) -> None:
        for row in rows:
            # A list that changes while it is paged through may contain a row twice.
            if not self.replace(row, at):
                self.at[row.id] = len(self.rows)
                self.rows.append(row)
                self.names[row.name] += 1
                self.read_at[row.id] = at

    def replace(self, row: Row, at: datetime) -> bool:
        place = self.at.get(row.id)
        if place is None:
            return False
        self.read_at[row.id] = at
        self.names[self.rows[place].name] -= 1
        self.names[row.name] += 1
        self.rows[place] = row
        return True


@dataclass
class ListState:
    """One list of one project: its rows, their age, and whether it is loading.

    The first reading shows its pages as they come. Later ones are gathered and put in place of
    the old rows when they are complete, so that a reading that fails loses nothing.
    """

    loading: bool = False
    generation: int = -1
    listed_at: datetime | None = None
    """When the reading that gave the rows was complete; ``None`` for an incomplete one."""
    failure: Failure | None = None
    """Why the last reading failed; ``None`` once one succeeds."""
    failed_at: datetime | None = None
    _shown: _Batch = field(default_factory=_Batch)
    _staged: _Batch | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """All rows, in the order they came. Not to be changed."""
        return self._shown.rows

    def count_named(self, name: str) -> int:
        """How many rows have that name."""
        return self._shown.names[name]

    @property
    def is_loaded(self) -> bool:
        """Whether a reading has ended, successful or not, and none is under way."""
        return self.generation >= 0 and not self.loading

    @property
    def is_stale(self) -> bool:
        """Whether rows are shown although a later reading failed."""
        return self.failure is not None and bool(self.rows)

    def get(self, row_id: str) -> Row | None:
        """The row with that id."""
        place = self._shown.at.get(row_id)
        return None if place is None else self._shown.rows[place]

    def started(self, event: ListStarted) -> Change:
        if event.generation < self.generation:
            return Change.NONE
        self.generation = event.generation
        self.loading = True
        self._staged = _Batch() if self.rows else None
        return Change.STATE

    def page(self, event: ListPage) -> Change:
        if event.generation != self.generation:
            return Change.NONE
        change = Change.STATE
        if self._staged is not None:
            self._staged.add(event.rows, event.at)
        elif event.rows:
            self._shown.add(event.rows, event.at)
            change = Change.APPENDED
        if event.last:
            self.loading = False
            self.listed_at = event.at
            self.failure = self.failed_at = None
            if self._staged is not None:
                self._shown, self._staged = self._staged, None
                change = Change.SWAPPED
        return change

    def failed(self, event: ListFailed) -> Change:
        if event.generation != self.generation:
            return Change.NONE
        self.loading = False
        self._staged = None
        self.failure = event.failure
        self.failed_at = event.failure.at
        return Change.STATE

    def replace(self, row: Row, at: datetime) -> Change:
        """Put *row*, read *at* that moment, in its place."""
        if self._staged is not None:
            self._staged.replace(row, at)
        return Change.ROW if self._shown.replace(row, at) else Change.NONE

    def read_at(self, row_id: str) -> datetime:
        """When the row with that id was read."""
        return self._shown.read_at.get(row_id, LONG_AGO)
