"""What the services of a project share: routes, and who may use which project."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from vbs_tui.simulator.auth.authenticator import Authenticator, Refusal
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import ApiError, Call, Grant, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.world.world import Project, World

_MOST_VERSION = (3, 50)
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")


Handler = Callable[[Call], Reply]
Route = tuple[str, str, Handler]
"""Method, path, and what answers."""


class ErrorFormat(Enum):
    """Whose error bodies a route sends."""

    CINDER = "Cinder's"
    VBS = "VBS' own"
    EVS = "EVS' own"
    JOBS = "those of the job query"


class Service:
    """Base of the services of a project. Each method that takes a call answers one route."""

    def __init__(self, world: World, authenticator: Authenticator, options: Options) -> None:
        self.world = world
        self.authenticator = authenticator
        self.options = options

    def routes(self) -> list[Route]:
        """All routes of the service, in the order in which they are matched."""
        raise NotImplementedError

    def authorize(self, call: Call, error_format: ErrorFormat) -> tuple[Grant, Project]:
        """The grant of the request and the project of its path. Raises ``ApiError``."""
        grant = self.authenticator.check(call)
        if not isinstance(grant, Grant):
            raise self._refusal(grant, call, error_format)
        call.authenticated = True
        call.grant = grant
        project = grant.project
        if project is None or project.id != call.params["project_id"]:
            raise _wrong_project(error_format)
        if error_format is ErrorFormat.CINDER:
            _check_microversion(call)
        return grant, project

    def _refusal(self, why: Refusal, call: Call, error_format: ErrorFormat) -> ApiError:
        if (
            why is Refusal.EXPIRED
            and error_format is ErrorFormat.JOBS
            and self.options.expired_token_is_400
        ):
            return errors.vendor(400, "Common.0013", "The token of the request is not valid.")
        if why is Refusal.CLOCK_SKEW:
            text = "The time of the signature is too far from the gateway's."
            return errors.gateway(401, "APIG.0303", text, call.request_id)
        if why is Refusal.BAD_SIGNATURE or error_format is not ErrorFormat.CINDER:
            text = f"The credentials of the request do not count: {why.value}."
            return errors.gateway(401, "APIG.0301", text, call.request_id)
        return errors.identity(401, "The request needs a valid token.")


def _wrong_project(error_format: ErrorFormat) -> ApiError:
    table: dict[ErrorFormat, Callable[[], ApiError]] = {
        ErrorFormat.CINDER: lambda: errors.cinder(400, "Malformed request url"),
        ErrorFormat.VBS: lambda: errors.vendor(400, "Common.0018", "Token of another project."),
        ErrorFormat.EVS: lambda: errors.vendor(400, "EVS.0001", "Not the token's tenant."),
        ErrorFormat.JOBS: lambda: errors.vendor(400, "Common.0018", "Token of another project."),
    }
    return table[error_format]()


def _check_microversion(call: Call) -> None:
    name, _, number = call.headers.get("openstack-api-version", "").partition(" ")
    if name != "volume" or number in ("", "latest") or call.version != "v3":
        return
    try:
        major, minor = (int(part) for part in number.split("."))
    except ValueError:
        raise errors.cinder(400, f"The API version {number} is not a version.") from None
    if not (3, 0) <= (major, minor) <= _MOST_VERSION:
        raise errors.cinder(406, f"Version {number} is not offered; 3.0 to 3.50 are.")


def refuse_closed(project: Project) -> None:
    """The refusal of a project that came after the service was closed to new ones."""
    if project.closed:
        raise errors.vendor(
            400, "BackupService.4008", "The service takes no projects that are new to it."
        )
