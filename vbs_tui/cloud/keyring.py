"""All tokens of one user: got once for everybody who waits, renewed in time, refused only once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from vbs_tui.cloud.asking import Declined
from vbs_tui.cloud.beside import beside
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.exchange import Request
from vbs_tui.cloud.log_in import LogIn, Refused
from vbs_tui.cloud.log_in_memory import LogInMemory, Tally
from vbs_tui.cloud.session import Session
from vbs_tui.cloud.token_cache import NoTokenCache, TokenCache
from vbs_tui.cloud.tokens import UNSCOPED, Scope, Token

T = TypeVar("T")

FIRST = "This is the first log-in since the start."
ENDED = "The last log-in has run out."
ENDS = "The last log-in runs out soon."
NOT_TAKEN = "The cloud no longer takes the last log-in."
APART = "The cloud wants a log-in of its own for this project."
"""Why a log-in is needed, for the operator who is asked."""

_DISK_PATIENCE = 5.0
"""Seconds that the cache on disk may take."""

_PAUSE = timedelta(seconds=60)
"""Between renewals that look vain: of a token that still serves, of one that no service took."""


class Keyring:
    """Gets, keeps and renews tokens, one for each scope."""

    def __init__(
        self,
        session: Session,
        log_in: LogIn,
        cache: TokenCache | None = None,
        tally: Tally | None = None,
    ) -> None:
        self._session = session
        self._log_in = log_in
        self._cache = cache or NoTokenCache()
        self._memory = LogInMemory(tally)
        self._looked: set[Scope] = set()
        self._lock = asyncio.Lock()
        self._tokens: dict[Scope, Token] = {}
        self._early_again: dict[Scope, datetime] = {}
        self._vain: dict[Scope, datetime] = {}
        self._not_taken: set[Scope] = set()
        self.last: Token | None = None
        """The token that was got last."""

    def forgive(self) -> None:
        """The operator wants another try: forget past refusals."""
        self._memory.forgive()

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
        since = self._memory.ended
        async with self._lock:
            held = self._held(scope) or await self._cached(scope)
            return held if held is not None else await self._early(scope, since)

    def peek(self, scope: Scope) -> Token | None:
        """The token of *scope* that is at hand, whatever is left of it."""
        return self._tokens.get(scope)

    def discard(self, scope: Scope, spent: Token) -> None:
        """Forget a token that was refused."""
        if self._tokens.get(scope) is spent:
            del self._tokens[scope]
            self._not_taken.add(scope)

    async def renew(self, scope: Scope, spent: Token) -> bool:
        """Replace a refused token, once for all who were refused with it."""
        since = self._memory.ended
        async with self._lock:
            held = self._tokens.get(scope)
            if held is not None and held is not spent:
                return True
            if not spent.worked and self._is_vain(scope):
                return False
            self.discard(scope, spent)
            await self._on_disk(lambda: self._cache.forget(scope))
            await self._keep(scope, await self._obtain(scope, since))
            return True

    def _is_vain(self, scope: Scope) -> bool:
        """Whether a token that was never taken has been replaced just now; notes that it is."""
        now = self._now()
        before = self._vain.get(scope)
        if before is not None and now - before < _PAUSE:
            return True
        self._vain[scope] = now
        return False

    def _held(self, scope: Scope) -> Token | None:
        held = self._tokens.get(scope)
        now = self._now()
        if held is None or not held.is_due(now):
            return held
        again = self._early_again.get(scope)
        return held if again is not None and now < again and not held.is_over(now) else None

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
            return await asyncio.wait_for(beside(work), _DISK_PATIENCE)
        except TimeoutError:
            return None

    async def _early(self, scope: Scope, since: int) -> Token:
        """A new token; the old one goes on serving while it can and no other is to be had."""
        held = self._tokens.get(scope)
        try:
            new = await self._obtain(scope, since)
        except CloudError:
            now = self._now()
            if held is None or held.is_over(now):
                raise
            self._early_again[scope] = now + _PAUSE
            return held
        await self._keep(scope, new)
        return new

    async def _keep(self, scope: Scope, token: Token) -> None:
        self._tokens[scope] = self.last = token
        self._early_again.pop(scope, None)
        self._not_taken.discard(scope)
        await self._on_disk(lambda: self._cache.store(scope, token))

    async def _obtain(self, scope: Scope, since: int) -> Token:
        """By another token where that works, else by the credentials."""
        known = self._memory.known(scope, self._now(), since)
        if known is not None:
            raise CloudError(known)
        try:
            base = self._base(scope)
            token = await self._log_in.by_token(scope, base) if base is not None else None
            if token is None:
                token = await self._log_in.by_credentials(scope, self._why(scope))
                self._memory.recognised()
        except Declined as error:
            self._memory.declined(error.failure)
            raise
        except Refused as error:
            self._log_in.refused()
            raise Refused(self._memory.refused(scope, error.failure)) from None
        except CloudError as error:
            self._memory.failed(error.failure, self._now())
            raise
        self._memory.succeeded()
        return token

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

    def __init__(self, keyring: Keyring, scope: Scope = UNSCOPED) -> None:
        self._keyring = keyring
        self._scope = scope

    async def authorize(self, request: Request) -> tuple[Request, object]:
        token = await self._keyring.token(self._scope)
        proof = {"X-Auth-Token": token.secret.reveal()}
        return replace(request, headers={**request.headers, **proof}), token

    def accepted(self, stamp: object) -> None:
        if isinstance(stamp, Token):
            stamp.worked = True

    def discard(self, stamp: object) -> None:
        if isinstance(stamp, Token):
            self._keyring.discard(self._scope, stamp)

    async def renew(self, stamp: object) -> bool:
        return isinstance(stamp, Token) and await self._keyring.renew(self._scope, stamp)
