"""States, ages, sizes and ids as short texts, the same everywhere on the screen."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.errors import ErrorKind, Failure
from vbs_tui.times import ago
from vbs_tui.ui.render.table import Cell

_BUSY = frozenset(
    {
        "creating",
        "restoring",
        "restoring-backup",
        "backing-up",
        "deleting",
        "attaching",
        "detaching",
        "extending",
        "downloading",
        "uploading",
        "retyping",
        "in-use",
    }
)


def status_cell(status: str, *, sign: bool = True) -> Cell:
    """The status of a backup or disk, with a colour and a sign."""
    if status == "available":
        mark, style = "●", "good"
    elif status.startswith("error"):
        mark, style = "×", "bad"
    elif status == "in-use":
        mark, style = "·", ""
    elif status in _BUSY:
        mark, style = "►", "warn"
    else:
        mark, style = "!", "warn"
    return Cell(f"{mark} {status}" if sign else status, style)


def size_text(gib: int | None) -> str:
    """A size in GiB for a column, ``?`` for an unknown one."""
    return "?" if gib is None else f"{gib:,}"


def age(moment: datetime | None, now: datetime) -> str:
    """How old a list is, in coarse steps, so that it rarely changes: ``just now``, ``30 s ago``."""
    if moment is None:
        return "–"
    seconds = (now - moment).total_seconds()
    if seconds < 15:
        return "just now"
    if seconds < 60:
        return f"{int(seconds // 15) * 15} s ago"
    return ago(moment, now)


def short_failure(failure: Failure) -> str:
    """A failure in a few words, for a subtitle or a notice."""
    if failure.declined:
        return "the log-in was declined"
    if failure.kind is ErrorKind.LOG_IN and failure.status is not None:
        return f"the log-in was refused (HTTP {failure.status})"
    if failure.code:
        return failure.code
    if failure.status is not None:
        return f"HTTP {failure.status}"
    return failure.kind.value


def short_id(identifier: str) -> str:
    """The first eight characters of an id: enough to tell two things apart."""
    return identifier if len(identifier) <= 8 else identifier[:8]


def counted(number: int, one: str, many: str = "") -> str:
    """``1 backup``, ``1,204 backups``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
