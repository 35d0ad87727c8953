"""How a job of VBS is decoded: its state, its parts, what it is about.

Source: ``GET /v1/{project_id}/jobs/{job_id}`` of VBS. The parts (``sub_jobs``) stand beside the
``entities`` or in them, which may be JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from vbs_tui.cloud.resources import Job, SubJob, plain_id
from vbs_tui.cloud.services import fields
from vbs_tui.cloud.services.fields import FieldReader
from vbs_tui.text import clean
from vbs_tui.times import parse_time

_MOST_SCANNED = 10_000
_MOST_KEPT = 100
"""Parts of one job."""


def parse_job(row: object, job_id: str = "") -> Job:
    """The body of ``GET /v1/{project_id}/jobs/{job_id}``. *job_id*: the one asked for.

    Raises ``ValueError`` for a body that is no job.
    """
    data = FieldReader(row).data
    status = clean(data.get("status"), 32).strip().upper()
    if not status:
        raise ValueError("the job has no status")
    subs = _sub_jobs(data)
    failed = next((sub for sub in subs if sub.status == "FAIL" and sub.error_code), None)
    entities = fields.embedded(data.get("entities"))
    return Job(
        id=job_id or plain_id(data.get("job_id")),
        status=status,
        job_type=clean(data.get("job_type"), 64),
        end_time=parse_time(data.get("end_time")),
        error_code=fields.code(data.get("error_code")) or (failed.error_code if failed else ""),
        fail_reason=fields.reason(data.get("fail_reason"))
        or (failed.fail_reason if failed else ""),
        sub_jobs=subs,
        backup_id=plain_id(entities.get("backup_id")),
        volume_id=plain_id(entities.get("volume_id")),
    )


def _sub_jobs(data: Mapping[str, Any]) -> tuple[SubJob, ...]:
    """The parts of a job wherever they stand, the failed ones first when there are many."""
    found = list(islice(_parts(data, depth=0), _MOST_SCANNED))
    if len(found) > _MOST_KEPT:
        found.sort(key=lambda part: not part.has_failed)
    return tuple(found[:_MOST_KEPT])


def _parts(data: Mapping[str, Any], depth: int) -> Iterator[SubJob]:
    if depth > 3:
        return
    for source in (data.get("sub_jobs"), fields.embedded(data.get("entities")).get("sub_jobs")):
        rows = [source] if isinstance(source, Mapping) else source
        for item in rows if isinstance(rows, list) else ():
            row = fields.mapping(item)
            yield SubJob(
                id=clean(row.get("job_id"), 64),
                job_type=clean(row.get("job_type"), 64),
                status=clean(row.get("status"), 32).strip().upper() or "?",
                error_code=fields.code(row.get("error_code")),
                fail_reason=fields.reason(row.get("fail_reason")),
            )
            yield from _parts(row, depth + 1)
