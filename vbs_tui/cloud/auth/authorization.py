"""What a connection asks of tokens and of access keys alike."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.cloud.http.service_client import Authorizer
from vbs_tui.cloud.resources import Project


class Authorization:
    """Who the user is, and how requests are authorized. The defaults are an access key's."""

    project_paths: tuple[str, ...] = ("/v3/projects", "/v3/auth/projects")
    """Where IAM may list the user's projects, best first."""

    @property
    def user(self) -> str:
        """The user's name, once known; empty before."""
        return ""

    @property
    def expires_at(self) -> datetime | None:
        return None

    @property
    def only_project(self) -> Project | None:
        """The project of the log-in itself, when it has one."""
        return None

    @property
    def is_locked(self) -> bool:
        """Whether a log-in was refused or declined, so that the next waits for the operator."""
        raise NotImplementedError

    def reset(self) -> None:
        """The operator wants another try: forget past refusals."""
        raise NotImplementedError

    def unscoped(self) -> Authorizer:
        """For calls to IAM."""
        raise NotImplementedError

    def for_project(self, project: Project) -> Authorizer:
        raise NotImplementedError

    def catalog_of(self, project: Project) -> object:
        """The catalog that came with the log-in to *project*; ``None`` when none came."""
        del project
        return None

    def grant(self, project: Project) -> Grant | None:
        """What the cloud says of the log-in to *project*; ``None`` without one."""
        del project
        return None

    async def aclose(self) -> None:
        """Cancel what is under way."""
