"""What a check found: the type that every check of ``vbs-tui doctor`` returns."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Health(enum.Enum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: its name, how it went, what was seen, what to do."""

    step: str
    health: Health
    seen: str
    do: str = ""


def ok(step: str, seen: str) -> Finding:
    return Finding(step, Health.OK, seen)


def warning(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.WARNING, seen, do)


def failed(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.FAILED, seen, do)
