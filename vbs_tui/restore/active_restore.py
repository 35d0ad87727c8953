"""A restore that this program drives: its present snapshot, and the only way to change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.restore.events import Event, Notice, RestoreChanged
from vbs_tui.restore.journal.errors import JournalError, StaleSnapshot
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State

Line = tuple[Source, str]
"""A log line that is not written yet: who it speaks of, and its text."""


class ActiveRestore:
    """Writes to the journal first, then tells: listeners hear only of what is on disk."""

    def __init__(
        self,
        restore: Restore,
        journal_thread: JournalThread,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        self.snapshot = restore
        self._journal_thread = journal_thread
        self._clock = clock
        self._emit = emit
        self._error_reported = False

    @property
    def is_driven_here(self) -> bool:
        """Whether it is still open, and this program drives it."""
        return self.snapshot.state.is_open and self.snapshot.owner == self._journal_thread.owner

    async def record(self, *lines: Line, state: State | None = None, **changes: Any) -> None:
        """Write log *lines*, the new *state* and field *changes*; then tell the listeners.

        Raises :class:`StaleSnapshot` when another program changed the restore meanwhile (the
        snapshot is then theirs), and ``JournalError`` when nothing could be written (the snapshot
        stays as it was).
        """
        now = self._clock.now()
        entries = [LogEntry(now, source, text) for source, text in lines]
        wanted = state if state is not None else self.snapshot.state
        if wanted is not self.snapshot.state and entries:
            entries[-1] = replace(entries[-1], state=wanted)
        if wanted.is_final and wanted is not self.snapshot.state:
            changes.setdefault("ended_at", now)
            changes["owner"] = ""
        fresh = replace(self.snapshot, state=wanted, changed_at=now, **changes)
        try:
            written = await self._journal_thread.run(lambda journal: journal.update(fresh, entries))
        except StaleSnapshot as error:
            self.snapshot = error.current
            self._emit(RestoreChanged(self.snapshot))
            raise
        self._error_reported = False
        self.snapshot = written
        new = written.log[-len(entries) :] if entries else ()
        self._emit(RestoreChanged(written, tuple(new)))

    async def record_until_written(
        self, *lines: Line, state: State | None = None, **changes: Any
    ) -> None:
        """Like :meth:`record`, but tries every second until the journal takes it.

        For what must not be lost, such as a job id. Reports that it is not on disk yet.
        """
        while True:
            try:
                await self.record(*lines, state=state, **changes)
            except JournalError as error:
                self.report_journal_error(error)
                await self._clock.sleep(1.0)
            else:
                return

    def report_journal_error(self, error: JournalError) -> None:
        """Tell that the journal cannot be written; once, until a write succeeds again."""
        if not self._error_reported:
            self._error_reported = True
            restore = self.snapshot
            self._emit(
                Notice(
                    f"{error} The restore of {restore.backup.name or restore.backup.id}"
                    f" goes on; what happens is not on record until the journal can be written."
                    + (f" Its job is {restore.job_id}." if restore.job_id else ""),
                    severe=True,
                )
            )
