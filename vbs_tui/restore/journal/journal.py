"""The write-ahead record of every restore: SQLite, one file, shared by all programs of a user.

A method returns only when what it wrote is on disk (WAL with ``synchronous=FULL``). All of them
block, and belong on one thread: :mod:`vbs_tui.restore.journal.journal_thread` gives them one.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from vbs_tui.restore.journal.errors import (
    ConflictingRestore,
    JournalError,
    StaleSnapshot,
    journal_error,
)
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal_file import FILE, open_file
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.journal.rows import COLUMNS, entry_from_row, from_row, plain, to_row
from vbs_tui.restore.journal.states import State, check_transition

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM restores"
_LOG_TAIL = 40


class Journal:
    """An open journal. Methods raise :class:`JournalError` when it cannot be read or written."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self.path = path

    @classmethod
    def open(cls, directory: Path, instance: Instance, now: datetime) -> tuple[Journal, str]:
        """The journal in *directory*, made when there is none, and a notice (mostly empty).

        A file that is damaged, or was written by a later version, is set aside under a new name; it
        is never deleted or overwritten. A later version's journal that another running program uses
        is left where it is. Raises :class:`JournalError`.
        """
        path = directory / FILE
        db, notice = open_file(path, instance, now)
        return cls(db, path), notice

    def begin(self, restore: Restore, entries: Sequence[LogEntry]) -> Restore:
        """Write a new restore and take the lock on its volume and backup.

        Raises :class:`ConflictingRestore` when an open restore holds either.
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
                other = self.conflicting_restore(restore.volume.id, restore.backup.id)
                if other is None:
                    raise JournalError(f"The journal refused the restore: {error}.") from error
                raise ConflictingRestore(other) from error
            return replace(fresh, log=self._append(restore.id, entries))

    def update(self, restore: Restore, entries: Sequence[LogEntry]) -> Restore:
        """Write *restore* as it stands now, with new log lines.

        Raises :class:`StaleSnapshot` when the row was changed since *restore* was read, and
        ``IllegalTransition`` for a step the table does not know.
        """
        with self._writing() as revision:
            current = self._row(restore.id)
            if current is None:
                raise JournalError(f"The journal has no restore {restore.id}.")
            if current.revision != restore.revision:
                raise StaleSnapshot(self._with_log(current))
            if current.state is not restore.state:
                check_transition(current.state, restore.state)
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
        with _errors_in_words("read", self.path):
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

    def conflicting_restore(self, volume_id: str, backup_id: str) -> Restore | None:
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
        with _errors_in_words("read", self.path):
            rows = self._db.execute(
                "SELECT number, at, source, text, state FROM log"
                " WHERE restore_id = ? AND number > ? ORDER BY number",
                (restore_id, after),
            )
            return tuple(entry_from_row(row) for row in rows)

    def data_version(self) -> int:
        """A number that changes when another program has written."""
        with _errors_in_words("read", self.path):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def revision(self) -> int:
        """The newest revision on record."""
        with _errors_in_words("read", self.path):
            return self._newest()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def _query(self, where: str, *values: object, logs: bool = True) -> tuple[Restore, ...]:
        with _errors_in_words("read", self.path):
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
        with _errors_in_words("write", self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._newest() + 1
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise


@contextlib.contextmanager
def _errors_in_words(deed: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise journal_error(path, _PAST[deed], error) from error


_PAST = {"read": "read", "write": "written"}
