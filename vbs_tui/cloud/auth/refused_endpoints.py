"""Which services refuse a proof that others take: each is asked again only after a pause."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

_FIRST = 60.0
_LONGEST = 3600.0
"""Seconds."""

_GROWS = 4


@dataclass(frozen=True, slots=True)
class _Refused:
    times: int
    until: float


class RefusedEndpoints:
    """Remembers refusals by whom they came from, until that one takes a proof.

    Moments are seconds of ``monotonic``.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, _Refused] = {}

    def is_resting(self, who: Hashable, now: float) -> bool:
        """Whether *who* refused, and is not to be tried yet."""
        known = self._known.get(who)
        return known is not None and now < known.until

    def refused(self, who: Hashable, now: float) -> None:
        """*who* refused: the pause grows with each time."""
        times = self._known[who].times if who in self._known else 0
        pause = min(_FIRST * _GROWS**times, _LONGEST)
        self._known[who] = _Refused(times + 1, now + pause)

    def took(self, who: Hashable) -> None:
        """*who* takes proofs after all."""
        self._known.pop(who, None)

    def forgive(self) -> None:
        """The operator wants another try."""
        self._known.clear()
