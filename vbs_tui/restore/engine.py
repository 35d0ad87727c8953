"""The engine: every restore that this program drives, submitted and watched until its verdict.

It lives on one event loop (:mod:`vbs_tui.restore.backend` gives it a thread) and tells what happens
as events. What other running programs drive comes from :mod:`vbs_tui.restore.journal_follower`.
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
from vbs_tui.restore.journal.journal import JournalError, Overtaken
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.journal_follower import Follower
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
        self._driven: dict[str, asyncio.Task[None]] = {}
        self._cases: dict[str, ActiveRestore] = {}
        self._watchings: dict[str, Watcher] = {}
        self._sending: set[str] = set()
        self._is_stopping = False
        self._all_answered = asyncio.Event()
        self._follower = Follower(journal_thread, clock, emit, self)
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
            self._follower.run(self._pace.follow), "following the journal"
        )

    async def attach(self, connection: Connection) -> None:
        """Watch the restores of *connection*'s cloud from now on."""
        self._connections[connection.identity] = connection
        await self._follower.take_over()

    def reaches(self, cloud_identity: str) -> bool:
        """Whether a connection to that cloud is attached."""
        return cloud_identity in self._connections

    def case_of(self, restore_id: str) -> ActiveRestore | None:
        """The case of a restore that this program drives, or has driven."""
        return self._cases.get(restore_id)

    def is_driving(self, restore_id: str) -> bool:
        """Whether this program drives that restore right now, or is about to."""
        return restore_id in self._driven or restore_id in self._sending

    async def submit(self, restore: Restore, *, retry_throttled: bool = False) -> Restore:
        """Write the intention down and send it in the background.

        *retry_throttled*: see :class:`~vbs_tui.restore.submission.Submission`. Returns once the
        intention is on disk. Raises ``Occupied`` and ``JournalError``; nothing is sent then.
        Nothing is, either, once :meth:`stop` was called.
        """
        if self._is_stopping:
            raise JournalError("The program is ending.")
        planned = replace(restore, owner=self._journal_thread.owner, state=State.PLANNED)
        known = f", knowing: {'; '.join(restore.hazards)}" if restore.hazards else ""
        text = f"confirmed by {restore.operator}{known}"
        entry = LogEntry(self._clock.now(), Source.OPERATOR, text, State.PLANNED)
        # Counted before anything is awaited, so that leaving cannot overtake the intention.
        self._sending.add(planned.id)
        try:
            written = await self._journal_thread.run(
                lambda journal: journal.begin(planned, [entry])
            )
        except BaseException:
            self._answered(planned.id)
            raise
        self._follower.remember(written)
        self._emit(RestoreChanged(written, written.log))
        case = self._case_for(written)
        submission = Submission(
            case,
            lambda: self.provider(case.restore),
            self._clock,
            self._pace,
            emit=self._emit,
            may_send=lambda: not self._is_stopping,
            retry_throttled=retry_throttled,
        )
        self._drive(case, submission)
        return written

    def drive(self, restore: Restore) -> None:
        """Watch *restore* until its verdict."""
        self._drive(self._case_for(restore), None)

    def _case_for(self, restore: Restore) -> ActiveRestore:
        case = ActiveRestore(restore, self._journal_thread, self._clock, self._emit)
        self._cases[restore.id] = case
        return case

    def _drive(self, case: ActiveRestore, submission: Submission | None) -> None:
        restore = case.restore
        task = self._spawn(self._driving(case, submission), f"restore {restore.id}")
        self._driven[restore.id] = task
        task.add_done_callback(lambda _: self._driven.pop(restore.id, None))

    async def declare(self, restore_id: str, operator: str) -> Restore:
        """The operator's word on an unknown restore: that it was not sent; or, where the cloud did
        take it, that it is closed without a verdict.

        Raises ``ValueError`` when its outcome is not unknown, and ``JournalError``.
        """
        while True:
            current = await self._journal_thread.run(lambda journal: journal.get(restore_id))
            if current is None or current.state is not State.UNKNOWN:
                raise ValueError("Only a restore whose outcome is unknown can be declared so.")
            case = self._cases.get(restore_id)
            if case is None:
                case = ActiveRestore(current, self._journal_thread, self._clock, self._emit)
            case.restore = current
            if current.was_taken:
                said, summary = "closed", "Closed by the operator; how it ended is not known."
            else:
                said, summary = "declared not sent", "Declared not sent by the operator."
            try:
                await case.note(
                    (Source.OPERATOR, f"{said} by {operator}"),
                    state=State.ABANDONED,
                    summary=summary,
                )
            except Overtaken:
                continue  # something was seen meanwhile: the operator's word may be out of date
            self.look_now(restore_id)
            return case.restore

    def look_now(self, restore_id: str) -> None:
        """Cut the present wait of a watch short."""
        watching = self._watchings.get(restore_id)
        if watching is not None:
            watching.look_now()

    def look_again(self) -> None:
        """Let the watches that could not see anything look at once: the cloud is back."""
        for watching in self._watchings.values():
            if watching.is_blind:
                watching.look_now()

    async def stop(self, grace: float) -> None:
        """End: up to *grace* seconds for answers under way; what has none then is unknown.

        What was not sent yet is not sent any more. What is being watched stays open in the
        journal, for the next program to go on with.
        """
        self._is_stopping = True
        if self._following is not None:
            self._following.cancel()
        if self._sending:
            self._all_answered.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_answered.wait(), grace)
        unanswered = [self._cases[key] for key in self._sending if key in self._cases]
        tasks = list(self._driven.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)
        for case in unanswered:
            await self._leave_unanswered(case)
        await self._journal_thread.close()

    async def provider(self, restore: Restore) -> Provider:
        """The provider of a restore's project, in its region.

        Raises ``CloudError``, and ``KeyError`` when its cloud is not attached.
        """
        connection = self._connections[restore.cloud_identity]
        project = Project(restore.project_id, restore.project_name)
        return await connection.open(project, restore.region)

    async def _driving(self, case: ActiveRestore, submission: Submission | None) -> None:
        restore_id = case.restore.id
        if submission is not None:
            try:
                await submission.run()
            except Overtaken:
                pass
            except JournalError as error:
                await self._never_left(case, str(error))
            except Exception as error:
                await self._broken_off(case, error)
            finally:
                self._answered(restore_id)
        watching = Watcher(
            case,
            lambda: self.provider(case.restore),
            clock=self._clock,
            pace=self._pace,
            rng=self._rng,
            emit=self._emit,
            own_restores=lambda: self._journal_thread.run(lambda journal: journal.open_restores()),
        )
        self._watchings[restore_id] = watching
        try:
            await watching.run()
        finally:
            del self._watchings[restore_id]

    async def _never_left(self, case: ActiveRestore, error: str) -> None:
        """The journal took nothing before the POST, so there was none; say so once it can."""
        self._emit(Notice(f"{error} The restore was not sent.", severe=True))
        await self._settled(
            case, State.NOT_SENT, "the journal could not be written; nothing was sent"
        )

    async def _broken_off(self, case: ActiveRestore, error: Exception) -> None:
        """A defect of the program, where none is expected: what was sending may have been sent."""
        kind = type(error).__name__
        state = State.NOT_SENT if case.restore.state is State.PLANNED else State.UNKNOWN
        await self._settled(case, state, f"a defect of the program ({kind})")

    async def _settled(self, case: ActiveRestore, state: State, why: str) -> None:
        words = "Not sent" if state is State.NOT_SENT else "No clear answer"
        while case.restore.state in (State.PLANNED, State.SENDING) and case.is_ours:
            try:
                await case.insist((Source.REQUEST, why), state=state, summary=f"{words}: {why}.")
            except Overtaken:
                continue

    async def _leave_unanswered(self, case: ActiveRestore) -> None:
        try:
            if case.restore.state is State.SENDING:
                await case.note(
                    (Source.REQUEST, "the cloud was left before an answer came"),
                    state=State.UNKNOWN,
                    owner="",
                    summary="The cloud was left before an answer came: it may have taken it.",
                )
            elif case.restore.state is State.PLANNED:
                await case.note(
                    (Source.REQUEST, "the cloud was left before anything was sent"),
                    state=State.NOT_SENT,
                    summary="Not sent: the cloud was left before anything was sent.",
                )
        except (JournalError, Overtaken):
            pass  # the next program finds it orphaned, and settles it the same way

    def _answered(self, restore_id: str) -> None:
        self._sending.discard(restore_id)
        if not self._sending:
            self._all_answered.set()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._told_of_defects)
        return task

    def _told_of_defects(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            kind = type(task.exception()).__name__
            self._emit(
                Notice(
                    f"A defect ended “{task.get_name()}” ({kind}). What was sent is on record;"
                    " start vbs-tui anew to go on watching.",
                    severe=True,
                )
            )
