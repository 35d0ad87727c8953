"""A backend without a screen: events go into a queue, and a command waits for those it needs."""

from __future__ import annotations

import contextlib
import queue
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TypeVar

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.commands.support.cloud_choice import ask_on_terminal
from vbs_tui.commands.support.process.signals import POLL_SECONDS, SignalHandlers, result_of
from vbs_tui.doctor.terminal import terminal_as_it_was
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Event,
    ListFailed,
    ListKind,
    ListPage,
    Notice,
    ProjectFailed,
    RestoreChanged,
    SecretWanted,
)
from vbs_tui.restore.journal.records import Restore
from vbs_tui.threads import start

E = TypeVar("E")
T = TypeVar("T")
Row = Backup | Volume


class BackendFailure(Exception):  # noqa: N818 - carries a Failure
    """The backend reported a failure: no log-in, no list."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class HeadlessBackend:
    """Starts the backend on entry and stops it on exit, also after a signal."""

    def __init__(self, backend: Backend, print_notice: Callable[[str], None]) -> None:
        """*print_notice* gets messages for the operator."""
        self.backend = backend
        self._print_notice = print_notice
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._pending: deque[Event] = deque()
        """Events that arrived while the command waited for something else."""
        self._known: dict[str, Restore] = {}
        """The newest revision of each restore, by its id."""
        self.signals = SignalHandlers()

    def __enter__(self) -> HeadlessBackend:
        self.signals.install()
        self.backend.start(self._events.put)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the backend, which records what is under way. Can be called twice."""
        self.signals.ignore()
        self.backend.stop(2.0)
        self.signals.exit_on_next()

    def latest(self, restore: Restore) -> Restore:
        """The newest revision of *restore* that has been reported."""
        with contextlib.suppress(queue.Empty):
            while True:
                event = self._events.get_nowait()
                if isinstance(event, Notice):
                    self._print_notice(event.text)
                elif isinstance(event, RestoreChanged):
                    self._remember(event)
        known = self._known.get(restore.id, restore)
        return max(restore, known, key=lambda one: one.revision)

    def _remember(self, event: Event) -> None:
        if isinstance(event, RestoreChanged):
            self._known[event.restore.id] = event.restore

    def next_event(self) -> Event:
        """The next event. Questions are asked and notices printed on the way."""
        if self._pending:
            return self._pending.popleft()
        while True:
            event = self._next()
            if event is not None:
                return event

    def result(self, future: Future[T]) -> T:
        """The result of *future*, or its exception. Questions are asked while waiting."""
        future.add_done_callback(lambda _: self._events.put(None))
        while not future.done():
            event = self._next()
            if event is not None:
                self._pending.append(event)
        return future.result()

    def _next(self) -> Event | None:
        """The next event; ``None`` after a question or a notice, or when there is none yet."""
        try:
            event = self._events.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None
        if isinstance(event, SecretWanted):
            event.reply.set_result(self._ask(event.question))
        elif isinstance(event, Notice):
            self._print_notice(event.text)
        elif event is not None:
            self._remember(event)
            return event
        return None

    def _ask(self, question: LogInQuestion) -> str | None:
        # Not in the main thread: a signal that another thread gets would not end the read.
        with terminal_as_it_was():
            return result_of(start(lambda: ask_on_terminal(question)))

    def wait_for(self, wanted: Callable[[Event], E | None]) -> E:
        """The first result of *wanted* that is not ``None``, called with each event."""
        while True:
            found = wanted(self.next_event())
            if found is not None:
                return found

    def connect(self) -> Connected:
        """Log in. Raises :class:`BackendFailure`."""
        self.backend.connect()

        def answer(event: Event) -> Connected | None:
            if isinstance(event, ConnectFailed):
                raise BackendFailure(event.failure)
            return event if isinstance(event, Connected) else None

        return self.wait_for(answer)

    def rows(self, project: Project, kind: ListKind) -> list[Row]:
        """A whole list. Raises :class:`BackendFailure`."""
        self.backend.refresh(project, kind)
        rows: list[Row] = []

        def page(event: Event) -> bool | None:
            if isinstance(event, ProjectFailed | ListFailed):
                raise BackendFailure(event.failure)
            if isinstance(event, ListPage) and event.kind is kind:
                rows.extend(event.rows)
                return event.last or None
            return None

        self.wait_for(page)
        return rows
