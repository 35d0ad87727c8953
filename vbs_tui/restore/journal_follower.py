"""Follows what other running programs write to the journal, and takes over what they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vbs_tui.clock import Clock
from vbs_tui.restore.active_restore import ActiveRestore
from vbs_tui.restore.events import Event, JournalChanged, Notice, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.errors import JournalError, StaleSnapshot
from vbs_tui.restore.journal.instances import process_of
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source, Watch
from vbs_tui.restore.journal.states import State


class Driver(Protocol):
    """What the follower asks of the engine."""

    def is_attached(self, cloud_identity: str) -> bool: ...

    def is_driving(self, restore_id: str) -> bool: ...

    def active_restore(self, restore_id: str) -> ActiveRestore | None: ...

    def drive(self, restore: Restore) -> None: ...

    def poll_now(self, restore_id: str) -> None: ...


class JournalFollower:
    """Reads the changes of other programs and claims orphans. An open restore has at most one
    driver."""

    def __init__(
        self,
        journal_thread: JournalThread,
        clock: Clock,
        emit: Callable[[Event], None],
        driver: Driver,
    ) -> None:
        self._journal_thread = journal_thread
        self._clock = clock
        self._emit = emit
        self._driver = driver
        self._revision = 0
        self._last_line: dict[str, int] = {}
        self._elsewhere: dict[str, str] = {}
        self._data_version = -1

    async def replay(self) -> None:
        """Tell everything on record, oldest restore first. Raises ``JournalError``."""
        version = await self._journal_thread.run(lambda journal: journal.data_version())
        for restore in reversed(await self._journal_thread.run(lambda journal: journal.restores())):
            self.mark_log_told(restore)
            self._revision = max(self._revision, restore.revision)
            self._emit(RestoreChanged(restore, restore.log, replayed=True))
        self._data_version = version
        await self.take_over()

    async def run(self, every: float) -> None:
        """Read the journal's changes every so many seconds, until cancelled."""
        error_reported = False
        while True:
            await self._clock.sleep(every)
            try:
                version = await self._journal_thread.run(lambda journal: journal.data_version())
                if version != self._data_version:
                    await self._read_changes()
                    self._data_version = version
                await self.take_over()
                if error_reported:
                    error_reported = False
                    self._emit(JournalChanged(""))
            except JournalError as error:
                if not error_reported:
                    error_reported = True
                    self._emit(Notice(str(error), severe=True))
                    self._emit(JournalChanged(str(error)))

    def mark_log_told(self, restore: Restore) -> None:
        """Count the log of *restore* so far as told."""
        if restore.log:
            self._last_line[restore.id] = restore.log[-1].number

    async def take_over(self) -> None:
        """Drive the open restores that no program drives and whose cloud is attached."""
        found = await self._journal_thread.run(lambda journal: journal.open_restores())
        for restore in found:
            if restore.owner == self._journal_thread.owner or self._driver.is_driving(restore.id):
                continue
            if restore.owner and await self._journal_thread.is_alive(restore.owner):
                process = process_of(restore.owner)
                self._report_elsewhere(restore, f"watched by vbs-tui process {process}")
            elif restore.state in (State.PLANNED, State.SENDING):
                await self._record_orphan(restore)
            elif not self._driver.is_attached(restore.cloud_identity):
                where = f"{restore.cloud} in {restore.region}" if restore.region else restore.cloud
                self._report_elsewhere(restore, f"connect to {where} to watch")
            else:
                await self._claim(restore)

    async def _claim(self, restore: Restore) -> None:
        own_name = self._journal_thread.owner
        claimed = await self._journal_thread.run(
            lambda journal: journal.claim(restore.id, restore.owner, own_name)
        )
        if claimed is None or claimed.state in (State.PLANNED, State.SENDING):
            return
        self._elsewhere.pop(restore.id, None)
        self.mark_log_told(claimed)
        self._emit(RestoreChanged(claimed, replayed=True))
        self._emit(WatchChanged(Watch(claimed.id)))
        if claimed.state.is_open:
            self._driver.drive(claimed)

    async def _record_orphan(self, restore: Restore) -> None:
        """What became of a restore whose program died between intention and answer."""
        orphan = ActiveRestore(restore, self._journal_thread, self._clock, self._emit)
        try:
            if restore.state is State.PLANNED:
                await orphan.record(
                    (Source.REQUEST, "the program ended before anything was sent"),
                    state=State.NOT_SENT,
                    summary="Not sent: the program ended before anything was sent.",
                )
            else:
                await orphan.record(
                    (Source.REQUEST, "the program died while the request was on its way"),
                    state=State.UNKNOWN,
                    owner="",
                    summary="The program died while sending: the cloud may have accepted it.",
                )
        except StaleSnapshot:
            return
        self.mark_log_told(orphan.snapshot)
        if orphan.snapshot.state.is_open and self._driver.is_attached(restore.cloud_identity):
            await self._claim(orphan.snapshot)

    async def _read_changes(self) -> None:
        # Since the newest revision read here, not the newest written here: another program may
        # have written just before this one did.
        since = self._revision
        for restore in await self._journal_thread.run(lambda journal: journal.changed_since(since)):
            await self._read_change(restore)
            self._revision = max(self._revision, restore.revision)

    async def _read_change(self, restore: Restore) -> None:
        active = self._driver.active_restore(restore.id)
        if active is not None:
            if restore.revision <= active.snapshot.revision:
                return  # written by this program
            active.snapshot = restore
            self._driver.poll_now(restore.id)
        entries = await self._new_lines(restore)
        self._emit(RestoreChanged(restore, entries))

    async def _new_lines(self, restore: Restore) -> tuple[LogEntry, ...]:
        known = self._last_line.get(restore.id, 0)
        entries = await self._journal_thread.run(
            lambda journal: journal.log(restore.id, after=known)
        )
        if entries:
            self._last_line[restore.id] = entries[-1].number
        return entries

    def _report_elsewhere(self, restore: Restore, why: str) -> None:
        if self._elsewhere.get(restore.id) != why:
            self._elsewhere[restore.id] = why
            self._emit(WatchChanged(Watch(restore.id, elsewhere=why)))
