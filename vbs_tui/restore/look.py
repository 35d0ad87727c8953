"""One look at a restore under way: its job, then its disk and its backup."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from vbs_tui.cloud.errors import CloudError, ErrorKind, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Backup, Job, Volume
from vbs_tui.restore.verdict import GONE


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look brought. What could not be read is ``None``, or an empty status."""

    job: Job | None
    job_missing: bool
    """The cloud answered that it knows no such job."""
    volume: Volume | None
    volume_status: str
    backup: Backup | None
    backup_status: str
    failure: Failure | None
    """Why something could not be read; ``None`` when everything could."""

    @property
    def is_blind(self) -> bool:
        return self.failure is not None


async def look(provider: Provider, job_id: str, volume_id: str, backup_id: str) -> Sight:
    """Read the job (when there is one), and only then disk and backup.

    The order matters: a disk read before its job was asked may still show the state from before
    the job's end, and SUCCESS beside an old ``available`` would be a false verdict.
    """
    job: Job | None = None
    missing = False
    failure: Failure | None = None
    if job_id:
        try:
            job = await provider.job(job_id)
        except CloudError as error:
            missing = is_missing_job(error.failure)
            failure = None if missing else error.failure
    volume, backup = await asyncio.gather(
        _read(provider.volume(volume_id)), _read(provider.backup(backup_id))
    )
    for found in (volume, backup):
        if isinstance(found, Failure) and not _is_not_there(found):
            failure = failure or found
    return Sight(
        job=job,
        job_missing=missing,
        volume=volume if isinstance(volume, Volume) else None,
        volume_status=_status(volume),
        backup=backup if isinstance(backup, Backup) else None,
        backup_status=_status(backup),
        failure=failure,
    )


def is_missing_job(failure: Failure) -> bool:
    """Whether the cloud says that it knows no such job (``Common.0011`` on 400, or 404)."""
    return failure.code.lower() == "common.0011" or _is_not_there(failure)


def _is_not_there(failure: Failure) -> bool:
    """Whether the service that was asked answered 404. Identity services answer so as well, to a
    dead token or where nothing runs behind them: then the service was not asked at all."""
    return failure.status == 404 and failure.kind is ErrorKind.REFUSED


async def _read(call: Awaitable[Volume | Backup]) -> Volume | Backup | Failure:
    try:
        return await call
    except CloudError as error:
        return error.failure


def _status(found: Volume | Backup | Failure) -> str:
    if isinstance(found, Failure):
        return GONE if _is_not_there(found) else ""
    return found.status
