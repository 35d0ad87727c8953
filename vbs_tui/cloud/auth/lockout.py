"""When log-ins are not tried: after refusals until the operator asks, after failures for a while.

A refused log-in is not tried again until the operator wants it, so that two wrong passwords never
become five and a locked account. One without a verdict (no response, a server error, a portal) may
have been counted all the same: it is repeated after a pause that grows, and everybody who waited
for it gets its failure in place of a log-in of their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from vbs_tui.cloud.auth.log_in import Refused
from vbs_tui.cloud.auth.refusal_history import Backoff, RefusalHistory
from vbs_tui.cloud.auth.tokens import Scope, Token
from vbs_tui.cloud.errors import CloudError, ErrorKind, Failure

_LONGEST_ASKED = 900.0
"""Seconds that a server may ask for."""


class Paused(CloudError):  # noqa: N818 - a state
    """The same secrets were refused a moment ago, and are not sent yet."""


class OtherUser(CloudError):  # noqa: N818 - a finding
    """The log-in succeeded, for another user than before."""


class Lockout:
    """Tries the log-ins of one connection, or says why one is not tried."""

    def __init__(self, history: RefusalHistory, monotonic: Callable[[], float]) -> None:
        self._history = history
        self._monotonic = monotonic
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

    @property
    def is_locked(self) -> bool:
        """Whether log-ins wait for the operator, after a refusal or an unanswered question."""
        return self._blocked is not None or bool(self._refused)

    def reset(self) -> None:
        """The operator wants another try: forget refusals and failures."""
        self._may_try_proven = False
        self._refused.clear()
        self._blocked = None
        self._refusals = 0
        self._no_verdict = None
        self._backoff.reset()

    async def attempt(
        self, scope: Scope, since: int, log_in: Callable[[], Awaitable[Token]]
    ) -> Token:
        """The token that *log_in* gives for *scope*.

        *since*: :attr:`ended` when the caller began to wait. Who waited for a log-in that failed
        gets its failure. Raises ``CloudError``: that of *log_in*, or why it is not tried.
        """
        if (reason := self._reason(scope, since)) is not None:
            raise CloudError(reason)
        try:
            token = await log_in()
        except CloudError as error:
            self.ended += 1
            failure = self._recorded(scope, error)
            raise (Refused if isinstance(error, Refused) else CloudError)(failure) from None
        self.ended += 1
        self._succeeded, self._refusals = True, 0
        self._proven.add(scope)
        if self._may_try_proven:
            self._blocked, self._may_try_proven = None, False
        self._no_verdict = None
        # A password that was accepted locks no account, and a watch must not stay blind for long.
        self._backoff = Backoff(2, 60, 2)
        return token

    def _reason(self, scope: Scope, since: int) -> Failure | None:
        """Why a log-in to *scope* is not tried; ``None`` when it may be tried."""
        if self._blocked is not None and not (self._may_try_proven and scope in self._proven):
            return self._blocked
        if scope in self._refused:
            return self._refused[scope]
        if self._no_verdict is None:
            return None
        failure, number = self._no_verdict
        if left := self._backoff.remaining(None, self._monotonic()):
            seconds = max(1, round(left))
            wait = f"The next log-in is tried in {seconds} s; reading the projects again tries now."
            return replace(failure, hint=f"{failure.hint} {wait}".strip())
        return failure if number > since else None

    def _recorded(self, scope: Scope, error: CloudError) -> Failure:
        """Remember what *error* means for later log-ins; its failure, with what to add to it."""
        failure = error.failure
        if isinstance(error, Refused):
            return self._record_refusal(scope, failure)
        if isinstance(error, Paused):
            self._refused[scope] = failure
            if not self._succeeded:
                self._blocked = failure
        elif isinstance(error, OtherUser) or failure.declined:
            self._blocked, self._may_try_proven = failure, False
        else:
            if failure.kind is not ErrorKind.NOT_SENT:
                asked = min(failure.retry_after or 0.0, _LONGEST_ASKED)
                self._backoff.fail(None, self._monotonic(), at_least=asked)
            self._no_verdict = (failure, self.ended)
        return failure

    def _record_refusal(self, scope: Scope, failure: Failure) -> Failure:
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
