"""One look at a restore under way: its job, then its disk and its backup."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from vbs_tui.cloud.errors import CloudError, ErrorKind, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Backup, Job, Volume
from vbs_tui.cloud.secrets import BLOT
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.evidence import Observation, job_mismatch
from vbs_tui.restore.watch.verdict import GONE, READ, WRITTEN

_SAME_MOMENT = 5.0
"""Seconds between the changes of a disk and a backup that one restore may have made."""

OwnRestores = Callable[[], Awaitable[Sequence[Restore]]]
"""The restores on record here that have not ended."""


async def look(provider: Provider, restore: Restore, own_restores: OwnRestores) -> Observation:
    """Read the job (when there is one), and only then disk and backup.

    The order matters: a disk read before its job was asked may still show the state from before
    the job's end, and SUCCESS beside an old ``available`` would be a false verdict.
    """
    job: Job | None = None
    missing = False
    failure: Failure | None = None
    if restore.job_id:
        try:
            job = await provider.job(restore.job_id)
        except CloudError as error:
            missing = is_missing_job(error.failure)
            failure = None if missing else error.failure
    volume, backup = await asyncio.gather(
        _read(provider.volume(restore.volume.id)), _read(provider.backup(restore.backup.id))
    )
    for found in (volume, backup):
        if isinstance(found, Failure) and not _is_not_there(found):
            failure = failure or found
    sight = Observation(
        job=job,
        job_missing=missing,
        volume=volume if isinstance(volume, Volume) else None,
        volume_status=_status(volume),
        backup=backup if isinstance(backup, Backup) else None,
        backup_status=_status(backup),
        failure=failure,
    )
    if restore.pair_seen_busy or not (
        sight.volume_status == WRITTEN and sight.backup_status == READ
    ):
        return sight
    if job is not None:
        is_ours = job.status == "RUNNING" and not job_mismatch(restore, job)
    else:
        is_ours = await _is_only_pair(provider, restore, own_restores)
    return replace(sight, pair_busy=is_ours)


async def _is_only_pair(provider: Provider, restore: Restore, own_restores: OwnRestores) -> bool:
    """Whether no other restore can be what keeps this disk and this backup busy.

    Somebody may restore this backup onto another disk, and another backup onto this disk, at the
    same time. Then another backup and another disk are at work, and each of them began together
    with one of ours. Those of the restores on record here are accounted for, and so are those that
    began at another moment: a restore changes its disk and its backup together.
    """
    try:
        backups, volumes = await provider.restoring()
    except CloudError:
        return False
    backup = next((one for one in backups if one.id == restore.backup.id), None)
    volume = next((one for one in volumes if one.id == restore.volume.id), None)
    if backup is None or volume is None:
        return False
    own = [one for one in await own_restores() if one.project_id == restore.project_id]
    accounted = {one.backup.id for one in own} | {one.volume.id for one in own}
    busy: list[Backup | Volume] = [*backups, *volumes]
    others = [one for one in busy if one.id not in accounted]
    return _is_together(backup, volume) and not any(
        _is_together(other, mine) for other in others for mine in (backup, volume)
    )


def _is_together(one: Backup | Volume, other: Backup | Volume) -> bool:
    """Whether both may have begun to be busy at the same moment."""
    if one.updated_at is None or other.updated_at is None:
        return True
    return abs((one.updated_at - other.updated_at).total_seconds()) <= _SAME_MOMENT


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
    # What a hidden secret was part of is not known: it decides nothing.
    return "" if BLOT in found.status else found.status
