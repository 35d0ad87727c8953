"""The journal file: what it keeps, what it refuses, and what happens to a damaged one."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.restore.makers import LINE, NOW, restore
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.restore.journal import schema
from vbs_tui.restore.journal.errors import ConflictingRestore, JournalError, StaleSnapshot
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_file import FILE
from vbs_tui.restore.journal.rows import from_row, to_row
from vbs_tui.restore.journal.states import IllegalTransition, State


def test_a_restore_comes_back_as_it_was_written(journal: Journal) -> None:
    failure = Failure(ErrorKind.SERVER, Executed.UNKNOWN, "submit", status=503, at=NOW)
    written = journal.begin(restore(failure=failure, sent_at=NOW), [LINE])
    assert written.log[0].number > 0
    assert journal.get(written.id) == written
    assert journal.log(written.id) == written.log


def test_only_its_owner_can_read_it(tmp_path: Path, journal: Journal) -> None:
    journal.begin(restore(), [LINE])
    for path in tmp_path.iterdir():
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, path.name


@pytest.mark.parametrize("same", ["volume", "backup"])
def test_one_open_restore_per_disk_and_per_backup(journal: Journal, same: str) -> None:
    first = journal.begin(restore(1), [LINE])
    second = replace(restore(2), **{same: getattr(first, same)})
    with pytest.raises(ConflictingRestore) as caught:
        journal.begin(second, [LINE])
    assert caught.value.restore.id == first.id
    journal.update(replace(first, state=State.NOT_SENT), [])
    assert journal.begin(second, [LINE]).id == second.id


def test_two_programs_cannot_take_the_same_disk(
    tmp_path: Path, journal: Journal, instance: Instance
) -> None:
    other, _ = Journal.open(tmp_path, instance, NOW)
    first = journal.begin(restore(1), [LINE])
    with pytest.raises(ConflictingRestore):
        other.begin(replace(restore(2), volume=first.volume), [LINE])
    other.close()


def test_a_write_from_an_old_snapshot_is_refused(journal: Journal) -> None:
    old = journal.begin(restore(), [LINE])
    new = journal.update(replace(old, state=State.SENDING), [LINE])
    with pytest.raises(StaleSnapshot) as caught:
        journal.update(replace(old, state=State.NOT_SENT), [])
    assert caught.value.current == new


LEGAL = {
    "planned": {"sending", "not sent", "abandoned"},
    "sending": {"planned", "accepted", "refused", "not sent", "unknown"},
    "accepted": {"running", "succeeded", "failed", "unknown"},
    "running": {"succeeded", "failed", "unknown"},
    "unknown": {"running", "succeeded", "failed", "abandoned"},
}
"""States that are not here are final."""


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_only_legal_steps_are_possible(journal: Journal, before: State, after: State) -> None:
    written = journal.begin(restore(state=before), [])
    if after.value in LEGAL.get(before.value, ()) or after is before:
        assert journal.update(replace(written, state=after), []).state is after
        return
    with pytest.raises(IllegalTransition, match=f"{before.value} → {after.value}"):
        journal.update(replace(written, state=after), [])
    # The file itself refuses as well, whoever writes.
    raw = sqlite3.connect(journal.path)
    with pytest.raises(sqlite3.IntegrityError, match="illegal step"):
        raw.execute("UPDATE restores SET state = ? WHERE id = ?", (after.value, written.id))
    raw.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM restores",
        "DELETE FROM log",
        "UPDATE log SET text = ''",
        "UPDATE restores SET volume_id = 'x'",
        "UPDATE restores SET backup_id = 'x'",
        "UPDATE restores SET id = 'x'",
    ],
)
def test_the_record_cannot_be_rewritten(journal: Journal, statement: str) -> None:
    journal.begin(restore(), [LINE])
    raw = sqlite3.connect(journal.path)
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    raw.close()


def test_claims_are_exclusive(journal: Journal) -> None:
    written = journal.begin(restore(owner="gone"), [LINE])
    assert journal.claim(written.id, "gone", "me") is not None
    assert journal.claim(written.id, "gone", "you") is None


def test_news_of_others_are_found_by_revision(
    tmp_path: Path, journal: Journal, instance: Instance
) -> None:
    other, _ = Journal.open(tmp_path, instance, NOW)
    before = other.data_version()
    seen = other.revision()
    written = journal.begin(restore(), [LINE])
    assert other.data_version() != before
    assert [r.id for r in other.changed_since(seen)] == [written.id]
    other.close()


def test_a_dead_program_is_told_from_a_living_one(tmp_path: Path) -> None:
    one, two = Instance(tmp_path), Instance(tmp_path)
    assert one.is_alive(two.name)
    assert one.others_alive()
    two.close()
    assert not one.is_alive(two.name)
    assert not one.others_alive()
    one.close()


def test_another_connection_of_the_same_program_leaves_the_locks_alone(
    tmp_path: Path, journal: Journal, instance: Instance
) -> None:
    journal.begin(restore(), [])
    second, _ = Journal.open(tmp_path, instance, NOW)
    second.close()
    # Whoever is the last one takes the write-ahead file away.
    look = f"import sqlite3; sqlite3.connect({str(tmp_path / FILE)!r}).execute('SELECT 1 FROM log')"
    subprocess.run([sys.executable, "-c", look], check=True)
    assert (tmp_path / f"{FILE}-wal").exists()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0garbage"])
def test_a_damaged_journal_is_set_aside(tmp_path: Path, instance: Instance, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    journal, notice = Journal.open(tmp_path, instance, NOW)
    assert "set aside" in notice
    kept = list(tmp_path.glob("journal-set-aside-*.sqlite3"))
    assert [p.read_bytes() for p in kept] == [content]
    journal.begin(restore(), [LINE])
    journal.close()


def _newer(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    raw.commit()
    raw.close()


def test_a_later_versions_journal_is_set_aside(tmp_path: Path, instance: Instance) -> None:
    _newer(tmp_path / FILE)
    journal, notice = Journal.open(tmp_path, instance, NOW)
    assert "later version" in notice
    assert len(list(tmp_path.glob("journal-set-aside-*"))) == 1
    journal.close()


def test_a_later_versions_journal_in_use_is_left_alone(tmp_path: Path, instance: Instance) -> None:
    _newer(tmp_path / FILE)
    other = Instance(tmp_path)
    with pytest.raises(JournalError, match="later version"):
        Journal.open(tmp_path, instance, NOW)
    assert (tmp_path / FILE).exists()
    other.close()


def _fill(journal: Journal) -> None:
    for number in range(200):
        journal.begin(restore(number), [LINE] * 50)


def test_a_full_disk_is_an_error_in_words(journal: Journal) -> None:
    journal._db.execute("PRAGMA max_page_count = 1")
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="cannot be written"):
        _fill(journal)
    # Nothing half-written stays behind, and the lock is free again.
    assert journal._db.in_transaction is False
    assert all(r.log for r in journal.restores())


@given(text=st.text(max_size=200))
@settings(max_examples=50)
def test_any_text_survives_the_row(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    plain = restore(summary=text, project_name=text)
    assert from_row(to_row(plain)) == plain
