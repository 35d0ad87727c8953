"""Watches one restore until its verdict: poll, record what changed, wait."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.restore.active_restore import ActiveRestore
from vbs_tui.restore.events import Event, RowChanged, WatchChanged
from vbs_tui.restore.journal.errors import JournalError, StaleSnapshot
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.observation import Observation, OwnRestores, observe
from vbs_tui.restore.watch.observation_recorder import ObservationRecorder
from vbs_tui.restore.watch.poll_pace import PollPace


class Watcher:
    """The watch over one restore. Ends when the restore has ended, or another program takes it."""

    def __init__(
        self,
        active: ActiveRestore,
        provider: Callable[[], Awaitable[Provider]],
        *,
        clock: Clock,
        pace: PollPace,
        rng: random.Random,
        emit: Callable[[Event], None],
        own_restores: OwnRestores,
    ) -> None:
        """*own_restores*: see :func:`~vbs_tui.restore.watch.observation.observe`."""
        self._active = active
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._rng = rng
        self._emit = emit
        self._own_restores = own_restores
        self._recorder = ObservationRecorder(active, clock, pace)
        self._begun = clock.monotonic()
        self._watch = Watch(active.snapshot.id)
        self._wanted_now = asyncio.Event()
        self._blind_polls = 0

    @property
    def _age(self) -> float:
        """Seconds since this watch began: right after the request, or at the program's start.

        Not by the wall clock: a jump of it would end the search for traces, or make polls rare.
        """
        return self._clock.monotonic() - self._begun

    @property
    def is_blind(self) -> bool:
        """Whether the last poll saw nothing."""
        return self._watch.blind_since is not None

    def poll_now(self) -> None:
        """Cut the present wait short."""
        self._wanted_now.set()

    async def run(self) -> None:
        """Returns at the verdict; goes on for as long as the cloud cannot be reached."""
        while self._active.is_driven_here:
            try:
                await self._poll()
            except StaleSnapshot:
                continue
            except JournalError as error:
                # The snapshot stayed as it was, so the next poll finds and writes it again.
                self._active.report_journal_error(error)
            except Exception as error:
                # The watch must go on: this program owns it, so no other would take it over.
                self._set_blind(self._defect(error))
            if self._active.is_driven_here:
                await self._wait()

    async def _poll(self) -> None:
        restore = self._active.snapshot
        try:
            observation = await self._observe(restore)
        except CloudError as error:
            self._set_blind(error.failure)
            return
        seen_before = self._watch.looked_at
        if observation.failure is not None:
            self._set_blind(observation.failure)  # looked_at stays: not everything was seen
        else:
            self._blind_polls = 0
            self._watch = replace(
                self._watch, blind_since=None, failure=None, looked_at=self._clock.now()
            )
        for row in (observation.volume, observation.backup):
            if row is not None:
                self._emit(RowChanged(restore.project_id, row))
        await self._recorder.record(observation, age=self._age, seen_before=seen_before)

    async def _observe(self, restore: Restore) -> Observation:
        """What can be seen now. While it takes long, the watch counts as blind: a log-in may wait
        for the operator without end, and the watch must not look as if it went on.

        Raises ``CloudError``.
        """

        async def observed() -> Observation:
            return await observe(await self._provider(), restore, self._own_restores)

        observing = asyncio.create_task(observed(), name="observe")
        late = asyncio.ensure_future(self._clock.sleep(self._pace.slow_after))
        try:
            await asyncio.wait({observing, late}, return_when=asyncio.FIRST_COMPLETED)
            if not observing.done():
                self._set_blind(self._no_answer())
                self._watch = replace(self._watch, next_at=None)
                self._emit(WatchChanged(self._watch))
            return await observing
        finally:
            late.cancel()
            observing.cancel()

    def _no_answer(self) -> Failure:
        return Failure(
            ErrorKind.NOT_SENT,
            Executed.NO,
            "look at the restore",
            message="no answer yet: the cloud is slow, or a log-in waits for you",
            at=self._clock.now(),
        )

    def _defect(self, error: Exception) -> Failure:
        return Failure(
            ErrorKind.UNUSABLE,
            Executed.NO,
            "look at the restore",
            message=f"a defect of the program ({type(error).__name__})",
            at=self._clock.now(),
        )

    def _set_blind(self, failure: Failure) -> None:
        self._blind_polls += 1
        since = self._watch.blind_since or self._clock.now()
        self._watch = replace(self._watch, blind_since=since, failure=failure)

    async def _wait(self) -> None:
        now = self._clock.now()
        seconds = self._pace.wait(
            self._age,
            unsettled=self._active.snapshot.state is State.UNKNOWN,
            blind=self._blind_polls,
            rng=self._rng,
        )
        self._watch = replace(self._watch, next_at=now + timedelta(seconds=seconds))
        self._emit(WatchChanged(self._watch))
        self._wanted_now.clear()
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        wanted = asyncio.ensure_future(self._wanted_now.wait())
        try:
            await asyncio.wait({sleeping, wanted}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            wanted.cancel()
