"""The clock, passed in everywhere: nothing else in the program reads the time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program needs of a clock."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that is never set back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait *seconds*; negative counts as zero."""
        ...


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment by both clocks, so that its age is known whatever happens to either."""

    wall: datetime
    """UTC."""
    monotonic: float

    @classmethod
    def of(cls, clock: Clock) -> Instant:
        """The present moment."""
        return cls(clock.now(), clock.monotonic())

    def age(self, clock: Clock) -> float:
        """Seconds since then: the larger age of both clocks.

        The wall clock can be set back; the monotonic one stands still while the machine sleeps.
        Where an age protects from something, the larger one is safe.
        """
        wall = (clock.now() - self.wall).total_seconds()
        return max(wall, clock.monotonic() - self.monotonic)


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
