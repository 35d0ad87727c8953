"""Where the tokens of one user come from: the cache on disk, another token, the credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from vbs_tui.cloud.auth.lockout import Lockout, OtherUser, Paused
from vbs_tui.cloud.auth.log_in import BaseLogIn, Refused
from vbs_tui.cloud.auth.log_in_errors import another_user
from vbs_tui.cloud.auth.refusal_history import RefusalHistory, endpoint_backoff
from vbs_tui.cloud.auth.token_cache import TokenCache
from vbs_tui.cloud.auth.tokens import Scope, Token
from vbs_tui.cloud.http.session import Session
from vbs_tui.threads import in_thread

T = TypeVar("T")

_DISK_SECONDS = 5.0
"""Seconds that the cache on disk may take."""


class TokenSource:
    """Gets tokens of any scope, one log-in at a time, within what the lockout allows."""

    def __init__(
        self, session: Session, log_in: BaseLogIn[Any], cache: TokenCache, history: RefusalHistory
    ) -> None:
        self.session = session
        self.log_in = log_in
        self.lockout = Lockout(history, session.clock.monotonic)
        self.lock = asyncio.Lock()
        """Held during a log-in."""
        self.backoff = endpoint_backoff()
        """Pauses for services that refuse fresh tokens, by scope and origin."""
        self.tokens: dict[Scope, Token] = {}
        """The current tokens; they may have ended."""
        self.last: Token | None = None
        """The token that was got last."""
        self._cache = cache
        self._history = history

    @property
    def asks(self) -> bool:
        """Whether a log-in asks the operator for a secret."""
        return not self.log_in.configured_secrets

    async def obtain(self, scope: Scope, since: int, why: str) -> Token:
        """A token by another one where that works, else by the credentials.

        *since*: the number of log-ins that had ended when the caller began to wait. *why*: the
        reason, as a sentence, should the operator be asked. Raises ``CloudError``.
        """
        log_in, secrets = self.log_in, self.log_in.configured_secrets
        monotonic = self.session.clock.monotonic

        async def attempt() -> Token:
            base = self._base(scope)
            token = await log_in.by_token(scope, base) if base is not None else None
            if token is None:
                if (reason := self._history.paused(scope, secrets, monotonic())) is not None:
                    raise Paused(reason)
                token = await log_in.by_credentials(scope, why)
                self._demand_same_user(token)
                self._history.succeed(secrets)
            return token

        try:
            return await self.lockout.attempt(scope, since, attempt)
        except Refused as error:
            log_in.forget_typed()
            self._history.pause(scope, secrets, error.failure, monotonic())
            raise

    async def read_cache(self, scope: Scope) -> None:
        """Take over the token of *scope* that an earlier start left behind."""
        now = self.session.clock.now()
        token = await self._on_disk(lambda: self._cache.load(scope, now))
        if token is not None:
            self.session.redactor.add(token.secret, temporary=True)
            self.tokens[scope] = self.last = token

    async def keep(self, scope: Scope, token: Token) -> None:
        """Use *token* from now on, and for the next start."""
        self.tokens[scope] = self.last = token
        await self._on_disk(lambda: self._cache.store(scope, token))

    async def forget(self, scope: Scope) -> None:
        """The token that was kept is refused."""
        await self._on_disk(lambda: self._cache.forget(scope))

    async def _on_disk(self, work: Callable[[], T]) -> T | None:
        """*work* on the cache; a disk that takes too long is an empty cache."""
        try:
            return await asyncio.wait_for(in_thread(work), _DISK_SECONDS)
        except TimeoutError:
            return None

    def _demand_same_user(self, token: Token) -> None:
        """Restores are sent and watched as one user: another user's token is not used."""
        before = self.last
        if before is None or not before.user_id or not token.user_id:
            return
        if token.user_id != before.user_id:
            now = self.session.clock.now()
            raise OtherUser(another_user(before.grant.user, token.grant.user, now))

    def _base(self, scope: Scope) -> Token | None:
        """A token that may be exchanged for one of *scope*. What comes of it ends with it."""
        if not self.log_in.can_rescope(scope):
            return None
        now = self.session.clock.now()
        others = [token for known, token in self.tokens.items() if known != scope]
        fit = [token for token in others if not token.is_due(now)]
        return max(fit, key=lambda token: token.ends_at, default=None)
