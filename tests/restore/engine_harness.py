"""Engines on a scripted cloud, in virtual time: what most tests of restores use."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.restore.makers import restore
from tests.restore.scripted_cloud import ScriptedCloud
from tests.restore.virtual_time import InlineExecutor, VirtualClock, VirtualLoop
from vbs_tui.restore.engine import Engine
from vbs_tui.restore.events import Event, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import LogEntry, Restore, Watch
from vbs_tui.restore.watch.poll_pace import PollPace


class Harness:
    """A scripted cloud, a journal directory, and the engines that share it."""

    def __init__(self, directory: Path) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.cloud = ScriptedCloud(self.clock)
        self.directory = directory
        self.events: list[Event] = []
        self.engines: list[Engine] = []
        self.journal_threads: list[JournalThread] = []
        # Rarely: an engine that is alone would read the journal thousands of times for nothing.
        self.pace = PollPace(follow_journal=60.0)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def engine(self, *, attached: bool = True) -> Engine:
        journal_thread = JournalThread(self.directory, self.clock, InlineExecutor())
        engine = Engine(
            journal_thread,
            clock=self.clock,
            pace=self.pace,
            rng=random.Random(1),
            emit=self.events.append,
        )
        self.engines.append(engine)
        self.journal_threads.append(journal_thread)
        await engine.start()
        if attached:
            await engine.attach(self.cloud)
        return engine

    def share_journal(self) -> None:
        """Follow the journal as often as by default, since another program writes to it."""
        self.pace = PollPace()

    async def submit(self, wanted: Restore | None = None) -> Restore:
        """A restore, submitted by an engine of its own."""
        return await (await self.engine()).submit(wanted or restore())

    def change(self, call: str, **changes: Any) -> None:
        """From now on the cloud's answers to *call* have these fields changed."""
        real = getattr(self.cloud, call)

        async def answer(one_id: str) -> Any:
            return replace(await real(one_id), **changes)

        setattr(self.cloud, call, answer)

    async def log_of(self, restore_id: str) -> tuple[LogEntry, ...]:
        """The log on disk, read as another program would."""
        journal_thread = JournalThread(self.directory, self.clock, InlineExecutor())
        await journal_thread.open()
        found = await journal_thread.run(lambda journal: journal.log(restore_id))
        await journal_thread.close()
        return found

    async def stop(self) -> None:
        """End all engines."""
        for engine in self.engines:
            await engine.stop(1.0)

    async def let_journal_write(self, allowed: bool) -> None:
        """Let the newest engine write to the journal, or not."""
        mode = "OFF" if allowed else "ON"
        await self.journal_threads[-1].run(
            lambda journal: journal._db.execute(f"PRAGMA query_only = {mode}")
        )

    @property
    def watches(self) -> list[Watch]:
        """All watches that were reported so far."""
        return [event.watch for event in self.events if isinstance(event, WatchChanged)]

    def latest(self) -> Restore:
        changed = [e for e in self.events if isinstance(e, RestoreChanged)]
        return changed[-1].restore

    async def until(self, found: Callable[[], bool], most: float = 4000.0) -> None:
        end = self.clock.monotonic() + most
        while not found():
            assert self.clock.monotonic() < end, f"never: {self.latest()}"
            await self.clock.sleep(0.25)

    async def settled(self) -> Restore:
        await self.until(lambda: self.latest().state.is_final)
        return self.latest()


def in_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an asynchronous test on the loop of its ``harness``."""

    @functools.wraps(test)
    def run(**arguments: Any) -> None:
        arguments["harness"].run(test(**arguments))

    return run
