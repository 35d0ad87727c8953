"""The cursor of a list, and the work over its rows.

The cursor belongs to a key, not to a line. After any change of the rows it is put back to its
item, at the line of the screen that the item had.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.geometry import Size

from vbs_tui.ui.keys.key_queue import TYPING_PAUSE
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.widgets.rows.row_model import STEP, RowModel
from vbs_tui.ui.widgets.rows.row_view import RowView
from vbs_tui.ui.widgets.rows.work_queue import Steps, WorkQueue

T = TypeVar("T")


class RowCursor(RowView[T]):
    """Moves the cursor; filters, sorts and marks are the subclass's."""

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
        super().__init__(
            columns,
            rows,
            key_of,
            render_row,
            row_style,
            show_header=show_header,
            name=name,
            id=id,
            classes=classes,
        )
        self._queue = WorkQueue(self._after_step)
        self._cursor_key: str | None = None
        self._is_held_at_top = False
        self._top_key: str | None = None
        self._last_highlighted: T | None = None
        self._cursor_changed_at = float("-inf")

    def highlighted_changed(self, item: T | None) -> None:
        """The cursor is on another item."""

    def rows_changed(self) -> None:
        """Rows came, went or moved."""

    @property
    def highlighted(self) -> T | None:
        """The item under the cursor."""
        return self._rows.item(self._cursor) if 0 <= self._cursor < len(self._rows) else None

    def target_item(self) -> T | None:
        """The item that the key being handled acts on; ``None`` when there is none.

        Also ``None``, with a notice, where rows came or went and put another one under the cursor
        so shortly before the key that the operator meant the one before.
        """
        item = self.highlighted
        if (
            item is not None
            and getattr(self.app, "acting_at", 0.0) < self._cursor_changed_at + TYPING_PAUSE
        ):
            self.app.notify(
                "The row that was under the cursor has gone or moved away. Nothing was done: look"
                " at the one that is there now, then press the key again.",
                severity="warning",
                markup=False,
            )
            return None
        return item

    def shows(self, key: str) -> bool:
        """Whether the filter shows the item with *key*."""
        return self._rows.row_of(key) is not None

    @property
    def is_cursor_in_sight(self) -> bool:
        """Whether the row under the cursor is on the screen, as far as this list can tell."""
        line = self._cursor - self.scroll_offset.y
        has_room = self.is_on_screen and self.size.height > self.header_height
        return has_room and self.highlighted is not None and 0 <= line < self.visible_rows

    @property
    def cursor_row(self) -> int:
        """The row of the cursor, 0 for the first."""
        return self._cursor

    @property
    def is_working(self) -> bool:
        """Whether filtering or sorting is still under way."""
        return not self._queue.is_idle

    def move_to(self, row: int) -> None:
        """Put the cursor on *row*, or as near as there is one."""
        old = self._cursor
        self._is_held_at_top = False
        self._cursor_changed_at = float("-inf")
        self._cursor = max(0, min(row, len(self._rows) - 1))
        if self._cursor != old:
            self.refresh_row(old)
            self.refresh_row(self._cursor)
        self._scroll_to_cursor()
        self.update_cursor_item()

    def start_at_top(self, key: str | None = None) -> None:
        """Keep the cursor on the item with *key*, else on the first row, until
        :meth:`pin_cursor` or a key."""
        old, self._cursor = self._cursor, 0
        self._is_held_at_top = True
        self._top_key = key
        self._cursor_changed_at = float("-inf")
        if key is not None and (row := self._rows.row_of(key)) is not None:
            self._cursor = row
        self.refresh_row(old)
        self.refresh_row(self._cursor)
        self._scroll_to_cursor()
        if self._queue.is_idle:
            self.update_cursor_item()

    def pin_cursor(self) -> None:
        """From now on the cursor stays on its item."""
        self._cursor_key = None if self._is_held_at_top else self._cursor_key
        self._is_held_at_top = False
        if self._queue.is_idle:
            self.update_cursor_item()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the item with *key*. Returns whether it is shown."""
        row = self._rows.row_of(key)
        if row is not None:
            self.move_to(row)
        return row is not None

    # The work, in steps

    def run_in_steps(self, kind: str, start: Callable[[], Steps], size: int) -> None:
        """Start work over *size* rows; it replaces older work of its kind."""
        was_idle = self._queue.is_idle
        self._queue.add(kind, start)
        if not was_idle:
            return
        # A few rows are done without a pause, so that a key's effect is shown at its own repaint.
        for _ in range(16 if size <= STEP else 1):
            if not self._queue.step():
                return
        self.call_later(self._run_next_step)

    async def _run_next_step(self) -> None:
        await asyncio.sleep(0)
        if self._queue.step():
            self.call_later(self._run_next_step)

    def _after_step(self, kind: str, ended: bool) -> None:
        if ended:
            self.reposition_cursor(
                filtered=kind == "filter", by_itself=kind in ("load", WorkQueue.KEEP)
            )
        elif kind == "filter":
            self.reposition_cursor(final=False, filtered=True)

    def reposition_cursor(
        self, *, final: bool = True, filtered: bool = False, by_itself: bool = False
    ) -> None:
        """After rows changed: put the cursor back on its item, at the same line of the screen.

        Where the item is gone the cursor stays near, or goes to the first match of a new filter.
        *by_itself*: no key of the operator's changed them.
        """
        before = self._last_highlighted
        line = self._cursor - self.scroll_offset.y
        was_visible = 0 <= line < self.visible_rows
        key = self._top_key if self._is_held_at_top else self._cursor_key
        row = None if key is None else self._rows.row_of(key)
        if row is None:
            row = 0 if filtered else max(0, min(self._cursor, len(self._rows) - 1))
        self._cursor = row
        self.virtual_size = Size(1, len(self._rows) + self.header_height)
        if self.size.height:
            self.scroll_to(y=max(0, self._cursor - line), animate=False, force=True)
            if was_visible:
                self._scroll_to_cursor()
        self.refresh()
        if final:
            self.update_cursor_item()
            if by_itself and _are_different(before, self._last_highlighted, self._key_of):
                self._cursor_changed_at = time.monotonic()
        self.rows_changed()

    def update_cursor_item(self) -> None:
        """Remember the item under the cursor; report when it is another one."""
        item = self.highlighted
        if item is not None and not self._is_held_at_top:
            self._cursor_key = self._key_of(item)
        if item is not self._last_highlighted:
            self._last_highlighted = item
            self.highlighted_changed(item)

    def _scroll_to_cursor(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + self.visible_rows:
            self.scroll_to(y=self._cursor - self.visible_rows + 1, animate=False, force=True)

    # Keys

    def action_move(self, rows: int) -> None:
        self.move_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(1, self.visible_rows - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self._rows) - 1)

    def on_focus(self) -> None:
        self.refresh_row(self._cursor)

    def on_blur(self) -> None:
        self.refresh_row(self._cursor)

    def on_resize(self) -> None:
        self._scroll_to_cursor()


def _are_different(before: T | None, now: T | None, key_of: Callable[[T], str]) -> bool:
    return before is not None and now is not None and key_of(before) != key_of(now)
