"""Tables as text: columns that fit a width, rows as a few styled pieces. No widget in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""Text and the name of its style: ``dim``, ``good``, ``warn``, ``bad``, ``accent``, ``bold``,
``header`` or nothing."""

GUTTER = 2
"""Cells before the first column, for the signs of cursor and mark."""


HANDY = 4
"""Columns of a higher priority number are dropped already to give others their wanted width."""


@dataclass(frozen=True)
class Column:
    """One column of a list."""

    title: str
    width: int | None = None
    """Cells; ``None`` shares what the others leave."""
    align: str = "left"
    """``left`` or ``right``."""
    sort_key: Callable[[Any], Any] | None = None
    """The item's place when sorted by this column; results must be comparable to each other."""
    min_width: int = 8
    """Of a column without a width: the fewest cells it is shown with."""
    wanted: int = 0
    """Of a column without a width: droppable columns give way until it has this much."""
    max_width: int | None = None
    """Of a column without a width: the most cells it takes."""
    share: int = 1
    """Of a column without a width: its weight when room is shared."""
    priority: int = 0
    """0 is never dropped; of the others the highest goes first when room is short."""
    gap: int = 2
    """Blank cells after it."""
    descending_first: bool = False
    """Whether the first sort by it is descending."""
    words: tuple[str, str] = ("", "")
    """What an ascending and a descending sort by it are called: ``oldest first``, …"""

    def sort_text(self, *, descending: bool) -> str:
        """The sort by this column in words."""
        said = self.words[1 if descending else 0]
        return said or f"by {self.title.lower()}{', descending' if descending else ''}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one row shows in one column."""

    text: str
    style: str = ""
    tail: str = ""
    """What is never cut off: when room is short, *text* is cut before it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A column that is shown, with its place."""

    index: int
    """Which column it is."""
    start: int
    width: int
    gap: int
    right: bool


def fit(columns: Sequence[Column], width: int) -> tuple[Slot, ...]:
    """The columns that *width* cells have room for, with their widths.

    Columns are dropped by priority until the rest fits; those of priority 0 stay whatever happens.
    """
    kept = list(range(len(columns)))
    usable = max(1, width - GUTTER)
    while _least(columns, kept, wanted=True) > usable:
        needed = _least(columns, kept) > usable
        droppable = [index for index in kept if columns[index].priority > (0 if needed else HANDY)]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda index: (columns[index].priority, index)))
    widths = _widths(columns, kept, usable)
    slots: list[Slot] = []
    at = GUTTER
    for index in kept:
        column = columns[index]
        room = max(0, min(widths[index], width - at))
        gap = 0 if index == kept[-1] else column.gap
        slots.append(Slot(index, at, room, gap, column.align == "right"))
        at += room + gap
    return tuple(slots)


def _least(columns: Sequence[Column], kept: Sequence[int], *, wanted: bool = False) -> int:
    need = sum(
        columns[index].width or max(columns[index].min_width, columns[index].wanted * wanted)
        for index in kept
    )
    return need + sum(columns[index].gap for index in kept[:-1])


def _widths(columns: Sequence[Column], kept: Sequence[int], usable: int) -> dict[int, int]:
    widths = {index: columns[index].width or columns[index].min_width for index in kept}
    spare = usable - _least(columns, kept)
    growing = [index for index in kept if columns[index].width is None]
    while spare > 0 and growing:
        shares = sum(columns[index].share for index in growing)
        given = 0
        for index in tuple(growing):
            column = columns[index]
            more = max(1, spare * column.share // shares)
            if column.max_width is not None:
                more = min(more, column.max_width - widths[index])
            more = min(more, spare - given)
            if more <= 0:
                growing.remove(index)
                continue
            widths[index] += more
            given += more
        if not given:
            break
        spare -= given
    if spare < 0 and growing:
        widths[growing[0]] = max(1, widths[growing[0]] + spare)
    return widths


def fit_text(text: str, width: int, *, right: bool = False) -> str:
    """*text* in exactly *width* cells; ``…`` marks a cut."""
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        if width <= 0:
            return ""
        return set_cell_size(set_cell_size(text, width - 1) + "…", width)
    blank = " " * (width - length)
    return blank + text if right else text + blank


def _fit_cell(cell: Cell, slot: Slot) -> str:
    if not cell.tail:
        return fit_text(cell.text, slot.width, right=slot.right)
    room = slot.width - cell_len(cell.tail)
    if cell_len(cell.text) > room > 1:
        return fit_text(cell.text, room) + cell.tail
    return fit_text(cell.text + cell.tail, slot.width, right=slot.right)


def draw_row(cells: Sequence[Cell], slots: Sequence[Slot], base: str = "") -> list[Piece]:
    """The row's pieces after the gutter, neighbours of one style merged."""
    pieces: list[Piece] = []
    text = ""
    style = base
    for slot in slots:
        cell = cells[slot.index] if slot.index < len(cells) else Cell("")
        own = cell.style or base
        shown = _fit_cell(cell, slot) + " " * slot.gap
        if own != style and text:
            if text.strip():
                pieces.append((text, style))
                text = ""
            elif pieces:
                pieces[-1] = (pieces[-1][0] + text, pieces[-1][1])
                text = ""
        style = own
        text += shown
    if text:
        pieces.append((text, style))
    return pieces


def draw_header(
    columns: Sequence[Column], slots: Sequence[Slot], sorted_by: int | None, *, descending: bool
) -> str:
    """The header line after the gutter; the sorted column has an arrow."""
    parts: list[str] = []
    for slot in slots:
        title = columns[slot.index].title
        if slot.index == sorted_by:
            title = f"{title} {'↓' if descending else '↑'}".strip()
        parts.append(fit_text(title, slot.width, right=slot.right) + " " * slot.gap)
    return "".join(parts)
