"""Reads the journal without touching it: no lock, nothing made, changed or set aside.

So it can be read on a disk that takes no writes or no locks, and in the home of another user. A
copy is read, because SQLite needs files of its own beside the journal, and locks on them.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vbs_tui.restore.journal import schema
from vbs_tui.restore.journal.errors import JournalError, system_message
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_file import (
    FILE,
    accept_invalid_text,
    check_integrity,
    is_damaged,
)
from vbs_tui.text import clean

_TRIES = 10
"""Attempts to copy a file that another program writes to."""


@contextlib.contextmanager
def open_read_only(directory: Path) -> Iterator[Journal | None]:
    """The journal in *directory*, for reading only; ``None`` when there is none.

    Blocks. Raises :class:`JournalError`.
    """
    path = directory / FILE
    if not _is_there(path):
        yield None
        return
    with _folder(path) as folder:
        try:
            db = _open(_copied(path, Path(folder)), path)
        except (OSError, sqlite3.Error) as error:
            raise _unreadable(path, error) from error
        with contextlib.closing(Journal(db, path)) as journal:
            yield journal if _has_tables(db) else None


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        # A link to a disk that is not mounted must not pass for an empty journal.
        for link, needed in ((path.parent, path.parent), (path, path.resolve().parent)):
            if link.is_symlink() and not needed.exists():
                raise JournalError(
                    f"{clean(link, 400)} is a link to {clean(link.resolve(), 400)}, which does not"
                    " exist."
                ) from None
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _open(copy: Path, path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(copy, isolation_level=None)
    try:
        accept_invalid_text(db)
        is_later = schema.version_of(db) > schema.VERSION
        check_integrity(db)
    except BaseException:
        db.close()
        raise
    if is_later:
        db.close()
        raise JournalError(
            f"The journal {clean(path, 400)} was written by a later version of vbs-tui. Use that"
            " version."
        )
    return db


def _has_tables(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'restores'").fetchone())


def _folder(path: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="vbs-tui-journal-")
    except OSError as error:
        raise _unreadable(path, error) from error


def _copied(path: Path, folder: Path) -> Path:
    """A copy of the file and its write-ahead log, both of the same moment."""
    real = path.resolve()
    copy = folder / FILE
    for _ in range(_TRIES):
        before = _stamps(real)
        shutil.copyfile(real, copy)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(_wal(real), _wal(copy))
        if _stamps(real) == before:
            return copy
        _wal(copy).unlink(missing_ok=True)
    raise JournalError(f"The journal {clean(path, 400)} changes all the time. Try again.")


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _stamps(real: Path) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for one in (real, _wal(real)):
        try:
            told = one.stat()
        except FileNotFoundError:
            found.append((0, 0))
        else:
            found.append((told.st_mtime_ns, told.st_size))
    return found


def _unreadable(path: Path, error: Exception) -> JournalError:
    why = system_message(error)
    if isinstance(error, sqlite3.DatabaseError) and is_damaged(error):
        why += "; it was left as it is"
    return JournalError(f"The journal {clean(path, 400)} cannot be read: {why}.")
