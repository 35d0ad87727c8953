"""Past restores as files: complete, private, and harmless to a spreadsheet."""

from __future__ import annotations

import csv
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.restore.makers import NOW, restore
from vbs_tui.restore.journal.export import Format, export
from vbs_tui.restore.journal.records import LogEntry, Source
from vbs_tui.restore.journal.states import State

LOG = (LogEntry(NOW, Source.OPERATOR, "confirmed by jane", State.PLANNED, 1),)


def test_json_holds_everything_with_the_log(tmp_path: Path) -> None:
    one = restore(state=State.SUCCEEDED, job_id="ff80")
    path = export(tmp_path, Format.JSON, [one], {one.id: LOG}, NOW)
    (row,) = json.loads(path.read_text(encoding="utf-8"))
    assert row["state"] == "succeeded"
    assert row["volume"]["id"] == one.volume.id
    assert [line["text"] for line in row["log"]] == ["confirmed by jane"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_csv_is_a_line_a_restore_and_runs_no_formula(tmp_path: Path) -> None:
    evil = restore(2, volume=replace(restore(2).volume, name='=HYPERLINK("http://x")'))
    path = export(tmp_path, Format.CSV, [restore(1), evil], {}, NOW)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["backup_name"] for row in rows] == ["nightly"] * 2
    assert rows[1]["volume_name"] == '\'=HYPERLINK("http://x")'


def test_nothing_is_written_over(tmp_path: Path) -> None:
    export(tmp_path, Format.CSV, [restore()], {}, NOW)
    with pytest.raises(FileExistsError):
        export(tmp_path, Format.CSV, [restore()], {}, NOW)
