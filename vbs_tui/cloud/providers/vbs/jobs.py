"""The job query of VBS, and of the services beside it for a job that VBS does not know.

Source: ``GET /v1/{project_id}/jobs/{job_id}`` of VBS. "Unknown job" may be a temporary fault of one
node, so other services are asked only after VBS has said it several times.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import quote

from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response, wrong_object
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.providers.vbs.job_decoding import parse_job
from vbs_tui.cloud.resources import Job, plain_id

_DENIALS_BEFORE_OTHERS = 3
_REMEMBERED = 500


class Jobs:
    """Jobs of one project."""

    def __init__(self, client: ServiceClient, roots: tuple[str, ...], project_id: str) -> None:
        """*roots*: of VBS first, then of other services that may know its jobs."""
        self._client = client
        self._roots = tuple(dict.fromkeys(roots))
        self._project_id = project_id
        self._denials: OrderedDict[str, int] = OrderedDict()
        self._known_roots: OrderedDict[str, str] = OrderedDict()

    async def get(self, job_id: str) -> Job:
        """The job. Raises ``CloudError``: with ``Common.0011`` or 404 for one that is unknown."""
        known_root = self._known_roots.get(job_id, self._roots[0])
        response = await self._read(known_root, job_id)
        if not _denies(response):
            return self._job(response, job_id)
        denials = self._denials.pop(job_id, 0) + 1
        self._denials[job_id] = denials
        _trim(self._denials)
        if denials % _DENIALS_BEFORE_OTHERS == 0:
            for root in self._roots:
                if root == known_root:
                    continue
                other = await self._read_elsewhere(root, job_id)
                if other is not None:
                    self._known_roots[job_id] = root
                    _trim(self._known_roots)
                    return other
        raise response_error(response, self._client.session.clock.now())

    async def _read(self, root: str, job_id: str) -> Response:
        url = f"{root}/v1/{quote(self._project_id)}/jobs/{quote(job_id, safe='')}"
        request = Request("GET", url, "read the job", job_id)
        if not plain_id(job_id):
            raise CloudError(
                Failure(
                    ErrorKind.NOT_SENT,
                    Executed.NO,
                    "read the job",
                    message="the job id cannot stand in a URL",
                )
            )
        return await self._client.read(request)

    async def _read_elsewhere(self, root: str, job_id: str) -> Job | None:
        """The job from another service, whose errors say nothing about the job."""
        try:
            return self._job(await self._read(root, job_id), job_id)
        except CloudError:
            return None

    def _job(self, response: Response, job_id: str) -> Job:
        now = self._client.session.clock.now()
        if not response.is_ok:
            raise response_error(response, now)
        data = response.data
        try:
            job = parse_job(data, job_id)
        except ValueError as reason:
            text = f"the answer is no job: {reason}"
        else:
            sent_id = data.get("job_id") if isinstance(data, dict) else None
            # Opaque, so compared exactly; some clouds send a number.
            if sent_id is None or sent_id == "" or str(sent_id).strip() == job_id:
                return job
            raise wrong_object(response, "job", job_id, str(sent_id), now)
        raise unexpected_response(response, text, now)


def _denies(response: Response) -> bool:
    return response.status == 404 or response.envelope.code.lower() == "common.0011"


def _trim(memory: OrderedDict[str, int] | OrderedDict[str, str]) -> None:
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
