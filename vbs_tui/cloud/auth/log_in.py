"""One log-in: ``POST /v3/auth/tokens``, by credentials or by another token.

Every error of a log-in says that nothing was executed: the call it was for was not even tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from vbs_tui.cloud.auth.credentials import (
    AnyCredentials,
    ApplicationCredentials,
    LogInCredentials,
    TokenCredentials,
)
from vbs_tui.cloud.auth.log_in_errors import (
    as_log_in,
    assumptions,
    bound_to,
    dead_token,
    is_credential_refusal,
    is_dead_token,
    with_required_methods,
)
from vbs_tui.cloud.auth.prompt import LogInPrompt
from vbs_tui.cloud.auth.tokens import Scope, Token, token_from
from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.secrets import Secret

C = TypeVar("C", bound=AnyCredentials)


class Refused(CloudError):  # noqa: N818 - a finding, named for what it says
    """The cloud does not accept these credentials (for this scope)."""


class BaseLogIn(Generic[C]):
    """What log-ins by credentials and by plugins have in common."""

    def __init__(self, session: Session, root: str, credentials: C, prompt: LogInPrompt) -> None:
        """*root*: IAM's URL without the version. The redactor learns the secrets."""
        self._session = session
        self._url = f"{root}/v3/auth/tokens"
        self._credentials = credentials
        self._prompt = prompt
        for secret in credentials.secrets():
            session.redactor.add(secret)

    def can_rescope(self, scope: Scope) -> bool:
        """Whether a token of another scope may be exchanged for one of *scope*."""
        return scope.is_project

    async def by_token(self, scope: Scope, base: Token) -> Token | None:
        """A token for *base*; ``None`` when the cloud refuses that. Raises ``CloudError``."""
        response = await self._post(_by_token(base), scope.body())
        is_refused = 300 <= response.status < 500 and response.status != 429
        return None if is_refused else self._token(response, scope)

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        """A fresh token. *why*: the reason, as a sentence, should the operator be asked.

        Raises :class:`Refused`, ``CloudError``.
        """
        raise NotImplementedError

    def forget_typed(self) -> None:
        """The typed password was refused."""
        self._prompt.forget_password()

    @property
    def configured_secrets(self) -> tuple[Secret, ...]:
        """All secrets of a log-in; empty when some of them are asked for."""
        return () if self._credentials.prompts else self._credentials.secrets()

    async def _rescoped(self, base: Token, scope: Scope) -> Token:
        """A token of *scope* for *base*. Raises :class:`Refused`, ``CloudError``."""
        return self._token(await self._post(_by_token(base), scope.body()), scope)

    async def _post(self, identity: dict[str, Any], scope: dict[str, Any] | None) -> Response:
        auth = {"identity": identity} | ({"scope": scope} if scope is not None else {})
        body = json.dumps({"auth": auth}).encode()
        request = Request("POST", self._url, "log in", self._credentials.label, body=body)
        del identity, auth, body
        failure: Failure | None = None
        try:
            return await self._session.send(request)
        except CloudError as error:
            failure = as_log_in(error.failure)
        # Outside of the handler, so that no frame with a secret hangs on the error.
        raise CloudError(failure)

    def _token(self, response: Response, scope: Scope) -> Token:
        """The token of *response*. Raises :class:`Refused`, ``CloudError``."""
        if not response.is_success:
            raise self._refusal(response, scope)
        token = token_from(response, self._now())
        text = "the log-in gave no usable token"
        if token is not None:
            self._session.redactor.add(token.secret, temporary=True)
            if not scope.project_id or token.grant.project_id == scope.project_id:
                return token
            if isinstance(self._credentials, ApplicationCredentials):
                raise CloudError(bound_to(token, self._now()))
            text = "the token is for another project than the one asked for"
        raise CloudError(as_log_in(unexpected_response(response, text, self._now()).failure))

    def _refusal(self, response: Response, scope: Scope) -> CloudError:
        failure = response_error(response, self._now()).failure
        if isinstance(self._credentials, TokenCredentials) and is_dead_token(response):
            return Refused(dead_token(failure))
        log_in_error = as_log_in(failure, assumptions(self._credentials, scope))
        log_in_error = with_required_methods(log_in_error, response)
        # A page of something in between (a portal, a proxy) refuses no credentials.
        is_from_keystone = response.status == 401 or isinstance(response.data, Mapping)
        if is_from_keystone and is_credential_refusal(failure):
            return Refused(log_in_error)
        return CloudError(log_in_error)

    def _now(self) -> datetime:
        return self._session.clock.now()


class LogIn(BaseLogIn[LogInCredentials]):
    """By password, passcode, token or application credential."""

    def can_rescope(self, scope: Scope) -> bool:
        return scope.is_project and not self._is_bound

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        response = await self._post(
            await self._credentials.identity(lambda one: self._prompt.ask(one, why)),
            None if self._is_bound else scope.body(),
        )
        return self._token(response, scope)

    @property
    def _is_bound(self) -> bool:
        """Whether the log-in belongs to one project, so that Keystone takes no scope with it."""
        return isinstance(self._credentials, ApplicationCredentials)


def _by_token(token: Token) -> dict[str, Any]:
    return {"methods": ["token"], "token": {"id": token.secret.reveal()}}
