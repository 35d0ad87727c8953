"""The token of one scope: got once for all who wait, renewed in time, put onto requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from vbs_tui.cloud.auth.log_in import Refused
from vbs_tui.cloud.auth.log_in_errors import log_in_failure
from vbs_tui.cloud.auth.token_source import TokenSource
from vbs_tui.cloud.auth.tokens import Scope, Token
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.urls import origin

_FIRST = "This is the first log-in to this cloud."
_ENDED = "The last log-in has run out."
_ENDS = "The last log-in runs out soon."
_REJECTED = "The cloud no longer takes the last log-in."
_APART = "The cloud wants a log-in of its own for this project."
"""Why a log-in is needed, for the operator who is asked."""

_RENEWAL_SECONDS = 2.0
"""Seconds that a request waits for a new token while the current one is still valid."""

_MOST_QUESTIONS = 3
"""How often in a row the operator is asked while the current token is still valid."""

_PAUSE = timedelta(seconds=60)
"""Between early renewals that fail, while the current token is still valid."""


class ScopedToken:
    """The ``Authorizer`` of one scope.

    A log-in belongs to it, not to who waits: a caller that is cancelled must neither lose the
    response to a log-in that was sent, nor let the next caller begin another.
    """

    def __init__(self, source: TokenSource, scope: Scope) -> None:
        self.scope = scope
        self.log_in: asyncio.Task[Token] | None = None
        """The log-in under way."""
        self.retry_at: datetime | None = None
        """When the next early renewal is tried, after one that failed."""
        self._source = source
        self._is_slow = False
        """Whether callers use the current token and do not wait for the log-in under way."""
        self._is_cache_read = False
        self._is_rejected = False
        """Whether the last token was refused before its end."""

    @property
    def token(self) -> Token | None:
        """The current token, which may have ended."""
        return self._source.tokens.get(self.scope)

    async def authorize(self, request: Request) -> tuple[Request, object]:
        token = await self._current()
        header = {"X-Auth-Token": token.secret.reveal()}
        return replace(request, headers={**request.headers, **header}), token

    def accepted(self, stamp: object, response: Response) -> None:
        assert isinstance(stamp, Token)
        place = origin(response.request.url)
        stamp.accepted_by.add(place)
        self._source.backoff.succeed((self.scope, place))

    def discard(self, stamp: object, response: Response) -> None:
        del response
        if self.token is stamp:
            del self._source.tokens[self.scope]
            self._is_rejected = True

    async def renew(self, stamp: object, response: Response) -> bool:
        """Replace a token that a service refused, once for all callers."""
        assert isinstance(stamp, Token)
        if self.token is not None and self.token is not stamp:
            return True
        if self.token is None and self.log_in is not None:
            await self._result(self.log_in)
            return True
        place = origin(response.request.url)
        if place not in stamp.accepted_by:
            # Such a service may never accept any: log-ins for it would go on without end.
            now = self._source.session.clock.monotonic()
            if self._source.backoff.remaining((self.scope, place), now):
                return False
            self._source.backoff.fail((self.scope, place), now)
        self.discard(stamp, response)
        await self._result(self._begin(forgets=True))
        return True

    async def _current(self) -> Token:
        """A token with time left. Raises ``CloudError``."""
        if (held := self._held()) is not None:
            return held
        log_in, held = self._begin(), self.token
        if held is None or held.is_over(self._now()):
            return await self._result(log_in)
        if not self._is_slow:
            try:
                async with asyncio.timeout(_RENEWAL_SECONDS):
                    return await self._result(log_in)
            except TimeoutError:  # a question may be open for long
                self._is_slow = True
        return held

    def _held(self) -> Token | None:
        """The current token, unless it is time for another."""
        held, now = self.token, self._now()
        if held is None or not held.is_due(now):
            return held
        waits = self.retry_at is not None and now < self.retry_at
        return held if waits and not held.is_over(now) else None

    def _begin(self, *, forgets: bool = False) -> asyncio.Task[Token]:
        """The log-in under way, or a new one. *forgets*: the token that was kept is refused."""
        if self.log_in is None:
            since = self._source.lockout.ended
            self.log_in = asyncio.create_task(self._renew(since, forgets), name="log in")
            self.log_in.add_done_callback(self._ended)
        return self.log_in

    def _ended(self, task: asyncio.Task[Token]) -> None:
        self.log_in = None
        self._is_slow = False
        if not task.cancelled():
            task.exception()  # retrieved, although everybody who waited may have left

    async def _result(self, task: asyncio.Task[Token]) -> Token:
        """What a log-in ends with, for one of those who wait. Raises ``CloudError``."""
        try:
            return await asyncio.shield(task)
        except CloudError as error:
            failure = error.failure
        except asyncio.CancelledError:
            waiter = asyncio.current_task()
            if not task.cancelled() or (waiter is not None and waiter.cancelling()):
                raise
            text = "the connection was closed while it logged in"
            failure = log_in_failure(self._now(), text, kind=ErrorKind.NOT_SENT)
        # A new error, without the frames of the log-in, which hold secrets.
        raise CloudError(failure)

    async def _renew(self, since: int, forgets: bool) -> Token:
        async with self._source.lock:
            if forgets:
                await self._source.forget(self.scope)
            if (held := self._held()) is not None:
                return held
            if not self._is_cache_read:
                self._is_cache_read = True
                await self._source.read_cache(self.scope)
            return self._held() or await self._obtain(since)

    async def _obtain(self, since: int) -> Token:
        """A new token; the current one while it is valid and the log-in fails."""
        held = self.token
        for tries in range(1, _MOST_QUESTIONS + 1):
            try:
                new = await self._source.obtain(self.scope, since, self._why())
            except CloudError as error:
                now = self._now()
                if held is None or held.is_over(now):
                    raise
                if isinstance(error, Refused) and self._source.asks and tries < _MOST_QUESTIONS:
                    # The operator has just answered, and would not learn of it otherwise.
                    self._source.lockout.reset()
                    continue
                self.retry_at = now + _PAUSE
                return held
            break
        self.retry_at, self._is_rejected = None, False
        await self._source.keep(self.scope, new)
        return new

    def _why(self) -> str:
        """The reason for a log-in, as a sentence."""
        if self._is_rejected:
            return _REJECTED
        before, now = self.token or self._source.last, self._now()
        if before is None:
            return _FIRST
        if before.is_over(now):
            return _ENDED
        return _ENDS if before.is_due(now) else _APART

    def _now(self) -> datetime:
        return self._source.session.clock.now()
