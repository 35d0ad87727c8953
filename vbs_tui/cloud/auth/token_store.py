"""All tokens of one user: got once for everybody who waits, renewed in time, refused only once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from vbs_tui.cloud.auth.lockout import Lockout, RefusalCount
from vbs_tui.cloud.auth.log_in import LogIn, Refused
from vbs_tui.cloud.auth.prompt import Declined
from vbs_tui.cloud.auth.refused_endpoints import RefusedEndpoints
from vbs_tui.cloud.auth.token_cache import NoTokenCache, TokenCache
from vbs_tui.cloud.auth.tokens import UNSCOPED, Scope, Token
from vbs_tui.cloud.config.changes import another_user
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import origin
from vbs_tui.threads import in_thread

T = TypeVar("T")

FIRST = "This is the first log-in to this cloud."
ENDED = "The last log-in has run out."
ENDS = "The last log-in runs out soon."
NOT_TAKEN = "The cloud no longer takes the last log-in."
APART = "The cloud wants a log-in of its own for this project."
"""Why a log-in is needed, for the operator who is asked."""

_DISK_PATIENCE = 5.0
"""Seconds that the cache on disk may take."""

_GOOD_PATIENCE = 2.0
"""Seconds that a request waits for another token while the one at hand still serves."""

_ASKED_EARLY = 3
"""How often in a row the operator is asked while the token at hand still serves."""

_PAUSE = timedelta(seconds=60)
"""Between early renewals that fail, while the token at hand still serves."""


class Resting(CloudError):  # noqa: N818 - what is so, told by its failure
    """The very secret was refused just now, and is not sent again yet."""


class TokenStore:
    """Gets, keeps and renews tokens, one for each scope.

    A log-in belongs to the token_store, not to who waits for it: a reading that is broken off must
    neither lose the answer to a log-in that has left, nor let the next one begin another.
    """

    def __init__(
        self,
        session: Session,
        log_in: LogIn,
        cache: TokenCache | None = None,
        tally: RefusalCount | None = None,
    ) -> None:
        self._session = session
        self._log_in = log_in
        self._cache = cache or NoTokenCache()
        self._tally = tally or RefusalCount()
        self._memory = Lockout(self._tally)
        self._looked: set[Scope] = set()
        self._lock = asyncio.Lock()
        self._tokens: dict[Scope, Token] = {}
        self._log_ins: dict[Scope, asyncio.Task[Token]] = {}
        self._slow: set[asyncio.Task[Token]] = set()
        self._early_again: dict[Scope, datetime] = {}
        self._refusers = RefusedEndpoints()
        self._not_taken: set[Scope] = set()
        self.last: Token | None = None
        """The token that was got last."""

    def forgive(self) -> None:
        """The operator wants another try: forget past refusals."""
        self._memory.forgive()
        self._refusers.forgive()
        self._early_again.clear()

    @property
    def holds_back(self) -> bool:
        """Whether a log-in was refused or declined, so that the next waits for the operator."""
        return self._memory.holds_back

    def log_in_by(self, log_in: LogIn) -> None:
        """Use *log_in* from now on: the same user's, with a corrected secret."""
        self._log_in = log_in

    async def token(self, scope: Scope) -> Token:
        """A token of *scope* with time left. Raises ``CloudError``."""
        held = self._held(scope)
        if held is not None:
            return held
        log_in = self._begun(scope)
        held = self._tokens.get(scope)
        if held is None or held.is_over(self._now()):
            return await self._result(log_in)
        if log_in not in self._slow:
            try:
                async with asyncio.timeout(_GOOD_PATIENCE):
                    return await self._result(log_in)
            except TimeoutError:  # a question may be open for long
                self._slow.add(log_in)
        return held

    def peek(self, scope: Scope) -> Token | None:
        """The token of *scope* that is at hand, whatever is left of it."""
        return self._tokens.get(scope)

    def took(self, spent: Token, scope: Scope, place: str) -> None:
        """The service at *place*, an origin, takes this token of *scope*."""
        spent.taken_by.add(place)
        self._refusers.took((scope, place))

    def discard(self, scope: Scope, spent: Token) -> None:
        """Forget a token that was refused."""
        if self._tokens.get(scope) is spent:
            del self._tokens[scope]
            self._not_taken.add(scope)

    async def renew(self, scope: Scope, spent: Token, place: str) -> bool:
        """Replace a token that the service at *place* refused, once for all who were refused."""
        held = self._tokens.get(scope)
        if held is not None and held is not spent:
            return True
        if held is None and scope in self._log_ins:
            await self._result(self._log_ins[scope])
            return True
        if place not in spent.taken_by:
            # Such a service may never take any; to it alone log-ins would go on without end.
            now = self._session.clock.monotonic()
            if self._refusers.is_resting((scope, place), now):
                return False
            self._refusers.refused((scope, place), now)
        self.discard(scope, spent)
        await self._result(self._begun(scope, forgets=True))
        return True

    async def aclose(self) -> None:
        """Give up the log-ins under way."""
        tasks = list(self._log_ins.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _held(self, scope: Scope) -> Token | None:
        held = self._tokens.get(scope)
        now = self._now()
        if held is None or not held.is_due(now):
            return held
        again = self._early_again.get(scope)
        return held if again is not None and now < again and not held.is_over(now) else None

    def _begun(self, scope: Scope, *, forgets: bool = False) -> asyncio.Task[Token]:
        """The log-in to *scope* that is under way, or a new one."""
        task = self._log_ins.get(scope)
        if task is None:
            since = self._memory.ended
            task = asyncio.create_task(self._renewed(scope, since, forgets=forgets), name="log in")
            self._log_ins[scope] = task
            task.add_done_callback(lambda done: self._ended(scope, done))
        return task

    def _ended(self, scope: Scope, task: asyncio.Task[Token]) -> None:
        self._log_ins.pop(scope, None)
        self._slow.discard(task)
        if not task.cancelled():
            task.exception()  # seen, though everybody who waited may have left

    async def _result(self, task: asyncio.Task[Token]) -> Token:
        """What a log-in ends with, for one of those who wait. Raises ``CloudError``."""
        try:
            return await asyncio.shield(task)
        except CloudError as error:
            told = error.failure
        except asyncio.CancelledError:
            waiter = asyncio.current_task()
            if not task.cancelled() or (waiter is not None and waiter.cancelling()):
                raise
            told = self._ended_with_the_connection()
        # Anew, without the frames of the log-in, which hold secrets.
        raise CloudError(told)

    def _ended_with_the_connection(self) -> Failure:
        message = "the connection was closed while it logged in"
        return Failure(ErrorKind.NOT_SENT, Executed.NO, "log in", message=message, at=self._now())

    async def _renewed(self, scope: Scope, since: int, *, forgets: bool) -> Token:
        async with self._lock:
            if forgets:
                await self._on_disk(lambda: self._cache.forget(scope))
            held = self._held(scope) or await self._cached(scope)
            return held if held is not None else await self._early(scope, since)

    async def _cached(self, scope: Scope) -> Token | None:
        """The token that an earlier start left behind; looked for once."""
        if scope in self._looked:
            return None
        self._looked.add(scope)
        token = await self._on_disk(lambda: self._cache.load(scope, self._now()))
        if token is not None:
            self._session.redactor.add(token.secret, passing=True)
            self._tokens[scope] = self.last = token
        return token

    async def _on_disk(self, work: Callable[[], T]) -> T | None:
        """*work* on the cache; a disk that does not answer is an empty cache."""
        try:
            return await asyncio.wait_for(in_thread(work), _DISK_PATIENCE)
        except TimeoutError:
            return None

    async def _early(self, scope: Scope, since: int) -> Token:
        """A new token; the old one goes on serving while it can and no other is to be had."""
        held = self._tokens.get(scope)
        for tries in range(1, _ASKED_EARLY + 1):
            try:
                new = await self._obtain(scope, since)
            except CloudError as error:
                now = self._now()
                if held is None or held.is_over(now):
                    raise
                if isinstance(error, Refused) and not self._log_in.unasked and tries < _ASKED_EARLY:
                    # Whoever has just answered is there, and would not learn of it otherwise.
                    self._memory.forgive()
                    continue
                self._early_again[scope] = now + _PAUSE
                return held
            break
        await self._keep(scope, new)
        return new

    async def _keep(self, scope: Scope, token: Token) -> None:
        self._tokens[scope] = self.last = token
        self._early_again.pop(scope, None)
        self._not_taken.discard(scope)
        await self._on_disk(lambda: self._cache.store(scope, token))

    async def _obtain(self, scope: Scope, since: int) -> Token:
        """By another token where that works, else by the credentials."""
        known = self._memory.known(scope, self._session.clock.monotonic(), since)
        if known is not None:
            raise CloudError(known)
        try:
            base = self._base(scope)
            token = await self._log_in.by_token(scope, base) if base is not None else None
            if token is None:
                self._demand_rest(scope)
                token = await self._log_in.by_credentials(scope, self._why(scope))
                self._demand_same_user(token)
                self._memory.recognised(self._log_in.unasked)
        except Declined as error:
            self._memory.declined(error.failure)
            raise
        except Resting as error:
            self._memory.resting(scope, error.failure)
            raise
        except Refused as error:
            self._log_in.refused()
            raise Refused(self._refused(scope, error.failure)) from None
        except CloudError as error:
            self._memory.failed(error.failure, self._session.clock.monotonic())
            raise
        self._memory.succeeded(scope)
        return token

    def _refused(self, scope: Scope, failure: Failure) -> Failure:
        told = self._memory.refused(scope, failure)
        self._tally.rest(scope, self._log_in.unasked, told, self._session.clock.monotonic())
        return told

    def _demand_rest(self, scope: Scope) -> None:
        """What was refused just now is not sent again as it is."""
        now = self._session.clock.monotonic()
        resting = self._tally.resting(scope, self._log_in.unasked, now)
        if resting is not None:
            raise Resting(resting)

    def _demand_same_user(self, token: Token) -> None:
        """Restores are sent and watched as one user: another's token is none for them."""
        before = self.last
        if before is None or not before.user_id or not token.user_id:
            return
        if token.user_id != before.user_id:
            raise Declined(another_user(before.grant.user, token.grant.user, self._now()))

    def _why(self, scope: Scope) -> str:
        """For what reason the user is to log in, as a sentence."""
        if scope in self._not_taken:
            return NOT_TAKEN
        before, now = self._tokens.get(scope, self.last), self._now()
        if before is None:
            return FIRST
        if before.is_over(now):
            return ENDED
        return ENDS if before.is_due(now) else APART

    def _base(self, scope: Scope) -> Token | None:
        if not self._log_in.can_rescope(scope):
            return None
        now = self._now()
        fit = [t for s, t in self._tokens.items() if s != scope and t.can_be_base(now)]
        return max(fit, key=lambda token: token.ends_at, default=None)

    def _now(self) -> datetime:
        return self._session.clock.now()


class TokenAuthorizer:
    """Puts a token of one scope onto requests."""

    def __init__(self, token_store: TokenStore, scope: Scope = UNSCOPED) -> None:
        self._token_store = token_store
        self._scope = scope

    async def authorize(self, request: Request) -> tuple[Request, object]:
        token = await self._token_store.token(self._scope)
        proof = {"X-Auth-Token": token.secret.reveal()}
        return replace(request, headers={**request.headers, **proof}), token

    def accepted(self, stamp: object, answer: Response) -> None:
        if isinstance(stamp, Token):
            self._token_store.took(stamp, self._scope, origin(answer.request.url))

    def discard(self, stamp: object, answer: Response) -> None:
        del answer
        if isinstance(stamp, Token):
            self._token_store.discard(self._scope, stamp)

    async def renew(self, stamp: object, answer: Response) -> bool:
        place = origin(answer.request.url)
        return isinstance(stamp, Token) and await self._token_store.renew(self._scope, stamp, place)
