"""The volumes as targets of a backup, best first, with the reason. Pure, based on the checks."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks.hazard_rules import Hazard, Level

Assess = Callable[[Backup, Volume], tuple[Hazard, ...]]


class TargetGroup(enum.IntEnum):
    """The groups of targets, in the order of the list."""

    OWN = 0
    """The disk the backup was taken from, and possible."""
    OWN_IMPOSSIBLE = 1
    """The disk the backup was taken from, but not possible now. Still before all others, so that no
    other disk is where the operator expects this one."""
    OTHER = 2
    """Another disk, and possible."""
    IMPOSSIBLE = 3


@dataclass(frozen=True, slots=True)
class Rank:
    """One volume as a target."""

    group: TargetGroup
    sign: str
    style: str
    why: str
    """In words, for the row."""
    hazards: tuple[Hazard, ...]
    order: tuple[int, int, str, str]
    is_backup_blocked: bool = False
    """Whether the backup itself cannot be restored now, whatever the volume."""

    @property
    def is_possible(self) -> bool:
        return self.group in (TargetGroup.OWN, TargetGroup.OTHER) and not self.is_backup_blocked


def rank(
    backup: Backup,
    volume: Volume,
    hazards: tuple[Hazard, ...],
    of_backup: tuple[Hazard, ...] = (),
) -> Rank:
    """The rank of *volume* as a target of *backup*. *of_backup*: the *hazards* that are shown once
    for all volumes, and not in each row."""
    own = bool(backup.volume_id) and backup.volume_id == volume.id
    told = [hazard for hazard in hazards if hazard not in of_backup]
    hard = [hazard.short for hazard in told if hazard.level is Level.HARD]
    soft = [hazard.short for hazard in told if hazard.level is Level.SOFT]
    is_backup_blocked = any(hazard.level is Level.HARD for hazard in of_backup)
    said = ["its own source"] if own else []
    if hard:
        group = TargetGroup.OWN_IMPOSSIBLE if own else TargetGroup.IMPOSSIBLE
        sign, style, why = "×", "bad", "; ".join(said + hard)
    else:
        group = TargetGroup.OWN if own else TargetGroup.OTHER
        sign, style = ("!", "warn") if soft else ("√", "good")
        why = "; ".join([*said, *([", ".join(soft)] if soft else [])]) or "fits"
        if is_backup_blocked:
            sign, style = "", "dim"
    order = (int(group), len(soft), volume.name.casefold(), volume.id)
    return Rank(group, sign, style, why, hazards, order, is_backup_blocked)


class Ranking:
    """The ranks of many volumes for one backup, each made once, when asked for."""

    def __init__(self, backup: Backup, assess: Assess, of_backup: tuple[Hazard, ...] = ()) -> None:
        """*of_backup*: hazards that depend on the backup alone, the same for every volume."""
        self.backup = backup
        self.why_blocked = "; ".join(one.short for one in of_backup if one.level is Level.HARD)
        """Why the backup cannot be restored onto any volume now, in a few words."""
        self._assess = assess
        self._of_backup = of_backup
        self._ranks: dict[str, tuple[Volume, Rank]] = {}
        self.possible = 0
        """How many of the volumes asked for so far are possible targets."""

    @property
    def known(self) -> int:
        """How many volumes were asked for so far."""
        return len(self._ranks)

    def forget(self) -> None:
        """Forget every rank: all volumes were replaced."""
        self._ranks.clear()
        self.possible = 0

    def of(self, volume: Volume) -> Rank:
        """The rank of *volume* as it is now."""
        known = self._ranks.get(volume.id)
        if known is not None:
            if known[0] is volume:
                return known[1]
            self.possible -= known[1].is_possible
        hazards = self._assess(self.backup, volume)
        found = rank(self.backup, volume, hazards, self._of_backup)
        self._ranks[volume.id] = (volume, found)
        self.possible += found.is_possible
        return found
