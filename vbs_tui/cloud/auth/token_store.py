"""All tokens of one user: one log-in for all who wait, renewed in time, never doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from vbs_tui.cloud.auth.authorization import Authorization
from vbs_tui.cloud.auth.lockout import Lockout, RefusalHistory, endpoint_backoff
from vbs_tui.cloud.auth.log_in import BaseLogIn, Refused
from vbs_tui.cloud.auth.log_in_errors import another_user
from vbs_tui.cloud.auth.token_cache import TokenCache
from vbs_tui.cloud.auth.tokens import UNSCOPED, Grant, Scope, Token
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import Authorizer
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import origin
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret
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


class _Recorded(CloudError):  # noqa: N818 - a state
    """A failure that the lockout knows of already."""


class TokenStore(Authorization):
    """Gets, keeps and renews the tokens of one user, one for each scope.

    A log-in belongs to the store, not to who waits for it: a caller that is cancelled must neither
    lose the response to a log-in that was sent, nor let the next caller begin another.
    """

    def __init__(
        self,
        session: Session,
        log_in: BaseLogIn[Any],
        cache: TokenCache | None = None,
        history: RefusalHistory | None = None,
        home: Scope = UNSCOPED,
    ) -> None:
        """*home*: the configured scope, which the first log-in asks for."""
        self._session = session
        self._log_in = log_in
        self._home = home
        self._cache = cache or TokenCache(None, "")
        self._history = history or RefusalHistory()
        self._lockout = Lockout(self._history)
        self._cache_read: set[Scope] = set()
        self._lock = asyncio.Lock()
        self._tokens: dict[Scope, Token] = {}
        self._log_ins: dict[Scope, asyncio.Task[Token]] = {}
        self._slow: set[asyncio.Task[Token]] = set()
        """Log-ins that nobody waits for any more, since the token at hand still serves."""
        self._retry_at: dict[Scope, datetime] = {}
        """When the next early renewal is tried, after one that failed."""
        self._backoff = endpoint_backoff()
        self._rejected: set[Scope] = set()
        """Scopes whose last token was refused before its end."""
        self._last: Token | None = None
        """The token that was got last."""

    @property
    def user(self) -> str:
        return self._last.user_name or self._last.user_id if self._last is not None else ""

    @property
    def expires_at(self) -> datetime | None:
        return self._last.expires_at if self._last is not None else None

    @property
    def only_project(self) -> Project | None:
        home = self._tokens.get(self._home)
        if home is None or not home.project_id:
            return None
        return Project(home.project_id, home.project_name or home.project_id)

    @property
    def project_paths(self) -> tuple[str, ...]:  # type: ignore[override]
        user_id = self._last.user_id if self._last is not None else ""
        own = (f"/v3/users/{user_id}/projects",) if user_id else ()
        return ("/v3/auth/projects", *own, "/v3/projects")

    @property
    def is_locked(self) -> bool:
        return self._lockout.is_locked

    def reset(self) -> None:
        self._lockout.reset()
        self._backoff.reset()
        self._retry_at.clear()

    def use(self, log_in: BaseLogIn[Any]) -> None:
        """Log in by *log_in* from now on: the same user's, with a corrected secret."""
        self._log_in = log_in

    def unscoped(self) -> Authorizer:
        return TokenAuthorizer(self, self._home)

    def for_project(self, project: Project) -> Authorizer:
        return TokenAuthorizer(self, self._scope_of(project))

    def catalog_of(self, project: Project) -> object:
        token = self._tokens.get(self._scope_of(project))
        return token.data.get("catalog") if token is not None else None

    def grant(self, project: Project) -> Grant | None:
        token = self._tokens.get(self._scope_of(project))
        return token.grant if token is not None else None

    def _scope_of(self, project: Project) -> Scope:
        home = self._tokens.get(self._home)
        is_home = home is not None and home.project_id == project.id
        return self._home if is_home else Scope(project_id=project.id)

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

    def accepted(self, scope: Scope, token: Token, place: str) -> None:
        """The service at *place*, an origin, accepts this token of *scope*."""
        token.accepted_by.add(place)
        self._backoff.succeed((scope, place))

    def discard(self, scope: Scope, spent: Token) -> None:
        """Forget a token that was refused."""
        if self._tokens.get(scope) is spent:
            del self._tokens[scope]
            self._rejected.add(scope)

    async def renew(self, scope: Scope, spent: Token, place: str) -> bool:
        """Replace a token that the service at *place* refused, once for all callers.

        ``False`` when another token would not help. Raises ``CloudError``.
        """
        held = self._tokens.get(scope)
        if held is not None and held is not spent:
            return True
        if held is None and scope in self._log_ins:
            await self._result(self._log_ins[scope])
            return True
        if place not in spent.accepted_by:
            # Such a service may never accept any: log-ins for it would go on without end.
            now = self._monotonic()
            if self._backoff.remaining((scope, place), now):
                return False
            self._backoff.fail((scope, place), now)
        self.discard(scope, spent)
        await self._result(self._begun(scope, forgets=True))
        return True

    async def aclose(self) -> None:
        tasks = list(self._log_ins.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _held(self, scope: Scope) -> Token | None:
        held = self._tokens.get(scope)
        now = self._now()
        if held is None or not held.is_due(now):
            return held
        again = self._retry_at.get(scope)
        return held if again is not None and now < again and not held.is_over(now) else None

    def _begun(self, scope: Scope, *, forgets: bool = False) -> asyncio.Task[Token]:
        """The log-in to *scope* that is under way, or a new one."""
        task = self._log_ins.get(scope)
        if task is None:
            since = self._lockout.ended
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
        if scope in self._cache_read:
            return None
        self._cache_read.add(scope)
        token = await self._on_disk(lambda: self._cache.load(scope, self._now()))
        if token is not None:
            self._session.redactor.add(token.secret, passing=True)
            self._tokens[scope] = self._last = token
        return token

    async def _on_disk(self, work: Callable[[], T]) -> T | None:
        """*work* on the cache; a disk that does not answer is an empty cache."""
        try:
            return await asyncio.wait_for(in_thread(work), _DISK_PATIENCE)
        except TimeoutError:
            return None

    async def _early(self, scope: Scope, since: int) -> Token:
        """A new token; the old one is used while it serves and no other is to be had."""
        held = self._tokens.get(scope)
        for tries in range(1, _ASKED_EARLY + 1):
            try:
                new = await self._obtain(scope, since)
            except CloudError as error:
                now = self._now()
                if held is None or held.is_over(now):
                    raise
                is_typed = isinstance(error, Refused) and not self._log_in.configured_secrets
                if is_typed and tries < _ASKED_EARLY:
                    # Whoever has just answered is there, and would not learn of it otherwise.
                    self._lockout.reset()
                    continue
                self._retry_at[scope] = now + _PAUSE
                return held
            break
        self._tokens[scope] = self._last = new
        self._retry_at.pop(scope, None)
        self._rejected.discard(scope)
        await self._on_disk(lambda: self._cache.store(scope, new))
        return new

    async def _obtain(self, scope: Scope, since: int) -> Token:
        """By another token where that works, else by the credentials. Raises ``CloudError``."""
        if (reason := self._lockout.reason(scope, self._monotonic(), since)) is not None:
            raise CloudError(reason)
        log_in, secrets = self._log_in, self._log_in.configured_secrets
        try:
            base = self._base(scope)
            token = await log_in.by_token(scope, base) if base is not None else None
            if token is None:
                self._demand_no_pause(scope, secrets)
                token = await log_in.by_credentials(scope, self._why(scope))
                self._demand_same_user(token)
                self._history.succeed(secrets)
        except _Recorded:
            raise
        except Refused as error:
            log_in.forget_typed()
            failure = self._lockout.refused(scope, error.failure)
            self._history.pause(scope, secrets, failure, self._monotonic())
            raise Refused(failure) from None
        except CloudError as error:
            if error.failure.declined:
                self._lockout.declined(error.failure)
            else:
                self._lockout.failed(error.failure, self._monotonic())
            raise
        self._lockout.succeeded(scope)
        return token

    def _demand_no_pause(self, scope: Scope, secrets: tuple[Secret, ...]) -> None:
        """Secrets that were refused a moment ago are not sent again unchanged."""
        reason = self._history.paused(scope, secrets, self._monotonic())
        if reason is not None:
            self._lockout.paused(scope, reason)
            raise _Recorded(reason)

    def _demand_same_user(self, token: Token) -> None:
        """Restores are sent and watched as one user: another user's token is not used."""
        before = self._last
        if before is None or not before.user_id or not token.user_id:
            return
        if token.user_id != before.user_id:
            failure = another_user(before.grant.user, token.grant.user, self._now())
            self._lockout.declined(failure)
            raise _Recorded(failure)

    def _why(self, scope: Scope) -> str:
        """For what reason the user is to log in, as a sentence."""
        if scope in self._rejected:
            return NOT_TAKEN
        before, now = self._tokens.get(scope, self._last), self._now()
        if before is None:
            return FIRST
        if before.is_over(now):
            return ENDED
        return ENDS if before.is_due(now) else APART

    def _base(self, scope: Scope) -> Token | None:
        if not self._log_in.can_rescope(scope):
            return None
        now = self._now()
        fit = [t for s, t in self._tokens.items() if s != scope and not t.is_due(now)]
        return max(fit, key=lambda token: token.ends_at, default=None)

    def _now(self) -> datetime:
        return self._session.clock.now()

    def _monotonic(self) -> float:
        return self._session.clock.monotonic()


class TokenAuthorizer:
    """Puts a token of one scope onto requests."""

    def __init__(self, token_store: TokenStore, scope: Scope = UNSCOPED) -> None:
        self._token_store = token_store
        self._scope = scope

    async def authorize(self, request: Request) -> tuple[Request, object]:
        token = await self._token_store.token(self._scope)
        header = {"X-Auth-Token": token.secret.reveal()}
        return replace(request, headers={**request.headers, **header}), token

    def accepted(self, stamp: object, answer: Response) -> None:
        if isinstance(stamp, Token):
            self._token_store.accepted(self._scope, stamp, origin(answer.request.url))

    def discard(self, stamp: object, answer: Response) -> None:
        del answer
        if isinstance(stamp, Token):
            self._token_store.discard(self._scope, stamp)

    async def renew(self, stamp: object, answer: Response) -> bool:
        place = origin(answer.request.url)
        return isinstance(stamp, Token) and await self._token_store.renew(self._scope, stamp, place)
