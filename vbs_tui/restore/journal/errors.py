"""What the journal raises, and how an error of SQLite or the system is put in words."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from vbs_tui.restore.journal.records import Restore
from vbs_tui.text import clean

MOVE_JOURNAL_ADVICE = "Set XDG_STATE_HOME to a directory of your own on a local disk."
"""What to do where the journal's place is at fault."""


class JournalError(Exception):
    """The journal cannot be read or written; the text says why, fit for the screen."""


class ConflictingRestore(Exception):  # noqa: N818 - an expected answer, not an error
    """An open restore already has the volume or the backup."""

    def __init__(self, restore: Restore) -> None:
        self.restore = restore
        """The open one."""
        super().__init__(restore.id)


class StaleSnapshot(Exception):  # noqa: N818 - an expected answer, not an error
    """Another program changed the restore meanwhile."""

    def __init__(self, current: Restore) -> None:
        self.current = current
        """The restore as the other program left it."""
        super().__init__(current.id)


def journal_error(path: Path, deed: str, error: Exception) -> JournalError:
    """Why the journal cannot be *deed* (read, written, …), and what to do where its place is at
    fault."""
    advice = f" {MOVE_JOURNAL_ADVICE}" if _is_of_its_place(error) else ""
    return JournalError(
        f"The journal {clean(path, 400)} cannot be {deed}: {system_message(error)}.{advice}"
    )


def system_message(error: Exception) -> str:
    """What the system or SQLite says of *error*, fit for the screen."""
    told = error.strerror if isinstance(error, OSError) else None
    return clean(told or error, 300)


def _is_of_its_place(error: Exception) -> bool:
    """Whether another disk or directory would help; more room on this one, or time, would not."""
    if isinstance(error, sqlite3.Error):
        return ((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF) in _PLACE_BY_SQLITE
    return isinstance(error, OSError) and error.errno in _PLACE


_PLACE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOLCK, errno.ENOTDIR, errno.ENOSYS}
    | {errno.EOPNOTSUPP, errno.ESTALE, errno.EIO, errno.ELOOP, errno.EINVAL}
)
_PLACE_BY_SQLITE = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR}
    | {sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOLFS}
)
