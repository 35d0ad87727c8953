"""The journal's tables: versions, migrations, and the rules that SQLite itself enforces.

Rules that must hold for every writer (a second program, a later version, a defect) are constraints
and triggers: one open restore per volume and per backup, only legal transitions between states, log
lines never changed or removed, restores never removed.
"""

from __future__ import annotations

import sqlite3

from vbs_tui.restore.journal.states import OPEN, TRANSITIONS

VERSION = 2
"""The newest schema this program writes; ``PRAGMA user_version`` of the file."""

APPLICATION_ID = 0x7662_7372
"""``PRAGMA application_id``: tells a journal from any other SQLite file."""

_TABLES = """
CREATE TABLE restores (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    cloud TEXT NOT NULL,
    cloud_identity TEXT NOT NULL,
    region TEXT NOT NULL,
    project_id TEXT NOT NULL,
    project_name TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    backup TEXT NOT NULL,
    volume_id TEXT NOT NULL,
    volume TEXT NOT NULL,
    operator TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    sent_at TEXT,
    ended_at TEXT,
    job_id TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    job_status TEXT NOT NULL DEFAULT '',
    volume_status TEXT NOT NULL DEFAULT '',
    backup_status TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL DEFAULT '',
    failure TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    disk_seen_busy INTEGER NOT NULL DEFAULT 0,
    backup_seen_busy INTEGER NOT NULL DEFAULT 0,
    job_lost INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL
);
CREATE INDEX restores_by_revision ON restores(revision);
CREATE TABLE log (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    restore_id TEXT NOT NULL REFERENCES restores(id),
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT
);
CREATE INDEX log_by_restore ON log(restore_id, number);
CREATE TABLE transitions (before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY (before, after));
CREATE TRIGGER legal_steps BEFORE UPDATE OF state ON restores
WHEN NEW.state <> OLD.state AND NOT EXISTS (
    SELECT 1 FROM transitions WHERE before = OLD.state AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'illegal step of a restore'); END;
CREATE TRIGGER identity_is_fixed BEFORE UPDATE ON restores
WHEN NEW.id <> OLD.id OR NEW.volume_id <> OLD.volume_id OR NEW.backup_id <> OLD.backup_id
BEGIN SELECT RAISE(ABORT, 'a restore keeps its backup and volume'); END;
CREATE TRIGGER restores_stay BEFORE DELETE ON restores
BEGIN SELECT RAISE(ABORT, 'restores are never removed'); END;
CREATE TRIGGER log_stays BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'log lines are never removed'); END;
CREATE TRIGGER log_is_fixed BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'log lines are never changed'); END;
"""


class NewerJournal(Exception):  # noqa: N818 - an expected answer, not an error
    """The file was written by a later version of the program."""


def version_of(db: sqlite3.Connection) -> int:
    """The file's schema version; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection) -> None:
    """Bring the file forward to :data:`VERSION`, in one transaction.

    Raises :class:`NewerJournal`, or ``sqlite3.Error`` when the file cannot be read or written.
    """
    if version_of(db) > VERSION:
        raise NewerJournal(str(version_of(db)))
    if version_of(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another program may have migrated while this one waited for the lock.
        for step in _STEPS[version_of(db) :]:
            for statement in _statements(step):
                db.execute(statement)
        _fill_transitions(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _fill_transitions(db: sqlite3.Connection) -> None:
    pairs = [(a.value, b.value) for a, after in TRANSITIONS.items() for b in after]
    db.executemany("INSERT OR IGNORE INTO transitions VALUES (?, ?)", pairs)


def _statements(script: str) -> list[str]:
    found, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found


_OPEN_STATES = ", ".join(f"'{state.value}'" for state in sorted(OPEN, key=lambda s: s.value))

_LOCKS = f"""
CREATE UNIQUE INDEX one_open_per_volume ON restores(volume_id) WHERE state IN ({_OPEN_STATES});
CREATE UNIQUE INDEX one_open_per_backup ON restores(backup_id) WHERE state IN ({_OPEN_STATES});
"""

_EVIDENCE = """
ALTER TABLE restores ADD COLUMN pair_seen_busy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE restores ADD COLUMN busy_change TEXT;
ALTER TABLE restores ADD COLUMN against TEXT NOT NULL DEFAULT '';
ALTER TABLE restores ADD COLUMN hazards TEXT NOT NULL DEFAULT '[]';
"""

_STEPS: tuple[str, ...] = (_TABLES + _LOCKS, _EVIDENCE)
"""Step *n* brings version *n* to *n + 1*."""
