"""The endpoint of VBS: whether it is one. Cinder answers the same lists, but knows no jobs."""

from __future__ import annotations

from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.http.errors.classification import is_router_404
from vbs_tui.cloud.provider import Provider
from vbs_tui.doctor.finding import Finding, failed, ok

STEP = "VBS"

_NO_JOB = "00000000-0000-0000-0000-000000000000"
"""The id of no job. VBS says so with a code of its own; Cinder's router does not know the path."""

_OVERRIDDEN = "Correct vbs_endpoint_override in the configuration, or leave it out."
_BY_CATALOG = "Tell whoever runs the cloud; vbs_endpoint_override names another address."


async def check_vbs_endpoint(provider: Provider) -> Finding | None:
    """Whether VBS answers at its endpoint; ``None`` where the response does not show it."""
    try:
        await provider.job(_NO_JOB)
    except CloudError as error:
        failure = error.failure
        # A gateway's own code for an unknown path says nothing about the service behind it.
        if is_router_404(failure.status, failure.raw_body) and not failure.code:
            url, why = next((url, why) for name, url, why in provider.endpoints if name == "vbs")
            seen = (
                f"{url} is no VBS: it does not know jobs (HTTP 404 from a router, as Cinder sends)"
            )
            do = _BY_CATALOG if why.startswith("catalog") else _OVERRIDDEN
            return failed(STEP, seen, f"{do} A restore sent there ends with 404.")
        if failure.code.lower() == "common.0011":
            return ok(STEP, "answers a job query as VBS does")
    return None
