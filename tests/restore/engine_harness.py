"""A scripted cloud, a journal directory, and the engines that share it, in virtual time."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.restore.scripted_cloud import ScriptedCloud
from tests.restore.virtual_time import InlineExecutor, VirtualClock, VirtualLoop
from vbs_tui.restore.engine import Engine
from vbs_tui.restore.events import Event, RestoreChanged
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.poll_pace import PollPace


class Harness:
    """A scripted cloud, a journal directory, and the engines that share it."""

    def __init__(self, directory: Path) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.cloud = ScriptedCloud(self.clock)
        self.directory = directory
        self.events: list[Event] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def engine(self, *, attached: bool = True) -> Engine:
        journal_thread = JournalThread(self.directory, self.clock, InlineExecutor())
        engine = Engine(
            journal_thread,
            clock=self.clock,
            pace=PollPace(),
            rng=random.Random(1),
            emit=self.events.append,
        )
        await engine.start()
        if attached:
            await engine.attach(self.cloud)
        return engine

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
