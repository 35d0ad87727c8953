"""The write-ahead record of every restore: SQLite, one file, shared by all programs of a user.

A method returns only when what it wrote is on disk (WAL with ``synchronous=FULL``). All of them
block, and belong on one thread: :mod:`vbs_tui.restore.journal.journal_thread` gives them one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from vbs_tui.restore.journal import schema
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.journal.rows import COLUMNS, entry_from_row, from_row, plain, to_row
from vbs_tui.restore.journal.states import State, check
from vbs_tui.text import clean

FILE = "journal.sqlite3"
ELSEWHERE = "Set XDG_STATE_HOME to a directory of your own on a local disk."
"""What to do where the journal's place is at fault."""
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM restores"
_LOG_TAIL = 40


class JournalError(Exception):
    """The journal cannot be read or written; the text says why, fit for the screen."""


class Occupied(Exception):  # noqa: N818 - a fact, not an accident
    """An open restore already holds the volume or the backup."""

    def __init__(self, holder: Restore) -> None:
        self.holder = holder
        super().__init__(holder.id)


class Overtaken(Exception):  # noqa: N818 - a fact, not an accident
    """Another program changed the restore meanwhile; ``current`` is how it stands now."""

    def __init__(self, current: Restore) -> None:
        self.current = current
        super().__init__(current.id)


class Journal:
    """An open journal. Raises :class:`JournalError` for whatever SQLite or the disk refuse."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self.path = path

    @classmethod
    def open(cls, directory: Path, instance: Instance, now: datetime) -> tuple[Journal, str]:
        """The journal in *directory*, made when there is none, and a notice (mostly empty).

        One that cannot be read, or comes from a later version, is set aside under a name of its
        own, never deleted and never written over. A later version's journal that another running
        program uses is left where it is: ``JournalError``.
        """
        path = directory / FILE
        try:
            return cls(_connect(path), path), ""
        except OSError as error:
            raise unusable(path, "opened", error) from error
        except schema.NewerJournal:
            if instance.others_alive():
                raise JournalError(
                    f"The journal {path} is in use by a later version of vbs-tui. Use that version."
                ) from None
            why = "was written by a later version of vbs-tui"
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise unusable(path, "opened", error) from error
            why = f"cannot be read ({words(error)})"
        try:
            aside = _set_aside(path, now)
        except OSError as error:
            raise JournalError(
                f"The journal {clean(path, 400)} {why}, and it cannot be set aside: {words(error)}."
                f" {ELSEWHERE}"
            ) from error
        notice = (
            f"The journal {why}. It was set aside as {clean(aside, 400)}; a new one was begun."
            " Restores that it holds are not watched here."
        )
        try:
            return cls(_connect(path), path), notice
        except sqlite3.Error as error:
            raise unusable(path, "made", error) from error

    def begin(self, restore: Restore, entries: Sequence[LogEntry]) -> Restore:
        """Write a new restore and take the lock on its volume and backup.

        Raises :class:`Occupied` when an open restore holds either.
        """
        with self._writing() as revision:
            fresh = replace(restore, revision=revision)
            marks = ", ".join("?" * len(COLUMNS))
            try:
                self._db.execute(
                    f"INSERT INTO restores ({', '.join(COLUMNS)}) VALUES ({marks})",
                    to_row(fresh),
                )
            except sqlite3.IntegrityError as error:
                holder = self.holder(restore.volume.id, restore.backup.id)
                if holder is None:
                    raise JournalError(f"The journal refused the restore: {error}.") from error
                raise Occupied(holder) from error
            return replace(fresh, log=self._append(restore.id, entries))

    def update(self, restore: Restore, entries: Sequence[LogEntry]) -> Restore:
        """Write *restore* as it stands now, with new log lines.

        Raises :class:`Overtaken` when the row is no longer the one *restore* was made from, and
        ``IllegalTransition`` for a step the table does not know.
        """
        with self._writing() as revision:
            current = self._row(restore.id)
            if current is None:
                raise JournalError(f"The journal has no restore {restore.id}.")
            if current.revision != restore.revision:
                raise Overtaken(self._with_log(current))
            if current.state is not restore.state:
                check(current.state, restore.state)
            fresh = replace(restore, revision=revision)
            pairs = ", ".join(f"{column} = ?" for column in COLUMNS)
            self._db.execute(
                f"UPDATE restores SET {pairs} WHERE id = ?",
                (*to_row(fresh), restore.id),
            )
            new = self._append(restore.id, entries)
            return replace(fresh, log=(*restore.log, *new)[-_LOG_TAIL:])

    def claim(self, restore_id: str, before: str, after: str) -> Restore | None:
        """Make *after* the owner if *before* still is; the restore then, else ``None``."""
        with self._writing() as revision:
            done = self._db.execute(
                "UPDATE restores SET owner = ?, revision = ? WHERE id = ? AND owner = ?",
                (after, revision, restore_id, before),
            )
            current = self._row(restore_id)
            return self._with_log(current) if done.rowcount == 1 and current else None

    def get(self, restore_id: str) -> Restore | None:
        """One restore with the newest lines of its log."""
        with _told("read", self.path):
            row = self._row(restore_id)
            return self._with_log(row) if row else None

    def find(self, beginning: str) -> tuple[Restore, ...]:
        """The restores whose id begins with *beginning*, newest first."""
        escaped = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return self._query("WHERE id LIKE ? ESCAPE '\\'", escaped + "%")

    def restores(self) -> tuple[Restore, ...]:
        """All restores, newest first."""
        return self._query("")

    def open_restores(self) -> tuple[Restore, ...]:
        """The restores that still need watching, newest first, without their logs."""
        states = [state.value for state in State if state.is_open]
        marks = ", ".join("?" * len(states))
        return self._query(f"WHERE state IN ({marks})", *states, logs=False)

    def holder(self, volume_id: str, backup_id: str) -> Restore | None:
        """The open restore that has that volume, else the one that has that backup."""
        found = self.open_restores()
        same_disk = (one for one in found if one.volume.id == volume_id)
        same_backup = (one for one in found if one.backup.id == backup_id)
        return next(same_disk, None) or next(same_backup, None)

    def changed_since(self, revision: int) -> tuple[Restore, ...]:
        """Restores written after *revision*, oldest change first."""
        found = self._query("WHERE revision > ?", revision)
        return tuple(sorted(found, key=lambda restore: restore.revision))

    def log(self, restore_id: str, after: int = 0) -> tuple[LogEntry, ...]:
        """The log of a restore behind line number *after*, oldest first."""
        with _told("read", self.path):
            rows = self._db.execute(
                "SELECT number, at, source, text, state FROM log"
                " WHERE restore_id = ? AND number > ? ORDER BY number",
                (restore_id, after),
            )
            return tuple(entry_from_row(row) for row in rows)

    def data_version(self) -> int:
        """A number that moves when another program has written."""
        with _told("read", self.path):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def revision(self) -> int:
        """The newest revision on record."""
        with _told("read", self.path):
            return self._newest()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def _query(self, where: str, *values: object, logs: bool = True) -> tuple[Restore, ...]:
        with _told("read", self.path):
            rows = self._db.execute(f"{_SELECT} {where} ORDER BY created_at DESC, id", values)
            found = [from_row(row) for row in rows.fetchall()]
            return tuple(self._with_log(restore) if logs else restore for restore in found)

    def _row(self, restore_id: str) -> Restore | None:
        row = self._db.execute(f"{_SELECT} WHERE id = ?", (restore_id,)).fetchone()
        return from_row(row) if row else None

    def _with_log(self, restore: Restore) -> Restore:
        rows = self._db.execute(
            "SELECT number, at, source, text, state FROM log"
            " WHERE restore_id = ? ORDER BY number DESC LIMIT ?",
            (restore.id, _LOG_TAIL),
        ).fetchall()
        return replace(restore, log=tuple(entry_from_row(row) for row in reversed(rows)))

    def _append(self, restore_id: str, entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
        written = []
        for entry in entries:
            state = entry.state.value if entry.state else None
            cursor = self._db.execute(
                "INSERT INTO log (restore_id, at, source, text, state) VALUES (?, ?, ?, ?, ?)",
                (restore_id, plain(entry.at), entry.source.value, entry.text, state),
            )
            written.append(replace(entry, number=cursor.lastrowid or 0))
        return tuple(written)

    def _newest(self) -> int:
        found = self._db.execute("SELECT max(revision) FROM restores").fetchone()[0]
        return int(found or 0)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[int]:
        """A transaction that holds the write lock from its start; yields the new revision."""
        with _told("write", self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._newest() + 1
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise


@contextlib.contextmanager
def _told(deed: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise unusable(path, _PAST[deed], error) from error


_PAST = {"read": "read", "write": "written"}


def unusable(path: Path, deed: str, error: Exception) -> JournalError:
    """Why the journal cannot be *deed* (read, written, …), and what to do where its place is at
    fault."""
    do = f" {ELSEWHERE}" if _is_of_its_place(error) else ""
    return JournalError(f"The journal {clean(path, 400)} cannot be {deed}: {words(error)}.{do}")


def words(error: Exception) -> str:
    """Of the system's or SQLite's own words those that fit the screen."""
    told = error.strerror if isinstance(error, OSError) else None
    return clean(told or error, 300)


def _is_of_its_place(error: Exception) -> bool:
    """Whether another disk or directory would serve, rather than room on this one, or time."""
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


def _connect(path: Path) -> sqlite3.Connection:
    # Made by us first, so that SQLite never makes it with the umask's wider rights. One that is
    # there is not opened: closing any descriptor of a file gives up all locks that this process
    # has on it, those of another connection of ours among them.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    _narrow(path)
    db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        set_up(db)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        if schema.version_of(db) == schema.VERSION:
            refuse_damage(db)
        schema.migrate(db)
    except BaseException:
        db.close()
        raise
    _narrow(path)  # what a link led to is there only now
    return db


def set_up(db: sqlite3.Connection) -> None:
    """Let one byte that is no text spoil no more than its sign."""
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")


def _narrow(path: Path) -> None:
    """Take from others what rights they have: copied and restored files have those of the umask.

    By its name, which opens nothing; where it is a link, those of the file that it leads to.
    """
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            name = f"{path.resolve()}{suffix}"
            if stat.S_IMODE(os.stat(name).st_mode) & 0o077:  # noqa: PTH116
                os.chmod(name, 0o600)  # noqa: PTH101


def refuse_damage(db: sqlite3.Connection) -> None:
    """Raise ``sqlite3.DatabaseError`` where the file's own structure is broken."""
    result = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise sqlite3.DatabaseError(f"damaged: {result}")


def is_damage(error: sqlite3.DatabaseError) -> bool:
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
