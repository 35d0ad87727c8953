"""How a user proves who they are: one class for each way, each with its flow.

A flow is a generator: it yields the questions that only the operator can answer, is sent the
answers, and returns the ``identity`` part of a log-in. It knows no network and keeps nothing.
Source: ``POST /v3/auth/tokens`` of IAM (Keystone v3).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret

ASSUMED_DOMAIN = "default"
"""The id of the domain that the openstack client assumes where none is configured."""

Flow = Generator[LogInQuestion, Secret, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class User:
    """A user as IAM wants it named: by id, or by name and domain."""

    name: str = ""
    id: str = ""
    domain_name: str = ""
    domain_id: str = ""
    is_domain_assumed: bool = False
    """Whether no domain was configured, so that ``domain_id`` is the openstack client's guess."""

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
class PasswordCredentials:
    """User and password; the password is asked for when there is none."""

    user: User
    password: Secret | None = None

    @property
    def label(self) -> str:
        return self.user.label

    def secrets(self) -> tuple[Secret, ...]:
        return (self.password,) if self.password else ()

    def flow(self) -> Flow:
        password = self.password or (yield _password_question(self.user))
        return {"methods": ["password"], "password": _password(self.user, password)}


@dataclass(frozen=True, slots=True)
class PasscodeCredentials:
    """User, password and a passcode of a virtual MFA device, asked for at each log-in."""

    user: User
    password: Secret | None = None
    alone: bool = False
    """Whether the passcode is all that is sent: keystoneauth's ``v3totp``."""

    @property
    def label(self) -> str:
        return self.user.label

    def secrets(self) -> tuple[Secret, ...]:
        return (self.password,) if self.password else ()

    def flow(self) -> Flow:
        first: dict[str, Any] = {}
        if not self.alone:
            password = self.password or (yield _password_question(self.user))
            first = {"password": _password(self.user, password)}
        passcode = yield LogInQuestion(QuestionKind.PASSCODE, f"Passcode of {self.user.label}")
        code = "".join(passcode.reveal().split())
        totp = {"user": {**self.user.reference(), "passcode": code}}
        return {"methods": [*first, "totp"], **first, "totp": totp}


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """A token that was got elsewhere. It cannot be renewed."""

    token: Secret

    @property
    def label(self) -> str:
        return ""

    def secrets(self) -> tuple[Secret, ...]:
        return (self.token,)

    def flow(self) -> Flow:
        yield from ()
        return {"methods": ["token"], "token": {"id": self.token.reveal()}}


@dataclass(frozen=True, slots=True)
class ApplicationCredentials:
    """An application credential: by id, or by name and user. It belongs to one project."""

    secret: Secret
    id: str = ""
    name: str = ""
    user: User = User()

    @property
    def label(self) -> str:
        return self.user.label or self.name or self.id

    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret,)

    def flow(self) -> Flow:
        yield from ()
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
    def can_travel(self) -> bool:
        """Whether headers can hold what is sent of it."""
        token = self.security_token.reveal() if self.security_token else ""
        return (self.access + token).isascii() and (self.access + token).isprintable()

    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret, self.security_token) if self.security_token else (self.secret,)


LogInCredentials = (
    PasswordCredentials | PasscodeCredentials | TokenCredentials | ApplicationCredentials
)
Credentials = LogInCredentials | AccessKeyCredentials


def _password_question(user: User) -> LogInQuestion:
    return LogInQuestion(QuestionKind.PASSWORD, f"Password of {user.label}")


def _password(user: User, password: Secret) -> dict[str, Any]:
    return {"user": {**user.reference(), "password": password.reveal()}}
