"""Backup and disk as they are directly before a request, compared with what was confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from vbs_tui.clock import Clock, Instant
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks.hazard_rules import Level, find_hazards
from vbs_tui.restore.journal.records import BackupFacts, Restore, VolumeFacts

_LONGEST = 45.0
"""Seconds from the beginning of a reading until the request that is based on it has left. Generous,
since over a slow link the reading itself takes long."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Backup and disk, read at the same time."""

    backup: Backup
    volume: Volume
    begun: Instant
    ended: Instant

    def is_stale(self, clock: Clock) -> bool:
        """Whether it began too long ago for a request to be based on it, however long it took."""
        return self.begun.age(clock) > _LONGEST


async def read_both(provider: Provider, restore: Restore, clock: Clock) -> Reading:
    """Read backup and disk of *restore* now. Raises ``CloudError``."""
    begun = Instant.of(clock)
    backup, volume = await asyncio.gather(
        provider.backup(restore.backup.id), provider.volume(restore.volume.id)
    )
    return Reading(backup, volume, begun, Instant.of(clock))


def backup_facts(backup: Backup) -> BackupFacts:
    """What is kept of a backup that was confirmed."""
    return BackupFacts(
        id=backup.id,
        name=backup.name,
        size=backup.size,
        taken_at=backup.taken_at,
        status=backup.status,
        updated_at=backup.updated_at,
        volume_id=backup.volume_id,
    )


def volume_facts(volume: Volume) -> VolumeFacts:
    """What is kept of a volume that was confirmed."""
    return VolumeFacts(
        id=volume.id,
        name=volume.name,
        size=volume.size,
        zone=volume.availability_zone,
        status=volume.status,
        updated_at=volume.updated_at,
        src_backup_id=volume.src_backup_id,
    )


def reason_not_to_send(restore: Restore, reading: Reading) -> str:
    """Why the confirmed restore must not be sent now, as a sentence; empty when it may be."""
    hazards = find_hazards(reading.backup, reading.volume, project_id=restore.project_id)
    hard = [hazard.sentence for hazard in hazards if hazard.level is Level.HARD]
    if hard:
        return hard[0]
    new = [hazard.sentence for hazard in hazards if hazard.short not in restore.hazards]
    changed = describe_change(restore, reading) or (new[0] if new else "")
    return f"{changed} Look at it and confirm again." if changed else ""


def describe_change(restore: Restore, reading: Reading) -> str:
    """What has changed since the confirmation, as a sentence; empty for nothing."""
    disk = _difference("disk", restore.volume, volume_facts(reading.volume))
    return disk or _difference("backup", restore.backup, backup_facts(reading.backup))


_WORDS = (
    ("status", "is {after}, and was {before}"),
    ("name", "is named {after}, and was named {before}"),
    ("size", "has {after} GiB, and had {before} GiB"),
    ("zone", "is in zone {after}, and was in {before}"),
    ("src_backup_id", "names another backup in its metadata, so another restore wrote it"),
    ("volume_id", "belongs to another disk than before"),
    ("taken_at", "was taken at another time than before"),
    ("updated_at", "was changed: its time of last change differs"),
)


def _difference(
    what: str, before: BackupFacts | VolumeFacts, after: BackupFacts | VolumeFacts
) -> str:
    for name, words in _WORDS:
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new:
            told = words.format(before=_shown(old), after=_shown(new))
            return f"Since it was confirmed, the {what} {told}."
    return ""


def _shown(value: object) -> str:
    return "?" if value is None else str(value) or "(none)"
