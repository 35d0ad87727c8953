"""A backend without a screen: events come into a queue, a command waits for those it needs."""

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
from vbs_tui.commands.support.signals import POLL, Signals, patient
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


class Failed(Exception):  # noqa: N818 - carries a Failure
    """The cloud did not give what the command needs."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Session:
    """Starts the backend on entry, stops it on exit, in order also after a signal."""

    def __init__(self, backend: Backend, tell: Callable[[str], None]) -> None:
        """*tell* gets notices for people."""
        self.backend = backend
        self._tell = tell
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._held: deque[Event] = deque()
        """What came while something else was waited for."""
        self._known: dict[str, Restore] = {}
        """Restores as they were told of last."""
        self.signals = Signals()

    def __enter__(self) -> Session:
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
        """Stop the backend, which records what is under way. Safe to call twice."""
        self.signals.ignore()
        self.backend.stop(2.0)
        self.signals.let_go()

    def newest(self, restore: Restore) -> Restore:
        """*restore* as far as it was told of until now."""
        with contextlib.suppress(queue.Empty):
            while True:
                event = self._events.get_nowait()
                if isinstance(event, Notice):
                    self._tell(event.text)
                elif isinstance(event, RestoreChanged):
                    self._note(event)
        known = self._known.get(restore.id, restore)
        return max(restore, known, key=lambda one: one.revision)

    def _note(self, event: Event) -> None:
        if isinstance(event, RestoreChanged):
            self._known[event.restore.id] = event.restore

    def next_event(self) -> Event:
        """The next event; questions are asked and notices told on the way."""
        if self._held:
            return self._held.popleft()
        while True:
            event = self._heard()
            if event is not None:
                return event

    def result(self, future: Future[T]) -> T:
        """What *future* gives or raises. Its work may have to ask for a password meanwhile."""
        future.add_done_callback(lambda _: self._events.put(None))
        while not future.done():
            event = self._heard()
            if event is not None:
                self._held.append(event)
        return future.result()

    def _heard(self) -> Event | None:
        """The next event for others; ``None`` when there was something else, or nothing yet."""
        try:
            event = self._events.get(timeout=POLL)
        except queue.Empty:
            return None
        if isinstance(event, SecretWanted):
            event.reply.set_result(self._asked(event.question))
        elif isinstance(event, Notice):
            self._tell(event.text)
        elif event is not None:
            self._note(event)
            return event
        return None

    def _asked(self, question: LogInQuestion) -> str | None:
        # Not in the main thread: a signal that another thread got would not end its reading.
        with terminal_as_it_was():
            return patient(start(lambda: ask_on_terminal(question)))

    def wait_for(self, wanted: Callable[[Event], E | None]) -> E:
        """The first thing that *wanted* makes of an event."""
        while True:
            found = wanted(self.next_event())
            if found is not None:
                return found

    def connect(self) -> Connected:
        """Log in. Raises :class:`Failed`."""
        self.backend.connect()

        def answer(event: Event) -> Connected | None:
            if isinstance(event, ConnectFailed):
                raise Failed(event.failure)
            return event if isinstance(event, Connected) else None

        return self.wait_for(answer)

    def rows(self, project: Project, kind: ListKind) -> list[Row]:
        """A whole list. Raises :class:`Failed`."""
        self.backend.refresh(project, kind)
        rows: list[Row] = []

        def page(event: Event) -> bool | None:
            if isinstance(event, ProjectFailed | ListFailed):
                raise Failed(event.failure)
            if isinstance(event, ListPage) and event.kind is kind:
                rows.extend(event.rows)
                return event.last or None
            return None

        self.wait_for(page)
        return rows
