"""One log-in: ``POST /v3/auth/tokens``, by what the user knows, by another token, by a plugin.

Every error of a log-in says that nothing was executed: the call it was for was not even tried.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from vbs_tui.cloud.credentials import ApplicationCredentials, LogInCredentials
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.exchange import Answer, Request
from vbs_tui.cloud.failures import nonsense, refused
from vbs_tui.cloud.foreign import ForeignCredentials, ForeignRefusal
from vbs_tui.cloud.provider import Ask, SecretKind, SecretQuestion
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.session import Session
from vbs_tui.cloud.tokens import Scope, Token, token_from

_NO_REFUSAL = frozenset({404, 405, 407, 408, 413, 421, 425, 429})
"""Statuses below 500 of a server that did not look at the credentials."""


_BOUND = (
    "An application credential is good for the project it was made in. Open that one, or choose a "
    "cloud with another log-in."
)


class Declined(CloudError):  # noqa: N818 - an answer of the operator
    """The operator was asked for a secret and gave none."""


class Refused(CloudError):  # noqa: N818 - an answer of the cloud
    """The cloud does not take these credentials (for this scope)."""


class LogIn(Protocol):
    """A way to tokens."""

    def can_rescope(self, scope: Scope) -> bool:
        """Whether a token of another scope may be exchanged for one of *scope*."""
        ...

    async def by_token(self, scope: Scope, base: Token) -> Token | None:
        """A token for *base*; ``None`` when the cloud refuses that. Raises ``CloudError``."""
        ...

    async def by_credentials(self, scope: Scope) -> Token:
        """A fresh token. Raises :class:`Refused`, :class:`Declined`, ``CloudError``."""
        ...

    def refused(self) -> None:
        """What was typed does not serve: forget it."""
        ...


def new_log_in(
    session: Session,
    root: str,
    credentials: LogInCredentials | ForeignCredentials,
    ask: Ask | None,
) -> LogIn:
    """The log-in for *credentials*; their secrets are made known to the session's redactor."""
    for secret in credentials.secrets():
        session.redactor.add(secret)
    url = f"{root}/v3/auth/tokens"
    if isinstance(credentials, ForeignCredentials):
        return _PluginLogIn(session, url, credentials)
    return _OwnLogIn(session, url, credentials, ask)


class _Exchange:
    """The request itself, and what is made of its answer."""

    def __init__(self, session: Session, url: str, label: str, elsewhere: str = "") -> None:
        """*elsewhere*: what to do when the log-in leads to another project."""
        self._elsewhere = elsewhere
        self._session = session
        self._url = url
        self._label = label

    async def by_token(self, scope: Scope, base: Token) -> Token | None:
        answer = await self._post(_by_token(base), scope.body())
        if answer.is_success:
            return self._checked(answer, scope)
        if answer.status == 429 or answer.status >= 500:
            raise self._refusal(answer)
        return None

    async def _post(self, identity: dict[str, Any], scope: dict[str, Any] | None) -> Answer:
        auth = {"identity": identity} | ({"scope": scope} if scope is not None else {})
        body = json.dumps({"auth": auth}).encode()
        failure: Failure | None = None
        try:
            return await self._session.send(
                Request("POST", self._url, "log in", self._label, body=body)
            )
        except CloudError as error:
            failure = _as_log_in(error.failure)
        # Outside of the handler, so that no frame with a secret hangs on the error.
        raise CloudError(failure)

    def _refusal(self, answer: Answer) -> CloudError:
        failure = _as_log_in(refused(answer, self._now()).failure)
        is_refusal = 400 <= answer.status < 500 and answer.status not in _NO_REFUSAL
        return Refused(failure) if is_refusal else CloudError(failure)

    def _checked(self, answer: Answer, scope: Scope) -> Token:
        token = token_from(answer, self._now())
        text, hint = "the log-in gave no usable token", ""
        if token is not None:
            self._session.redactor.add(token.secret, passing=True)
            if not scope.project_id or token.project_id == scope.project_id:
                return token
            text = "the token is for another project than the one asked for"
            hint = self._elsewhere
        failure = nonsense(answer, text, self._now()).failure
        raise CloudError(_as_log_in(replace(failure, hint=hint)))

    def _now(self) -> datetime:
        return self._session.clock.now()


class _OwnLogIn(_Exchange):
    """By password, passcode, token or application credential."""

    def __init__(
        self, session: Session, url: str, credentials: LogInCredentials, ask: Ask | None
    ) -> None:
        # Such a log-in belongs to one project, and Keystone takes no scope with it.
        self._is_bound = isinstance(credentials, ApplicationCredentials)
        super().__init__(session, url, credentials.label, _BOUND if self._is_bound else "")
        self._credentials = credentials
        self._ask = ask
        self._typed: Secret | None = None

    def can_rescope(self, scope: Scope) -> bool:
        return scope.is_project and not self._is_bound

    async def by_credentials(self, scope: Scope) -> Token:
        identity = await self._identify()
        answer = await self._post(identity, None if self._is_bound else scope.body())
        if answer.is_success:
            return self._checked(answer, scope)
        raise self._refusal(answer)

    def refused(self) -> None:
        self._typed = None

    async def _identify(self) -> dict[str, Any]:
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
            raise Declined(
                Failure(
                    ErrorKind.LOG_IN,
                    Executed.NO,
                    "log in",
                    self._label,
                    url=self._url,
                    message=f"no {question.kind.value} was given",
                    at=self._now(),
                )
            )
        secret = Secret(text)
        self._session.redactor.add(secret, passing=not is_password)
        if is_password:
            self._typed = secret
        return secret


class _PluginLogIn(_Exchange):
    """By a plugin of keystoneauth, in a thread; only its token comes back."""

    def __init__(self, session: Session, url: str, credentials: ForeignCredentials) -> None:
        super().__init__(session, url, credentials.label)
        self._credentials = credentials

    def can_rescope(self, scope: Scope) -> bool:
        return scope.is_project

    async def by_credentials(self, scope: Scope) -> Token:
        first = await self._first()
        if not scope.is_project or scope.fits(first):
            return first
        answer = await self._post(_by_token(first), scope.body())
        if answer.is_success:
            return self._checked(answer, scope)
        raise self._refusal(answer)

    def refused(self) -> None:
        """Nothing was typed."""

    async def _first(self) -> Token:
        """A token of the plugin's own scope."""
        try:
            token = await asyncio.to_thread(self._credentials.log_in, self._now())
        except ForeignRefusal as refusal:
            failure = self._plugin_failure(refusal)
        else:
            self._session.redactor.add(token.secret, passing=True)
            return token
        raise (Refused if failure.kind is ErrorKind.LOG_IN else CloudError)(failure)

    def _plugin_failure(self, refusal: ForeignRefusal) -> Failure:
        kind = self._credentials.kind
        return Failure(
            ErrorKind.LOG_IN if refusal.answered else ErrorKind.NOT_SENT,
            Executed.NO,
            "log in",
            self._label,
            url=self._url,
            message=self._session.redactor.blot(str(refusal), 300),
            hint=f"The log-in is done by keystoneauth's {kind} plugin: "
            "try the openstack client with the same cloud.",
            at=self._now(),
        )


def _by_token(token: Token) -> dict[str, Any]:
    return {"methods": ["token"], "token": {"id": token.secret.reveal()}}


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
