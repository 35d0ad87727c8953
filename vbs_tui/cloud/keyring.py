"""All tokens of one user: got once for everybody who waits, renewed in time, refused only once.

A log-in that was refused is remembered and not tried again until the operator wants it, so that
two wrong passwords never become five and a locked account.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.exchange import Request
from vbs_tui.cloud.log_in import Declined, LogIn, Refused
from vbs_tui.cloud.session import Session
from vbs_tui.cloud.token_cache import NoTokenCache, TokenCache
from vbs_tui.cloud.tokens import UNSCOPED, Scope, Token

_PAUSE = timedelta(seconds=60)
"""Between renewals that look vain: of a token that still serves, of one that no service took."""


class Keyring:
    """Gets, keeps and renews tokens, one for each scope."""

    def __init__(self, session: Session, log_in: LogIn, cache: TokenCache | None = None) -> None:
        self._session = session
        self._log_in = log_in
        self._cache = cache or NoTokenCache()
        self._looked: set[Scope] = set()
        self._lock = asyncio.Lock()
        self._tokens: dict[Scope, Token] = {}
        self._refused: dict[Scope, Failure] = {}
        self._blocked: Failure | None = None
        self._refusals = 0
        self._succeeded = False
        self._early_again: dict[Scope, datetime] = {}
        self._vain: dict[Scope, datetime] = {}
        self.last: Token | None = None
        """The token that was got last."""

    def forgive(self) -> None:
        """The operator wants another try: forget past refusals."""
        self._refused.clear()
        self._blocked = None
        self._refusals = 0

    async def token(self, scope: Scope) -> Token:
        """A token of *scope* with time left. Raises ``CloudError``."""
        held = self._held(scope)
        if held is not None:
            return held
        async with self._lock:
            held = self._held(scope) or await self._cached(scope)
            return held if held is not None else await self._early(scope)

    def peek(self, scope: Scope) -> Token | None:
        """The token of *scope* that is at hand, whatever is left of it."""
        return self._tokens.get(scope)

    def discard(self, scope: Scope, spent: Token) -> None:
        """Forget a token that was refused."""
        if self._tokens.get(scope) is spent:
            del self._tokens[scope]

    async def renew(self, scope: Scope, spent: Token) -> bool:
        """Replace a refused token, once for all who were refused with it."""
        async with self._lock:
            held = self._tokens.get(scope)
            if held is not None and held is not spent:
                return True
            if not spent.worked and self._is_vain(scope):
                return False
            self.discard(scope, spent)
            await asyncio.to_thread(self._cache.forget, scope)
            await self._keep(scope, await self._obtain(scope))
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
        token = await asyncio.to_thread(self._cache.load, scope, self._now())
        if token is not None:
            self._session.redactor.add(token.secret, passing=True)
            self._tokens[scope] = self.last = token
        return token

    async def _early(self, scope: Scope) -> Token:
        """A new token; the old one goes on serving while it can and no other is to be had."""
        held = self._tokens.get(scope)
        try:
            new = await self._obtain(scope)
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
        await asyncio.to_thread(self._cache.store, scope, token)

    async def _obtain(self, scope: Scope) -> Token:
        """By another token where that works, else by the credentials."""
        for before in (self._blocked, self._refused.get(scope)):
            if before is not None:
                raise CloudError(before)
        base = self._base(scope)
        if base is not None:
            token = await self._log_in.by_token(scope, base)
            if token is not None:
                return token
        try:
            token = await self._log_in.by_credentials(scope)
        except Declined as error:
            self._blocked = error.failure  # ask again only when the operator wants it
            raise
        except Refused as error:
            self._count_refusal(scope, error.failure)
            raise
        self._succeeded, self._refusals = True, 0
        return token

    def _base(self, scope: Scope) -> Token | None:
        if not self._log_in.can_rescope(scope):
            return None
        now = self._now()
        fit = [t for s, t in self._tokens.items() if s != scope and t.can_be_base(now)]
        return max(fit, key=lambda token: token.ends_at, default=None)

    def _count_refusal(self, scope: Scope, failure: Failure) -> None:
        self._log_in.refused()
        self._refusals += 1
        self._refused[scope] = failure
        # Clouds refuse a wrong password and a forbidden project with the same words: where the
        # password was good before, one refusal blames the project, a second one the password.
        if not self._succeeded or self._refusals > 1:
            self._blocked = failure

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
