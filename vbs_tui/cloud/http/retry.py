"""When a read is repeated, and after how long. Only reads are repeated here."""

from __future__ import annotations

import random
from dataclasses import dataclass

from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.cloud.http.error_envelopes import Envelope


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often reads are repeated, and after how long. Times in seconds."""

    throttled: int = 5
    """How often a read is repeated after 429, or 413 of native Cinder."""
    failing: int = 2
    """How often a read is repeated after 5xx, or a connection that failed or was lost."""
    base: float = 0.5
    throttled_base: float = 2.0
    longest: float = 60.0
    """A longer wait is left to the operator."""

    def wait(
        self,
        attempt: int,
        rng: random.Random,
        *,
        status: int | None,
        envelope: Envelope | None = None,
        kind: ErrorKind | None = None,
        is_permanent: bool = False,
    ) -> float | None:
        """Seconds before attempt *attempt* + 1, or ``None`` for no further one.

        *attempt* counts from 1. Where the server gives no ``Retry-After``, the wait is random
        between zero and a bound that doubles (full jitter).
        """
        if is_permanent:
            return None
        asked = envelope.retry_after if envelope is not None else None
        throttled = status == 429 or (
            status == 413 and envelope is not None and envelope.name.lower() == "overlimit"
        )
        failing = status in (500, 502, 503, 504) or (
            status is None and kind in (ErrorKind.NOT_SENT, ErrorKind.BROKEN)
        )
        if not throttled and not failing:
            return None
        if attempt > (self.throttled if throttled else self.failing):
            return None
        if asked is not None:
            return None if asked > self.longest else asked + rng.uniform(0.0, 0.5)
        base = self.throttled_base if throttled else self.base
        return rng.uniform(0.0, min(self.longest, base * 2 ** (attempt - 1)))
