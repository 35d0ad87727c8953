"""Signals while a command runs: the first one ends it in order."""

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

POLL_SECONDS = 0.5
"""Seconds that a wait may last at a time. A signal that arrives just before a wait for a lock is
handled only after it."""


class SignalReceived(BaseException):
    """SIGTERM or SIGHUP came. Like ``KeyboardInterrupt``, nothing should swallow it."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__(number)


class SignalHandlers:
    """The first signal ends the command in order; later ones do not interrupt that.

    A closing terminal sends two, from its shell and from the kernel, and an operator may press
    Ctrl+C twice. A signal that was ignored from the start (``nohup``) stays ignored.
    """

    def __init__(self) -> None:
        self._is_ending = False
        self._is_final = False
        self._is_deferring = False
        self._deferred: list[int] = []

    def install(self) -> None:
        """Handle SIGINT, SIGTERM and SIGHUP for the rest of the process, and SIGCONT for hidden
        answers."""
        keep_hidden_after_suspend()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._take)

    def ignore(self) -> None:
        """Ignore signals from now on: the end is under way, and takes a bounded time."""
        self._is_ending = True

    def exit_on_next(self) -> None:
        """Everything is recorded: the next signal ends the process at once, even while it prints
        to a stalled terminal."""
        self._is_final = True

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Handle a signal only at the end of the context, when its result is assigned."""
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
        if self._is_ending:
            return
        if self._is_deferring:
            self._deferred.append(number)
            return
        self._is_ending = True
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SignalReceived(number)


def result_of(future: Future[T]) -> T:
    """The result of *future*, or its exception. Signals are handled while waiting."""
    while not future.done():
        with contextlib.suppress(TimeoutError):
            future.exception(POLL_SECONDS)
    return future.result()
