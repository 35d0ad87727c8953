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
from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.checks.examination import Examination, examine, planned_restore
from vbs_tui.restore.checks.settlement import NOT_SENT_WORDS, settling_words
from vbs_tui.restore.engine import Engine
from vbs_tui.restore.event_loop_thread import LoopThread
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Connecting,
    Event,
    JournalChanged,
    ListKind,
    Notice,
    ProjectFailed,
    ProjectOpened,
    RegionChanged,
    RowChanged,
    SecretWanted,
)
from vbs_tui.restore.journal.journal import JournalError, Occupied
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.listing import Lister
from vbs_tui.restore.refusals import defect, occupied, unfit, why_not
from vbs_tui.restore.shared_connection import Connector, SharedConnection
from vbs_tui.restore.watch.poll_pace import PollPace

__all__ = ["Backend", "Connector", "Examination", "Refusal"]

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818 - the backend's word, not an accident
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
        self._cloud_name = cloud_name
        self._thread = LoopThread("vbs-engine")
        self._listener: Callable[[Event], None] = lambda _: None
        self._journal_thread = JournalThread(journal_directory, self._clock)
        self._engine = Engine(
            self._journal_thread,
            clock=self._clock,
            pace=pace or PollPace(),
            rng=rng or random.Random(),
            emit=self._emit,
        )
        self._lister = Lister(self._clock, self._emit)
        self._projects: tuple[Project, ...] = ()
        self._contact = SharedConnection(connector, self._ask, self.request_log)
        self._region = region
        self._is_logging_in = False
        self._reached = ""
        """The identity of the cloud that is logged in to; empty before."""
        self._journal_trouble = ""
        self._journal_tried = asyncio.Event()
        self._mending = asyncio.Lock()
        self._stopped = False
        self._submitting: set[Future[Restore]] = set()

    def start(self, listener: Callable[[Event], None]) -> None:
        """Start the engine's thread and open the journal; past restores are told as events."""
        self._listener = listener
        self._thread.start()
        self._background(self._start())

    def connect(self) -> None:
        """Log in and list projects: ``Connected`` or ``ConnectFailed``."""
        self._background(self._connect())

    def open_project(self, project: Project) -> None:
        """``ProjectOpened`` and both lists, or ``ProjectFailed``."""
        self._background(self._open_project(project, tuple(ListKind)))

    def use_region(self, region: str) -> None:
        """Work in another region that ``ProjectOpened`` told of, with the same log-in:
        ``RegionChanged``, and nothing from the region before after that."""
        self._background(self._use_region(region))

    def refresh(self, project: Project, kind: ListKind) -> None:
        """Read a list anew: ``ListStarted``, ``ListPage`` … or ``ListFailed``."""
        self._background(self._open_project(project, (kind,), quiet=True))

    def examine(self, project: Project, backup_id: str, volume_id: str) -> Future[Examination]:
        """Read both afresh and find the hazards. The future raises ``CloudError``."""
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

        *typed* must be the whole text of the examination's confirmation; where the operator named
        the backup in another way already (*backup_is_named*), the volume's part is enough.
        *retry_throttled*: a request that the cloud turns away as one too many (429) is sent again
        after the pause that it asks for; without it, that is told, and the operator decides.

        Resolves once the intention is on disk; sending goes on in the background. The future
        raises ``Refusal`` when it will not be sent: read-only, wrong word, hard hazard, old
        examination, disk or backup already in a restore, journal not writable.
        """
        submitting = self._thread.run_unbroken(
            self._submit(
                examination,
                typed,
                backup_is_named=backup_is_named,
                retry_throttled=retry_throttled,
            )
        )
        # Counted from here: who leaves or halts right behind the confirmation must be asked, too.
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
        """The restores whose id begins so, newest first. The future raises ``JournalError``."""
        return self._thread.run(self._journal_thread.run(lambda journal: journal.find(beginning)))

    def settling_words(self, restore: Restore) -> str:
        """What an operator types to settle *restore*, whose outcome is unknown."""
        return settling_words(restore, is_reached=self.reaches(restore))

    def declare_not_sent(self, restore_id: str, typed: str) -> Future[Restore]:
        """The operator's word on an unknown outcome: *typed* must be :meth:`settling_words`."""
        return self._thread.run_unbroken(self._declare(restore_id, typed))

    def mend_journal(self) -> None:
        """Try once more to open a journal that could not be used: ``JournalChanged``."""
        self._background(self._mend())

    async def _mend(self) -> None:
        await self._journal_tried.wait()
        async with self._mending:
            if self._journal_trouble:
                await self._start(again=True)
                if self._reached and not self._journal_trouble:
                    await self._engine.attach(await self._contact.connected())

    def look_now(self, restore_id: str) -> None:
        """Do not wait for the next look of the schedule."""

        async def nudge() -> None:
            self._engine.look_now(restore_id)

        self._background(nudge())

    def reaches(self, restore: Restore) -> bool:
        """Whether the cloud that is logged in to is the one of *restore*, so that it is watched."""
        return restore.cloud_identity == self._reached

    @property
    def region(self) -> str:
        """The region that was gone to; empty while that is the configured one."""
        return self._region

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

    async def _start(self, *, again: bool = False) -> None:
        try:
            await self._engine.start()
            trouble = ""
        except JournalError as error:
            trouble = str(error)
            text = f"{error} Nothing can be restored until that is mended; looking is possible."
            if not again:  # whoever wants to restore is told by the refusal
                self._emit(Notice(text, severe=True))
        finally:
            self._journal_tried.set()
        if trouble != self._journal_trouble:
            self._journal_trouble = trouble
            self._emit(JournalChanged(trouble))

    async def _connect(self) -> None:
        if self._is_logging_in:
            return  # one answer serves for all who ask meanwhile
        self._is_logging_in = True
        try:
            await self._log_in()
        finally:
            self._is_logging_in = False

    async def _log_in(self) -> None:
        self._emit(Connecting(self._cloud_name))
        failure: Failure | None = None
        try:
            if not self._reached and (changed := await self._contact.begin_anew()):
                self._emit(Notice(changed))
            connection = await self._contact.connected()
            projects = await connection.projects()
        except CloudError as error:
            failure = error.failure
        except Exception as error:
            failure = defect("log in", error, self._clock.now())
        if failure is not None:
            self._emit(ConnectFailed(failure))
            return
        self._projects = projects
        # Before anybody is told: whoever hears of it asks what is reached.
        self._reached = connection.identity
        self._emit(
            Connected(
                cloud=connection.cloud,
                region=self._region or connection.region,
                user=connection.user,
                projects=projects,
                preferred_project=connection.preferred_project,
                insecure=connection.insecure,
                at=self._clock.now(),
            )
        )
        await self._journal_tried.wait()
        if not self._journal_trouble:
            await self._engine.attach(connection)
            self._engine.look_again()

    async def _use_region(self, region: str) -> None:
        self._region = region
        self._lister.forget()
        self._emit(RegionChanged(region))

    async def _open_project(
        self, project: Project, kinds: tuple[ListKind, ...], *, quiet: bool = False
    ) -> None:
        region = self._region
        failure: Failure | None = None
        try:
            connection = await self._contact.connected()
            provider = await connection.open(project, region)
        except CloudError as error:
            failure = error.failure
        except Exception as error:
            failure = defect("open the project", error, self._clock.now())
        if region != self._region:
            return
        if failure is not None:
            self._emit(ProjectFailed(project, failure))
            return
        if not quiet:
            self._emit(
                ProjectOpened(
                    project,
                    provider.service,
                    provider.endpoints,
                    connection.token_expires_at,
                    connection.insecure,
                    provider.region,
                    provider.regions,
                )
            )
        for kind in kinds:
            self._lister.start(provider, kind)

    async def _examine(self, project: Project, backup_id: str, volume_id: str) -> Examination:
        connection = await self._contact.connected()
        provider = await connection.open(project, self._region)
        try:
            found = await examine(
                provider,
                backup_id,
                volume_id,
                clock=self._clock,
                projects=self._projects,
                listed=self._lister.listed(),
            )
        except ValueError as error:
            raise CloudError(unfit(str(error))) from error
        found = replace(found, held=await self._held(found, connection.cloud))
        self._emit(RowChanged(project.id, found.backup))
        self._emit(RowChanged(project.id, found.volume))
        return found

    async def _held(self, found: Examination, cloud: str) -> str:
        """Which open restore has the disk or the backup of *found*, as a sentence."""
        volume_id, backup_id = found.volume.id, found.backup.id
        try:
            holder = await self._journal_thread.run(
                lambda journal: journal.holder(volume_id, backup_id)
            )
        except JournalError:
            return ""  # told in another place, and nothing is sent then
        return occupied(holder, found, cloud) if holder is not None else ""

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
        async with self._mending:
            if self._journal_trouble:
                await self._start(again=True)  # it may be mended by now
        if self._journal_trouble:
            raise Refusal(f"Not sent. {self._journal_trouble}")
        if why := why_not(
            examination, typed, backup_is_named=backup_is_named, age=examination.age(self._clock)
        ):
            raise Refusal(why)
        try:
            connection = await self._contact.connected()
            await self._engine.attach(connection)
            operator = f"{_system_user()} as {connection.user}"
            planned = planned_restore(examination, connection, operator, self._clock.now())
            return await self._engine.submit(planned, retry_throttled=retry_throttled)
        except Occupied as error:
            raise Refusal(occupied(error.holder, examination, connection.cloud)) from error
        except JournalError as error:
            raise Refusal(f"Not sent. {error}") from error
        except CloudError as error:
            raise Refusal(f"Not sent. {error}") from error

    async def _declare(self, restore_id: str, typed: str) -> Restore:
        try:
            restore = await self._journal_thread.run(lambda journal: journal.get(restore_id))
        except JournalError as error:
            raise Refusal(str(error)) from error
        words = NOT_SENT_WORDS if restore is None else self.settling_words(restore)
        if typed != words:
            raise Refusal(f"Nothing changed: type “{words}” to declare it.")
        try:
            return await self._engine.declare(restore_id, _system_user())
        except (ValueError, JournalError) as error:
            raise Refusal(str(error)) from error

    async def _ask(self, question: LogInQuestion) -> str | None:
        reply: Future[str | None] = Future()
        self._emit(SecretWanted(question, reply))
        return await asyncio.wrap_future(reply)

    async def _stop(self, grace: float) -> None:
        await self._engine.stop(grace)
        await self._contact.aclose()

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
