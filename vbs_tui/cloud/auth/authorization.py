"""On what footing the user stands with the cloud: by tokens, or by an access key.

Both answer the same few questions, so that the connection need not know which it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.auth.lockout import RefusalCount
from vbs_tui.cloud.auth.log_in import LogIn
from vbs_tui.cloud.auth.signing import KeyAuthorizer, SigningKey
from vbs_tui.cloud.auth.token_store import TokenAuthorizer, TokenStore
from vbs_tui.cloud.auth.tokens import Grant, Scope
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.http.service_client import Authorizer
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.resources import Project


class Authorization(Protocol):
    """Who the user is, and how requests are authorised."""

    @property
    def user(self) -> str:
        """Name, once known; empty before."""
        ...

    @property
    def expires_at(self) -> datetime | None: ...

    @property
    def only_project(self) -> Project | None:
        """The project of the log-in itself, when it has one."""
        ...

    @property
    def project_paths(self) -> tuple[str, ...]:
        """Where IAM may list the user's projects, best first."""
        ...

    @property
    def holds_back(self) -> bool:
        """Whether a log-in was refused or declined, so that the next waits for the operator."""
        ...

    def forgive(self) -> None:
        """The operator wants another try."""
        ...

    def log_in_by(self, log_in: LogIn) -> None:
        """Use *log_in* from now on: the same user's, with a corrected secret."""
        ...

    def sign_by(self, credentials: AccessKeyCredentials) -> None:
        """Sign with *credentials* from now on: the same key, with a corrected secret."""
        ...

    async def aclose(self) -> None:
        """Give up what is under way."""
        ...

    def at_large(self) -> Authorizer:
        """For calls to IAM."""
        ...

    def for_project(self, project: Project) -> Authorizer: ...

    def catalog_of(self, project: Project) -> object:
        """The catalog that came with the log-in to *project*; ``None`` when none came."""
        ...

    def grant(self, project: Project) -> Grant | None:
        """What the cloud said of the log-in to *project*; ``None`` without one."""
        ...


class TokenAuthorization:
    """By tokens."""

    def __init__(self, token_store: TokenStore, settings: CloudSettings) -> None:
        self._token_store = token_store
        self._home = _configured_scope(settings)

    @property
    def user(self) -> str:
        last = self._token_store.last
        return last.user_name or last.user_id if last is not None else ""

    @property
    def user_id(self) -> str:
        return self._token_store.last.user_id if self._token_store.last is not None else ""

    @property
    def expires_at(self) -> datetime | None:
        return self._token_store.last.expires_at if self._token_store.last is not None else None

    @property
    def only_project(self) -> Project | None:
        home = self._token_store.peek(self._home)
        if home is None or not home.project_id:
            return None
        return Project(home.project_id, home.project_name or home.project_id)

    @property
    def project_paths(self) -> tuple[str, ...]:
        own = (f"/v3/users/{self.user_id}/projects",) if self.user_id else ()
        return ("/v3/auth/projects", *own, "/v3/projects")

    @property
    def holds_back(self) -> bool:
        return self._token_store.holds_back

    def forgive(self) -> None:
        self._token_store.forgive()

    def log_in_by(self, log_in: LogIn) -> None:
        self._token_store.log_in_by(log_in)

    def sign_by(self, credentials: AccessKeyCredentials) -> None:
        """Nothing is signed."""

    async def aclose(self) -> None:
        await self._token_store.aclose()

    def at_large(self) -> Authorizer:
        return TokenAuthorizer(self._token_store, self._home)

    def for_project(self, project: Project) -> Authorizer:
        return TokenAuthorizer(self._token_store, self._scope(project))

    def catalog_of(self, project: Project) -> object:
        token = self._token_store.peek(self._scope(project))
        return token.catalog if token is not None else None

    def grant(self, project: Project) -> Grant | None:
        token = self._token_store.peek(self._scope(project))
        return token.grant if token is not None else None

    def _scope(self, project: Project) -> Scope:
        home = self._token_store.peek(self._home)
        if home is not None and home.project_id == project.id:
            return self._home  # its token is at hand already
        return Scope(project_id=project.id)


class KeyAuthorization:
    """By an access key: no log-in, no token, nothing that expires."""

    user = ""
    expires_at = None
    only_project = None
    project_paths = ("/v3/projects", "/v3/auth/projects")

    def __init__(
        self, session: Session, credentials: AccessKeyCredentials, tally: RefusalCount
    ) -> None:
        self._key = SigningKey(credentials, session, tally)

    @property
    def holds_back(self) -> bool:
        return self._key.holds_back

    def forgive(self) -> None:
        self._key.forgive()

    def log_in_by(self, log_in: LogIn) -> None:
        """Nothing is logged in to."""

    def sign_by(self, credentials: AccessKeyCredentials) -> None:
        self._key.sign_by(credentials)

    async def aclose(self) -> None:
        """Nothing is under way."""

    def at_large(self) -> Authorizer:
        return KeyAuthorizer(self._key)

    def for_project(self, project: Project) -> Authorizer:
        return KeyAuthorizer(self._key, project.id)

    def catalog_of(self, project: Project) -> object:
        del project
        return None

    def grant(self, project: Project) -> Grant | None:
        del project
        return None


def _configured_scope(settings: CloudSettings) -> Scope:
    if settings.project_id:
        return Scope(project_id=settings.project_id)
    if not settings.project_name:
        return Scope()
    user = getattr(settings.credentials, "user", None)
    domain_id, domain_name = settings.project_domain_id, settings.project_domain_name
    is_assumed = not domain_id and not domain_name
    if is_assumed:
        domain_id = getattr(user, "domain_id", "")
        domain_name = getattr(user, "domain_name", "")
    return Scope(
        project_name=settings.project_name,
        domain_id=domain_id,
        domain_name="" if domain_id else domain_name,
        is_domain_assumed=is_assumed,
    )
