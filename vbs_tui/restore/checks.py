"""Hazards of putting one backup onto one volume: pure functions, one per rule.

The rules are those of the project's HTTP contract, section 10. A hard hazard means that the cloud
would refuse the restore, or should: it is not sent. A soft one means: allowed, but look.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from vbs_tui.cloud.resources import Backup, Volume


class Level(enum.Enum):
    """How much a hazard weighs."""

    HARD = "hard"
    """The restore is impossible or forbidden: it is not sent."""
    SOFT = "soft"
    """Allowed, but the operator must look."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One reason to stop or to look."""

    level: Level
    short: str
    """A few words for a row: ``60 GiB too small``."""
    sentence: str
    """The whole, for the dialog: what, why, what to do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What a rule looks at."""

    backup: Backup
    volume: Volume
    project_id: str

    @property
    def is_own_source(self) -> bool:
        """Whether the volume is the very disk the backup was taken from."""
        return bool(self.backup.volume_id) and self.backup.volume_id == self.volume.id


Rule = Callable[[Pair], Hazard | None]


def assess(backup: Backup, volume: Volume, *, project_id: str) -> tuple[Hazard, ...]:
    """Every hazard of restoring *backup* onto *volume*, hard ones first, else in rule order."""
    pair = Pair(backup, volume, project_id)
    found = [hazard for rule in RULES if (hazard := rule(pair)) is not None]
    return tuple(sorted(found, key=lambda hazard: hazard.level is Level.SOFT))


def is_possible(hazards: tuple[Hazard, ...]) -> bool:
    """Whether no hard hazard stands."""
    return all(hazard.level is not Level.HARD for hazard in hazards)


def _hard(short: str, sentence: str) -> Hazard:
    return Hazard(Level.HARD, short, sentence)


def _soft(short: str, sentence: str) -> Hazard:
    return Hazard(Level.SOFT, short, sentence)


_BACKUP_WAITS = {
    "creating": "It is still being made; wait until it is available.",
    "restoring": "Another restore is reading it; wait until that one has ended.",
    "deleting": "It is being deleted; choose another backup.",
    "error": "Making it failed, so it holds nothing to restore; choose another backup.",
    "error_deleting": "Deleting it failed half-way, so its data cannot be trusted.",
}


def backup_is_available(pair: Pair) -> Hazard | None:
    status = pair.backup.status
    if pair.backup.is_available:
        return None
    more = _BACKUP_WAITS.get(status, "Only a backup in state available can be restored.")
    return _hard(f"backup is {status}", f"The backup is {status}, not available. {more}")


def backup_is_ours(pair: Pair) -> Hazard | None:
    owner = pair.backup.owner_id
    if not owner or owner == pair.project_id:
        return None
    return _hard(
        "backup of another project",
        f"The backup belongs to project {owner} and is only shared with this one. A shared backup"
        " cannot be restored in place; make a new disk from it instead.",
    )


def volume_is_ours(pair: Pair) -> Hazard | None:
    owner = pair.volume.owner_id
    if not owner or owner == pair.project_id:
        return None
    return _hard(
        "disk of another project",
        f"The disk belongs to project {owner}. A restore works only within one project.",
    )


def volume_is_detached(pair: Pair) -> Hazard | None:
    holders = pair.volume.attachments
    if not holders and pair.volume.status != "in-use":
        return None
    names = ", ".join(h.host_name or h.server_id or "an unnamed server" for h in holders[:3])
    if len(holders) > 3:
        names += f" and {len(holders) - 3} more"
    where = f"attached to {names}" if names else "attached to a server"
    return _hard(
        where,
        f"The disk is {where}. Stop the server, detach the disk, wait until it is available, then"
        " restore.",
    )


_VOLUME_WAITS = {
    "error_restoring": "An earlier restore onto it failed. Its content is neither old nor new, and"
    " the cloud lets it only be deleted; choose another disk or open a ticket.",
    "restoring-backup": "A restore onto it is running right now; wait for its end.",
    "backing-up": "A backup of it is being made; wait until that has ended.",
    "creating": "It is still being made; wait until it is available.",
    "deleting": "It is being deleted; choose another disk.",
    "extending": "It is being extended; wait until it is available.",
    "attaching": "It is being attached; wait, then detach it.",
    "detaching": "It is being detached; wait until it is available.",
}


def volume_is_available(pair: Pair) -> Hazard | None:
    status = pair.volume.status
    if pair.volume.is_available or status == "in-use":
        return None
    more = _VOLUME_WAITS.get(status)
    if more is None and status.startswith("error"):
        more = "A disk in an error state cannot be a target; choose another one."
    return _hard(
        f"disk is {status}",
        f"The disk is {status}, not available. "
        + (more or "Only a disk in state available can be restored onto."),
    )


def volume_is_large_enough(pair: Pair) -> Hazard | None:
    need, have = pair.backup.size, pair.volume.size
    if need is None or have is None:
        return None
    if have < need:
        return _hard(
            f"{need - have} GiB too small",
            f"The disk has {have} GiB, the backup needs {need} GiB. Choose a larger disk, or extend"
            " this one first.",
        )
    if have > need:
        return _soft(
            f"{have - need} GiB larger",
            f"The disk has {have} GiB, the backup holds {need} GiB. Partitions and file systems"
            " will be those of the backup; the rest of the disk is lost to them until extended.",
        )
    return None


def sizes_are_known(pair: Pair) -> Hazard | None:
    if pair.backup.size is not None and pair.volume.size is not None:
        return None
    which = "backup" if pair.backup.size is None else "disk"
    return _soft(
        f"size of the {which} unknown",
        f"The cloud does not tell the size of the {which}, so whether the backup fits cannot be"
        " checked here.",
    )


def volume_is_no_replica(pair: Pair) -> Hazard | None:
    if not pair.volume.replicated:
        return None
    return _hard(
        "under disaster recovery",
        "The disk is under disaster-recovery replication, where the cloud refuses restores"
        " (VolumeBackup.0211). Remove the protection first.",
    )


def volume_is_its_source(pair: Pair) -> Hazard | None:
    if pair.is_own_source:
        return None
    whose = pair.backup.volume_id
    return _soft(
        "another disk",
        "This is not the disk the backup was taken from"
        + (f" (that was {whose})" if whose else "")
        + ". Everything on it is replaced by the data of that other disk.",
    )


def zones_match(pair: Pair) -> Hazard | None:
    there, here = pair.backup.availability_zone, pair.volume.availability_zone
    if not there or not here or there == here:
        return None
    return _soft(
        "other zone",
        f"The backup lies in zone {there}, the disk in {here}. The cloud may refuse that.",
    )


def encryption_matches(pair: Pair) -> Hazard | None:
    if pair.backup.encrypted == pair.volume.encrypted:
        return None
    if pair.backup.encrypted:
        return _soft(
            "disk is not encrypted",
            "The backup is encrypted and the disk is not: restored data may come to lie there in"
            " the clear, or the cloud may refuse.",
        )
    return _soft(
        "disk is encrypted",
        "The disk is encrypted and the backup is not. The cloud needs the right to use the disk's"
        " key, or it refuses.",
    )


def volume_is_not_shared(pair: Pair) -> Hazard | None:
    if not pair.volume.multiattach:
        return None
    return _soft(
        "shared disk",
        "The disk can be attached to several servers at once. Make sure that none of them expects"
        " its present content.",
    )


def system_disks_match(pair: Pair) -> Hazard | None:
    if pair.volume.bootable and pair.is_own_source:
        return _soft(
            "system disk",
            "This is a system disk: a server starts from it. If its operating system was installed"
            " anew since the backup, make a data disk from the backup instead.",
        )
    if pair.volume.bootable:
        return _soft(
            "system disk of something else",
            "The target is a system disk, but not the one this backup was taken from. A server"
            " that starts from it will start with the other disk's content, or not at all.",
        )
    if pair.backup.bootable:
        return _soft(
            "backup of a system disk",
            "The backup is that of a system disk, the target is a data disk.",
        )
    return None


def storage_is_shared(pair: Pair) -> Hazard | None:
    if not pair.volume.dedicated_storage:
        return None
    return _soft(
        "dedicated storage",
        "The disk lies in dedicated storage; backups from elsewhere may be refused there.",
    )


RULES: tuple[Rule, ...] = (
    backup_is_available,
    backup_is_ours,
    volume_is_ours,
    volume_is_detached,
    volume_is_available,
    volume_is_no_replica,
    volume_is_large_enough,
    volume_is_its_source,
    system_disks_match,
    zones_match,
    encryption_matches,
    volume_is_not_shared,
    storage_is_shared,
    sizes_are_known,
)
"""Every rule, in the order of the dialog."""
