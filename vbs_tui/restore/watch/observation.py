"""One poll of a restore under way: its job is read first, then its disk and its backup."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from vbs_tui.cloud.errors import CloudError, ErrorKind, Failure
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Backup, Job, Volume
from vbs_tui.cloud.secrets import BLOT
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.job_evidence import job_mismatch
from vbs_tui.restore.watch.verdict import GONE, READ, WRITTEN

_SAME_MOMENT = 5.0
"""Seconds that may lie between the changes which one restore makes to its disk and its backup."""

OwnRestores = Callable[[], Awaitable[Sequence[Restore]]]
"""Reads the restores on record here that have not ended."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one poll brought. What could not be read is ``None``, or an empty status."""

    job: Job | None
    job_missing: bool
    """The cloud answered that it knows no such job."""
    volume: Volume | None
    volume_status: str
    backup: Backup | None
    backup_status: str
    failure: Failure | None
    """Why something could not be read; ``None`` when everything could."""
    pair_busy: bool = False
    """Disk and backup are busy at the same time, and by no other restore than this one."""


async def observe(provider: Provider, restore: Restore, own_restores: OwnRestores) -> Observation:
    """Read the job (when there is one), and only then disk and backup.

    The order matters: a disk that was read before its job may still show the state from before the
    job's end, and SUCCESS beside an old ``available`` would be a false verdict.
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
    observation = Observation(
        job=job,
        job_missing=missing,
        volume=volume if isinstance(volume, Volume) else None,
        volume_status=_status(volume),
        backup=backup if isinstance(backup, Backup) else None,
        backup_status=_status(backup),
        failure=failure,
    )
    if restore.pair_seen_busy or not (
        observation.volume_status == WRITTEN and observation.backup_status == READ
    ):
        return observation
    if job is not None:
        is_ours = job.status == "RUNNING" and not job_mismatch(restore, job)
    else:
        is_ours = await _is_only_pair(provider, restore, own_restores)
    return replace(observation, pair_busy=is_ours)


async def _is_only_pair(provider: Provider, restore: Restore, own_restores: OwnRestores) -> bool:
    """Whether no other restore can be what keeps this disk and this backup busy.

    Another operator may restore this backup onto another disk, and another backup onto this disk,
    at the same time. Then a second backup and a second disk are busy, and each of them began
    together with one of ours, since a restore changes its disk and its backup together. Busy disks
    and backups that belong to restores on record here, or began at another time, do not count.
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
    return _began_together(backup, volume) and not any(
        _began_together(other, mine) for other in others for mine in (backup, volume)
    )


def _began_together(one: Backup | Volume, other: Backup | Volume) -> bool:
    """Whether both may have begun to be busy at the same moment."""
    if one.updated_at is None or other.updated_at is None:
        return True
    return abs((one.updated_at - other.updated_at).total_seconds()) <= _SAME_MOMENT


def is_missing_job(failure: Failure) -> bool:
    """Whether the cloud says that it knows no such job (``Common.0011`` on 400, or 404)."""
    return failure.code.lower() == "common.0011" or _is_not_there(failure)


def _is_not_there(failure: Failure) -> bool:
    """Whether the service itself answered 404. An identity service may answer 404, too, to a dead
    token or when nothing runs behind it: then the service was not asked at all."""
    return failure.status == 404 and failure.kind is ErrorKind.REFUSED


async def _read(call: Awaitable[Volume | Backup]) -> Volume | Backup | Failure:
    try:
        return await call
    except CloudError as error:
        return error.failure


def _status(found: Volume | Backup | Failure) -> str:
    if isinstance(found, Failure):
        return GONE if _is_not_there(found) else ""
    # A status in which a secret was blotted out is not known, so it decides nothing.
    return "" if BLOT in found.status else found.status
