"""A desk without a screen: events come into a queue, a command waits for those it needs."""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TypeVar

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.commands.connecting import ask_on_terminal
from vbs_tui.restore.desk import Desk
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Event,
    ListFailed,
    ListKind,
    ListPage,
    Notice,
    ProjectFailed,
    SecretWanted,
)

E = TypeVar("E")
Row = Backup | Volume


class Failed(Exception):  # noqa: N818 - carries a Failure
    """The cloud did not give what the command needs."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


class Signalled(BaseException):
    """SIGTERM or SIGHUP came; like ``KeyboardInterrupt``, nothing should swallow it."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__(number)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Signalled(number)


class Session:
    """Starts the desk on entry, stops it on exit, in order also after a signal."""

    def __init__(self, desk: Desk, tell: Callable[[str], None]) -> None:
        """*tell* gets notices for people."""
        self.desk = desk
        self._tell = tell
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def __enter__(self) -> Session:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise)
        self.desk.start(self._events.put)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.desk.stop(2.0)

    def next_event(self) -> Event:
        """The next event; questions are asked and notices told on the way."""
        while True:
            # A time-out, however long, keeps Ctrl+C working on every platform.
            try:
                event = self._events.get(timeout=3600)
            except queue.Empty:
                continue
            if isinstance(event, SecretWanted):
                event.reply.set_result(ask_on_terminal(event.question))
            elif isinstance(event, Notice):
                self._tell(event.text)
            else:
                return event

    def wait_for(self, wanted: Callable[[Event], E | None]) -> E:
        """The first thing that *wanted* makes of an event."""
        while True:
            found = wanted(self.next_event())
            if found is not None:
                return found

    def connect(self) -> Connected:
        """Log in. Raises :class:`Failed`."""
        self.desk.connect()

        def answer(event: Event) -> Connected | None:
            if isinstance(event, ConnectFailed):
                raise Failed(event.failure)
            return event if isinstance(event, Connected) else None

        return self.wait_for(answer)

    def rows(self, project: Project, kind: ListKind) -> list[Row]:
        """A whole list. Raises :class:`Failed`."""
        self.desk.refresh(project, kind)
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
