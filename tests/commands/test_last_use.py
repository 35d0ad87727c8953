"""The file of last uses, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vbs_tui.commands.support.last_use import FILE, last_uses, record_use

NOW = datetime(2026, 11, 23, 9, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "[", "7", "null", '{"a": "2026-11-23T09:14:02Z"}', '{"a": {"r": 7}}', "[" * 200_000],
    ids=["empty", "cut", "number", "null", "of-before", "no-time", "deep"],
)
def test_an_odd_file_counts_as_empty_and_is_mended(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert not any(last_uses(tmp_path).values())
    record_use(tmp_path, "odd [red]\udc80", "eu-de", NOW)
    assert last_uses(tmp_path)["odd [red]\udc80"] == {"eu-de": NOW}


def test_a_place_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    record_use(tmp_path, "a", "", NOW)
    record_use(tmp_path / FILE / "x" / ("n" * 300), "a", "", NOW)
    assert last_uses(tmp_path) == {}
