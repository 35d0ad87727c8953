"""One pace for everything that speaks to one cloud."""

from __future__ import annotations

from vbs_tui.clock import Clock

PER_SECOND = 4.0
BURST = 10


class RateLimiter:
    """At most *per_second* requests in the long run, *burst* of them at once after a rest.

    Reads come one after the other through :meth:`turn`. What must not wait takes its place with
    :meth:`take`: it goes at once, and the reads behind it make room.
    """

    def __init__(self, clock: Clock, *, per_second: float = PER_SECOND, burst: int = BURST) -> None:
        self._clock = clock
        self._interval = 1.0 / per_second
        self._credit = self._interval * max(0, burst - 1)
        self._due = clock.monotonic() - self._credit
        """When the next request would be on time if nothing were saved up."""
        self._closed_until = self._due

    async def turn(self) -> None:
        """Wait for a turn. A caller that is cancelled while it waits leaves its turn unused."""
        wait = self.take()
        while wait > 0:
            await self._clock.sleep(wait)
            wait = self._closed_until - self._clock.monotonic()

    def take(self) -> float:
        """Take a turn at once; the seconds that a patient caller would have to wait for it."""
        now = self._clock.monotonic()
        start = max(self._due, now - self._credit)
        self._due = start + self._interval
        return max(start - now, self._closed_until - now, 0.0)

    def pause(self, seconds: float) -> None:
        """Let nothing patient pass for *seconds*: the cloud asked for quiet."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)
