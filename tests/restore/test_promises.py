"""The promises hold in random runs of several programs with one journal and one cloud.

Submissions, answers of every kind, failing restores, network loss, crashes (nothing is tidied up,
the kernel drops the locks), orderly ends, second programs, and an operator who settles what is
unknown, in any order hypothesis can think of.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer, Execution, Post, ScriptedCloud
from tests.restore.virtual_time import InlineExecutor, VirtualClock, VirtualLoop
from vbs_tui.cloud.errors import Executed
from vbs_tui.restore.checks.preconditions import volume_facts
from vbs_tui.restore.engine import Engine
from vbs_tui.restore.events import Event
from vbs_tui.restore.journal.errors import ConflictingRestore
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_thread import JournalThread
from vbs_tui.restore.journal.records import Restore, VolumeFacts
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace

DISKS = 3
PACE = PollPace(follow_journal=4.0)
"""The journal is followed less often than by default: hours pass here."""
Mine = TypeVar("Mine", Post, Execution)


class Lives(RuleBasedStateMachine):
    """Up to three programs; the journal file and the cloud's ledger are the witnesses."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.directory = Path(self.folder.name)
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.cloud = ScriptedCloud(self.clock)
        self.programs: dict[int, tuple[Engine, JournalThread]] = {}
        # All programs live on one loop: a task belongs to the program whose task started it.
        self.tasks: dict[asyncio.Task[Any], int] = {}
        self.acting = 0
        self.loop.set_task_factory(self._new_task)
        self.events: list[Event] = []
        self.count = 0
        self.intended = 0
        self.witness = Instance(self.directory)
        self.journal, _ = Journal.open(self.directory, self.witness, self.clock.now())

    @initialize()
    def begin(self) -> None:
        self.start()

    @precondition(lambda self: len(self.programs) < 3)
    @rule()
    def start(self) -> None:
        journal_thread = JournalThread(self.directory, self.clock, InlineExecutor())
        engine = Engine(
            journal_thread,
            clock=self.clock,
            pace=PACE,
            rng=random.Random(self.count),
            emit=self.events.append,
        )

        async def open_up() -> None:
            await engine.start()
            await engine.attach(self.cloud)

        self.count += 1
        self.programs[self.count] = (engine, journal_thread)
        self._run(self.count, open_up())

    @precondition(lambda self: self.programs)
    @rule(
        who=st.integers(0, 2),
        disk=st.integers(0, DISKS - 1),
        answers=st.lists(st.sampled_from(Answer), max_size=3),
        fails=st.booleans(),
        delay=st.sampled_from([0.05, 3.0, 90.0]),
        works=st.sampled_from([3.0, 20.0, 400.0]),
        aside=st.floats(0, 4),
    )
    def submit(
        self,
        who: int,
        disk: int,
        answers: list[Answer],
        fails: bool,
        delay: float,
        works: float,
        aside: float,
    ) -> None:
        if any(self._disk(r) == disk and r.state is State.FAILED for r in self._all()):
            return  # its disk is in error_restoring: no examination would let this pass
        if any(e.volume_id.endswith(f"{disk:012d}") for e in self._going()):
            return  # likewise while the cloud is at work on it
        self.cloud.answers, self.cloud.fails = list(answers), fails
        self.cloud.delay, self.cloud.works = delay, works
        engine, _ = self._program(who)
        self.intended += 1
        wanted = restore(disk, id=f"intent-{self.intended}")
        volume = self._as_confirmed(wanted.volume.id)
        self.loop.run_until_complete(self.clock.sleep(0.01))
        wanted = restore(disk, id=wanted.id, volume=volume, created_at=self.clock.now())

        async def go() -> None:
            with contextlib.suppress(ConflictingRestore):
                await engine.submit(wanted)
            await self.clock.sleep(aside)

        self._run(self._key(who), go())

    @rule(seconds=st.sampled_from([0.3, 2.0, 15.0, 70.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.loop.run_until_complete(self.clock.sleep(seconds))

    @rule()
    def network_goes_or_comes(self) -> None:
        self.cloud.dark = not self.cloud.dark

    @rule()
    def cloud_forgets_jobs(self) -> None:
        self.cloud.forgets_jobs = not self.cloud.forgets_jobs

    @precondition(lambda self: self.programs)
    @rule(who=st.integers(0, 2))
    def crash(self, who: int) -> None:
        key = self._key(who)
        _, journal_thread = self.programs.pop(key)
        assert journal_thread._instance is not None
        # The journal stops taking anything first: a killed program writes no last words.
        journal = journal_thread._opened()
        journal._db.execute("PRAGMA query_only = ON")
        for task in asyncio.all_tasks(self.loop):
            if self.tasks.get(task) == key:
                task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        journal_thread._close()

    @precondition(lambda self: self.programs)
    @rule(who=st.integers(0, 2))
    def orderly_end(self, who: int) -> None:
        engine, _ = self.programs.pop(self._key(who))
        self.loop.run_until_complete(engine.stop(2.0))

    @precondition(lambda self: self.programs)
    @rule(who=st.integers(0, 2))
    def operator_settles_what_left_no_trace(self, who: int) -> None:
        for found in self._all():
            if found.state is State.UNKNOWN and "Probably not accepted" in found.summary:
                engine, _ = self._program(who)
                self._run(self._key(who), engine.settle(found.id, "jane"))

    @invariant()
    def never_twice(self) -> None:
        for found in self._all():
            posts = self._of(found, self.cloud.posts)
            assert len(posts) <= found.tries
            for earlier in posts[:-1]:
                error = earlier.answer.error()
                assert error is not None
                assert error.failure.executed is Executed.NO, "repeated although it may have run"
        busy = Counter(execution.volume_id for execution in self._going())
        assert all(number == 1 for number in busy.values()), busy

    @invariant()
    def never_two_open_on_one_disk(self) -> None:
        disks = Counter(r.volume.id for r in self._all() if r.state.is_open)
        assert all(number == 1 for number in disks.values())

    @invariant()
    def never_lost(self) -> None:
        on_record = {(r.backup.id, r.volume.id) for r in self._all()}
        assert {(e.backup_id, e.volume_id) for e in self.cloud.executed} <= on_record

    @invariant()
    def never_a_false_verdict(self) -> None:
        now = self.clock.now()
        for found in self._all():
            mine = self._of(found, self.cloud.executed)
            if found.state is State.SUCCEEDED:
                assert [e.phase(now) for e in mine] == ["SUCCESS"], found
            elif found.state is State.FAILED:
                assert [e.phase(now) for e in mine] == ["FAIL"], found
            elif found.state in (State.REFUSED, State.NOT_SENT):
                assert mine == [], found

    @invariant()
    def never_two_watchers(self) -> None:
        for found in self._all():
            drivers = [
                key
                for key, (engine, journal_thread) in self.programs.items()
                if found.state.is_open
                and engine.is_driving(found.id)
                and journal_thread.owner == found.owner
            ]
            assert len(drivers) <= 1

    def teardown(self) -> None:
        self._come_to_rest()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0.01))
        for _, journal_thread in self.programs.values():
            journal_thread._close()
        self.journal.close()
        self.witness.close()
        self.loop.close()
        self.folder.cleanup()

    def _come_to_rest(self) -> None:
        """With network and a program, all that left a trace reaches its verdict."""
        self.cloud.dark = False
        if not self.programs:
            self.start()
        self.loop.run_until_complete(self.clock.sleep(4000))
        self.never_a_false_verdict()
        for found in self._all():
            assert found.state not in (State.PLANNED, State.SENDING)
            if found.state.is_open:
                assert found.state is State.UNKNOWN
                seen = found.disk_seen_busy or found.backup_seen_busy
                assert not seen, f"could have been settled: {found}"

    def _all(self) -> tuple[Restore, ...]:
        return self.journal.restores()

    def _as_confirmed(self, volume_id: str) -> VolumeFacts:
        return volume_facts(self.cloud.volume_now(volume_id))

    def _going(self) -> list[Execution]:
        now = self.clock.now()
        return [e for e in self.cloud.executed if e.phase(now) in ("INIT", "RUNNING")]

    def _of(self, found: Restore, things: Sequence[Mine]) -> list[Mine]:
        """What of *things* this record caused: on its disk, before the next record's time."""
        later = [
            other.created_at
            for other in self._all()
            if other.volume.id == found.volume.id and other.created_at > found.created_at
        ]
        until = min(later, default=None)
        return [
            thing
            for thing in things
            if thing.volume_id == found.volume.id
            and thing.begun >= found.created_at
            and (until is None or thing.begun < until)
        ]

    def _disk(self, found: Restore) -> int:
        return int(found.volume.id[-12:])

    def _key(self, who: int) -> int:
        keys = sorted(self.programs)
        return keys[who % len(keys)]

    def _program(self, who: int) -> tuple[Engine, JournalThread]:
        return self.programs[self._key(who)]

    def _run(self, key: int, work: Coroutine[Any, Any, Any]) -> None:
        """Let the program *key* do something."""
        self.acting = key
        self.loop.run_until_complete(work)
        self.acting = 0

    def _new_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **how: Any
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **how)
        parent = asyncio.current_task(loop) if loop.is_running() else None
        self.tasks[task] = self.tasks.get(parent, 0) if parent is not None else self.acting
        return task


TestLives = pytest.mark.timeout(400)(Lives.TestCase)
TestLives.settings = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    # A failing run is reported as it is, because shrinking one takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
