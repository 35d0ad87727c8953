"""SignalHandlers while a command runs: the first one ends it in order."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from types import FrameType
from typing import TypeVar

from vbs_tui.commands.support.process.prompt import keep_hidden_after_suspend

T = TypeVar("T")

POLL = 0.5
"""Seconds between two looks for a signal that came in front of a lock's wait: Python handles such
a one at the next instruction, which would be the wait's end."""


class SignalReceived(BaseException):
    """SIGTERM or SIGHUP came; like ``KeyboardInterrupt``, nothing should swallow it."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__(number)


class SignalHandlers:
    """The first of them ends the command in order; the others must not break into that.

    A terminal that closes tells it twice, by its shell and by the kernel, and so does whoever
    presses Ctrl+C twice. What was ignored from the start (``nohup``) stays ignored.
    """

    def __init__(self) -> None:
        self._is_over = False
        self._is_final = False
        self._is_deferring = False
        self._deferred: list[int] = []

    def install(self) -> None:
        """Take over SIGINT, SIGTERM and SIGHUP for the rest of the process, and SIGCONT for the
        sake of what is typed unseen."""
        keep_hidden_after_suspend()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._take)

    def ignore(self) -> None:
        """From now on none of them ends anything: the end is under way, and bounded."""
        self._is_over = True

    def exit_on_next(self) -> None:
        """Everything is recorded: the next one may end the process wherever it stands, be it in
        its last words to a terminal that takes none."""
        self._is_final = True

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """One that comes meanwhile acts at the end: what is begun here is then at hand."""
        self._is_deferring = True
        try:
            yield
        finally:
            self._is_deferring = False
            if self._deferred:
                self._take(self._deferred[0], None)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self._is_final:
            os._exit(128 + number)
        if self._is_over:
            return
        if self._is_deferring:
            self._deferred.append(number)
            return
        self._is_over = True
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SignalReceived(number)


def result_of(future: Future[T]) -> T:
    """What *future* gives or raises; signals are handled meanwhile."""
    while not future.done():
        with contextlib.suppress(TimeoutError):
            future.exception(POLL)
    return future.result()
