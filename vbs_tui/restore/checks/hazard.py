"""The type of a hazard, and what a rule gets to find one."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from vbs_tui.cloud.resources import Backup, Volume


class Level(enum.Enum):
    """How serious a hazard is."""

    HARD = "hard"
    """The restore is impossible or forbidden: it is not sent."""
    SOFT = "soft"
    """Allowed, but the operator must look."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One reason not to restore, or to look first."""

    level: Level
    short: str
    """A few words for a row: ``60 GiB too small``."""
    sentence: str
    """For the dialog: what, why, what to do."""


@dataclass(frozen=True, slots=True)
class RestorePair:
    """A backup and the volume that it would be restored onto: what a rule gets."""

    backup: Backup
    volume: Volume
    project_id: str

    @property
    def is_own_source(self) -> bool:
        """Whether the volume is the very disk the backup was taken from."""
        return bool(self.backup.volume_id) and self.backup.volume_id == self.volume.id


def hard(short: str, sentence: str) -> Hazard:
    return Hazard(Level.HARD, short, sentence)


def soft(short: str, sentence: str) -> Hazard:
    return Hazard(Level.SOFT, short, sentence)
