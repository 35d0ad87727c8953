"""The journal's file: synced to the disk, readable on any disk, and private to its owner."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.restore.makers import LINE, NOW, restore
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_file import FILE
from vbs_tui.restore.journal.read_only import open_read_only

_INTEND = """
import sys
from pathlib import Path
from tests.restore.makers import NOW, restore
from tests.restore.journal.no_sync import NotHere, sync_nothing
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.journal import Journal

folder = Path(sys.argv[1])
instance = Instance(folder)
journal, _ = Journal.open(folder, instance, NOW)
journal.begin(restore(1), [])
try:
    sync_nothing()
except NotHere:
    sys.exit("no such rules here")
try:
    journal.begin(restore(2), [])
except JournalError as error:
    print(f"not on record: {error}")
else:
    print("on record")
"""


def written(folder: Path, instance: Instance, number: int = 2) -> None:
    """A journal with *number* restores, closed."""
    journal, _ = Journal.open(folder, instance, NOW)
    for one in range(number):
        journal.begin(restore(one), [LINE])
    journal.close()


def test_an_intention_is_on_record_only_when_the_disk_has_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _INTEND, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "no such rules here" in done.stderr:
        pytest.skip("system calls cannot be refused here")
    assert done.stdout.startswith("not on record:"), done.stdout + done.stderr


def test_every_connection_writes_through(
    tmp_path: Path, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def kept(*how: object, **options: object) -> sqlite3.Connection:
        made.append(connect(*how, **options))  # type: ignore[call-overload]
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", kept)
    journal, _ = Journal.open(tmp_path, instance, NOW)
    journal.begin(restore(), [LINE])
    found = [one.execute("PRAGMA synchronous").fetchone()[0] for one in made]
    journal.close()
    assert found
    assert set(found) == {2}  # FULL


def test_bytes_that_are_no_text_spoil_no_more_than_themselves(
    tmp_path: Path, instance: Instance
) -> None:
    written(tmp_path, instance)
    raw = sqlite3.connect(tmp_path / FILE)
    raw.execute("DROP TRIGGER log_is_fixed")
    for value in ("CAST(x'61ff62' AS TEXT)", "x'61ff62'"):
        raw.execute(f"UPDATE restores SET summary = {value}, operator = {value}")
        raw.execute(f"UPDATE log SET text = {value}")
        raw.commit()
        with open_read_only(tmp_path) as journal:
            assert journal is not None
            assert {one.summary for one in journal.restores()} == {"a\ufffdb"}
        used, notice = Journal.open(tmp_path, instance, NOW)
        assert notice == ""
        assert [entry.text for entry in used.restores()[0].log] == ["a\ufffdb"]
        used.begin(restore(int("61ff62", 16) % 90 + len(value)), [LINE])
        used.close()
    raw.close()


def test_reading_makes_and_changes_nothing(tmp_path: Path, instance: Instance) -> None:
    written(tmp_path, instance)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with open_read_only(tmp_path) as journal:
        assert journal is not None
        assert len(journal.restores()) == 2
        during = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert during == before


def test_what_a_running_program_has_not_merged_yet_is_read(
    tmp_path: Path, instance: Instance
) -> None:
    written(tmp_path, instance)
    live, _ = Journal.open(tmp_path, instance, NOW)
    live.begin(restore(7), [LINE])
    assert (tmp_path / f"{FILE}-wal").stat().st_size
    with open_read_only(tmp_path) as journal:
        assert journal is not None
        assert len(journal.restores()) == 3
    live.begin(restore(8), [LINE])  # its locks are its own still
    live.close()


def test_what_a_killed_program_left_is_read(tmp_path: Path) -> None:
    killed = _INTEND.partition("try:")[0]
    killed += "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run(
        [sys.executable, "-c", killed, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        timeout=120,
        check=False,
    )
    (tmp_path / f"{FILE}-shm").unlink()
    with open_read_only(tmp_path) as journal:
        assert journal is not None
        assert [one.id for one in journal.restores()] == [restore(1).id]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0garbage"])
def test_one_that_cannot_be_read_is_named_and_left(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with (
        pytest.raises(JournalError, match=r"cannot be read: .*left as it is"),
        open_read_only(tmp_path),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_bytes() == content


def test_a_later_versions_journal_is_named_and_left(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / FILE)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(JournalError, match="later version"), open_read_only(tmp_path):
        pass


def test_none_and_an_empty_one_are_none(tmp_path: Path) -> None:
    with open_read_only(tmp_path) as journal:
        assert journal is None
    (tmp_path / FILE).touch()
    with open_read_only(tmp_path) as journal:
        assert journal is None


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_link_to_a_disk_that_is_not_mounted_is_no_empty_journal(
    tmp_path: Path, link: str
) -> None:
    folder, away = tmp_path / "state", tmp_path / "mnt" / "away"
    if link == "folder":
        folder.symlink_to(away)
    else:
        folder.mkdir()
        (folder / FILE).symlink_to(away / "journal")
    with pytest.raises(JournalError, match="is a link to"), open_read_only(folder):
        pass


@pytest.mark.parametrize("is_link", [False, True])
def test_rights_of_others_are_taken_away(tmp_path: Path, instance: Instance, is_link: bool) -> None:
    real = tmp_path / FILE
    if is_link:
        real = tmp_path / "elsewhere.sqlite3"
        (tmp_path / FILE).symlink_to(real)
    written(tmp_path, instance)
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    real.chmod(0o664)
    written(tmp_path, instance, 0)
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    before = os.umask(0)  # what SQLite makes beside it has the rights of the file
    try:
        journal, _ = Journal.open(tmp_path, instance, NOW)
        journal.begin(restore(9), [LINE])
        for suffix in ("", "-wal", "-shm"):
            mode = real.with_name(real.name + suffix).stat().st_mode
            assert stat.S_IMODE(mode) == 0o600
        journal.close()
    finally:
        os.umask(before)
