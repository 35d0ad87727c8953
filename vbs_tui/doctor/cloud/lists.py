"""The lists of backups and volumes: whether the first page can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator

from vbs_tui.cloud.errors import CloudError
from vbs_tui.doctor.cloud.failures import failed_call
from vbs_tui.doctor.finding import Finding, ok


async def check_list(step: str, pages: AsyncIterator[tuple[object, ...]]) -> Finding:
    """*pages*: of a provider's list. *step*: what it is a list of."""
    try:
        # Not anext() with a default: in CPython 3.11 that fails where there is no page.
        async for rows in pages:
            return ok(step, f"can be listed, {len(rows)} on the first page")
    except CloudError as error:
        return failed_call(step, error)
    return ok(step, "can be listed, none there")
