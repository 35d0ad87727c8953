"""One log-in: ``POST /v3/auth/tokens``, by what the user knows, by another token, by a plugin.

Every error of a log-in says that nothing was executed: the call it was for was not even tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from vbs_tui.cloud.auth.credentials import (
    ApplicationCredentials,
    LogInCredentials,
    PasscodeCredentials,
    TokenCredentials,
)
from vbs_tui.cloud.auth.lockout import RefusalCount
from vbs_tui.cloud.auth.log_in_errors import (
    as_log_in,
    assumptions,
    by_plugin,
    dead_token,
    demanding,
    is_dead_token,
    judges,
)
from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials, PluginRefusal
from vbs_tui.cloud.auth.prompt import Prompter
from vbs_tui.cloud.auth.tokens import Scope, Token, token_from
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.provider import Ask
from vbs_tui.cloud.secrets import Secret

_BOUND = (
    "An application credential is good for the project it was made in. Open that one, or choose a "
    "cloud with another log-in."
)


_NOT_DONE = "The log-in there is not done yet."


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

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        """A fresh token. *why*: for what reason, as a sentence, should the operator be asked.

        Raises :class:`Refused`, :class:`Declined`, ``CloudError``.
        """
        ...

    def refused(self) -> None:
        """What was typed does not serve: forget it."""
        ...

    @property
    def unasked(self) -> tuple[Secret, ...]:
        """What it is known by when nothing is asked of the operator; empty when something is."""
        ...


def new_log_in(
    session: Session,
    root: str,
    credentials: LogInCredentials | PluginCredentials,
    ask: Ask | None,
    *,
    cloud: str = "",
    tally: RefusalCount | None = None,
) -> LogIn:
    """The log-in for *credentials*; their secrets are made known to the session's redactor.

    *cloud* (its name for people) and *tally* are for the questions.
    """
    for secret in credentials.secrets():
        session.redactor.add(secret)
    url = f"{root}/v3/auth/tokens"
    asking = Prompter(session, credentials.label, ask, cloud=cloud, tally=tally or RefusalCount())
    if isinstance(credentials, PluginCredentials):
        return _PluginLogIn(session, url, credentials, asking)
    return _OwnLogIn(session, url, credentials, asking)


class _Exchange:
    """The request itself, and what is made of its answer."""

    def __init__(
        self, session: Session, url: str, credentials: LogInCredentials | PluginCredentials
    ) -> None:
        self._session = session
        self._url = url
        self._credentials = credentials
        self._label = credentials.label

    async def by_token(self, scope: Scope, base: Token) -> Token | None:
        answer = await self._answer(self._request(_by_token(base), scope.body()))
        if answer.is_success:
            return self._checked(answer, scope)
        if answer.status == 429 or answer.status >= 500:
            raise self._refusal(answer, scope)
        return None

    def _request(self, identity: dict[str, Any], scope: dict[str, Any] | None) -> Request:
        """The log-in; its secrets live in this frame alone, which is gone when anything fails."""
        auth = {"identity": identity} | ({"scope": scope} if scope is not None else {})
        body = json.dumps({"auth": auth}).encode()
        return Request("POST", self._url, "log in", self._label, body=body)

    async def _answer(self, request: Request) -> Response:
        failure: Failure | None = None
        try:
            return await self._session.send(request)
        except CloudError as error:
            failure = as_log_in(error.failure)
        # Outside of the handler, so that no frame with a secret hangs on the error.
        raise CloudError(failure)

    def _refusal(self, answer: Response, scope: Scope) -> CloudError:
        told = response_error(answer, self._now()).failure
        if isinstance(self._credentials, TokenCredentials) and is_dead_token(answer):
            return Refused(dead_token(told))
        failure = demanding(as_log_in(told, assumptions(self._credentials, scope)), answer)
        return Refused(failure) if _is_verdict(answer, told) else CloudError(failure)

    def _checked(self, answer: Response, scope: Scope) -> Token:
        token = token_from(answer, self._now())
        text, hint = "the log-in gave no usable token", ""
        if token is not None:
            self._session.redactor.add(token.secret, passing=True)
            if not scope.project_id or token.project_id == scope.project_id:
                return token
            if isinstance(self._credentials, ApplicationCredentials):
                raise CloudError(self._bound(token))
            text = "the token is for another project than the one asked for"
        failure = unexpected_response(answer, text, self._now()).failure
        raise CloudError(as_log_in(replace(failure, hint=hint or failure.hint)))

    def _bound(self, token: Token) -> Failure:
        own = token.project_name or token.project_id
        return Failure(
            ErrorKind.LOG_IN,
            Executed.NO,
            "open the project",
            message=f"this application credential is good for the project {own} alone",
            hint=_BOUND,
            at=self._now(),
        )

    def _now(self) -> datetime:
        return self._session.clock.now()


class _OwnLogIn(_Exchange):
    """By password, passcode, token or application credential."""

    def __init__(
        self, session: Session, url: str, credentials: LogInCredentials, asking: Prompter
    ) -> None:
        super().__init__(session, url, credentials)
        # Such a log-in belongs to one project, and Keystone takes no scope with it.
        self._is_bound = isinstance(credentials, ApplicationCredentials)
        self._own = credentials
        self._asking = asking

    def can_rescope(self, scope: Scope) -> bool:
        return scope.is_project and not self._is_bound

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        wanted = None if self._is_bound else scope.body()
        answer = await self._answer(self._request(await self._identify(why), wanted))
        if answer.is_success:
            return self._checked(answer, scope)
        raise self._refusal(answer, scope)

    def refused(self) -> None:
        self._asking.forget()

    @property
    def unasked(self) -> tuple[Secret, ...]:
        return () if isinstance(self._own, PasscodeCredentials) else self._own.secrets()

    async def _identify(self, why: str) -> dict[str, Any]:
        flow = self._own.flow()
        try:
            question = next(flow)
            while True:
                question = flow.send(await self._asking.answer(question, why))
        except StopIteration as done:
            identity: dict[str, Any] = done.value
            return identity


class _PluginLogIn(_Exchange):
    """By a plugin of keystoneauth, in a thread; only its token comes back."""

    def __init__(
        self, session: Session, url: str, credentials: PluginCredentials, asking: Prompter
    ) -> None:
        super().__init__(session, url, credentials)
        self._plugin = credentials
        self._asking = asking

    def can_rescope(self, scope: Scope) -> bool:
        return scope.is_project

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        first = await self._first(why)
        if not scope.is_project or scope.fits(first):
            return first
        answer = await self._answer(self._request(_by_token(first), scope.body()))
        if answer.is_success:
            return self._checked(answer, scope)
        raise self._refusal(answer, scope)

    def refused(self) -> None:
        self._asking.forget()

    @property
    def unasked(self) -> tuple[Secret, ...]:
        return () if self._plugin.asks else self._plugin.secrets()

    async def _first(self, why: str) -> Token:
        """A token of the plugin's own scope."""
        now = self._now()
        try:
            plugin = await self._plugin.ready(lambda question: self._asking.answer(question, why))
            token = await self._in_the_end(plugin)
        except PluginRefusal as refusal:
            is_verdict = refusal.answered
            words = self._session.redactor.blot(str(refusal), 300)
            failure = by_plugin(self._plugin, refusal, self._url, words, now)
        else:
            self._session.redactor.add(token.secret, passing=True)
            return token
        raise (Refused if is_verdict else CloudError)(failure)

    async def _in_the_end(self, plugin: PluginCredentials) -> Token:
        """The plugin's token; who said too early that it is done in the browser is asked again."""
        while True:
            try:
                return await plugin.token(self._now())
            except PluginRefusal as refusal:
                if not refusal.is_pending or plugin.device is None:
                    raise
            await self._asking.answer(plugin.device.question(), _NOT_DONE)


def _is_verdict(answer: Response, failure: Failure) -> bool:
    """Whether the identity service itself refused, and not something that stands before it."""
    return judges(failure) and (answer.status == 401 or isinstance(answer.data, Mapping))


def _by_token(token: Token) -> dict[str, Any]:
    return {"methods": ["token"], "token": {"id": token.secret.reveal()}}
