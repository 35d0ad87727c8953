"""Cinder's volumes: lists and single ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vbs_tui.simulator.http import errors, paging
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import ErrorFormat, Route, Service
from vbs_tui.simulator.world.world import Project, Volume

_Renderer = Callable[[Volume, Project, str, str], dict[str, Any]]


class CinderVolumes(Service):
    """``/v2|v3/{project_id}/volumes``."""

    def routes(self) -> list[Route]:
        return [
            row
            for version in ("v2", "v3")
            for root in (f"/{version}/{{project_id}}/volumes",)
            for row in (
                ("GET", root, self.summaries),
                ("GET", f"{root}/detail", self.details),
                ("GET", f"{root}/{{volume_id}}", self.show),
            )
        ]

    def summaries(self, call: Call) -> Reply:
        return self._list(call, rendering.volume_summary)

    def details(self, call: Call) -> Reply:
        return self._list(call, rendering.volume_detail)

    def show(self, call: Call) -> Reply:
        _, project = self.authorize(call, ErrorFormat.CINDER)
        volume = project.volumes.get(call.params["volume_id"])
        if volume is None:
            raise errors.cinder(404, f"No volume {call.params['volume_id']} could be found.")
        row = rendering.volume_detail(volume, project, call.version, call.base_url)
        return Reply(200, {"volume": row | volume.alone})

    def _list(self, call: Call, renderer: _Renderer) -> Reply:
        _, project = self.authorize(call, ErrorFormat.CINDER)
        limit = call.query.get("limit", "")
        if limit.isdigit() and int(limit) > 1000:
            raise errors.vendor(400, "EVS.2142", "A page has at most 1000 rows.")
        page = paging.page_of(project.volumes, call, self.options.row_cap, volume_filter(call))
        rows = [renderer(row, project, call.version, call.base_url) for row in page.rows]
        body: dict[str, Any] = {"volumes": rows}
        links = paging.links(page, call, internal=self.options.internal_links)
        if links:
            body["volumes_links"] = links
        return Reply(200, body)


def volume_filter(call: Call) -> Callable[[Volume], bool]:
    """Whether a volume is asked for by the query of *call*."""
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
