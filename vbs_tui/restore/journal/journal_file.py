"""The journal's file: made, opened, checked for damage, and set aside when it cannot be used."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from datetime import datetime
from pathlib import Path

from vbs_tui.restore.journal import schema
from vbs_tui.restore.journal.errors import (
    MOVE_JOURNAL_ADVICE,
    JournalError,
    journal_error,
    system_message,
)
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.text import clean

FILE = "journal.sqlite3"
"""The file's name in the journal's directory."""


def open_file(path: Path, instance: Instance, now: datetime) -> tuple[sqlite3.Connection, str]:
    """The database at *path*, made when there is none, and a notice (mostly empty).

    See :meth:`vbs_tui.restore.journal.journal.Journal.open`. Raises :class:`JournalError`.
    """
    try:
        return _connect(path), ""
    except OSError as error:
        raise journal_error(path, "opened", error) from error
    except schema.NewerJournal:
        if instance.others_alive():
            raise JournalError(
                f"The journal {path} is in use by a later version of vbs-tui. Use that version."
            ) from None
        why = "was written by a later version of vbs-tui"
    except sqlite3.DatabaseError as error:
        if not is_damaged(error):
            raise journal_error(path, "opened", error) from error
        why = f"cannot be read ({system_message(error)})"
    try:
        aside = _set_aside(path, now)
    except OSError as error:
        raise JournalError(
            f"The journal {clean(path, 400)} {why}, and it cannot be set aside:"
            f" {system_message(error)}. {MOVE_JOURNAL_ADVICE}"
        ) from error
    notice = (
        f"The journal {why}. It was set aside as {clean(aside, 400)}; a new one was made."
        " The restores in the old one are not watched here."
    )
    try:
        return _connect(path), notice
    except sqlite3.Error as error:
        raise journal_error(path, "made", error) from error


def _connect(path: Path) -> sqlite3.Connection:
    # Made here first, so that SQLite never makes it with the umask's wider rights. A file that
    # exists is not opened: closing any descriptor of it would give up all locks that this process
    # has on it, those of another connection of this program among them.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    _restrict_rights(path)
    db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        accept_invalid_text(db)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        if schema.version_of(db) == schema.VERSION:
            check_integrity(db)
        schema.migrate(db)
    except BaseException:
        db.close()
        raise
    _restrict_rights(path)  # where the path is a link, its file exists only now
    return db


def accept_invalid_text(db: sqlite3.Connection) -> None:
    """Read text that is not UTF-8 with a replacement sign for each bad byte."""
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")


def _restrict_rights(path: Path) -> None:
    """Take all rights from other users: a copied or restored file has those of the umask.

    By its name, which opens nothing; where it is a link, those of the file that it leads to.
    """
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            name = f"{path.resolve()}{suffix}"
            if stat.S_IMODE(os.stat(name).st_mode) & 0o077:  # noqa: PTH116
                os.chmod(name, 0o600)  # noqa: PTH101


def check_integrity(db: sqlite3.Connection) -> None:
    """Raise ``sqlite3.DatabaseError`` where the file's own structure is broken."""
    result = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise sqlite3.DatabaseError(f"damaged: {result}")


def is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is bad, rather than the disk full, read-only or locked."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "damaged" in str(error)
    return (code & 0xFF) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _set_aside(path: Path, now: datetime) -> Path:
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    for number in range(1000):
        aside = path.with_name(f"journal-set-aside-{stamp}-{number}.sqlite3")
        if not aside.exists():
            break
    for suffix in ("-wal", "-shm", ""):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(aside.with_name(aside.name + suffix))
    return aside
