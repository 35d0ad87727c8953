"""What an operator confirms: backup and disk as they are now, with every hazard."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vbs_tui.clock import Clock, Instant
from vbs_tui.cloud.provider import Connection, Provider, RestoreRequest
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.checks.hazard_rules import Hazard, find_hazards, is_possible
from vbs_tui.restore.checks.preconditions import backup_facts, volume_facts
from vbs_tui.restore.checks.required_text import Confirmation, ListedResources, confirmation_of
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State

MAX_AGE = 120.0
"""Seconds after which an examination is too old to be acted on."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Backup and volume as just read, with every hazard: what an operator confirms."""

    project: Project
    region: str
    """Where the request goes; empty where the cloud tells none."""
    backup: Backup
    volume: Volume
    hazards: tuple[Hazard, ...]
    """Hard ones first."""
    request: RestoreRequest
    read: Instant
    """When the reading of both began."""
    confirmation: Confirmation
    """What must be typed."""
    conflict: str = ""
    """Which open restore already has the disk or the backup, as a sentence; empty for none."""

    @property
    def read_at(self) -> datetime:
        """When both were read, UTC."""
        return self.read.wall

    @property
    def required_text(self) -> str:
        """The whole text that must be typed."""
        return self.confirmation.text

    def age(self, clock: Clock) -> float:
        """Seconds since both were read, by the clock that says more (a wall clock may jump)."""
        return self.read.age(clock)

    @property
    def is_possible(self) -> bool:
        """Whether no hard hazard stands."""
        return is_possible(self.hazards)


async def examine(
    provider: Provider,
    backup_id: str,
    volume_id: str,
    *,
    clock: Clock,
    projects: Sequence[Project],
    listed: Mapping[str, ListedResources],
) -> Examination:
    """Read both now, at the same time, and find the hazards.

    *projects* and *listed* show which other disks have the same name: see
    :func:`~vbs_tui.restore.checks.required_text.confirmation_of`. Raises ``CloudError``;
    ``ValueError`` for an id that cannot be part of a request.
    """
    provider.restore_request(backup_id, volume_id)
    read = Instant.of(clock)
    backup, volume = await asyncio.gather(provider.backup(backup_id), provider.volume(volume_id))
    return Examination(
        project=provider.project,
        region=provider.region,
        backup=backup,
        volume=volume,
        hazards=find_hazards(backup, volume, project_id=provider.project.id),
        # Made from what was read and is shown, so that nothing else can be sent.
        request=provider.restore_request(backup.id, volume.id),
        read=read,
        confirmation=confirmation_of(
            backup, volume, provider.project, projects=projects, listed=listed
        ),
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
        backup=backup_facts(backup),
        volume=volume_facts(volume),
        hazards=tuple(hazard.short for hazard in examination.hazards),
        operator=operator,
        created_at=now,
        changed_at=now,
        volume_status=volume.status,
        backup_status=backup.status,
        summary="Confirmed; not sent yet.",
    )
