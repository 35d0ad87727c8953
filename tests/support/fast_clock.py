"""A clock that sleeps in no time, for retries and pauses over real sockets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


class FastClock:
    """Moves only when somebody sleeps, or by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.passed += max(0.0, seconds)
        await asyncio.sleep(0)
