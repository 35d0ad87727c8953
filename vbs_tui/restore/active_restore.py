"""One restore under way: its present snapshot, and the only way to change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.restore.events import Event, Notice, RestoreChanged
from vbs_tui.restore.journal.journal import JournalError, Overtaken
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State

Line = tuple[Source, str]


class ActiveRestore:
    """Journal first, then tell: nobody hears of a change that is not on disk."""

    def __init__(
        self,
        restore: Restore,
        journal_thread: JournalThread,
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        self.restore = restore
        self._journal_thread = journal_thread
        self._clock = clock
        self._emit = emit
        self._mute = False

    @property
    def is_ours(self) -> bool:
        """Whether it is still open, and this program's to drive."""
        return self.restore.state.is_open and self.restore.owner == self._journal_thread.owner

    async def note(self, *lines: Line, state: State | None = None, **changes: Any) -> None:
        """Write log *lines*, the new *state* and field *changes*; then tell the listeners.

        Raises :class:`Overtaken` when another program changed it meanwhile (the snapshot is then
        theirs), and ``JournalError`` when nothing could be written (the snapshot stays as it was).
        """
        now = self._clock.now()
        entries = [LogEntry(now, source, text) for source, text in lines]
        wanted = state if state is not None else self.restore.state
        if wanted is not self.restore.state and entries:
            entries[-1] = replace(entries[-1], state=wanted)
        if wanted.is_sure and wanted is not self.restore.state:
            changes.setdefault("ended_at", now)
            changes["owner"] = ""
        fresh = replace(self.restore, state=wanted, changed_at=now, **changes)
        try:
            written = await self._journal_thread.run(lambda journal: journal.update(fresh, entries))
        except Overtaken as overtaken:
            self.restore = overtaken.current
            self._emit(RestoreChanged(self.restore))
            raise
        self._mute = False
        self.restore = written
        new = written.log[-len(entries) :] if entries else ()
        self._emit(RestoreChanged(written, tuple(new)))

    async def insist(self, *lines: Line, state: State | None = None, **changes: Any) -> None:
        """Like :meth:`note`, but tries every second until the journal takes it.

        For what must not be lost, such as a job id. Tells the operator that it is not on disk.
        """
        while True:
            try:
                await self.note(*lines, state=state, **changes)
            except JournalError as error:
                self.complain(error)
                await self._clock.sleep(1.0)
            else:
                return

    def complain(self, error: JournalError) -> None:
        """Tell once, until a write succeeds again, that the journal does not take anything."""
        if not self._mute:
            self._mute = True
            self._emit(
                Notice(
                    f"{error} The restore of {self.restore.backup.name or self.restore.backup.id}"
                    f" goes on; what happens is not on record until the journal can be written."
                    + (f" Its job is {self.restore.job_id}." if self.restore.job_id else ""),
                    severe=True,
                )
            )
