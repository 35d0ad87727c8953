"""Hazards of putting one backup onto one volume: pure functions, one per rule."""

from __future__ import annotations

import enum
from dataclasses import dataclass


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
