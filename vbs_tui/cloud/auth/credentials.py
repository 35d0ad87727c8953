"""How a user proves who they are: one class for each way to log in.

Each makes the ``identity`` part of ``POST /v3/auth/tokens`` (Keystone v3), and asks the operator
for what is not configured. Access keys make none: they sign each request.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret

ASSUMED_DOMAIN = "default"
"""The id of the domain that the openstack client assumes where none is configured."""

AskOperator = Callable[[LogInQuestion], Awaitable[Secret]]
"""Asks the operator; raises ``CloudError`` when there is no answer."""


class AnyCredentials(Protocol):
    """What all credentials for a log-in have in common, those of plugins included."""

    @property
    def label(self) -> str:
        """The user's name, or what is configured in its place; may be empty."""
        ...

    @property
    def owner(self) -> str:
        """Who logs in, without secrets; empty where only the cloud knows."""
        ...

    @property
    def prompts(self) -> bool:
        """Whether each log-in asks the operator for something."""
        ...

    def secrets(self) -> tuple[Secret, ...]:
        """The secrets of the configuration."""
        ...


@dataclass(frozen=True, slots=True)
class User:
    """A user as IAM wants it named: by id, or by name and domain."""

    name: str = ""
    id: str = ""
    domain_name: str = ""
    domain_id: str = ""
    is_domain_assumed: bool = False
    """Whether no domain was configured, so that ``domain_id`` is the openstack client's default."""

    def reference(self) -> dict[str, Any]:
        """``{"id"}``, or ``{"name", "domain"}``."""
        if self.id:
            return {"id": self.id}
        domain = {"id": self.domain_id} if self.domain_id else {"name": self.domain_name}
        return {"name": self.name, "domain": domain}

    @property
    def label(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class _UserCredentials:
    """A user, and a password that is asked for when there is none."""

    user: User
    password: Secret | None = None

    @property
    def label(self) -> str:
        return self.user.label

    @property
    def owner(self) -> str:
        return json.dumps(self.user.reference())

    def secrets(self) -> tuple[Secret, ...]:
        return (self.password,) if self.password else ()

    async def _password(self, ask: AskOperator) -> dict[str, Any]:
        question = LogInQuestion(QuestionKind.PASSWORD, f"Password of {self.user.label}")
        password = self.password or await ask(question)
        return {"user": {**self.user.reference(), "password": password.reveal()}}


@dataclass(frozen=True, slots=True)
class PasswordCredentials(_UserCredentials):
    """User and password."""

    prompts: ClassVar[bool] = False

    async def identity(self, ask: AskOperator) -> dict[str, Any]:
        """The ``identity`` part of a log-in."""
        return {"methods": ["password"], "password": await self._password(ask)}


@dataclass(frozen=True, slots=True)
class PasscodeCredentials(_UserCredentials):
    """User, password and a passcode of a virtual MFA device, asked for at each log-in."""

    prompts: ClassVar[bool] = True

    alone: bool = False
    """Whether the passcode is all that is sent: keystoneauth's ``v3totp``."""

    async def identity(self, ask: AskOperator) -> dict[str, Any]:
        first = {} if self.alone else {"password": await self._password(ask)}
        passcode = await ask(LogInQuestion(QuestionKind.PASSCODE, f"Passcode of {self.user.label}"))
        code = "".join(passcode.reveal().split())
        totp = {"user": {**self.user.reference(), "passcode": code}}
        return {"methods": [*first, "totp"], **first, "totp": totp}


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """A token that was issued elsewhere. It cannot be renewed."""

    prompts: ClassVar[bool] = False
    label: ClassVar[str] = ""
    owner: ClassVar[str] = ""

    token: Secret

    def secrets(self) -> tuple[Secret, ...]:
        return (self.token,)

    async def identity(self, ask: AskOperator) -> dict[str, Any]:
        del ask
        return {"methods": ["token"], "token": {"id": self.token.reveal()}}


@dataclass(frozen=True, slots=True)
class ApplicationCredentials:
    """An application credential: by id, or by name and user. It belongs to one project."""

    prompts: ClassVar[bool] = False

    secret: Secret
    id: str = ""
    name: str = ""
    user: User = User()

    @property
    def label(self) -> str:
        return self.user.label or self.name or self.id

    @property
    def owner(self) -> str:
        return json.dumps([self.id, self.name, self.user.reference()])

    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret,)

    async def identity(self, ask: AskOperator) -> dict[str, Any]:
        del ask
        named: dict[str, Any] = (
            {"id": self.id} if self.id else {"name": self.name, "user": self.user.reference()}
        )
        return {
            "methods": ["application_credential"],
            "application_credential": {**named, "secret": self.secret.reveal()},
        }


@dataclass(frozen=True, slots=True)
class AccessKeyCredentials:
    """Access key and secret key: no log-in at all, every request is signed."""

    access: str
    secret: Secret
    security_token: Secret | None = None
    """For temporary keys."""
    scoped: bool = False
    """Whether to sign in the second form (``Credential=…``), with region and service empty."""

    @property
    def label(self) -> str:
        return f"access key {self.access}"

    @property
    def owner(self) -> str:
        return self.access

    @property
    def fits_headers(self) -> bool:
        """Whether HTTP headers can hold access key and security token."""
        token = self.security_token.reveal() if self.security_token else ""
        return (self.access + token).isascii() and (self.access + token).isprintable()

    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret, self.security_token) if self.security_token else (self.secret,)


LogInCredentials = (
    PasswordCredentials | PasscodeCredentials | TokenCredentials | ApplicationCredentials
)
Credentials = LogInCredentials | AccessKeyCredentials
