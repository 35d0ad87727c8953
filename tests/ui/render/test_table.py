"""Columns that fit a width, and rows as few pieces."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from vbs_tui.ui.render.backup_columns import COLUMNS as BACKUP_COLUMNS
from vbs_tui.ui.render.table import Cell, Column, draw_header, draw_row, fit, fit_text
from vbs_tui.ui.render.volume_columns import COLUMNS as VOLUME_COLUMNS


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日 …"),
        ("ab", 0, ""),
        ("abc", 1, "…"),
    ],
)
def test_text_fits_exactly_and_a_cut_is_told(text: str, width: int, expected: str) -> None:
    assert fit_text(text, width) == expected
    assert cell_len(fit_text(text, width)) == width


def test_text_to_the_right() -> None:
    assert fit_text("42", 5, right=True) == "   42"


def test_columns_are_dropped_by_priority() -> None:
    columns = [Column("A", 10), Column("B", 10, priority=1), Column("C", 10, priority=2)]
    assert [slot.index for slot in fit(columns, 36)] == [0, 1, 2]
    assert [slot.index for slot in fit(columns, 30)] == [0, 1]
    assert [slot.index for slot in fit(columns, 20)] == [0]
    assert [slot.index for slot in fit(columns, 4)] == [0]


@pytest.mark.parametrize("width", range(10, 220, 7))
@pytest.mark.parametrize("columns", [BACKUP_COLUMNS, VOLUME_COLUMNS])
def test_columns_never_overlap_nor_leave_the_line(columns: tuple[Column, ...], width: int) -> None:
    slots = fit(columns, width)
    at = 0
    for slot in slots:
        assert slot.start >= at
        at = slot.start + slot.width
    if width >= 56:
        assert at <= width


@pytest.mark.parametrize("width", [56, 74, 94, 160])
def test_the_reason_is_shown_at_every_width(width: int) -> None:
    titles = {VOLUME_COLUMNS[slot.index].title: slot.width for slot in fit(VOLUME_COLUMNS, width)}
    assert titles["Why"] >= 26
    assert titles["Name"] >= 20


def test_a_row_is_few_pieces_and_as_wide_as_its_columns() -> None:
    columns = [Column("A", 4), Column("B", 4), Column("C", 8)]
    slots = fit(columns, 22)
    pieces = draw_row([Cell("a"), Cell("b"), Cell("● ok", "good")], slots)
    assert pieces == [("a     b     ", ""), ("● ok    ", "good")]
    # Blank cells have no colour, so they cost no piece of their own.
    assert len(draw_row([Cell("", "dim"), Cell("b", "bad"), Cell("c", "bad")], slots)) == 1


def test_the_sorted_column_bears_an_arrow() -> None:
    columns = [Column("A", 6), Column("B", 6)]
    slots = fit(columns, 20)
    assert draw_header(columns, slots, 1, descending=True).split() == ["A", "B", "↓"]
    assert draw_header(columns, slots, 0, descending=False).split() == ["A", "↑", "B"]


def test_what_tells_namesakes_apart_is_never_cut_off() -> None:
    slots = fit([Column("A", 20)], 22)
    cell = Cell("nightly-backup-of-everything", "", " · 8a8042be")
    assert draw_row([cell], slots) == [("nightly-… · 8a8042be", "")]
    assert draw_row([Cell("web", "", " · 8a8042be")], slots) == [("web · 8a8042be      ", "")]
