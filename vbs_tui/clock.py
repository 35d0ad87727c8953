"""Time, handed in: nothing in the program reads a clock from the air."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program asks of time."""

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
    """One moment by both clocks, so that its age can be told whatever happens to either."""

    wall: datetime
    """UTC."""
    monotonic: float

    @classmethod
    def of(cls, clock: Clock) -> Instant:
        """The present moment."""
        return cls(clock.now(), clock.monotonic())

    def age(self, clock: Clock) -> float:
        """Seconds since then, by the clock that says more.

        The wall clock can be set back; the other one stands still while the machine sleeps. For
        ages that protect, the larger of the two is the safe one.
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
