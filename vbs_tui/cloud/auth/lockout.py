"""When log-ins are not tried: after refusals until the operator asks, after failures for a while.

A refused log-in is not tried again until the operator wants it, so that two wrong passwords never
become five and a locked account. One without a verdict (no response, a server error, a portal) may
have been counted all the same: it is repeated after a pause that grows, and everybody who waited
for it gets its failure in place of a log-in of their own.

Moments are seconds of ``Clock.monotonic``, since the wall clock may be set.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from vbs_tui.cloud.auth.tokens import Scope
from vbs_tui.cloud.errors import ErrorKind, Failure
from vbs_tui.cloud.secrets import Secret

_LONGEST_ASKED = 900.0
"""Seconds that a server may ask for."""


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


class Lockout:
    """Decides for one connection whether a log-in may be tried."""

    def __init__(self, history: RefusalHistory) -> None:
        self._history = history
        self.ended = 0
        """How many log-ins have ended so far."""
        self._refused: dict[Scope, Failure] = {}
        """Scopes that the credentials were refused for."""
        self._blocked: Failure | None = None
        """Why no log-in is tried, whatever the scope."""
        self._proven: set[Scope] = set()
        """Scopes that a log-in succeeded for before."""
        self._may_try_proven = False
        """Whether one of those may be tried once, although the credentials count as refused."""
        self._refusals = 0
        self._succeeded = False
        self._no_verdict: tuple[Failure, int] | None = None
        """The last log-in's failure and number, when it ended without a verdict."""
        # While no log-in has succeeded, a failed one may be a wrong password.
        self._backoff = Backoff(10, 300, 2)

    def reset(self) -> None:
        """The operator wants another try: forget refusals and failures."""
        self._may_try_proven = False
        self._refused.clear()
        self._blocked = None
        self._refusals = 0
        self._no_verdict = None
        self._backoff.reset()

    @property
    def is_locked(self) -> bool:
        """Whether log-ins wait for the operator, after a refusal or an unanswered question."""
        return self._blocked is not None or bool(self._refused)

    def reason(self, scope: Scope, now: float, since: int) -> Failure | None:
        """Why a log-in to *scope* is not tried; ``None`` when it may be tried.

        *since*: :attr:`ended` when the caller began to wait. Who waited for a log-in that failed
        gets its failure.
        """
        if self._blocked is not None and not (self._may_try_proven and scope in self._proven):
            return self._blocked
        if scope in self._refused:
            return self._refused[scope]
        if self._no_verdict is None:
            return None
        failure, number = self._no_verdict
        if left := self._backoff.remaining(None, now):
            seconds = max(1, round(left))
            wait = f"The next log-in is tried in {seconds} s; reading the projects again tries now."
            return replace(failure, hint=f"{failure.hint} {wait}".strip())
        return failure if number > since else None

    def succeeded(self, scope: Scope) -> None:
        """A log-in to *scope* gave a token."""
        self.ended += 1
        self._succeeded, self._refusals = True, 0
        self._proven.add(scope)
        if self._may_try_proven:
            self._blocked, self._may_try_proven = None, False
        self._no_verdict = None
        # A password that was accepted locks no account, and a watch must not stay blind for long.
        self._backoff = Backoff(2, 60, 2)

    def declined(self, failure: Failure) -> None:
        """The operator gave no secret: they are not asked again before they want it."""
        self.ended += 1
        self._blocked, self._may_try_proven = failure, False

    def paused(self, scope: Scope, failure: Failure) -> None:
        """The credentials are not sent for *scope* yet."""
        self.ended += 1
        self._refused[scope] = failure
        if not self._succeeded:
            self._blocked = failure

    def refused(self, scope: Scope, failure: Failure) -> Failure:
        """The cloud refuses the credentials for *scope*; *failure* with the number of refusals."""
        self.ended += 1
        self._refusals += 1
        failure = self._history.count(failure, "an account")
        self._refused[scope] = failure
        # Clouds refuse a wrong password and a forbidden project with the same words. Where the
        # password was accepted before, the first refusal is the project's, the second one the
        # password's. A project that accepted it before is tried last: a third wrong password
        # locks no account.
        if not self._succeeded or (self._refusals > 1 and failure.status != 403):
            self._may_try_proven = self._blocked is None and scope not in self._proven
            self._blocked = failure
        return failure

    def failed(self, failure: Failure, now: float) -> None:
        """The log-in ended without a verdict."""
        self.ended += 1
        if failure.kind is not ErrorKind.NOT_SENT:
            asked = min(failure.retry_after or 0.0, _LONGEST_ASKED)
            self._backoff.fail(None, now, at_least=asked)
        self._no_verdict = (failure, self.ended)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
