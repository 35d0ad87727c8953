"""The engine: every restore that this program drives, submitted and watched until its verdict.

It lives on one event loop (:mod:`vbs_tui.restore.backend` gives it a thread) and tells what happens
as events. :mod:`vbs_tui.restore.journal_follower` tells it what other running programs drive.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from vbs_tui.clock import Clock
from vbs_tui.cloud.provider import Connection, Provider
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.active_restore import ActiveRestore
from vbs_tui.restore.events import Event, Notice, RestoreChanged
from vbs_tui.restore.journal.errors import JournalError, StaleSnapshot
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.journal_follower import JournalFollower
from vbs_tui.restore.settlement import settlement_record
from vbs_tui.restore.submission import Submission
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.restore.watch.watcher import Watcher


class Engine:
    """See the module's text. All methods belong on its event loop."""

    def __init__(
        self,
        journal_thread: JournalThread,
        *,
        clock: Clock,
        pace: PollPace,
        rng: random.Random,
        emit: Callable[[Event], None],
    ) -> None:
        self._journal_thread = journal_thread
        self._clock = clock
        self._pace = pace
        self._rng = rng
        self._emit = emit
        self._connections: dict[str, Connection] = {}
        self._active: dict[str, ActiveRestore] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watchers: dict[str, Watcher] = {}
        self._sending: set[str] = set()
        self._is_stopping = False
        self._all_answered = asyncio.Event()
        self._follower = JournalFollower(journal_thread, clock, emit, self)
        self._following: asyncio.Task[None] | None = None

    @property
    def sending(self) -> int:
        """How many submissions are between intention and answer."""
        return len(self._sending)

    async def start(self) -> None:
        """Open the journal, tell what it holds, begin to follow it.

        Raises ``JournalError`` when there is no usable journal.
        """
        notice = await self._journal_thread.open()
        if notice:
            self._emit(Notice(notice, severe=True))
        await self._follower.replay()
        self._following = self._spawn(
            self._follower.run(self._pace.follow_journal), "following the journal"
        )

    async def attach(self, connection: Connection) -> None:
        """Watch the restores of *connection*'s cloud from now on."""
        self._connections[connection.identity] = connection
        await self._follower.take_over()

    def is_attached(self, cloud_identity: str) -> bool:
        """Whether a connection to that cloud is attached."""
        return cloud_identity in self._connections

    def active_restore(self, restore_id: str) -> ActiveRestore | None:
        """A restore that this program drives, or has driven."""
        return self._active.get(restore_id)

    def is_driving(self, restore_id: str) -> bool:
        """Whether this program drives that restore right now, or is about to."""
        return restore_id in self._tasks or restore_id in self._sending

    async def submit(self, restore: Restore, *, retry_throttled: bool = False) -> Restore:
        """Write the intention down and send it in the background.

        *retry_throttled*: see :class:`~vbs_tui.restore.submission.Submission`. Returns once the
        intention is on disk. Raises ``ConflictingRestore`` and ``JournalError``, and always raises
        once :meth:`stop` was called; nothing is sent then.
        """
        if self._is_stopping:
            raise JournalError("The program is ending.")
        planned = replace(restore, owner=self._journal_thread.owner, state=State.PLANNED)
        known = f", with hazards: {'; '.join(restore.hazards)}" if restore.hazards else ""
        text = f"confirmed by {restore.operator}{known}"
        entry = LogEntry(self._clock.now(), Source.OPERATOR, text, State.PLANNED)
        # Counted before anything is awaited, so that stop() waits for it.
        self._sending.add(planned.id)
        try:
            written = await self._journal_thread.run(
                lambda journal: journal.begin(planned, [entry])
            )
        except BaseException:
            self._submission_ended(planned.id)
            raise
        self._follower.mark_log_told(written)
        self._emit(RestoreChanged(written, written.log))
        active = self._activate(written)
        submission = Submission(
            active,
            lambda: self.provider(active.snapshot),
            self._clock,
            self._pace,
            emit=self._emit,
            may_send=lambda: not self._is_stopping,
            retry_throttled=retry_throttled,
        )
        self._drive(active, submission)
        return written

    def drive(self, restore: Restore) -> None:
        """Watch *restore* until its verdict."""
        self._drive(self._activate(restore), None)

    def _activate(self, restore: Restore) -> ActiveRestore:
        active = ActiveRestore(restore, self._journal_thread, self._clock, self._emit)
        self._active[restore.id] = active
        return active

    def _drive(self, active: ActiveRestore, submission: Submission | None) -> None:
        restore_id = active.snapshot.id
        task = self._spawn(self._submit_and_watch(active, submission), f"restore {restore_id}")
        self._tasks[restore_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(restore_id, None))

    async def settle(self, restore_id: str, operator: str) -> Restore:
        """End an unknown restore by the operator's decision: it was not sent; or, where the cloud
        did accept it, it is closed without a verdict.

        Raises ``ValueError`` when its outcome is not unknown, and ``JournalError``.
        """
        while True:
            current = await self._journal_thread.run(lambda journal: journal.get(restore_id))
            if current is None or current.state is not State.UNKNOWN:
                raise ValueError("Only a restore whose outcome is unknown can be settled.")
            active = self._active.get(restore_id)
            if active is None:
                active = ActiveRestore(current, self._journal_thread, self._clock, self._emit)
            active.snapshot = current
            text, summary = settlement_record(current, operator)
            try:
                await active.record((Source.OPERATOR, text), state=State.ABANDONED, summary=summary)
            except StaleSnapshot:
                continue  # something was seen meanwhile: the outcome may be known now
            self.poll_now(restore_id)
            return active.snapshot

    def poll_now(self, restore_id: str) -> None:
        """Cut the present wait of a watch short."""
        watcher = self._watchers.get(restore_id)
        if watcher is not None:
            watcher.poll_now()

    def poll_blind_now(self) -> None:
        """Let the watches that could not see anything poll at once: the cloud is back."""
        for watcher in self._watchers.values():
            if watcher.is_blind:
                watcher.poll_now()

    async def stop(self, grace: float) -> None:
        """End: wait up to *grace* seconds for responses; what has none then is unknown.

        What was not sent yet is not sent any more. What is being watched stays open in the
        journal, and the next program goes on with it.
        """
        self._is_stopping = True
        if self._following is not None:
            self._following.cancel()
        if self._sending:
            self._all_answered.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_answered.wait(), grace)
        unanswered = [self._active[key] for key in self._sending if key in self._active]
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)
        for active in unanswered:
            await self._record_unanswered(active)
        await self._journal_thread.close()

    async def provider(self, restore: Restore) -> Provider:
        """The provider of a restore's project, in its region.

        Raises ``CloudError``, and ``KeyError`` when its cloud is not attached.
        """
        connection = self._connections[restore.cloud_identity]
        project = Project(restore.project_id, restore.project_name)
        return await connection.open(project, restore.region)

    async def _submit_and_watch(self, active: ActiveRestore, submission: Submission | None) -> None:
        restore_id = active.snapshot.id
        if submission is not None:
            try:
                await submission.run()
            except StaleSnapshot:
                pass
            except JournalError as error:
                await self._record_not_sent(active, str(error))
            except Exception as error:
                await self._record_defect(active, error)
            finally:
                self._submission_ended(restore_id)
        watcher = Watcher(
            active,
            lambda: self.provider(active.snapshot),
            clock=self._clock,
            pace=self._pace,
            rng=self._rng,
            emit=self._emit,
            own_restores=lambda: self._journal_thread.run(lambda journal: journal.open_restores()),
        )
        self._watchers[restore_id] = watcher
        try:
            await watcher.run()
        finally:
            del self._watchers[restore_id]

    async def _record_not_sent(self, active: ActiveRestore, error: str) -> None:
        """The journal could not be written before the POST, so nothing was sent."""
        self._emit(Notice(f"{error} The restore was not sent.", severe=True))
        await self._record_end_of_sending(
            active, State.NOT_SENT, "the journal could not be written; nothing was sent"
        )

    async def _record_defect(self, active: ActiveRestore, error: Exception) -> None:
        """A defect of the program ended the submission: what was ``sending`` may have been sent."""
        kind = type(error).__name__
        state = State.NOT_SENT if active.snapshot.state is State.PLANNED else State.UNKNOWN
        await self._record_end_of_sending(active, state, f"a defect of the program ({kind})")

    async def _record_end_of_sending(self, active: ActiveRestore, state: State, why: str) -> None:
        words = "Not sent" if state is State.NOT_SENT else "No clear answer"
        while active.snapshot.state in (State.PLANNED, State.SENDING) and active.is_driven_here:
            try:
                await active.record_until_written(
                    (Source.REQUEST, why), state=state, summary=f"{words}: {why}."
                )
            except StaleSnapshot:
                continue

    async def _record_unanswered(self, active: ActiveRestore) -> None:
        try:
            if active.snapshot.state is State.SENDING:
                await active.record(
                    (Source.REQUEST, "the connection was closed before an answer came"),
                    state=State.UNKNOWN,
                    owner="",
                    summary="The connection was closed before an answer came:"
                    " the cloud may have accepted it.",
                )
            elif active.snapshot.state is State.PLANNED:
                await active.record(
                    (Source.REQUEST, "the connection was closed before anything was sent"),
                    state=State.NOT_SENT,
                    summary="Not sent: the connection was closed before anything was sent.",
                )
        except (JournalError, StaleSnapshot):
            pass  # the next program finds it without an owner, and records the same

    def _submission_ended(self, restore_id: str) -> None:
        self._sending.discard(restore_id)
        if not self._sending:
            self._all_answered.set()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._report_defect)
        return task

    def _report_defect(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            kind = type(task.exception()).__name__
            self._emit(
                Notice(
                    f"A defect ended “{task.get_name()}” ({kind}). What was sent is on record;"
                    " start vbs-tui again to go on watching.",
                    severe=True,
                )
            )
