"""The calls of EVS, the volume service. Source: the EVS API reference."""

from __future__ import annotations

from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.resources import Volume
from vbs_tui.cloud.services.collection import Collection, Place


def volumes_of(client: ServiceClient, evs_root: str, project_id: str) -> Collection[Volume]:
    """The volumes of a project: native v2 while it answers, then v3, then EVS's own list."""
    places = (
        Place(evs_root, "v2", "volumes"),
        Place(evs_root, "v3", "volumes"),
        Place(evs_root, "v2", "cloudvolumes"),
    )
    return Collection(client, project_id, noun="volume", places=places, parse=Volume.from_api)
