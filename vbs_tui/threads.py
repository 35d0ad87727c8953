"""Blocking work in daemon threads: it never keeps the program from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class ThreadFailed(RuntimeError):  # noqa: N818 - what happened, told by its text
    """The work ended the way a program or a task ends, not with a result or an error."""


async def in_thread(work: Callable[[], T]) -> T:
    """What *work* returns or raises, from a thread of its own.

    Unlike ``asyncio.to_thread`` the thread is a daemon: a library that waits a minute for a dead
    server does not keep the program from ending. Work whose caller is cancelled goes on, and its
    result is dropped. What would end a program, a task or a generator (``SystemExit``,
    ``CancelledError``, ``StopIteration`` …) arrives as :class:`ThreadFailed`.
    """
    return await asyncio.wrap_future(start(work))


def start(work: Callable[[], T]) -> Future[T]:
    """Run *work* in a daemon thread of its own. Who waits for the future does not cancel it."""
    future = Future[T]()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = work()
        except (StopIteration, StopAsyncIteration) as error:  # which no future takes
            future.set_exception(_broken_off(error))
        except Exception as error:
            future.set_exception(error)
        except BaseException as error:
            future.set_exception(_broken_off(error))
        else:
            future.set_result(result)

    threading.Thread(target=run, name="blocking work", daemon=True).start()
    return future


def _broken_off(error: BaseException) -> ThreadFailed:
    # Neither its text nor its frames: they may hold anything.
    return ThreadFailed(f"it broke off with {type(error).__name__}")
