"""Writes to the journal: what they need, return and store, and what is left after a failure."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.restore.makers import LINE, NOW, restore
from vbs_tui.restore.journal import schema
from vbs_tui.restore.journal.errors import ConflictingRestore, JournalError, StaleSnapshot
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_file import FILE
from vbs_tui.restore.journal.records import LogEntry, Source
from vbs_tui.restore.journal.rows import COLUMNS, to_row
from vbs_tui.restore.journal.states import OPEN, State


def line(text: str) -> LogEntry:
    return LogEntry(NOW, Source.WATCH, text)


def test_every_write_moves_the_revision_by_one(journal: Journal) -> None:
    assert journal.revision() == 0
    first = journal.begin(restore(1), [])
    second = journal.begin(restore(2), [])
    assert (first.revision, second.revision) == (1, 2)
    assert journal.update(first, []).revision == 3
    claimed = journal.claim(second.id, "", "me")
    assert claimed is not None
    assert claimed.revision == 4
    assert journal.revision() == 4
    assert [one.revision for one in journal.changed_since(0)] == [3, 4]
    assert [one.id for one in journal.changed_since(3)] == [second.id]
    assert journal.changed_since(4) == ()


def test_the_newest_lines_come_with_a_restore(journal: Journal) -> None:
    written = journal.begin(restore(), [line(str(n)) for n in range(30)])
    numbers = [entry.number for entry in written.log]
    assert numbers == list(range(numbers[0], numbers[0] + 30))
    more = journal.update(written, [line(str(n)) for n in range(30, 60)])
    newest = [str(n) for n in range(20, 60)]
    assert [entry.text for entry in more.log] == newest
    assert journal.get(more.id) == more
    assert [entry.text for entry in journal.log(more.id)] == [str(n) for n in range(60)]
    behind = journal.log(more.id, after=more.log[-2].number)
    assert behind == more.log[-1:]


def test_a_claim_changes_the_owner_alone(journal: Journal) -> None:
    written = journal.begin(restore(owner="gone"), [LINE])
    assert journal.claim(written.id, "other", "me") is None
    assert journal.claim("no such restore", "gone", "me") is None
    assert journal.get(written.id) == written
    claimed = journal.claim(written.id, "gone", "me")
    assert claimed == replace(written, owner="me", revision=2)
    assert journal.get(written.id) == claimed


def test_the_holder_of_the_disk_is_named_before_that_of_the_backup(journal: Journal) -> None:
    first = journal.begin(restore(1), [LINE])
    second = journal.begin(restore(2), [LINE])
    both = replace(restore(3), backup=first.backup, volume=second.volume)
    with pytest.raises(ConflictingRestore) as caught:
        journal.begin(both, [])
    assert caught.value.restore.id == second.id
    with pytest.raises(ConflictingRestore) as caught:
        journal.begin(replace(restore(3), backup=first.backup), [])
    assert caught.value.restore.id == first.id


def test_only_the_open_ones_hold_anything(journal: Journal) -> None:
    made = [journal.begin(restore(n, state=state), [LINE]) for n, state in enumerate(State)]
    found = journal.open_restores()
    assert {one.state for one in found} == OPEN
    assert all(one.log == () for one in found)
    for one in made:
        again = replace(one, id=f"again {one.id}", state=State.PLANNED)
        if one.state in OPEN:
            with pytest.raises(ConflictingRestore):
                journal.begin(again, [])
        else:
            journal.begin(again, [])


def test_an_id_is_used_once(journal: Journal) -> None:
    journal.begin(restore(1, state=State.FAILED), [LINE])
    with pytest.raises(JournalError, match="refused the restore"):
        journal.begin(restore(1), [LINE])
    assert [one.state for one in journal.restores()] == [State.FAILED]


def test_one_that_is_not_there_is_not_written(journal: Journal) -> None:
    with pytest.raises(JournalError, match=f"has no restore {restore().id}"):
        journal.update(restore(), [LINE])
    assert journal.get(restore().id) is None


def test_lists_are_newest_first(journal: Journal) -> None:
    for number, hours in ((1, 0), (2, 2), (3, 1)):
        journal.begin(restore(number, created_at=NOW + timedelta(hours=hours)), [LINE])
    newest = [restore(number).id for number in (2, 3, 1)]
    assert [one.id for one in journal.restores()] == newest
    assert [one.id for one in journal.open_restores()] == newest
    assert [one.id for one in journal.find("0000")] == newest
    assert [one.id for one in journal.find(restore(3).id)] == [restore(3).id]
    assert all(one.log for one in journal.restores())


@pytest.mark.parametrize("wild", ["%", "_", "\\", "a%", "a_", "a\\"])
def test_a_beginning_is_taken_as_it_is_written(journal: Journal, wild: str) -> None:
    for number, name in enumerate((f"{wild}x", "axx", "bxx")):
        journal.begin(restore(number, id=name), [])
    assert [one.id for one in journal.find(wild)] == [f"{wild}x"]


def test_another_connection_is_told_what_overtook_it(
    tmp_path: Path, journal: Journal, instance: Instance
) -> None:
    other, _ = Journal.open(tmp_path, instance, NOW)
    written = journal.begin(restore(), [LINE])
    newer = other.update(replace(written, state=State.SENDING), [line("theirs")])
    with pytest.raises(StaleSnapshot) as caught:
        journal.update(replace(written, summary="ours"), [line("ours")])
    assert caught.value.current == newer
    assert [entry.text for entry in journal.log(written.id)] == [LINE.text, "theirs"]
    other.close()


WRITES: list[Callable[[Journal], object]] = [
    lambda journal: journal.begin(restore(2), [LINE]),
    lambda journal: journal.update(one(journal), [LINE]),
    lambda journal: journal.claim(restore(1).id, "", "me"),
]


def one(journal: Journal) -> Any:
    return journal.get(restore(1).id)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_holds_the_lock_from_its_start(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, write: Callable[[Journal], object]
) -> None:
    """Before it has read anything: what it reads cannot be changed by another program."""
    journal.begin(restore(1), [])
    other = sqlite3.connect(journal.path, timeout=0.0, isolation_level=None)
    real, refused = Journal._newest, []

    def newest(self: Journal) -> int:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        refused.append(True)
        return real(self)

    monkeypatch.setattr(Journal, "_newest", newest)
    write(journal)
    assert refused == [True]
    other.execute("BEGIN IMMEDIATE")  # and gives it up at its end
    other.close()


@pytest.mark.parametrize("write", ["begin", "update"])
def test_an_interrupted_write_leaves_nothing_half_done(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    before = journal.begin(restore(1), [LINE])
    fresh = restore(2) if write == "begin" else replace(before, state=State.SENDING)
    real = Journal._append

    def interrupted(self: Journal, restore_id: str, entries: Sequence[LogEntry]) -> Any:
        real(self, restore_id, entries)
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Journal, "_append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            getattr(journal, write)(fresh, [LINE])
    assert journal.restores() == (before,)
    assert journal.log(before.id) == before.log
    assert journal.begin(restore(3), [LINE]).revision == 2


@pytest.mark.parametrize("write", WRITES[:2])
def test_text_that_cannot_be_written_is_an_error_in_words(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, write: Callable[[Journal], object]
) -> None:
    before = journal.begin(restore(1), [LINE])
    monkeypatch.setattr("tests.restore.journal.test_journal_writes.LINE", line("\ud800"))
    with pytest.raises(JournalError, match="cannot be written"):
        write(journal)
    assert journal.restores() == (before,)


@pytest.mark.parametrize(
    "read",
    [
        lambda journal: journal.get("x"),
        lambda journal: journal.find("x"),
        lambda journal: journal.restores(),
        lambda journal: journal.open_restores(),
        lambda journal: journal.changed_since(0),
        lambda journal: journal.log("x"),
        lambda journal: journal.data_version(),
        lambda journal: journal.revision(),
    ],
)
def test_a_journal_that_cannot_be_read_says_so(
    journal: Journal, read: Callable[[Journal], object]
) -> None:
    journal.close()
    with pytest.raises(JournalError, match=f"The journal {journal.path} cannot be read: "):
        read(journal)
    journal.close()


@pytest.mark.parametrize("write", WRITES[::2])
def test_a_journal_that_cannot_be_written_says_so(
    journal: Journal, write: Callable[[Journal], object]
) -> None:
    journal.close()
    with pytest.raises(JournalError, match=f"The journal {journal.path} cannot be written: "):
        write(journal)


def raw(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILE, isolation_level=None)


def first_version(folder: Path) -> None:
    """A journal as the first version wrote it, with one restore."""
    db = raw(folder)
    for statement in schema._statements(schema._STEPS[0]):
        db.execute(statement)
    schema._fill_transitions(db)
    row = dict(zip(COLUMNS, to_row(restore(1, state=State.FAILED, revision=7)), strict=True))
    names = [column[1] for column in db.execute("PRAGMA table_info(restores)")]
    values = [row[name] for name in names]
    db.execute(f"INSERT INTO restores VALUES ({', '.join('?' * len(names))})", values)
    db.execute("PRAGMA user_version = 1")
    db.close()


def test_a_new_file_says_what_it_is(tmp_path: Path, journal: Journal) -> None:
    db = raw(tmp_path)
    assert db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    assert db.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION == 2
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        journal._db.execute("INSERT INTO log VALUES (1, 'x', '', '', '', '')")
    db.close()


def test_an_earlier_file_is_brought_forward_with_what_it_holds(
    tmp_path: Path, instance: Instance
) -> None:
    first_version(tmp_path)
    journal, notice = Journal.open(tmp_path, instance, NOW)
    assert notice == ""
    (old,) = journal.restores()
    assert old == restore(1, state=State.FAILED, revision=7, hazards=())
    assert journal.begin(restore(2), [LINE]).revision == 8
    journal.close()
    again, notice = Journal.open(tmp_path, instance, NOW)
    assert notice == ""
    assert len(again.restores()) == 2
    again.close()


def test_a_step_forward_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_version(tmp_path)
    broken = schema._EVIDENCE + "CREATE TABLE restores (id TEXT);\n"
    monkeypatch.setattr(schema, "_STEPS", (schema._STEPS[0], broken))
    db = raw(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        schema.migrate(db)
    assert not db.in_transaction
    assert schema.version_of(db) == 1
    names = [row[1] for row in db.execute("PRAGMA table_info(restores)")]
    assert "pair_seen_busy" not in names
    db.close()


def test_another_program_that_was_faster_brought_it_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the version and taking the lock."""
    first_version(tmp_path)
    db, other = raw(tmp_path), raw(tmp_path)
    real, asked = schema.version_of, []

    def version_of(one: sqlite3.Connection) -> int:
        asked.append(one)
        found = real(one)
        if len(asked) == 2:
            monkeypatch.setattr(schema, "version_of", real)
            schema.migrate(other)
        return found

    monkeypatch.setattr(schema, "version_of", version_of)
    schema.migrate(db)
    assert schema.version_of(db) == 2
    db.close()
    other.close()
