"""What the backup and the volume service have in common: who comes in, and to which project."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from vbs_tui.simulator.auth.authenticator import Doorkeeper, Refusal
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import ApiError, Call, Grant
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.world.world import Project, World

_MOST_VERSION = (3, 50)


class Manner(Enum):
    """In whose shapes a route answers."""

    NATIVE = "Cinder's"
    VENDOR = "VBS's own"
    VOLUMES = "EVS's own"
    JOBS = "the job query's"


class Service:
    """Base of the project-level services."""

    def __init__(self, world: World, doorkeeper: Doorkeeper, options: Options) -> None:
        self.world = world
        self.doorkeeper = doorkeeper
        self.options = options

    def enter(self, call: Call, manner: Manner) -> tuple[Grant, Project]:
        """The grant and the project of the path; the right refusal when they do not fit."""
        grant = self.doorkeeper.check(call)
        if not isinstance(grant, Grant):
            raise self._refusal(grant, call, manner)
        call.authenticated = True
        call.grant = grant
        project = grant.project
        if project is None or project.id != call.params["project_id"]:
            raise _wrong_project(manner)
        if manner is Manner.NATIVE:
            _check_microversion(call)
        return grant, project

    def _refusal(self, why: Refusal, call: Call, manner: Manner) -> ApiError:
        if why is Refusal.EXPIRED and manner is Manner.JOBS and self.options.expired_token_is_400:
            return errors.vendor(400, "Common.0013", "The token of the request is not valid.")
        if why is Refusal.CLOCK_SKEW:
            text = "The time of the signature is too far from the gateway's."
            return errors.gateway(401, "APIG.0303", text, call.request_id)
        if why is Refusal.BAD_SIGNATURE or manner is not Manner.NATIVE:
            text = f"The credentials of the request do not count: {why.value}."
            return errors.gateway(401, "APIG.0301", text, call.request_id)
        return errors.identity(401, "The request needs a valid token.")


def _wrong_project(manner: Manner) -> ApiError:
    table: dict[Manner, Callable[[], ApiError]] = {
        Manner.NATIVE: lambda: errors.native(400, "Malformed request url"),
        Manner.VENDOR: lambda: errors.vendor(400, "Common.0018", "Token of another project."),
        Manner.VOLUMES: lambda: errors.vendor(400, "EVS.0001", "Not the token's tenant."),
        Manner.JOBS: lambda: errors.vendor(400, "Common.0018", "Token of another project."),
    }
    return table[manner]()


def _check_microversion(call: Call) -> None:
    name, _, number = call.headers.get("openstack-api-version", "").partition(" ")
    if name != "volume" or number in ("", "latest") or call.version != "v3":
        return
    try:
        major, minor = (int(part) for part in number.split("."))
    except ValueError:
        raise errors.native(400, f"The API version {number} is not a version.") from None
    if not (3, 0) <= (major, minor) <= _MOST_VERSION:
        raise errors.native(406, f"Version {number} is not offered; 3.0 to 3.50 are.")
