"""EVS' own calls for volumes, beside those of Cinder."""

from __future__ import annotations

from vbs_tui.simulator.http import errors, paging
from vbs_tui.simulator.http.messages import Call, Reply
from vbs_tui.simulator.services import rendering
from vbs_tui.simulator.services.base import UUID, ErrorFormat, Route, Service
from vbs_tui.simulator.services.cinder_volumes import volume_filter


class EvsService(Service):
    """``/v2/{project_id}/cloudvolumes``."""

    def routes(self) -> list[Route]:
        root = "/v2/{project_id}/cloudvolumes"
        return [
            ("GET", f"{root}/detail", self.details),
            ("GET", f"{root}/{{volume_id}}", self.show),
        ]

    def details(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudvolumes/detail``."""
        _, project = self.authorize(call, ErrorFormat.EVS)
        _check_paging(call)
        wanted = volume_filter(call)
        page = paging.page_of(project.volumes, call, self.options.row_cap, wanted)
        rows = [rendering.evs_volume(row, project, call.base_url) for row in page.rows]
        links = paging.links(page, call, internal=self.options.internal_links)
        count = sum(1 for row in project.volumes if wanted(row))
        return Reply(200, {"count": count, "volumes": rows, "volumes_links": links})

    def show(self, call: Call) -> Reply:
        """``GET /v2/{project_id}/cloudvolumes/{volume_id}``."""
        _, project = self.authorize(call, ErrorFormat.EVS)
        volume = project.volumes.get(call.params["volume_id"])
        if volume is None:
            raise errors.vendor(404, "EVS.5404", "No such disk here.")
        row = rendering.evs_volume(volume, project, call.base_url)
        return Reply(200, {"volume": row | volume.alone})


def _check_paging(call: Call) -> None:
    limit = call.query.get("limit")
    if limit is not None and not (limit.isdigit() and 1 <= int(limit) <= 1000):
        raise errors.vendor(400, "EVS.1023", "A page has from 1 to 1000 rows.")
    marker = call.query.get("marker")
    if marker and not UUID.match(marker):
        raise errors.vendor(400, "EVS.1024", "The marker is not an id.")
