"""Blocking work beside the event loop that nobody waits for at the program's end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class ThreadFailed(RuntimeError):  # noqa: N818 - what happened, told by its text
    """The work ended the way a program or a task ends, not with an answer."""


class NobodyWaits(Exception):  # noqa: N818 - an answer
    """The work stopped halfway, since nobody waited for it any more."""


async def in_thread(work: Callable[[], T]) -> T:
    """What *work* returns or raises, from a thread of its own.

    Unlike ``asyncio.to_thread`` the thread is a daemon: a library that waits a minute for a dead
    server does not keep the program from ending. What would end a program, a task or a generator
    (``SystemExit``, ``CancelledError``, ``StopIteration`` …) arrives as :class:`ThreadFailed`.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def tell(result: T | None, error: Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    _start(work, tell)
    return await done


class SharedThreadWork(Generic[T]):
    """Blocking work that runs once at a time, in one thread, however many wait for its end.

    Its waiters may come and go, and be of several event loops. Work that all have left goes on
    until it looks at :meth:`is_wanted`; whoever comes before that joins it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Future[T] | None = None
        self._waiting = 0

    def is_wanted(self) -> bool:
        """Whether anybody waits. The work asks before each step, or raises :class:`NobodyWaits`."""
        return self._waiting > 0

    async def result(self, work: Callable[[], T], patience: float) -> T:
        """What *work*, or the same work begun for somebody else, returns or raises.

        Raises ``TimeoutError`` after *patience* seconds.
        """
        with self._lock:
            self._waiting += 1
        try:
            async with asyncio.timeout(patience):
                while True:
                    # Given up for those who left before this caller came: begun anew.
                    with contextlib.suppress(NobodyWaits):
                        return await asyncio.wrap_future(self._joined(work))
        finally:
            with self._lock:
                self._waiting -= 1

    def _joined(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._running is None or self._running.done():
                self._running = begun(work)
            return self._running


def begun(work: Callable[[], T]) -> Future[T]:
    """*work* in a daemon thread of its own; who waits for it may leave, and does not cancel it."""
    future = Future[T]()
    future.set_running_or_notify_cancel()

    def tell(result: T | None, error: Exception | None) -> None:
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    _start(work, tell)
    return future


def _start(work: Callable[[], T], tell: Callable[[T | None, Exception | None], None]) -> None:
    """Run *work* in a daemon thread; *tell* is called there with what came of it."""

    def run() -> None:
        result: T | None = None
        failed: Exception | None = None
        try:
            result = work()
        except (StopIteration, StopAsyncIteration) as error:  # which no future takes
            failed = _broken_off(error)
        except Exception as error:
            failed = error
        except BaseException as error:
            failed = _broken_off(error)
        tell(result, failed)

    threading.Thread(target=run, name="beside", daemon=True).start()


def _broken_off(error: BaseException) -> ThreadFailed:
    # Neither its text nor its frames: they may hold anything.
    return ThreadFailed(f"it broke off with {type(error).__name__}")
