"""Pauses that grow with each refusal, and the refusals of one user over all connections.

Moments are seconds of ``Clock.monotonic``, since the wall clock may be set.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.secrets import Secret


class Backoff:
    """Pauses that grow with each failure, one for each key."""

    def __init__(self, first: float, longest: float, factor: float) -> None:
        """*first* and *longest*: seconds."""
        self._first = first
        self._longest = longest
        self._factor = factor
        self._failed: dict[Hashable, tuple[int, float]] = {}

    def fail(self, key: Hashable, now: float, at_least: float = 0.0) -> None:
        """Begin a pause for *key*, of *at_least* that many seconds."""
        times, _ = self._failed.get(key, (0, 0.0))
        pause = min(self._first * self._factor**times, self._longest)
        self._failed[key] = (times + 1, now + max(pause, at_least))

    def remaining(self, key: Hashable, now: float) -> float:
        """Seconds left of the pause of *key*; 0 for none."""
        _, until = self._failed.get(key, (0, now))
        return max(0.0, until - now)

    def succeed(self, key: Hashable) -> None:
        """End the pause of *key*; the next one is short again."""
        self._failed.pop(key, None)

    def reset(self) -> None:
        self._failed.clear()


def endpoint_backoff() -> Backoff:
    """Pauses for services that refuse proofs (tokens, signatures) which others accept."""
    return Backoff(60, 3600, 4)


class RefusalHistory:
    """The refused log-ins of one user at one identity service, over all connections.

    A configured secret that was refused is sent again only after a pause, even when the operator
    asks: holding down a key must not send five wrong passwords. *where* is the scope of a log-in,
    or the origin that a request was signed for.
    """

    def __init__(self) -> None:
        self.total = 0
        """Refusals since the start."""
        self.in_a_row = 0
        """Refusals since the last log-in that succeeded by what the user knows."""
        # Five tries take longer than the 15 minutes in which clouds count them.
        self._backoff = Backoff(30, 3600, 4)
        self._refused: dict[tuple[Hashable, tuple[Secret, ...]], Failure] = {}
        self._good: tuple[Secret, ...] = ()

    def count(self, failure: Failure, what: str) -> Failure:
        """Count a refusal; *failure* with the number of refusals. *what*: what clouds lock."""
        self.total += 1
        self.in_a_row += 1
        words = f"{_times(self.total)} since the start; some clouds lock {what} after five"
        return replace(failure, extra=(*failure.extra, ("Refused", words)))

    def pause(
        self, where: Hashable, secrets: tuple[Secret, ...], failure: Failure, now: float
    ) -> None:
        """Do not send *secrets* to *where* for a while: they were refused with *failure*."""
        for key in [one for one in self._refused if one[0] == where and one[1] != secrets]:
            self._backoff.succeed(key)
            del self._refused[key]
        self._backoff.fail((where, secrets), now)
        self._refused[where, secrets] = failure

    def paused(self, where: Hashable, secrets: tuple[Secret, ...], now: float) -> Failure | None:
        """Why the same *secrets* are not sent to *where* yet; ``None`` when they may be sent."""
        left = {
            place: seconds
            for place, refused in self._refused
            if refused == secrets and (seconds := self._backoff.remaining((place, refused), now))
        }
        if where not in left and len(left) > 1 and secrets != self._good:
            # Two places refuse them and none accepts them: the secret is wrong, not the place.
            where = max(left, key=lambda place: left[place])
        if not secrets or where not in left:
            return None
        failure = self._refused[where, secrets]
        seconds = max(1, round(left[where]))
        wait = f"Corrected, it is tried at once; as it is, not before {seconds} s are over."
        return replace(failure, hint=f"{failure.hint} {wait}".strip())

    def succeed(self, secrets: tuple[Secret, ...]) -> None:
        """*secrets* were accepted somewhere: a refusal elsewhere is that place's."""
        self.in_a_row = 0
        self._good = secrets

    @property
    def warning(self) -> str:
        """For a question about a secret, as a sentence; empty when the last one was accepted."""
        if not self.in_a_row:
            return ""
        return f"Refused {_times(self.in_a_row)} already: a further wrong try may lock the account."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
