"""``vbs-tui explain`` as it is called: text, JSON, lists, exit statuses, hostile arguments."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbs_tui.cli import main
from vbs_tui.commands.explain import render


def test_a_known_code_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "volumebackup.0200"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("VolumeBackup.0200 (VBS, Restoring)\n")
    for label in ("Meaning", "Cause", "What to do", "Started?", "Possibly"):
        assert label in told


def test_a_refusal_is_told_as_one() -> None:
    assert "Started?   No." in render("VolumeBackup.0209", 80)


def test_a_status_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "503"]) == 0
    assert capsys.readouterr().out.startswith("HTTP 503 Service Unavailable\n")


def test_a_number_that_can_be_both_is_told_as_both() -> None:
    told = render("200", 80)
    assert "HTTP 200 OK" in told
    assert "VolumeBackup.0200" in told
    assert "HTTP" not in render("0200", 80).split("\n")[0]
    assert render("209", 80).startswith("VolumeBackup.0209")


def test_an_unknown_code_exits_with_1_and_offers_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "VolumeBackup.0209", "VolumeBackup.0212"]) == 1
    told = capsys.readouterr().out
    assert "VolumeBackup.0209 (VBS, Restoring)" in told
    assert "VolumeBackup.0212 (unknown; service: VBS)" in told
    assert "Similar    VolumeBackup.0211" in told


def test_json_says_what_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", "VolumeBackup.0200", "503", "nonsense"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["kind"] for row in rows] == ["code", "status", "code"]
    assert rows[0]["code"] == "VolumeBackup.0200"
    assert rows[0]["outcome_open"] is True
    assert rows[1]["status"] == 503
    assert rows[2]["known"] is False


def test_the_whole_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("common.0011 ")
    assert (
        sum(line.startswith(("VolumeBackup.", "AutoBackup.", "common.0011")) for line in lines)
        == 126
    )
    assert any(line.startswith("HTTP 504 ") for line in lines)


def test_a_filtered_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--list", "RESTORING small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "VolumeBackup.0209" in {line.split()[0] for line in lines}
    assert len(lines) < 8
    assert main(["explain", "--list", "no such thing anywhere"]) == 1


def test_nothing_asked_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 64


@pytest.mark.parametrize("argument", ["\x1b]0;pwned\x07", "--\x1b[2J", "a\u202eb", "\udcff"])
def test_arguments_are_shown_harmless(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["explain", argument])
    shown = "".join(capsys.readouterr())
    assert status in {1, 64}
    assert not {"\x1b", "\x07", "\u202e", "\udcff"} & set(shown)


def test_a_reader_that_leaves_early_is_no_crash() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vbs_tui.cli", "explain", "--list"],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 0


@given(st.text(max_size=120), st.integers(min_value=-5, max_value=200))
def test_lines_keep_to_the_width(asked: str, width: int) -> None:
    told = render(asked, width)
    assert told
    for line in told.split("\n"):
        assert line == "" or line.isprintable()
        assert len(line) <= max(24, width)
