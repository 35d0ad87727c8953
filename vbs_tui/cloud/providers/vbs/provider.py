"""The calls of VBS, the volume backup service, as a provider of restores.

Source: the VBS API reference (backups, restore, jobs). The path of a restore without its suffix is
the call that deletes the backup. So it is built in one place, and checked again before it is sent.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from vbs_tui.cloud.errors import CloudError, Executed
from vbs_tui.cloud.http.errors.classification import is_router_404
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.provider import Accepted, RestoreRequest
from vbs_tui.cloud.providers.vbs.backups import backup_collection
from vbs_tui.cloud.providers.vbs.jobs import Jobs
from vbs_tui.cloud.resources import Backup, Job, Project, Volume, plain_id
from vbs_tui.cloud.secrets import NOTE_HIDDEN
from vbs_tui.cloud.services.collection import Collection
from vbs_tui.cloud.services.volumes import volume_collection

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_RESTORE = re.compile(r".+/v2/[A-Za-z0-9_-]{1,64}/cloudbackups/[A-Za-z0-9_-]{1,64}/restore\Z")
_WHAT = "submit the restore"


_NO_VBS_MEANING = (
    "There is no VBS at that address: what answers there does not know the path, like the"
    " disk service (Cinder). Nothing was executed."
)
_NO_VBS_ADVICE = (
    "Correct the address of VBS: vbs_endpoint_override in the configuration, or else the"
    " region, whose catalog names it. vbs-tui doctor shows which address is used, and why."
)


class VbsProvider:
    """VBS and EVS of one project."""

    service = "vbs"

    def __init__(
        self,
        client: ServiceClient,
        project: Project,
        endpoints: tuple[tuple[str, str, str], ...],
        *,
        region: str = "",
        regions: tuple[str, ...] = (),
    ) -> None:
        """*endpoints*: (service, root URL, why); ``vbs`` and ``evs`` must be among them."""
        roots = {service: url for service, url, _ in endpoints}
        vbs, evs = roots["vbs"], roots["evs"]
        client = client.to(endpoints)
        self._client = client
        self._project = project
        self._endpoints = endpoints
        self._region = region
        self._regions = regions
        self._vbs = vbs
        self._backups: Collection[Backup] = backup_collection(client, vbs, evs, project.id)
        self._volumes: Collection[Volume] = volume_collection(client, evs, project.id)
        neighbours = tuple(roots[name] for name in ("evs", "ecs") if name in roots)
        self._jobs = Jobs(client, (vbs, *neighbours), project.id)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def endpoints(self) -> tuple[tuple[str, str, str], ...]:
        return self._endpoints

    @property
    def region(self) -> str:
        return self._region

    @property
    def regions(self) -> tuple[str, ...]:
        return self._regions

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last readings of the lists left out, as sentences."""
        hidden = NOTE_HIDDEN if self._client.session.redactor.is_in_the_way else ""
        return tuple(note for note in (hidden, self._backups.note, self._volumes.note) if note)

    def backups(self) -> AsyncIterator[tuple[Backup, ...]]:
        return self._backups.pages()

    def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        return self._volumes.pages()

    async def backup(self, backup_id: str) -> Backup:
        return await self._backups.get(backup_id)

    async def volume(self, volume_id: str) -> Volume:
        return await self._volumes.get(volume_id)

    async def job(self, job_id: str) -> Job:
        return await self._jobs.get(job_id)

    def restore_request(self, backup_id: str, volume_id: str) -> RestoreRequest:
        """``POST {vbs}/v2/{project_id}/cloudbackups/{backup_id}/restore``, as it will be sent."""
        named = {"project": self._project.id, "backup": backup_id, "volume": volume_id}
        for name, value in named.items():
            if not _ID.match(value):
                raise ValueError(f"The id of the {name} cannot be used in a request.")
        url = f"{self._vbs}/v2/{self._project.id}/cloudbackups/{backup_id}/restore"
        body = json.dumps({"restore": {"volume_id": volume_id}})
        return RestoreRequest("POST", url, body)

    async def prepare(self) -> None:
        await self._client.prepare(Request("GET", self._vbs, _WHAT))

    async def restoring(self) -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
        return await asyncio.gather(
            self._backups.with_status("restoring"), self._volumes.with_status("restoring-backup")
        )

    async def submit(
        self, backup_id: str, volume_id: str, *, may_send: Callable[[], bool] | None = None
    ) -> Accepted:
        restore = self.restore_request(backup_id, volume_id)
        if not _RESTORE.match(restore.url):
            raise ValueError("The address of the restore does not end as it must.")
        request = Request(
            restore.method,
            restore.url,
            _WHAT,
            volume_id,
            body=restore.body.encode(),
            submits=True,
            may_send=may_send,
        )
        response = await self._client.submit(request)
        job_id = _job_id(response)
        if response.is_success and job_id:
            return Accepted(job_id, response.request_id)
        now = self._client.session.clock.now()
        if response.is_ok:
            raise unexpected_response(response, "the answer names no job", now)
        error = response_error(response, now)
        is_no_vbs = is_router_404(response.status, response.raw_body)
        if is_no_vbs and error.failure.executed is Executed.NO:
            failure = replace(error.failure, meaning=_NO_VBS_MEANING, hint=_NO_VBS_ADVICE)
            error = CloudError(failure)
        raise error


def _job_id(response: Response) -> str:
    value = response.data.get("job_id") if isinstance(response.data, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    found = plain_id(value)
    return found if _ID.match(found) else ""
