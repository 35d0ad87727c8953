"""What an operator confirms: backup and volume, freshly read, with every hazard."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vbs_tui.cloud.provider import Connection, Provider, RestoreRequest
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.checks import Hazard, assess, is_possible
from vbs_tui.restore.records import BackupFacts, Restore, VolumeFacts
from vbs_tui.restore.states import State

FRESH = 120.0
"""Seconds after which an examination is too old to be acted on."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Backup and volume, freshly read, with every hazard: what an operator confirms."""

    project: Project
    region: str
    """Where the request goes; empty where the cloud tells none."""
    backup: Backup
    volume: Volume
    hazards: tuple[Hazard, ...]
    """Hard ones first."""
    request: RestoreRequest
    read_at: datetime
    word: str
    """What must be typed: the volume's name, or the first 8 characters of its id."""
    word_is_name: bool

    @property
    def is_possible(self) -> bool:
        """Whether no hard hazard stands."""
        return is_possible(self.hazards)


async def examine(
    provider: Provider,
    backup_id: str,
    volume_id: str,
    *,
    now: datetime,
    volume_names: Mapping[str, str],
) -> Examination:
    """Read both afresh, at the same time, and find the hazards.

    *volume_names*: names of the project's volumes by id, so that a name that two of them bear is
    not asked for. Raises ``CloudError``; ``ValueError`` for an id unfit for a request.
    """
    request = provider.restore_request(backup_id, volume_id)
    backup, volume = await asyncio.gather(provider.backup(backup_id), provider.volume(volume_id))
    shared = any(name == volume.name and key != volume.id for key, name in volume_names.items())
    by_name = volume.name_is_typeable and not shared
    return Examination(
        project=provider.project,
        region=provider.region,
        backup=backup,
        volume=volume,
        hazards=assess(backup, volume, project_id=provider.project.id),
        request=request,
        read_at=now,
        word=volume.name if by_name else volume.confirmation_word,
        word_is_name=by_name,
    )


def planned_restore(
    examination: Examination, connection: Connection, operator: str, now: datetime
) -> Restore:
    """The restore that a confirmed examination begins."""
    backup, volume = examination.backup, examination.volume
    return Restore(
        id=str(uuid.uuid4()),
        state=State.PLANNED,
        cloud=connection.cloud,
        cloud_identity=connection.identity,
        region=examination.region or connection.region,
        project_id=examination.project.id,
        project_name=examination.project.name,
        backup=BackupFacts(
            id=backup.id,
            name=backup.name,
            size=backup.size,
            taken_at=backup.taken_at,
            status=backup.status,
            updated_at=backup.updated_at,
            volume_id=backup.volume_id,
        ),
        volume=VolumeFacts(
            id=volume.id,
            name=volume.name,
            size=volume.size,
            zone=volume.availability_zone,
            status=volume.status,
            updated_at=volume.updated_at,
            src_backup_id=volume.src_backup_id,
        ),
        operator=operator,
        created_at=now,
        changed_at=now,
        volume_status=volume.status,
        backup_status=backup.status,
        summary="Confirmed; not sent yet.",
    )
