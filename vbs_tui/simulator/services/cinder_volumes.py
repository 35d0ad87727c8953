"""The volume service: native lists in v2 and v3, the vendor's own list, server names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from vbs_tui.simulator.http import errors, paging
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import Manner, Service
from vbs_tui.simulator.world.world import Project, Volume

UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")

_Renderer = Callable[[Volume, Project, str, str], dict[str, Any]]


class VolumeService(Service):
    """Reads of volumes. Every method answers one route."""

    def summaries(self, call: Call) -> Reply:
        return self._list(call, rendering.volume_summary)

    def details(self, call: Call) -> Reply:
        return self._list(call, rendering.volume_detail)

    def show(self, call: Call) -> Reply:
        _, project = self.enter(call, Manner.NATIVE)
        volume = project.volumes.get(call.params["volume_id"])
        if volume is None:
            raise errors.native(404, f"No volume {call.params['volume_id']} could be found.")
        row = rendering.volume_detail(volume, project, call.version, call.base_url)
        return Reply(200, {"volume": row | volume.alone})

    def vendor_details(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudvolumes/detail``."""
        _, project = self.enter(call, Manner.VOLUMES)
        _check_vendor_paging(call)
        wanted = _filter(call)
        page = paging.page_of(project.volumes, call, self.options.row_cap, wanted)
        rows = [rendering.vendor_volume(row, project, call.base_url) for row in page.rows]
        links = paging.links(page, call, internal=self.options.internal_links)
        count = sum(1 for row in project.volumes if wanted(row))
        return Reply(200, {"count": count, "volumes": rows, "volumes_links": links})

    def vendor_show(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudvolumes/{volume_id}``."""
        _, project = self.enter(call, Manner.VOLUMES)
        volume = project.volumes.get(call.params["volume_id"])
        if volume is None:
            raise errors.vendor(404, "EVS.5404", "No such disk here.")
        row = rendering.vendor_volume(volume, project, call.base_url)
        return Reply(200, {"volume": row | volume.alone})

    def server(self, call: Call) -> Reply:
        """``GET /v1/{project_id}/cloudservers/{server_id}``: just enough to name a server."""
        _, project = self.enter(call, Manner.VENDOR)
        server = project.servers.get(call.params["server_id"])
        if server is None:
            raise errors.vendor(404, "Ecs.0114", "No such server here.")
        row = {"id": server.id, "name": server.name, "status": server.status}
        return Reply(200, {"server": row})

    def _list(self, call: Call, renderer: _Renderer) -> Reply:
        _, project = self.enter(call, Manner.NATIVE)
        limit = call.query.get("limit", "")
        if limit.isdigit() and int(limit) > 1000:
            raise errors.vendor(400, "EVS.2142", "A page has at most 1000 rows.")
        page = paging.page_of(project.volumes, call, self.options.row_cap, _filter(call))
        rows = [renderer(row, project, call.version, call.base_url) for row in page.rows]
        body: dict[str, Any] = {"volumes": rows}
        links = paging.links(page, call, internal=self.options.internal_links)
        if links:
            body["volumes_links"] = links
        return Reply(200, body)


def _check_vendor_paging(call: Call) -> None:
    limit = call.query.get("limit")
    if limit is not None and not (limit.isdigit() and 1 <= int(limit) <= 1000):
        raise errors.vendor(400, "EVS.1023", "A page has from 1 to 1000 rows.")
    marker = call.query.get("marker")
    if marker and not UUID.match(marker):
        raise errors.vendor(400, "EVS.1024", "The marker is not an id.")


def _filter(call: Call) -> Callable[[Volume], bool]:
    plain = ("id", "name", "status", "availability_zone")
    asked = {key: call.query[key] for key in plain if key in call.query}
    if "multiattach" in call.query:
        shared = call.query["multiattach"].lower() == "true"
        return lambda row: row.multiattach is shared and _matches(row, asked)
    if "server_id" in call.query:
        server = call.query["server_id"]
        return lambda row: (
            any(a.server_id == server for a in row.attachments) and _matches(row, asked)
        )
    return lambda row: _matches(row, asked)


def _matches(row: Volume, asked: dict[str, str]) -> bool:
    return all(getattr(row, key) == value for key, value in asked.items())
