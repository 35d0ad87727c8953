"""The operator's backend: what a screen or a command line may ask of the engine.

All methods may be called from any thread and return at once. Answers come as futures, news as
events to the listener, which is called on the engine's thread and must only pass them on.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import getpass
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from vbs_tui.clock import Clock, SystemClock
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.provider import Connection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.checks.examination import Examination, examine, planned_restore
from vbs_tui.restore.cloud_session import CloudSession
from vbs_tui.restore.engine import Engine
from vbs_tui.restore.event_loop_thread import EventLoopThread
from vbs_tui.restore.events import Event, JournalChanged, ListKind, Notice, RowChanged
from vbs_tui.restore.journal.errors import ConflictingRestore, JournalError
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.refusals import conflict_sentence, invalid_request_failure, refusal_reason
from vbs_tui.restore.settlement import NOT_SENT_TEXT, settlement_text
from vbs_tui.restore.shared_connection import Connector
from vbs_tui.restore.watch.poll_pace import PollPace

__all__ = ["Backend", "Connector", "Examination", "Refusal"]

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818 - an expected answer, not an error
    """The backend will not do it; the text says why, fit for the screen."""


class Backend:
    """See the module's text. One per program."""

    def __init__(
        self,
        connector: Connector,
        journal_directory: Path,
        *,
        cloud_name: str = "",
        region: str = "",
        read_only: bool = False,
        clock: Clock | None = None,
        pace: PollPace | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """*connector* may be slow and may fail with ``CloudError``; nothing happens before
        :meth:`start`. *region*: the one to begin in, as :meth:`use_region` would have it. A
        read-only backend sends nothing but reads."""
        self.read_only = read_only
        self.request_log = RequestLog()
        self._clock: Clock = clock or SystemClock()
        self._thread = EventLoopThread("vbs-engine")
        self._listener: Callable[[Event], None] = lambda _: None
        self._journal_thread = JournalThread(journal_directory, self._clock)
        self._engine = Engine(
            self._journal_thread,
            clock=self._clock,
            pace=pace or PollPace(),
            rng=rng or random.Random(),
            emit=self._emit,
        )
        self._session = CloudSession(
            connector,
            cloud_name=cloud_name,
            region=region,
            request_log=self.request_log,
            clock=self._clock,
            emit=self._emit,
            on_log_in=self._on_log_in,
        )
        self._journal_trouble = ""
        self._journal_tried = asyncio.Event()
        self._reopening = asyncio.Lock()
        self._stopped = False
        self._submitting: set[Future[Restore]] = set()

    def start(self, listener: Callable[[Event], None]) -> None:
        """Start the engine's thread and open the journal; past restores come as events."""
        self._listener = listener
        self._thread.start()
        self._background(self._start())

    def connect(self) -> None:
        """Log in and list projects: ``Connected`` or ``ConnectFailed``."""
        self._background(self._session.connect())

    def open_project(self, project: Project) -> None:
        """``ProjectOpened`` and both lists, or ``ProjectFailed``."""
        self._background(self._session.open_project(project))

    def use_region(self, region: str) -> None:
        """Work in another of the regions that ``ProjectOpened`` names, with the same log-in:
        ``RegionChanged``; no event after it is about the former region."""
        self._background(self._session.use_region(region))

    def refresh(self, project: Project, kind: ListKind) -> None:
        """Read a list again: ``ListStarted``, ``ListPage`` … or ``ListFailed``."""
        self._background(self._session.refresh(project, kind))

    def examine(self, project: Project, backup_id: str, volume_id: str) -> Future[Examination]:
        """Read backup and disk again and find the hazards. The future raises ``CloudError``."""
        return self._thread.run(self._examine(project, backup_id, volume_id))

    def submit(
        self,
        examination: Examination,
        typed: str,
        *,
        backup_is_named: bool = False,
        retry_throttled: bool = False,
    ) -> Future[Restore]:
        """Journal, send, watch.

        *typed* must be the examination's ``required_text``; where the operator has named the
        backup in another way (*backup_is_named*), the volume's part is enough. *retry_throttled*:
        a request that the cloud refuses as one too many (429) is sent again after the pause that
        the cloud asks for; without it, the restore ends as refused, and the operator decides.

        Resolves once the intention is on disk; sending goes on in the background. The future
        raises ``Refusal`` when it will not be sent: read-only, wrong text, hard hazard, old
        examination, disk or backup already in a restore, journal not writable.
        """
        submitting = self._thread.run_shielded(
            self._submit(
                examination,
                typed,
                backup_is_named=backup_is_named,
                retry_throttled=retry_throttled,
            )
        )
        # Counted from here, so that quitting or suspending right after the confirmation asks first.
        self._submitting.add(submitting)
        submitting.add_done_callback(self._submitting.discard)
        return submitting

    def log_of(self, restore_id: str) -> Future[tuple[LogEntry, ...]]:
        """The whole log of a restore, oldest first. The future raises ``JournalError``."""
        return self._thread.run(self._journal_thread.run(lambda journal: journal.log(restore_id)))

    def history(self) -> Future[tuple[Restore, ...]]:
        """Every restore on record, newest first. The future raises ``JournalError``."""
        return self._thread.run(self._journal_thread.run(lambda journal: journal.restores()))

    def find(self, beginning: str) -> Future[tuple[Restore, ...]]:
        """The restores whose id begins with *beginning*, newest first. The future raises
        ``JournalError``."""
        return self._thread.run(self._journal_thread.run(lambda journal: journal.find(beginning)))

    def settlement_text(self, restore: Restore) -> str:
        """What an operator types to settle *restore*, whose outcome is unknown."""
        return settlement_text(restore, is_watched=self.can_watch(restore))

    def settle(self, restore_id: str, typed: str) -> Future[Restore]:
        """End a restore whose outcome is unknown by the operator's decision: it was not sent, or
        it is closed. *typed* must be :meth:`settlement_text`. The future raises ``Refusal``."""
        return self._thread.run_shielded(self._settle(restore_id, typed))

    def reopen_journal(self) -> None:
        """Try once more to open a journal that could not be used: ``JournalChanged``."""
        self._background(self._reopen_journal())

    def poll_now(self, restore_id: str) -> None:
        """Poll a restore at once, before the next poll is due."""

        async def poll() -> None:
            self._engine.poll_now(restore_id)

        self._background(poll())

    def can_watch(self, restore: Restore) -> bool:
        """Whether the cloud of *restore* is the one that is logged in to."""
        return restore.cloud_identity == self._session.identity

    @property
    def region(self) -> str:
        """The region that the operator changed to; empty for the configured one."""
        return self._session.region

    @property
    def sending(self) -> int:
        """How many submissions are between intention and answer at this moment."""
        return max(self._engine.sending, len(self._submitting))

    def stop(self, grace: float) -> None:
        """End: wait at most *grace* seconds for answers under way, then record them as unknown.

        Safe to call twice; returns when the thread has ended, or shortly after the grace.
        """
        if self._stopped or self._thread.is_current:
            return
        self._stopped = True
        if not self._thread.is_alive:
            return
        ending = self._thread.run(self._stop(grace))
        try:
            ending.result(grace + 0.8)
        except (concurrent.futures.CancelledError, TimeoutError, JournalError, CloudError):
            ending.cancel()
        self._thread.stop(0.5)
        self._journal_thread.abandon()

    @property
    def journal_trouble(self) -> str:
        """Why nothing can be restored, in words; empty while the journal can be used."""
        return self._journal_trouble

    async def _reopen_journal(self) -> None:
        await self._journal_tried.wait()
        async with self._reopening:
            if self._journal_trouble:
                await self._start(again=True)
                if self._session.identity and not self._journal_trouble:
                    await self._engine.attach(await self._session.connection())

    async def _start(self, *, again: bool = False) -> None:
        try:
            await self._engine.start()
            trouble = ""
        except JournalError as error:
            trouble = str(error)
            text = f"{error} Nothing can be restored until that is mended; the lists can be read."
            if not again:  # later on, each refused restore says it
                self._emit(Notice(text, severe=True))
        finally:
            self._journal_tried.set()
        if trouble != self._journal_trouble:
            self._journal_trouble = trouble
            self._emit(JournalChanged(trouble))

    async def _on_log_in(self, connection: Connection) -> None:
        await self._journal_tried.wait()
        if not self._journal_trouble:
            await self._engine.attach(connection)
            self._engine.poll_blind_now()

    async def _examine(self, project: Project, backup_id: str, volume_id: str) -> Examination:
        connection = await self._session.connection()
        provider = await self._session.provider(project)
        try:
            found = await examine(
                provider,
                backup_id,
                volume_id,
                clock=self._clock,
                projects=self._session.projects,
                listed=self._session.listed(),
            )
        except ValueError as error:
            raise CloudError(invalid_request_failure(str(error))) from error
        found = replace(found, conflict=await self._conflict(found, connection.cloud))
        self._emit(RowChanged(project.id, found.backup))
        self._emit(RowChanged(project.id, found.volume))
        return found

    async def _conflict(self, found: Examination, cloud: str) -> str:
        """Which open restore already has the disk or the backup, as a sentence; empty for none."""
        volume_id, backup_id = found.volume.id, found.backup.id
        try:
            other = await self._journal_thread.run(
                lambda journal: journal.conflicting_restore(volume_id, backup_id)
            )
        except JournalError:
            return ""  # reported elsewhere; without a journal nothing is sent
        return conflict_sentence(other, found, cloud) if other is not None else ""

    async def _submit(
        self,
        examination: Examination,
        typed: str,
        *,
        backup_is_named: bool,
        retry_throttled: bool,
    ) -> Restore:
        await self._journal_tried.wait()
        if self.read_only:
            raise Refusal("This session is read-only: nothing is sent.")
        async with self._reopening:
            if self._journal_trouble:
                await self._start(again=True)  # its cause may be gone by now
        if self._journal_trouble:
            raise Refusal(f"Not sent. {self._journal_trouble}")
        if reason := refusal_reason(
            examination, typed, backup_is_named=backup_is_named, age=examination.age(self._clock)
        ):
            raise Refusal(reason)
        try:
            connection = await self._session.connection()
            await self._engine.attach(connection)
            operator = f"{_system_user()} as {connection.user}"
            planned = planned_restore(examination, connection, operator, self._clock.now())
            return await self._engine.submit(planned, retry_throttled=retry_throttled)
        except ConflictingRestore as error:
            raise Refusal(
                conflict_sentence(error.restore, examination, connection.cloud)
            ) from error
        except JournalError as error:
            raise Refusal(f"Not sent. {error}") from error
        except CloudError as error:
            raise Refusal(f"Not sent. {error}") from error

    async def _settle(self, restore_id: str, typed: str) -> Restore:
        try:
            restore = await self._journal_thread.run(lambda journal: journal.get(restore_id))
        except JournalError as error:
            raise Refusal(str(error)) from error
        required = NOT_SENT_TEXT if restore is None else self.settlement_text(restore)
        if typed != required:
            raise Refusal(f"Nothing changed: type “{required}” to settle it.")
        try:
            return await self._engine.settle(restore_id, _system_user())
        except (ValueError, JournalError) as error:
            raise Refusal(str(error)) from error

    async def _stop(self, grace: float) -> None:
        await self._engine.stop(grace)
        await self._session.aclose()

    def _emit(self, event: Event) -> None:
        self._listener(event)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread.run(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            kind = type(error).__name__
            self._emit(Notice(f"A defect of the program stopped a task ({kind}).", severe=True))


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
