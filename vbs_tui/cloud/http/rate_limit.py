"""A rate limit for all requests to one cloud."""

from __future__ import annotations

from vbs_tui.clock import Clock

PER_SECOND = 4.0
BURST = 10


class RateLimiter:
    """A token bucket: *per_second* requests in the long run, *burst* at once after a pause.

    Reads wait in :meth:`turn`. What must not wait calls :meth:`take`: it is sent at once, and the
    reads after it wait longer.
    """

    def __init__(self, clock: Clock, *, per_second: float = PER_SECOND, burst: int = BURST) -> None:
        self._clock = clock
        self._interval = 1.0 / per_second
        self._credit = self._interval * max(0, burst - 1)
        self._due = clock.monotonic() - self._credit
        """When the next request is due, not counting the burst."""
        self._closed_until = self._due

    async def turn(self) -> None:
        """Wait for a turn. A caller that is cancelled while it waits has still used it."""
        wait = self.take()
        while wait > 0:
            await self._clock.sleep(wait)
            wait = self._closed_until - self._clock.monotonic()

    def take(self) -> float:
        """Use a turn without waiting. Returns the seconds that :meth:`turn` would wait."""
        now = self._clock.monotonic()
        start = max(self._due, now - self._credit)
        self._due = start + self._interval
        return max(start - now, self._closed_until - now, 0.0)

    def pause(self, seconds: float) -> None:
        """Let :meth:`turn` wait for *seconds* at least: the cloud asked for a pause."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)
