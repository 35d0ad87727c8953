"""How often a running restore is looked at, and how patient the engine is."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollPace:
    """All figures in seconds. Restores take minutes to hours; gateways count every request."""

    first: float = 2.0
    """Between looks in the first :attr:`first_until` seconds."""
    first_until: float = 30.0
    middle: float = 5.0
    middle_until: float = 300.0
    late: float = 12.0
    unsettled: float = 60.0
    """Between looks at an unknown outcome older than :attr:`unsettled_after`."""
    unsettled_after: float = 900.0
    max_blind_wait: float = 60.0
    """Longest wait while the cloud cannot be reached."""
    patience: float = 20.0
    """How long a look may take until the watch says that it sees nothing."""
    untraced_after: float = 60.0
    """How long without any trace until an unknown outcome is called probably not accepted."""
    job_lost_after: float = 30.0
    """How long a job may be unknown to the cloud before only states are believed."""
    tries: int = 3
    """How often a POST that provably was not executed may leave in all."""
    retry_wait: float = 3.0
    """Before another try, when the cloud named no time."""
    retry_most: float = 60.0
    """Longest wait before another try; a longer one asked for ends the submission."""
    fresh: float = 10.0
    """How long ago the reading of backup and disk may have ended when a request leaves."""
    follow: float = 1.0
    """Between looks at what other programs wrote to the journal."""

    def wait(self, age: float, *, unsettled: bool, blind: int, rng: random.Random) -> float:
        """Seconds until the next look at a restore of *age* seconds.

        *blind* counts the looks in a row that did not reach the cloud.
        """
        if unsettled and age > self.unsettled_after:
            base = self.unsettled
        elif age < self.first_until:
            base = self.first
        elif age < self.middle_until:
            base = self.middle
        else:
            base = self.late
        if blind:
            base = min(max(base, self.max_blind_wait), base * 2 ** min(blind, 8))
        return base * rng.uniform(0.9, 1.1)
