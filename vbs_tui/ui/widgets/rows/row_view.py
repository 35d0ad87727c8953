"""Draws rows by line: columns and styles, and little output to the terminal.

Textual sends again whatever is refreshed, with a full colour sequence per segment. So a line has
few segments, and moving the cursor refreshes two lines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Generic, Literal, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vbs_tui.ui.render.table import (
    GUTTER,
    Cell,
    Column,
    Piece,
    Slot,
    draw_header,
    draw_row,
    fit,
    fit_text,
)
from vbs_tui.ui.widgets.named_styles import NAMED_STYLES, NamedStyle, StyledWidget
from vbs_tui.ui.widgets.rows.row_model import RowModel

T = TypeVar("T")

NoticeKind = Literal["empty", "loading", "error"]

CURSOR_SIGN = "›"
MARK_SIGN = "+"
_NOTICES = {"empty": ("·", "dim"), "loading": ("►", "warn"), "error": ("×", "bad")}


class RowView(StyledWidget, ScrollView, Generic[T]):
    """Draws a :class:`RowModel`; cursor and keys are the subclasses'."""

    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = False
    named_styles = NAMED_STYLES | {
        "header": NamedStyle("text-muted"),
        "sign": NamedStyle("text-primary", bold=True),
        "accent": NamedStyle("text-primary"),
    }
    DEFAULT_CSS = """
    RowView {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: RowModel[T],
        key_of: Callable[[T], str],
        render_row: Callable[[T], Sequence[Cell]],
        row_style: Callable[[T], str],
        *,
        show_header: bool,
        name: str | None,
        id: str | None,  # noqa: A002 - Textual's own word
        classes: str | None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.columns: Sequence[Column] = list(columns)
        self.show_header = show_header
        self._rows = rows
        self._key_of = key_of
        self._render_row = render_row
        self._row_style = row_style
        self._cursor = 0
        self._marks: set[str] = set()
        self._sorted_by: int | None = None
        self._notice: tuple[NoticeKind, str] = ("empty", "")
        self._slots: tuple[Slot, ...] = ()
        self._slots_width = -1
        self._drawn: dict[int, list[Piece]] = {}

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Use other columns for the same items; set the sort again when columns moved."""
        self.columns = list(columns)
        self._slots_width = -1
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        slots = self.shown_columns()
        if self.show_header and y == 0:
            return self._strip([(self._header(slots), "header")], width)
        row = y - self.header_height + self.scroll_offset.y
        if row < len(self._rows):
            return self._row_strip(row, slots, width)
        if not len(self._rows):
            return self._notice_strip(y - self.header_height, width)
        return Strip.blank(width, self.named_style())

    @property
    def header_height(self) -> int:
        """Lines above the rows."""
        return 1 if self.show_header else 0

    @property
    def visible_rows(self) -> int:
        """How many rows are visible, at least 1."""
        return max(1, self.size.height - self.header_height)

    def shown_columns(self) -> tuple[Slot, ...]:
        """The columns that are shown at the present width."""
        width = self.scrollable_content_region.width
        if width != self._slots_width:
            self._slots_width, self._slots = width, fit(self.columns, width)
        return self._slots

    def refresh_row(self, row: int) -> None:
        """Redraw one row, if it is visible."""
        if 0 <= row - self.scroll_offset.y < self.visible_rows:
            self.refresh_line(row + self.header_height)

    def refresh_aged(self) -> None:
        """Redraw the visible rows whose text has changed since they were drawn."""
        top = self.scroll_offset.y
        visible = range(top, min(top + self.visible_rows, len(self._rows)))
        self._drawn = {row: pieces for row, pieces in self._drawn.items() if row in visible}
        slots = self.shown_columns()
        for row in visible:
            if row in self._drawn and self._drawn[row] != self._pieces(row, slots):
                self.refresh_row(row)

    def _header(self, slots: Sequence[Slot]) -> str:
        titles = draw_header(self.columns, slots, self._sorted_by, descending=self._rows.descending)
        return " " * GUTTER + titles

    def _row_strip(self, row: int, slots: Sequence[Slot], width: int) -> Strip:
        is_cursor = row == self._cursor
        pieces = self._pieces(row, slots)
        self._drawn[row] = pieces
        return self._strip(pieces, width, is_cursor=is_cursor)

    def _pieces(self, row: int, slots: Sequence[Slot]) -> list[Piece]:
        item = self._rows.item(row)
        sign = CURSOR_SIGN if row == self._cursor else " "
        sign += MARK_SIGN if self._marks and self._key_of(item) in self._marks else " "
        pieces = draw_row(self._render_row(item), slots, self._row_style(item))
        if sign.strip():
            pieces.insert(0, (sign, "sign"))
        elif pieces:
            pieces[0] = (sign + pieces[0][0], pieces[0][1])
        return pieces

    def _notice_strip(self, line: int, width: int) -> Strip:
        kind, text = self._notice
        sign, style = _NOTICES[kind]
        room = max(8, width - GUTTER - 2)
        lines = textwrap.wrap(text, room)[: max(1, self.visible_rows)] if text else []
        if not 0 <= line < len(lines):
            return Strip.blank(width, self.named_style())
        shown = f"{sign if line == 0 else ' '} {lines[line]}"
        return self._strip([(" " * GUTTER + fit_text(shown, room + 2), style)], width)

    def _strip(self, pieces: Sequence[Piece], width: int, *, is_cursor: bool = False) -> Strip:
        over = self._cursor_style() if is_cursor else Style.null()
        segments = [Segment(text, self.named_style(name) + over) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, self.named_style() + over)

    def _cursor_style(self) -> Style:
        bold = Style(bold=True)
        return bold + self.ground("primary-muted") if self.has_focus else bold
