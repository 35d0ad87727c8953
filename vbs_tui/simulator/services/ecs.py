"""ECS: just enough to name a server."""

from __future__ import annotations

from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.services.base import ErrorFormat, Route, Service


class EcsService(Service):
    """``/v1/{project_id}/cloudservers``."""

    def routes(self) -> list[Route]:
        return [("GET", "/v1/{project_id}/cloudservers/{server_id}", self.show)]

    def show(self, call: Call) -> Reply:
        """``GET /v1/{project_id}/cloudservers/{server_id}``."""
        _, project = self.authorize(call, ErrorFormat.VBS)
        server = project.servers.get(call.params["server_id"])
        if server is None:
            raise errors.vendor(404, "Ecs.0114", "No such server here.")
        row = {"id": server.id, "name": server.name, "status": server.status}
        return Reply(200, {"server": row})
