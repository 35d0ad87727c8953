"""The journal's own thread: every read and write of it happens there, one after another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from vbs_tui.clock import Clock
from vbs_tui.restore.journal.errors import JournalError, journal_error
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal

T = TypeVar("T")


class JournalThread:
    """Makes the :class:`Journal` in *directory* awaitable."""

    def __init__(self, directory: Path, clock: Clock, thread: Executor | None = None) -> None:
        """*thread* must carry out what it is given one after another, in order."""
        self._directory = directory
        self._clock = clock
        self._thread = thread or ThreadPoolExecutor(1, thread_name_prefix="vbs-journal")
        self._journal: Journal | None = None
        self._instance: Instance | None = None

    @property
    def owner(self) -> str:
        """The name under which this program owns restores; empty before :meth:`open`."""
        return self._instance.name if self._instance else ""

    async def is_alive(self, owner: str) -> bool:
        """Whether the program of that name still runs. Reads its lock file."""
        instance = self._instance
        return instance is not None and await self._on_thread(lambda: instance.is_alive(owner))

    async def open(self) -> str:
        """Open the journal, making directory and file; a notice (mostly empty).

        Raises :class:`JournalError` when that is impossible; a later call tries again.
        """
        return await self._on_thread(self._open)

    async def run(self, deed: Callable[[Journal], T]) -> T:
        """*deed* on the journal's thread.

        Once begun it runs to its end, even when the caller is cancelled. Raises what *deed* raises,
        and :class:`JournalError` when the journal is not open.
        """
        return await self._on_thread(lambda: deed(self._opened()))

    async def close(self) -> None:
        """Close file and lock, after all calls made before."""
        await self._on_thread(self._close)
        self._thread.shutdown(wait=False)

    def abandon(self) -> None:
        """Close as soon as the thread is free, even if callers still wait; from any thread.

        The program may go on with another cloud. If the lock outlived the backend, no program could
        take over its restores. Safe after :meth:`close`.
        """
        with contextlib.suppress(RuntimeError):
            self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    async def _on_thread(self, deed: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._thread, deed)
        # The caller may be cancelled; retrieved here, so that asyncio does not log the failure.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        return await asyncio.shield(done)

    def _opened(self) -> Journal:
        if self._journal is None:
            raise JournalError("The journal is not open.")
        return self._journal

    def _open(self) -> str:
        if self._journal is not None:
            return ""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.chmod(0o700)
            if self._instance is None:
                self._instance = Instance(self._directory)
        except OSError as error:
            raise journal_error(self._directory, "used", error) from error
        self._journal, notice = Journal.open(self._directory, self._instance, self._clock.now())
        return notice

    def _close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._instance is not None:
            self._instance.close()
            self._instance = None
