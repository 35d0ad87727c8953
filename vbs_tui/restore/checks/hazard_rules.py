"""The hazards of restoring one backup onto one volume: pure functions, one per rule.

The rules follow what VBS and EVS refuse, by their documents and error codes, and what native Cinder
was seen to refuse. A hard hazard means that the cloud refuses the restore, or should refuse it: it
is not sent. A soft hazard means that it is allowed, but the operator must look.

A new rule is a function here and a row in :data:`RULES`.
"""

from __future__ import annotations

from collections.abc import Callable

from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.cloud.secrets import BLOT, WHY_HIDDEN
from vbs_tui.restore.checks.hazard import Hazard, Level, RestorePair, hard, soft

__all__ = ["RULES", "Hazard", "Level", "RestorePair", "find_hazards", "is_possible"]


Rule = Callable[[RestorePair], Hazard | None]


def find_hazards(backup: Backup, volume: Volume, *, project_id: str) -> tuple[Hazard, ...]:
    """Every hazard of restoring *backup* onto *volume*, hard ones first, else in rule order."""
    pair = RestorePair(backup, volume, project_id)
    found = [hazard for rule in RULES if (hazard := rule(pair)) is not None]
    return tuple(sorted(found, key=lambda hazard: hazard.level is Level.SOFT))


def is_possible(hazards: tuple[Hazard, ...]) -> bool:
    """Whether no hard hazard stands."""
    return all(hazard.level is not Level.HARD for hazard in hazards)


_FLAGS = frozenset(
    {"bootable", "encrypted", "__system__encrypted", "multiattach", "shareable", "readonly"}
    | {"consumes_quota", "service_metadata"}
)
"""Fields whose worst case is a soft hazard; so an unreadable value in them is one, too."""

_BACKUP_WAITS = {
    "creating": "It is still being created; wait until it is available.",
    "restoring": "Another restore is reading it; wait until that one has ended.",
    "deleting": "It is being deleted; choose another backup.",
    "error": "Creating it failed, so it holds nothing to restore; choose another backup.",
    "error_deleting": "Deleting it failed half-way, so its data cannot be trusted.",
    "error_restoring": "Its last restore failed; the cloud's provider must reset its state first.",
    "deleted": "It is gone; choose another backup.",
}


def backup_is_available(pair: RestorePair) -> Hazard | None:
    status = pair.backup.status
    if pair.backup.is_available:
        return None
    more = _BACKUP_WAITS.get(status, "Only a backup in state available can be restored.")
    more = WHY_HIDDEN if BLOT in status else more
    return hard(f"backup is {status}", f"The backup is {status}, not available. {more}")


def backup_is_ours(pair: RestorePair) -> Hazard | None:
    owner = pair.backup.owner_id
    if not owner or owner == pair.project_id:
        return None
    return hard(
        "backup of another project",
        f"The backup belongs to project {owner} and is only shared with this one. A shared backup"
        " cannot be restored in place; make a new disk from it instead.",
    )


def volume_is_ours(pair: RestorePair) -> Hazard | None:
    owner = pair.volume.owner_id
    if not owner or owner == pair.project_id:
        return None
    return hard(
        "disk of another project",
        f"The disk belongs to project {owner}. A restore works only within one project.",
    )


def volume_is_detached(pair: RestorePair) -> Hazard | None:
    holders = pair.volume.attachments
    if "attachments" in pair.volume.unreadable:
        return hard(
            "attachments unreadable",
            "The cloud lists the disk's attachments in a form that this program does not know, so"
            " the disk counts as attached. Look at it in the cloud's own console.",
        )
    if not holders and pair.volume.status != "in-use":
        return None
    names = ", ".join(h.host_name or h.server_id or "an unnamed server" for h in holders[:3])
    if len(holders) > 3:
        names += f" and {len(holders) - 3} more"
    where = f"attached to {names}" if names else "attached to a server"
    return hard(
        where,
        f"The disk is {where}. Stop the server, detach the disk, wait until it is available, then"
        " restore.",
    )


_VOLUME_WAITS = {
    "error_restoring": "An earlier restore onto it failed. Its content is neither old nor new, and"
    " the cloud lets it only be deleted; choose another disk or open a ticket.",
    "restoring-backup": "A restore onto it is running right now; wait for its end.",
    "backing-up": "A backup of it is being created; wait until that has ended.",
    "creating": "It is still being created; wait until it is available.",
    "deleting": "It is being deleted; choose another disk.",
    "extending": "It is being extended; wait until it is available.",
    "attaching": "It is being attached; wait, then detach it.",
    "detaching": "It is being detached; wait until it is available.",
    "reserved": "A server is about to take it; wait, then detach it.",
    "uploading": "An image of it is being created; wait until that has ended.",
    "downloading": "An image is being written to it; wait until that has ended.",
    "retyping": "It is being changed to another type; wait until that has ended.",
    "maintenance": "The cloud's provider is working on it; wait, or ask the provider.",
    "managing": "The cloud is taking it over from its storage; wait until that has ended.",
    "rollbacking": "It is being rolled back to a snapshot; wait until that has ended.",
    "awaiting-transfer": "It is offered to another project; accept or cancel that first.",
}


def volume_is_available(pair: RestorePair) -> Hazard | None:
    status = pair.volume.status
    if pair.volume.is_available or status == "in-use":
        return None
    more = _VOLUME_WAITS.get(status)
    if more is None and status.startswith("error"):
        more = "A disk in an error state cannot be a target; choose another one."
    more = WHY_HIDDEN if BLOT in status else more
    return hard(
        f"disk is {status}",
        f"The disk is {status}, not available. "
        + (more or "Only a disk in state available can be restored onto."),
    )


def volume_is_large_enough(pair: RestorePair) -> Hazard | None:
    need, have = pair.backup.size, pair.volume.size
    if need is None or have is None:
        return None
    if have < need:
        return hard(
            f"{need - have} GiB too small",
            f"The disk has {have} GiB, the backup needs {need} GiB. Choose a larger disk, or extend"
            " this one first.",
        )
    if have > need:
        return soft(
            f"{have - need} GiB larger",
            f"The disk has {have} GiB, the backup holds {need} GiB. Partitions and file systems"
            " will be those of the backup; the rest of the disk is unused until they are extended.",
        )
    return None


def sizes_are_known(pair: RestorePair) -> Hazard | None:
    if "size" in (*pair.backup.unreadable, *pair.volume.unreadable):
        return None  # a hard hazard by another rule
    if pair.backup.size is not None and pair.volume.size is not None:
        return None
    which = "backup" if pair.backup.size is None else "disk"
    return soft(
        f"size of the {which} unknown",
        f"The cloud does not give the size of the {which}, so it cannot be checked here whether the"
        " backup fits.",
    )


def volume_is_no_replica(pair: RestorePair) -> Hazard | None:
    if not pair.volume.replicated:
        return None
    words = pair.volume.replication
    details = f" ({words})" if words else ""
    return hard(
        "under disaster recovery",
        f"The cloud says that the disk is under disaster-recovery replication{details}. It refuses"
        " restores onto such a disk (VolumeBackup.0211). Remove the protection first.",
    )


def volume_stays_where_it_is(pair: RestorePair) -> Hazard | None:
    status = pair.volume.migration
    if not status:
        return None
    return hard(
        f"migration is {status}",
        f"The cloud is moving the disk to other storage, or may be (migration status {status})."
        " What a restore writes meanwhile can be lost. Wait until the move has ended.",
    )


def nothing_is_locked(pair: RestorePair) -> Hazard | None:
    for what, one in (("disk", pair.volume), ("backup", pair.backup)):
        if one.locks:
            told = ", ".join(one.locks)
            return hard(
                f"{what} is locked",
                f"The cloud says that the {what} is locked or frozen ({told}). Ask the cloud's"
                " provider, or whoever pays for the cloud, to release it first.",
            )
    return None


def fields_are_readable(pair: RestorePair) -> Hazard | None:
    for what, odd in (("disk", pair.volume.unreadable), ("backup", pair.backup.unreadable)):
        names = [name for name in odd if name not in _FLAGS and name != "attachments"]
        if names:
            told = ", ".join(names)
            return hard(
                f"{what} unreadable: {told}",
                f"The cloud describes the {what} in a form that this program does not know (field"
                f" {told}), so it cannot be checked here whether the restore is allowed. Look at it"
                " in the cloud's own console.",
            )
    return None


def flags_are_readable(pair: RestorePair) -> Hazard | None:
    names = [name for name in (*pair.volume.unreadable, *pair.backup.unreadable) if name in _FLAGS]
    if not names:
        return None
    told = ", ".join(dict.fromkeys(names))
    return soft(
        f"unclear: {told}",
        f"The value that the cloud gives for {told} cannot be read, so what depends on it cannot be"
        " checked here.",
    )


def attachments_are_told(pair: RestorePair) -> Hazard | None:
    if pair.volume.attachments_known:
        return None
    return soft(
        "attachments not told",
        "The cloud does not say whether a server holds the disk; only the disk's state says that it"
        " is free.",
    )


def volume_may_be_written(pair: RestorePair) -> Hazard | None:
    volume = pair.volume
    if not volume.read_only and not volume.marks:
        return None
    short = "disk is marked read-only" if volume.read_only else "disk is marked locked"
    marks = ", ".join([*(["readonly"] if volume.read_only else []), *volume.marks])
    return soft(
        short,
        f"The disk is marked in its metadata ({marks}), to protect its content. A restore"
        " overwrites it all the same.",
    )


def volume_is_of_the_project(pair: RestorePair) -> Hazard | None:
    if not pair.volume.internal:
        return None
    return soft(
        "disk of the cloud itself",
        "The disk does not count against the quota, so the cloud created it for its own use (to"
        " move or back up another disk) and may delete it at any time.",
    )


def volume_stands_alone(pair: RestorePair) -> Hazard | None:
    if not pair.volume.group:
        return None
    return soft(
        "member of a group",
        f"The disk belongs to the group {pair.volume.group}, whose disks are kept at the same point"
        " in time. The other disks of the group keep their content.",
    )


def backup_reports_no_failure(pair: RestorePair) -> Hazard | None:
    if not pair.backup.is_available or not pair.backup.fail_reason:
        return None
    return soft(
        "backup reports a failure",
        f"The backup is available, but it reports a failure: {pair.backup.fail_reason}. Make sure"
        " that it is complete.",
    )


def volume_is_its_source(pair: RestorePair) -> Hazard | None:
    if pair.is_own_source:
        return None
    whose = pair.backup.volume_id
    return soft(
        "another disk",
        "This is not the disk the backup was taken from"
        + (f" (that was {whose})" if whose else "")
        + ". Everything on it is replaced by the data of that other disk.",
    )


def zones_match(pair: RestorePair) -> Hazard | None:
    there, here = pair.backup.availability_zone, pair.volume.availability_zone
    if not there or not here or there == here:
        return None
    return soft(
        "other zone",
        f"The backup is in zone {there}, the disk in {here}. The cloud may refuse the restore.",
    )


def encryption_matches(pair: RestorePair) -> Hazard | None:
    if pair.backup.encrypted == pair.volume.encrypted:
        return None
    if pair.backup.encrypted:
        return soft(
            "disk is not encrypted",
            "The backup is encrypted and the disk is not: the restored data may be stored"
            " unencrypted, or the cloud may refuse the restore.",
        )
    return soft(
        "disk is encrypted",
        "The disk is encrypted and the backup is not. The cloud refuses the restore unless it has"
        " the right to use the disk's key.",
    )


def volume_is_not_shared(pair: RestorePair) -> Hazard | None:
    if not pair.volume.multiattach:
        return None
    return soft(
        "shared disk",
        "The disk can be attached to several servers at once. Make sure that none of them expects"
        " its present content.",
    )


def system_disks_match(pair: RestorePair) -> Hazard | None:
    if pair.volume.bootable and pair.is_own_source:
        return soft(
            "system disk",
            "This is a system disk: a server starts from it. If its operating system was"
            " reinstalled since the backup, make a data disk from the backup instead.",
        )
    if pair.volume.bootable:
        return soft(
            "system disk of something else",
            "The target is a system disk, but not the one this backup was taken from. A server"
            " that starts from it will start with the other disk's content, or not at all.",
        )
    if pair.backup.bootable:
        return soft(
            "backup of a system disk",
            "The backup is of a system disk, the target is a data disk.",
        )
    return None


def storage_is_shared(pair: RestorePair) -> Hazard | None:
    if not pair.volume.dedicated_storage:
        return None
    return soft(
        "dedicated storage",
        "The disk is in dedicated storage; the cloud may refuse backups from other storage.",
    )


RULES: tuple[Rule, ...] = (
    backup_is_available,
    backup_is_ours,
    volume_is_ours,
    volume_is_detached,
    volume_is_available,
    fields_are_readable,
    nothing_is_locked,
    volume_stays_where_it_is,
    volume_is_no_replica,
    volume_is_large_enough,
    volume_is_its_source,
    system_disks_match,
    zones_match,
    encryption_matches,
    volume_is_not_shared,
    storage_is_shared,
    volume_may_be_written,
    volume_is_of_the_project,
    volume_stands_alone,
    backup_reports_no_failure,
    sizes_are_known,
    attachments_are_told,
    flags_are_readable,
)
"""Every rule, in the order of the dialog."""
