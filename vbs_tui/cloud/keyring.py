"""All tokens of one user: got once for everybody who waits, renewed in time, refused only once.

A log-in that was refused is remembered and not tried again until the operator wants it, so that
two wrong passwords never become five and a locked account. Errors of log-ins always say that
nothing was executed: the call they were for was not even tried.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vbs_tui.cloud.credentials import ApplicationCredentials, LogInCredentials
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.exchange import Answer, Request
from vbs_tui.cloud.failures import nonsense, refused
from vbs_tui.cloud.foreign import ForeignCredentials, ForeignRefusal
from vbs_tui.cloud.provider import Ask, SecretKind, SecretQuestion
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.session import Session
from vbs_tui.cloud.tokens import UNSCOPED, Scope, Token, token_from

_PAUSE = timedelta(seconds=60)
"""Between renewals that look vain: of a token that still serves, of one that no service took."""


class Keyring:
    """Gets, keeps and renews tokens, one for each scope."""

    def __init__(
        self,
        session: Session,
        root: str,
        credentials: LogInCredentials | ForeignCredentials,
        ask: Ask | None,
    ) -> None:
        self._session = session
        self._url = f"{root}/v3/auth/tokens"
        self._credentials = credentials
        self._ask = ask
        self._lock = asyncio.Lock()
        self._tokens: dict[Scope, Token] = {}
        self._typed: Secret | None = None
        self._refused: dict[Scope, Failure] = {}
        self._blocked: Failure | None = None
        self._refusals = 0
        self._succeeded = False
        self._early_again: dict[Scope, datetime] = {}
        self._vain: dict[Scope, datetime] = {}
        self.last: Token | None = None
        """The token that was got last."""
        for secret in credentials.secrets():
            session.redactor.add(secret)

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
            held = self._held(scope)
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
            self._keep(scope, await self._obtain(scope))
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
        now = self._session.clock.now()
        if held is None or not held.is_due(now):
            return held
        again = self._early_again.get(scope)
        return held if again is not None and now < again and not held.is_over(now) else None

    async def _early(self, scope: Scope) -> Token:
        """A new token; the old one goes on serving while it can and no other is to be had."""
        held = self._tokens.get(scope)
        try:
            new = await self._obtain(scope)
        except CloudError:
            now = self._session.clock.now()
            if held is None or held.is_over(now):
                raise
            self._early_again[scope] = now + _PAUSE
            return held
        self._keep(scope, new)
        return new

    def _keep(self, scope: Scope, token: Token) -> None:
        self._tokens[scope] = self.last = token
        self._early_again.pop(scope, None)

    async def _obtain(self, scope: Scope) -> Token:
        """By another token where that works, else by the credentials."""
        for before in (self._blocked, self._refused.get(scope)):
            if before is not None:
                raise CloudError(before)
        base = self._base(scope)
        if base is not None:
            answer = await self._post(scope, base)
            if answer.is_success:
                return self._checked(answer, scope)
            if answer.status == 429 or answer.status >= 500:
                raise CloudError(_as_log_in(refused(answer, self._now()).failure))
        if isinstance(self._credentials, ForeignCredentials):
            first = await self._foreign(self._credentials, scope)
            if not scope.is_project or scope.fits(first):
                return first
            answer = await self._post(scope, first)
        else:
            answer = await self._post(scope, None)
        if not answer.is_success:
            failure = _as_log_in(refused(answer, self._now()).failure)
            self._count_refusal(scope, failure)
            raise CloudError(failure)
        self._succeeded, self._refusals = True, 0
        return self._checked(answer, scope)

    async def _foreign(self, credentials: ForeignCredentials, scope: Scope) -> Token:
        """A token of the plugin's own scope. Raises ``CloudError``."""
        try:
            token = await asyncio.to_thread(credentials.log_in, self._now())
        except ForeignRefusal as refusal:
            words = self._session.redactor.blot(str(refusal), 300)
            failure = Failure(
                ErrorKind.LOG_IN if refusal.answered else ErrorKind.NOT_SENT,
                Executed.NO,
                "log in",
                credentials.label,
                url=self._url,
                message=words,
                hint=f"The log-in is done by keystoneauth's {credentials.kind} plugin: "
                "try the openstack client with the same cloud.",
                at=self._now(),
            )
        else:
            self._session.redactor.add(token.secret, passing=True)
            self._succeeded, self._refusals = True, 0
            return token
        self._count_refusal(scope, failure)
        raise CloudError(failure)

    def _base(self, scope: Scope) -> Token | None:
        if not scope.is_project or isinstance(self._credentials, ApplicationCredentials):
            return None
        now = self._now()
        fit = [t for s, t in self._tokens.items() if s != scope and t.can_be_base(now)]
        return max(fit, key=lambda token: token.ends_at, default=None)

    def _count_refusal(self, scope: Scope, failure: Failure) -> None:
        if failure.kind is not ErrorKind.LOG_IN:
            return
        self._typed = None
        self._refusals += 1
        self._refused[scope] = failure
        # Clouds refuse a wrong password and a forbidden project with the same words: where the
        # password was good before, one refusal blames the project, a second one the password.
        if not self._succeeded or self._refusals > 1:
            self._blocked = failure

    def _checked(self, answer: Answer, scope: Scope) -> Token:
        token = token_from(answer, self._now())
        if token is None:
            raise CloudError(
                _as_log_in(nonsense(answer, "the log-in gave no usable token").failure)
            )
        self._session.redactor.add(token.secret, passing=True)
        if scope.project_id and token.project_id != scope.project_id:
            text = "the token is for another project than the one asked for"
            raise CloudError(_as_log_in(nonsense(answer, text, self._now()).failure))
        return token

    async def _post(self, scope: Scope, base: Token | None) -> Answer:
        failure: Failure | None = None
        try:
            return await self._session.send(await self._request(scope, base))
        except CloudError as error:
            failure = _as_log_in(error.failure)
        raise CloudError(failure)

    async def _request(self, scope: Scope, base: Token | None) -> Request:
        """The log-in; its secrets live in this frame alone."""
        identity: dict[str, Any]
        if base is not None:
            identity = {"methods": ["token"], "token": {"id": base.secret.reveal()}}
        else:
            identity = await self._identify()
        auth: dict[str, Any] = {"identity": identity}
        wanted = scope.body()
        if wanted is not None and not isinstance(self._credentials, ApplicationCredentials):
            auth["scope"] = wanted
        body = json.dumps({"auth": auth}).encode()
        return Request("POST", self._url, "log in", self._credentials.label, body=body)

    async def _identify(self) -> dict[str, Any]:
        assert not isinstance(self._credentials, ForeignCredentials)
        flow = self._credentials.flow()
        try:
            question = next(flow)
            while True:
                question = flow.send(await self._answer_to(question))
        except StopIteration as done:
            identity: dict[str, Any] = done.value
            return identity

    async def _answer_to(self, question: SecretQuestion) -> Secret:
        is_password = question.kind is SecretKind.PASSWORD
        if is_password and self._typed is not None:
            return self._typed
        text = await self._ask(question) if self._ask is not None else None
        if not text:
            failure = Failure(
                ErrorKind.LOG_IN,
                Executed.NO,
                "log in",
                self._credentials.label,
                url=self._url,
                message=f"no {question.kind.value} was given",
                at=self._now(),
            )
            self._blocked = failure  # ask again only when the operator wants it
            raise CloudError(failure)
        secret = Secret(text)
        self._session.redactor.add(secret, passing=not is_password)
        if is_password:
            self._typed = secret
        return secret

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


def _as_log_in(failure: Failure) -> Failure:
    """*failure* of a log-in as what it is for the caller: nothing was executed."""
    status = failure.status
    hint = failure.hint
    kind = failure.kind
    if kind is ErrorKind.REFUSED and status != 429:
        kind = ErrorKind.LOG_IN
        if status == 401 and not hint:
            hint = (
                "User, domain, password or project is wrong: clouds answer all of these alike. "
                "Look at the configuration before trying again; too many tries lock the account."
            )
        elif status in (404, 405):
            hint = "Look at auth_url: that address does not answer as an identity service."
    elif kind is ErrorKind.NONSENSE:
        kind = ErrorKind.LOG_IN
    return replace(failure, kind=kind, executed=Executed.NO, what="log in", hint=hint)
