"""Several programs, one journal: follow what the others write, take over what they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vbs_tui.clock import Clock
from vbs_tui.restore.active_restore import ActiveRestore
from vbs_tui.restore.events import Event, JournalChanged, Notice, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.instances import process_of
from vbs_tui.restore.journal.journal import JournalError, Overtaken
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source, Watch
from vbs_tui.restore.journal.states import State


class Driver(Protocol):
    """What the follower asks of the engine."""

    def reaches(self, cloud_identity: str) -> bool: ...

    def is_driving(self, restore_id: str) -> bool: ...

    def case_of(self, restore_id: str) -> ActiveRestore | None: ...

    def drive(self, restore: Restore) -> None: ...

    def look_now(self, restore_id: str) -> None: ...


class Follower:
    """Reads the journal's news and claims orphans. Each open restore has at most one driver."""

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
        self._lines: dict[str, int] = {}
        self._elsewhere: dict[str, str] = {}
        self._version = -1

    async def replay(self) -> None:
        """Tell everything on record, oldest restore first. Raises ``JournalError``."""
        version = await self._journal_thread.run(lambda journal: journal.data_version())
        for restore in reversed(await self._journal_thread.run(lambda journal: journal.restores())):
            self.remember(restore)
            self._revision = max(self._revision, restore.revision)
            self._emit(RestoreChanged(restore, restore.log, replayed=True))
        self._version = version
        await self.take_over()

    async def run(self, every: float) -> None:
        """Look at the journal every so many seconds, for ever."""
        complained = False
        while True:
            await self._clock.sleep(every)
            try:
                version = await self._journal_thread.run(lambda journal: journal.data_version())
                if version != self._version:
                    await self._read_news()
                    self._version = version
                await self.take_over()
                if complained:
                    complained = False
                    self._emit(JournalChanged(""))
            except JournalError as error:
                if not complained:
                    complained = True
                    self._emit(Notice(str(error), severe=True))
                    self._emit(JournalChanged(str(error)))

    def remember(self, restore: Restore) -> None:
        """Count the log of *restore* so far as told."""
        if restore.log:
            self._lines[restore.id] = restore.log[-1].number

    async def take_over(self) -> None:
        """Drive the open restores that nobody drives and whose cloud is within reach."""
        found = await self._journal_thread.run(lambda journal: journal.open_restores())
        for restore in found:
            if restore.owner == self._journal_thread.owner or self._driver.is_driving(restore.id):
                continue
            if restore.owner and await self._journal_thread.is_alive(restore.owner):
                process = process_of(restore.owner)
                self._say_elsewhere(restore, f"watched by vbs-tui process {process}")
            elif restore.state in (State.PLANNED, State.SENDING):
                await self._settle_orphan(restore)
            elif not self._driver.reaches(restore.cloud_identity):
                where = f"{restore.cloud} in {restore.region}" if restore.region else restore.cloud
                self._say_elsewhere(restore, f"connect to {where} to watch")
            else:
                await self._claim(restore)

    async def _claim(self, restore: Restore) -> None:
        mine = self._journal_thread.owner
        claimed = await self._journal_thread.run(
            lambda journal: journal.claim(restore.id, restore.owner, mine)
        )
        if claimed is None or claimed.state in (State.PLANNED, State.SENDING):
            return
        self._elsewhere.pop(restore.id, None)
        self.remember(claimed)
        self._emit(RestoreChanged(claimed, replayed=True))
        self._emit(WatchChanged(Watch(claimed.id)))
        if claimed.state.is_open:
            self._driver.drive(claimed)

    async def _settle_orphan(self, restore: Restore) -> None:
        """A restore left behind by a program that died between intention and answer."""
        case = ActiveRestore(restore, self._journal_thread, self._clock, self._emit)
        try:
            if restore.state is State.PLANNED:
                await case.note(
                    (Source.REQUEST, "the program ended before anything was sent"),
                    state=State.NOT_SENT,
                    summary="Not sent: the program ended before anything left.",
                )
            else:
                await case.note(
                    (Source.REQUEST, "the program died while the request was on its way"),
                    state=State.UNKNOWN,
                    owner="",
                    summary="The program died while sending: the cloud may have taken it.",
                )
        except Overtaken:
            return
        self.remember(case.restore)
        if case.restore.state.is_open and self._driver.reaches(restore.cloud_identity):
            await self._claim(case.restore)

    async def _read_news(self) -> None:
        # Of what was read here, not of what was written: another program may have written just
        # before this one did.
        since = self._revision
        for restore in await self._journal_thread.run(lambda journal: journal.changed_since(since)):
            await self._read_of(restore)
            self._revision = max(self._revision, restore.revision)

    async def _read_of(self, restore: Restore) -> None:
        case = self._driver.case_of(restore.id)
        if case is not None:
            if restore.revision <= case.restore.revision:
                return  # our own writing
            case.restore = restore
            self._driver.look_now(restore.id)
        entries = await self._new_lines(restore)
        self._emit(RestoreChanged(restore, entries))

    async def _new_lines(self, restore: Restore) -> tuple[LogEntry, ...]:
        known = self._lines.get(restore.id, 0)
        entries = await self._journal_thread.run(
            lambda journal: journal.log(restore.id, after=known)
        )
        if entries:
            self._lines[restore.id] = entries[-1].number
        return entries

    def _say_elsewhere(self, restore: Restore, why: str) -> None:
        if self._elsewhere.get(restore.id) != why:
            self._elsewhere[restore.id] = why
            self._emit(WatchChanged(Watch(restore.id, elsewhere=why)))
