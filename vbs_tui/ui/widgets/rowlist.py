"""The one list of the console: any number of rows, of which only the visible ones are drawn.

Nothing is kept per row but what :class:`vbs_tui.ui.rows.Rows` keeps; a row is rendered by a pure
function when it is seen. The cursor belongs to a key, not to a line: rows may come, go and move
beneath it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual import events
from textual.geometry import Size
from textual.message import Message

from vbs_tui.ui.commands import bindings
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.rows import STEP, Rows
from vbs_tui.ui.steps import StepQueue, Steps, at_once
from vbs_tui.ui.widgets.rowlines import NoticeKind, RowLines

__all__ = ["Cell", "Column", "RowList"]

T = TypeVar("T")


class _Told(Message):
    def __init__(self, rows: RowList[Any]) -> None:
        super().__init__()
        self.list = rows

    @property
    def control(self) -> RowList[Any]:
        return self.list


class RowList(RowLines[T], can_focus=True):
    """See the module's text. Rows are items of one type ``T``."""

    BINDINGS = bindings("list")

    class Highlighted(_Told):
        """The cursor is on another item, or on a newer version of it; ``None``: on nothing."""

        def __init__(self, rows: RowList[Any], item: Any | None) -> None:
            super().__init__(rows)
            self.item = item

    class Chosen(_Told):
        """The operator chose an item."""

        def __init__(self, rows: RowList[Any], item: Any) -> None:
            super().__init__(rows)
            self.item = item

    class FilterWanted(_Told):
        """The operator wants to type a filter; the list itself has no input."""

    class FilterChanged(_Told):
        """The filter's text changed."""

    class Changed(_Told):
        """Counts, sort or marks changed: whoever tells them should tell them anew."""

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
        """*text_of*: what the filter looks through; by default all the cells of the row.
        *row_style*: the style name of cells that have none of their own. None may have effects.
        """

        def cells_text(item: T) -> str:
            return " ".join(cell.text for cell in render_row(item))

        super().__init__(
            columns,
            Rows(key_of, text_of or cells_text),
            key_of,
            render_row,
            row_style or (lambda _: ""),
            show_header=show_header,
            name=name,
            id=id,
            classes=classes,
        )
        self._work = StepQueue(self._after_step)
        self._cursor_key: str | None = None
        self._at_top = False
        self._told: T | None = None
        self._filter = ""
        self._natural: Callable[[T], Any] | None = None

    # What is there

    @property
    def highlighted(self) -> T | None:
        """The item under the cursor."""
        return self._rows.item(self._cursor) if 0 <= self._cursor < len(self._rows) else None

    @property
    def cursor_row(self) -> int:
        """The row of the cursor, 0 for the first."""
        return self._cursor

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
    def is_working(self) -> bool:
        """Whether filtering or sorting is still under way."""
        return not self._work.is_idle

    @property
    def sort_words(self) -> str:
        """The sort in words; empty for the natural order."""
        if self._sorted_by is None:
            return ""
        return self.columns[self._sorted_by].told(descending=self._rows.descending)

    def get(self, key: str) -> T | None:
        """The item with *key*, shown or not."""
        return self._rows.get(key)

    def items(self) -> Sequence[T]:
        """All items, in the order they came. Not to be changed."""
        return self._rows.items()

    # Change it

    def set_items(self, items: Sequence[T]) -> None:
        """Put *items* in the place of all; cursor, filter, sort and marks stay."""
        self._do("load", lambda: self._rows.load(items), len(items))

    def append_items(self, items: Sequence[T]) -> None:
        """Add *items*; those whose key is known take the old one's place."""
        self._do(StepQueue.KEEP, lambda: at_once(lambda: self._rows.append(items)), 0)

    def replace_item(self, key: str, item: T) -> None:
        """Put *item* in the place of that with *key*; nothing happens when there is none."""
        if not self._work.is_idle:
            self._do(StepQueue.KEEP, lambda: at_once(lambda: self._rows.replace(key, item)), 0)
            return
        row = self._rows.row_of(key)
        if self._rows.replace(key, item):
            self._settle()
        elif row is not None:
            self.refresh_row(row)
            self._tell_highlighted()

    def set_filter(self, text: str) -> None:
        """Show only rows that contain every word of *text*; an older filter's work is dropped."""
        if text == self._filter:
            return
        self._filter = text
        self._do("filter", lambda: self._rows.filter_by(text), self._rows.total)
        self.post_message(self.FilterChanged(self))

    def texts_changed(self) -> None:
        """What the filter looks through is no longer what it was, though the items are."""
        self._rows.forget_texts()
        if self._filter:
            again = self._filter
            self._do("filter", lambda: self._rows.filter_by(again), self._rows.total)
        self.refresh()

    def sort_by(self, column: int | None, *, descending: bool | None = None) -> None:
        """Sort by a column's number, ``None``: the natural order."""
        self._sorted_by = column
        key = self._natural if column is None else self.columns[column].sort_key
        if descending is None:
            descending = column is not None and self.columns[column].descending_first
        down = descending
        self._do("sort", lambda: self._rows.order_by(key, descending=down), self._rows.total)

    def set_natural_order(self, key: Callable[[T], Any] | None) -> None:
        """What an unsorted list is ordered by; ``None``: as the items came."""
        self._natural = key
        if self._sorted_by is None:
            self.sort_by(None)

    def set_notice(self, kind: NoticeKind, text: str) -> None:
        """What the body says while there is no row."""
        if (kind, text) != self._notice:
            self._notice = (kind, text)
            if not len(self._rows):
                self.refresh()

    def clear_marks(self) -> None:
        """Take every mark away."""
        self._marks.clear()
        self.refresh()
        self.post_message(self.Changed(self))

    def move_to(self, row: int) -> None:
        """Put the cursor on *row*, or as near as there is one."""
        old = self._cursor
        self._at_top = False
        self._cursor = max(0, min(row, len(self._rows) - 1))
        if self._cursor != old:
            self.refresh_row(old)
            self.refresh_row(self._cursor)
        self._show_cursor()
        self._tell_highlighted()

    def start_at_top(self) -> None:
        """Keep the cursor on the first row, whichever that is, until :meth:`pin` or a key."""
        old, self._cursor = self._cursor, 0
        self._at_top = True
        self.refresh_row(old)
        self.refresh_row(0)
        self._show_cursor()
        if self._work.is_idle:
            self._tell_highlighted()

    def pin(self) -> None:
        """Once the work under way is done, the cursor belongs to its item again."""
        self._cursor_key = None if self._at_top else self._cursor_key
        self._at_top = False
        if self._work.is_idle:
            self._tell_highlighted()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the item with *key*; whether it is shown."""
        row = self._rows.row_of(key)
        if row is not None:
            self.move_to(row)
        return row is not None

    # The work, in steps

    def _do(self, kind: str, start: Callable[[], Steps], size: int) -> None:
        was_idle = self._work.is_idle
        self._work.add(kind, start)
        if not was_idle:
            return
        # Few rows are done at once, so that a key's effect is on screen with its own repaint.
        for _ in range(16 if size <= STEP else 1):
            if not self._work.step():
                return
        self.call_later(self._go_on)

    async def _go_on(self) -> None:
        await asyncio.sleep(0)
        if self._work.step():
            self.call_later(self._go_on)

    def _after_step(self, kind: str, ended: bool) -> None:
        if ended:
            self._settle()
        elif kind == "filter":
            self._settle(final=False)

    def _settle(self, *, final: bool = True) -> None:
        """After rows changed: the cursor back to its item, at the line of the screen it had."""
        line = self._cursor - self.scroll_offset.y
        was_visible = 0 <= line < self.body
        key = None if self._at_top else self._cursor_key
        row = None if key is None else self._rows.row_of(key)
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1)) if row is None else row
        self.virtual_size = Size(1, len(self._rows) + self.head)
        if self.size.height:
            self.scroll_to(y=max(0, self._cursor - line), animate=False, force=True)
            if was_visible:
                self._show_cursor()
        self.refresh()
        if final:
            self._tell_highlighted()
        self.post_message(self.Changed(self))

    def _tell_highlighted(self) -> None:
        item = self.highlighted
        if item is not None and not self._at_top:
            self._cursor_key = self._key_of(item)
        if item is not self._told:
            self._told = item
            self.post_message(self.Highlighted(self, item))

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + self.body:
            self.scroll_to(y=self._cursor - self.body + 1, animate=False, force=True)

    # Keys and mouse

    def action_move(self, rows: int) -> None:
        self.move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(1, self.body - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self._rows) - 1)

    def action_choose(self) -> None:
        item = self.highlighted
        if item is not None:
            self.post_message(self.Chosen(self, item))

    def action_filter(self) -> None:
        self.post_message(self.FilterWanted(self))

    def action_mark(self) -> None:
        item = self.highlighted
        if item is not None:
            self._marks ^= {self._key_of(item)}
            self.refresh_row(self._cursor)
            self.action_move(1)
            self.post_message(self.Changed(self))

    def action_sort(self) -> None:
        shown = {slot.index for slot in self.layout_slots()}
        sortable = [i for i, one in enumerate(self.columns) if one.sort_key and i in shown]
        after = [i for i in sortable if self._sorted_by is None or i > self._sorted_by]
        self.sort_by(after[0] if after else None)

    def action_reverse(self) -> None:
        self.sort_by(self._sorted_by, descending=not self._rows.descending)

    def on_focus(self) -> None:
        self._style_cache.clear()
        self.refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._style_cache.clear()
        self.refresh_row(self._cursor)

    def on_resize(self) -> None:
        self._show_cursor()

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        if spot is None:
            return
        if spot.y < self.head:
            self._sort_by_click(spot.x)
            return
        row = spot.y - self.head + self.scroll_offset.y
        if row < len(self._rows):
            self.move_to(row)
            if event.chain == 2:
                self.action_choose()

    def _sort_by_click(self, x: int) -> None:
        for slot in self.layout_slots():
            if slot.start <= x < slot.start + slot.width and self.columns[slot.index].sort_key:
                if slot.index == self._sorted_by:
                    self.action_reverse()
                else:
                    self.sort_by(slot.index)
