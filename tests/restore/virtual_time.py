"""An event loop whose time jumps to the next timer: hours pass in milliseconds."""

from __future__ import annotations

import asyncio
import concurrent.futures
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.restore.makers import NOW


class Stuck(Exception):  # noqa: N818
    """Nothing is ready and no timer is set: whatever was awaited will never come."""


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck
        self.elapsed += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Never waits; for code that does all its waiting by timers."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.elapsed


class VirtualClock:
    """The program's clock on a :class:`VirtualLoop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, begin: datetime = NOW) -> None:
        self._loop = loop
        self._begin = begin
        self.jump = timedelta()
        """How far the wall clock was set."""

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=self._loop.time()) + self.jump

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class InlineExecutor(concurrent.futures.Executor):
    """Carries everything out at once, on the caller's thread."""

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> concurrent.futures.Future[Any]:
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done
