"""How often a restore is polled, and how long the engine waits for things."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollPace:
    """All figures in seconds. Restores take minutes to hours; gateways count every request."""

    first: float = 2.0
    """Between polls in the first :attr:`first_until` seconds."""
    first_until: float = 30.0
    middle: float = 5.0
    middle_until: float = 300.0
    late: float = 12.0
    unsettled: float = 60.0
    """Between polls of an unknown outcome older than :attr:`unsettled_after`."""
    unsettled_after: float = 900.0
    max_blind_wait: float = 60.0
    """Longest wait while the cloud cannot be reached."""
    slow_after: float = 20.0
    """How long a poll may take until the watch counts as blind."""
    untraced_after: float = 60.0
    """How long without any trace until an unknown outcome is called probably not accepted."""
    job_lost_after: float = 30.0
    """How long a job may be unknown to the cloud before it counts as lost."""
    max_tries: int = 3
    """How often in all a POST may be sent, if each time it certainly was not executed."""
    retry_wait: float = 3.0
    """Before another try, when the cloud gave no time."""
    max_retry_wait: float = 60.0
    """Longest wait before another try; when the cloud asks for more, the submission ends."""
    max_reading_age: float = 10.0
    """How old the reading of backup and disk may be when a request leaves."""
    follow_journal: float = 1.0
    """Between reads of what other programs wrote to the journal."""

    def wait(self, age: float, *, unsettled: bool, blind: int, rng: random.Random) -> float:
        """Seconds until the next poll of a restore of *age* seconds.

        *blind* counts the polls in a row that did not reach the cloud.
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
