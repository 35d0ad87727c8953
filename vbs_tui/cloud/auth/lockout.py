"""What past log-ins teach: which are not to be tried again, and which not yet.

A refused log-in is not tried again until the operator wants it, so that two wrong passwords never
become five and a locked account. One without a verdict (no answer, a server error, a portal) may
have been counted all the same: it is repeated after a pause that grows, and everybody who waited
for it gets its failure in place of a log-in of their own.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from vbs_tui.cloud.auth.tokens import Scope
from vbs_tui.cloud.errors import ErrorKind, Failure
from vbs_tui.cloud.secrets import Secret

_PAUSES = (10.0, 300.0)
"""The first and the longest, in seconds, while no log-in has succeeded yet."""

_PAUSES_KNOWN_GOOD = (2.0, 60.0)
"""Once one has: a good password locks no account, and a watch is not to stay blind for long."""

_FIRST_REST = 30.0
_REST_GROWS = 4
_LONGEST_REST = 3600.0
"""Seconds."""

_LONGEST_ASKED = 900.0
"""Seconds that a server may ask for."""


@dataclass(frozen=True, slots=True)
class _Open:
    """The last log-in, when it ended without a verdict."""

    failure: Failure
    number: int
    until: float
    """Seconds of ``monotonic``, as everywhere here: clocks are set right."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """The last refusal of some secrets at one place."""

    secrets: tuple[Secret, ...]
    failure: Failure
    until: float
    times: int


class RefusalCount:
    """How often log-ins were refused, whatever was corrected in between, and which secrets rest.

    A secret that was refused is tried again unchanged only after a pause, whoever asks for it: a
    key that is held down is no wish for five wrong tries. Places are scopes of log-ins, or hosts.
    Outlives single connections. Moments are seconds of ``monotonic``: clocks are set right.
    """

    def __init__(self) -> None:
        self.refusals = 0
        """Since the start."""
        self.in_a_row = 0
        """Since a log-in succeeded that needed what the user knows."""
        self._rests: dict[Hashable, _Rest] = {}
        self._good: tuple[Secret, ...] = ()

    def counted(self, failure: Failure, locked: str) -> Failure:
        """One refusal more; *failure* with their number, and what some clouds lock for it."""
        self.refusals += 1
        self.in_a_row += 1
        words = f"{_times(self.refusals)} since the start; some clouds lock {locked} after five"
        return replace(failure, extra=(*failure.extra, ("Refused", words)))

    def rest(
        self, where: Hashable, secrets: tuple[Secret, ...], failure: Failure, now: float
    ) -> None:
        """*secrets* were refused at *where* just now, with *failure*."""
        before = self._rests.get(where)
        times = before.times + 1 if before is not None and before.secrets == secrets else 1
        # Five tries take more than the quarter of an hour in which clouds count them.
        pause = min(_FIRST_REST * _REST_GROWS ** (times - 1), _LONGEST_REST)
        self._rests[where] = _Rest(secrets, failure, now + pause, times)

    def took(self, secrets: tuple[Secret, ...]) -> None:
        """*secrets* were good somewhere: a refusal elsewhere blames that place."""
        self.in_a_row = 0
        self._good = secrets

    def resting(self, where: Hashable, secrets: tuple[Secret, ...], now: float) -> Failure | None:
        """Why the same *secrets* are not sent to *where* yet; ``None`` when they may be."""
        if not secrets:
            return None
        still = {
            place: one
            for place, one in self._rests.items()
            if one.secrets == secrets and now < one.until
        }
        known = still.get(where)
        if known is None and len(still) > 1 and secrets != self._good:
            # Two places that refuse, and none that takes it: it is the secret.
            known = max(still.values(), key=lambda one: one.until)
        if known is None:
            return None
        seconds = max(1, round(known.until - now))
        wait = f"Corrected, it is tried at once; as it is, not before {seconds} s are over."
        return replace(known.failure, hint=f"{known.failure.hint} {wait}".strip())

    @property
    def sentence(self) -> str:
        """For whoever is about to give another password; empty when the last one was good."""
        if not self.in_a_row:
            return ""
        return f"Refused {_times(self.in_a_row)} already: a further wrong try may lock the account."


class Lockout:
    """The refusals and failures of one user's log-ins."""

    def __init__(self, tally: RefusalCount | None = None) -> None:
        self._tally = tally or RefusalCount()
        self.ended = 0
        """How many log-ins have ended so far."""
        self._refused: dict[Scope, Failure] = {}
        self._blocked: Failure | None = None
        self._proven: set[Scope] = set()
        """Where a log-in succeeded before."""
        self._has_chance = False
        """Whether one of those may be tried once, though the credentials count as refused."""
        self._refusals = 0
        self._succeeded = False
        self._open: _Open | None = None
        self._misses = 0

    def forgive(self) -> None:
        """The operator wants another try: forget what speaks against it."""
        self._has_chance = False
        self._refused.clear()
        self._blocked = None
        self._refusals = 0
        self._open = None
        self._misses = 0

    def known(self, scope: Scope, now: float, since: int) -> Failure | None:
        """The failure that a log-in to *scope* would meet again, or meets for having waited.

        *since*: :attr:`ended` when the caller began to wait.
        """
        if self._blocked is not None and not (self._has_chance and scope in self._proven):
            return self._blocked
        if (before := self._refused.get(scope)) is not None:
            return before
        last = self._open
        if last is not None and now < last.until:
            seconds = max(1, round(last.until - now))
            wait = f"The next log-in is tried in {seconds} s; reading the projects again tries now."
            return replace(last.failure, hint=f"{last.failure.hint} {wait}".strip())
        return last.failure if last is not None and last.number > since else None

    @property
    def holds_back(self) -> bool:
        """Whether log-ins are not tried, for a refusal or since the operator declined."""
        return self._blocked is not None or bool(self._refused)

    def recognised(self, secrets: tuple[Secret, ...]) -> None:
        """The cloud took the credentials themselves, and not another token."""
        self._tally.took(secrets)

    def resting(self, scope: Scope, failure: Failure) -> None:
        """The credentials are not sent for *scope* yet."""
        self.ended += 1
        self._refused[scope] = failure
        if not self._succeeded:
            self._blocked = failure

    def succeeded(self, scope: Scope) -> None:
        """A log-in to *scope* gave a token: it was the other places that refused."""
        self.ended += 1
        self._succeeded, self._refusals = True, 0
        self._proven.add(scope)
        if self._has_chance:
            self._blocked, self._has_chance = None, False
        self._open, self._misses = None, 0

    def declined(self, failure: Failure) -> None:
        """The operator gave no secret: not asked again before they want it."""
        self.ended += 1
        self._blocked, self._has_chance = failure, False

    def refused(self, scope: Scope, failure: Failure) -> Failure:
        """The cloud does not take the credentials for *scope*; *failure* with the count of such."""
        self.ended += 1
        self._refusals += 1
        failure = self._tally.counted(failure, "an account")
        self._refused[scope] = failure
        # Clouds refuse a wrong password and a forbidden project with the same words: where the
        # password was good before, one refusal blames the project, a second one the password. A
        # project that took it before has the last word; a third wrong try locks no account.
        if not self._succeeded or (self._refusals > 1 and failure.status != 403):
            self._has_chance = self._blocked is None and scope not in self._proven
            self._blocked = failure
        return failure

    def failed(self, failure: Failure, now: float) -> None:
        """There was no verdict."""
        self.ended += 1
        pause = 0.0
        if failure.kind is not ErrorKind.NOT_SENT:
            first, longest = _PAUSES_KNOWN_GOOD if self._succeeded else _PAUSES
            pause = min(first * 2**self._misses, longest)
            pause = max(pause, min(failure.retry_after or 0.0, _LONGEST_ASKED))
            self._misses += 1
        self._open = _Open(failure, self.ended, now + pause)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
