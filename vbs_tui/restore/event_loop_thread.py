"""A thread that runs an event loop of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class EventLoopThread:
    """Runs coroutines on its own loop, which goes on while the terminal or a caller is blocked."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._begun: set[asyncio.Future[Any]] = set()

    def start(self) -> None:
        """Start the thread; at most once."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread was started and has not ended."""
        return self._thread.is_alive()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this very thread."""
        return threading.current_thread() is self._thread

    def run(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start *work* on the loop; from any thread. On a closed loop the future is cancelled."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            gone: concurrent.futures.Future[T] = concurrent.futures.Future()
            gone.cancel()
            return gone

    def run_shielded(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Like :meth:`run`, but *work* goes on to its end when the future is cancelled."""
        return self.run(self._shielded(work))

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        begun = asyncio.ensure_future(work)
        self._begun.add(begun)
        begun.add_done_callback(self._ended)
        return await asyncio.shield(begun)

    def _ended(self, begun: asyncio.Future[Any]) -> None:
        self._begun.discard(begun)
        if not begun.cancelled():
            begun.exception()  # so that asyncio does not log it when nobody waits any more

    def stop(self, timeout: float) -> bool:
        """Cancel what still runs and end the thread. Whether it ended within *timeout* seconds."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self._loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()
