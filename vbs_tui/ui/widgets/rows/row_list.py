"""The list widget: any number of rows, of which only the visible ones are drawn.

Nothing is kept per row but what :class:`~vbs_tui.ui.widgets.rows.row_model.Rows` keeps; a row is
rendered by a pure function when it is seen. The cursor belongs to a key, not to a line: rows may
come, go and move beneath it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual import events
from textual.message import Message

from vbs_tui.ui.keys.bindings import scope_bindings
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.widgets.rows.row_cursor import RowCursor
from vbs_tui.ui.widgets.rows.row_model import RowModel
from vbs_tui.ui.widgets.rows.row_view import NoticeKind
from vbs_tui.ui.widgets.rows.work_queue import WorkQueue, single_step

__all__ = ["Cell", "Column", "RowList"]

T = TypeVar("T")


class _RowListMessage(Message):
    def __init__(self, rows: RowList[Any]) -> None:
        super().__init__()
        self.list = rows

    @property
    def control(self) -> RowList[Any]:
        return self.list


class RowList(RowCursor[T], can_focus=True):
    """Rows are items of one type ``T``; each has a key."""

    BINDINGS = scope_bindings("list")

    class Highlighted(_RowListMessage):
        """The cursor is on another item, or on a newer version of it; ``None``: on nothing."""

        def __init__(self, rows: RowList[Any], item: Any | None) -> None:
            super().__init__(rows)
            self.item = item

    class Chosen(_RowListMessage):
        """The operator chose an item."""

        def __init__(self, rows: RowList[Any], item: Any) -> None:
            super().__init__(rows)
            self.item = item

    class FilterWanted(_RowListMessage):
        """The operator wants to type a filter; the list itself has no input."""

    class FilterChanged(_RowListMessage):
        """The filter's text changed."""

    class Changed(_RowListMessage):
        """Counts, sort or marks changed."""

    def __init__(
        self,
        columns: Sequence[Column],
        key_of: Callable[[T], str],
        render_row: Callable[[T], Sequence[Cell]],
        *,
        text_of: Callable[[T], str] | None = None,
        row_style: Callable[[T], str] | None = None,
        show_header: bool = True,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own word
        classes: str | None = None,
    ) -> None:
        """*text_of*: the text that the filter searches; by default all the cells of the row.
        *row_style*: the style name of cells that have none of their own. None may have effects.
        """

        def cells_text(item: T) -> str:
            return " ".join(cell.text for cell in render_row(item))

        super().__init__(
            columns,
            RowModel(key_of, text_of or cells_text),
            key_of,
            render_row,
            row_style or (lambda _: ""),
            show_header=show_header,
            name=name,
            id=id,
            classes=classes,
        )
        self._filter = ""
        self._natural: Callable[[T], Any] | None = None

    # Reading

    @property
    def total(self) -> int:
        """How many items there are, shown or not."""
        return self._rows.total

    @property
    def shown(self) -> int:
        """How many items the filter shows."""
        return len(self._rows)

    @property
    def filter_text(self) -> str:
        """The filter as typed; empty for none."""
        return self._filter

    @property
    def marks(self) -> frozenset[str]:
        """The keys of the marked items."""
        return frozenset(self._marks)

    @property
    def sort_description(self) -> str:
        """The sort in words; empty for the natural order."""
        if self._sorted_by is None:
            return ""
        return self.columns[self._sorted_by].sort_text(descending=self._rows.descending)

    def get(self, key: str) -> T | None:
        """The item with *key*, shown or not."""
        return self._rows.get(key)

    def items(self) -> Sequence[T]:
        """All items, in the order they came. Not to be changed."""
        return self._rows.items()

    # Changing

    def set_items(self, items: Sequence[T]) -> None:
        """Replace all items; cursor, filter, sort and marks stay."""
        self.run_in_steps("load", lambda: self._rows.load(items), len(items))

    def append_items(self, items: Sequence[T]) -> None:
        """Add *items*; one whose key is known replaces the old one."""
        self.run_in_steps(WorkQueue.KEEP, lambda: single_step(lambda: self._rows.append(items)), 0)

    def replace_item(self, key: str, item: T) -> None:
        """Replace the item with *key*; nothing happens when there is none."""
        if not self._queue.is_idle:
            self.run_in_steps(
                WorkQueue.KEEP, lambda: single_step(lambda: self._rows.replace(key, item)), 0
            )
            return
        row = self._rows.row_of(key)
        if self._rows.replace(key, item):
            self.reposition_cursor(by_itself=True)
        elif row is not None:
            self.refresh_row(row)
            self.update_cursor_item()

    def set_filter(self, text: str) -> None:
        """Show only rows that contain every word of *text*; an older filter's work is dropped."""
        if text == self._filter:
            return
        self._filter = text
        self.run_in_steps("filter", lambda: self._rows.filter_by(text), self._rows.total)
        self.post_message(self.FilterChanged(self))

    def search_texts_changed(self) -> None:
        """The texts that the filter searches have changed, though the items have not."""
        self._rows.forget_texts()
        if self._filter:
            again = self._filter
            self.run_in_steps("filter", lambda: self._rows.filter_by(again), self._rows.total)
        self.refresh()

    def sort_by(self, column: int | None, *, descending: bool | None = None) -> None:
        """Sort by a column's number, ``None``: the natural order."""
        self._sorted_by = column
        key = self._natural if column is None else self.columns[column].sort_key
        if descending is None:
            descending = column is not None and self.columns[column].descending_first
        down = descending
        self.run_in_steps(
            "sort", lambda: self._rows.order_by(key, descending=down), self._rows.total
        )

    def set_natural_order(self, key: Callable[[T], Any] | None) -> None:
        """What an unsorted list is ordered by; ``None``: as the items came."""
        self._natural = key
        if self._sorted_by is None:
            self.sort_by(None)

    def set_notice(self, kind: NoticeKind, text: str) -> None:
        """The text to show while there is no row."""
        if (kind, text) != self._notice:
            self._notice = (kind, text)
            if not len(self._rows):
                self.refresh()

    def clear_marks(self) -> None:
        """Remove every mark."""
        self._marks.clear()
        self.refresh()
        self.post_message(self.Changed(self))

    def highlighted_changed(self, item: T | None) -> None:
        self.post_message(self.Highlighted(self, item))

    def rows_changed(self) -> None:
        self.post_message(self.Changed(self))

    # Keys and mouse

    def action_choose(self) -> None:
        item = self.target_item()
        if item is not None:
            self.post_message(self.Chosen(self, item))

    def action_filter(self) -> None:
        self.post_message(self.FilterWanted(self))

    def action_mark(self) -> None:
        item = self.target_item()
        if item is not None:
            self._marks ^= {self._key_of(item)}
            self.refresh_row(self._cursor)
            self.action_move(1)
            self.post_message(self.Changed(self))

    def action_sort(self) -> None:
        shown = {slot.index for slot in self.shown_columns()}
        sortable = [i for i, one in enumerate(self.columns) if one.sort_key and i in shown]
        after = [i for i in sortable if self._sorted_by is None or i > self._sorted_by]
        self.sort_by(after[0] if after else None)

    def action_reverse(self) -> None:
        self.sort_by(self._sorted_by, descending=not self._rows.descending)

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        if spot is None:
            return
        if spot.y < self.header_height:
            self._sort_by_click(spot.x)
            return
        row = spot.y - self.header_height + self.scroll_offset.y
        if row < len(self._rows):
            self.move_to(row)
            if event.chain == 2:
                self.action_choose()

    def _sort_by_click(self, x: int) -> None:
        for slot in self.shown_columns():
            if slot.start <= x < slot.start + slot.width and self.columns[slot.index].sort_key:
                if slot.index == self._sorted_by:
                    self.action_reverse()
                else:
                    self.sort_by(slot.index)
