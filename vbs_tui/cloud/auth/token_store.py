"""All tokens of one user, and what a connection asks of them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from vbs_tui.cloud.auth.log_in import BaseLogIn
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.auth.scoped_token import ScopedToken
from vbs_tui.cloud.auth.token_cache import TokenCache
from vbs_tui.cloud.auth.token_source import TokenSource
from vbs_tui.cloud.auth.tokens import UNSCOPED, Grant, Scope
from vbs_tui.cloud.http.service_client import Authorizer
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.resources import Project


class TokenStore:
    """The tokens of one user, one for each scope."""

    def __init__(
        self,
        session: Session,
        log_in: BaseLogIn[Any],
        cache: TokenCache | None = None,
        history: RefusalHistory | None = None,
        home: Scope = UNSCOPED,
    ) -> None:
        """*home*: the configured scope, which the first log-in asks for."""
        cache, history = cache or TokenCache(None, ""), history or RefusalHistory()
        self._source = TokenSource(session, log_in, cache, history)
        self._home = home
        self._scopes: dict[Scope, ScopedToken] = {}

    @property
    def user(self) -> str:
        """The user's name, once known; empty before."""
        return self._source.last.grant.user if self._source.last is not None else ""

    @property
    def expires_at(self) -> datetime | None:
        return self._source.last.grant.expires_at if self._source.last is not None else None

    @property
    def only_project(self) -> Project | None:
        """The project of the log-in itself, when it has one."""
        home = self._source.tokens.get(self._home)
        if home is None or not home.grant.project_id:
            return None
        return Project(home.grant.project_id, home.grant.project or home.grant.project_id)

    @property
    def project_paths(self) -> tuple[str, ...]:
        """Where IAM may list the user's projects, best first."""
        user_id = self._source.last.user_id if self._source.last is not None else ""
        own = (f"/v3/users/{user_id}/projects",) if user_id else ()
        return ("/v3/auth/projects", *own, "/v3/projects")

    @property
    def is_locked(self) -> bool:
        """Whether a log-in was refused or declined, so that the next waits for the operator."""
        return self._source.lockout.is_locked

    def reset(self) -> None:
        """The operator wants another try: forget past refusals."""
        self._source.lockout.reset()
        self._source.backoff.reset()
        for one in self._scopes.values():
            one.retry_at = None

    def use(self, log_in: BaseLogIn[Any]) -> None:
        """Log in by *log_in* from now on: the same user's, with a corrected secret."""
        self._source.log_in = log_in

    def unscoped(self) -> Authorizer:
        """For calls to IAM."""
        return self.scoped(self._home)

    def for_project(self, project: Project) -> Authorizer:
        return self.scoped(self._scope_of(project))

    def scoped(self, scope: Scope) -> ScopedToken:
        """The token of *scope*, which is got when it is needed."""
        return self._scopes.setdefault(scope, ScopedToken(self._source, scope))

    def catalog_of(self, project: Project) -> object:
        """The catalog that came with the log-in to *project*; ``None`` when none came."""
        token = self._source.tokens.get(self._scope_of(project))
        return token.data.get("catalog") if token is not None else None

    def grant(self, project: Project) -> Grant | None:
        """What the cloud says of the log-in to *project*; ``None`` without one."""
        token = self._source.tokens.get(self._scope_of(project))
        return token.grant if token is not None else None

    def _scope_of(self, project: Project) -> Scope:
        home = self._source.tokens.get(self._home)
        is_home = home is not None and home.grant.project_id == project.id
        return self._home if is_home else Scope(project_id=project.id)

    async def aclose(self) -> None:
        """Cancel the log-ins under way."""
        tasks = [one.log_in for one in self._scopes.values() if one.log_in is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
