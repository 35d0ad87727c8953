"""A list with border, title and filter; the subtitle has counts, sort and age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from vbs_tui.ui.keys.bindings import retry_hint
from vbs_tui.ui.render.formatting import age, short_failure
from vbs_tui.ui.store.store import Change, ListState
from vbs_tui.ui.widgets.border_titles import set_border_subtitle, set_border_title
from vbs_tui.ui.widgets.rows.row_list import RowList

T = TypeVar("T")


class FilterInput(Input):
    """The line in which a filter is typed: Enter keeps it, Esc clears it."""

    BINDINGS = [
        Binding("escape", "drop", "clear", show=False),
        Binding("down", "keep", "to the list", show=False),
    ]

    class Dropped(Message):
        """The operator wants no filter."""

    class Kept(Message):
        """The operator is done typing."""

    def __init__(self) -> None:
        super().__init__(placeholder="words that a row must contain", compact=True)
        self.cursor_blink = False

    def action_drop(self) -> None:
        self.post_message(self.Dropped())

    def action_keep(self) -> None:
        self.post_message(self.Kept())


class ListPane(Vertical, Generic[T]):
    """Subclasses make the list and give the title."""

    number = 0
    pane_name = ""
    noun = ("row", "rows")

    DEFAULT_CSS = """
    ListPane {
        & .filter-row { display: none; height: 1; background: $panel; }
        & .filter-sign { width: 4; color: $text-primary; text-style: bold; }
        & FilterInput { width: 1fr; background: $panel; }
        &.-filtering .filter-row { display: block; }
    }
    """

    def __init__(self, rows: RowList[T], *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id, classes="pane")
        self.list = rows
        self._drawn_title = ""
        self._drawn_subtitle = ""
        self._first_filter = ""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter-row"):
            yield Label("  /", classes="filter-sign", markup=False)
            yield FilterInput()
        yield from self.compose_above_list()
        yield self.list

    def on_mount(self) -> None:
        self.update_title()
        if self._first_filter:
            self.add_class("-filtering")
            self.query_one(FilterInput).value = self._first_filter

    # For subclasses

    def compose_above_list(self) -> Iterable[Widget]:
        """Widgets between the filter and the list."""
        return ()

    def title(self) -> str:
        """The title after the pane's number."""
        return self.pane_name

    def subtitle_parts(self) -> list[str]:
        """The parts of the subtitle, most important first."""
        return self.counts()

    def collapsed_summary(self) -> str:
        """What is beside the title while the pane is collapsed to one line."""
        return next(iter(self.subtitle_parts()), "")

    # For all of them

    def counts(self) -> list[str]:
        """Counts, filter, marks and sort in words."""
        rows = self.list
        said = [f"{rows.total:,}"] if rows.total else []
        if rows.filter_text.strip():
            said.append(f"filter “{rows.filter_text.strip()}” shows {rows.shown:,}")
        if rows.marks:
            said.append(f"{len(rows.marks):,} marked")
        if rows.sort_description:
            said.append(rows.sort_description)
        return said

    def update_title(self) -> None:
        """Update the title, if it changed."""
        sign = "›" if self.has_pseudo_class("focus-within") else " "
        text = f"{sign}{self.number} {self.title()}"
        if self.has_class("-collapsed"):
            summary = self.collapsed_summary()
            text = f"{text} · {summary} " if summary else f"{text} "
        if text != self._drawn_title:
            self._drawn_title = text
            set_border_title(self, text)

    def update_subtitle(self) -> None:
        """Update the subtitle, if it changed."""
        if self.has_class("-collapsed"):
            self.update_title()
        parts = self.subtitle_parts()
        room = max(10, self.size.width - 6)
        while len(parts) > 1 and len(" · ".join(parts)) > room:
            parts.pop()
        text = " · ".join(parts)
        if text != self._drawn_subtitle:
            self._drawn_subtitle = text
            set_border_subtitle(self, text)

    def on_descendant_focus(self) -> None:
        self.update_title()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self.update_title)

    def on_resize(self) -> None:
        self.update_title()
        self.update_subtitle()

    def set_initial_filter(self, text: str) -> None:
        """Start with this filter; Esc clears it like any other."""
        self._first_filter = text

    def focus_list(self) -> None:
        """Focus the list."""
        self.list.focus(scroll_visible=False)

    @property
    def is_filtering(self) -> bool:
        """Whether the filter line is being typed in."""
        return self.query_one(FilterInput).has_focus

    def clear_filter(self) -> bool:
        """Show every row again. Returns whether there was a filter."""
        had = bool(self.list.filter_text) or self.has_class("-filtering")
        self.query_one(FilterInput).value = ""
        self.list.set_filter("")
        self.remove_class("-filtering")
        return had

    @on(RowList.FilterWanted)
    def _open_filter(self, event: RowList.FilterWanted) -> None:
        event.stop()
        self.add_class("-filtering")
        line = self.query_one(FilterInput)
        line.focus(scroll_visible=False)
        line.action_end()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.list.set_filter(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._keep_filter()

    @on(FilterInput.Kept)
    def _kept(self, event: FilterInput.Kept) -> None:
        event.stop()
        self._keep_filter()

    def _keep_filter(self) -> None:
        if not self.list.filter_text.strip():
            self.clear_filter()
        self.focus_list()

    @on(FilterInput.Dropped)
    def _dropped(self, event: FilterInput.Dropped) -> None:
        event.stop()
        self.clear_filter()
        self.focus_list()

    @on(RowList.Changed)
    @on(RowList.FilterChanged)
    def _told(self) -> None:
        self.update_empty_notice()
        self.update_subtitle()

    def update_empty_notice(self) -> None:
        """Show in the list why there is no row."""
        rows = self.list
        if rows.total and not rows.shown and not rows.is_working:
            rows.set_notice(
                "empty",
                f"None of {rows.total:,} contains “{rows.filter_text.strip()}”. Esc clears the"
                " filter.",
            )


class CloudListPane(ListPane[T]):
    """A pane that shows a list of the store."""

    def __init__(self, rows: RowList[T], *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(rows, id=id)
        self._state: ListState | None = None
        self._now: datetime | None = None
        self._waiting = ""
        self._shown = 0

    def show(self, state: ListState | None, waiting: str = "") -> None:
        """Show another list; *waiting* says why there is none."""
        self._state, self._waiting = state, waiting
        self.list.start_at_top()
        self.list.set_items(self._rows_of(state))
        self._shown = 0 if state is None else len(state.rows)
        self.update_state()

    def changed(self, change: Change, row: T | None = None, row_id: str = "") -> None:
        """Apply a change of the list in the store."""
        state = self._state
        if state is None:
            return
        if change is Change.APPENDED:
            fresh: Sequence[Any] = state.rows[self._shown :]
            self.list.append_items(fresh)
        elif change is Change.SWAPPED:
            self.list.set_items(self._rows_of(state))
        elif change is Change.ROW and row is not None:
            self.list.replace_item(row_id, row)
        self._shown = len(state.rows)
        self.update_state()

    def update_state(self) -> None:
        """Show whether the list is loading, empty or failed, and how old it is."""
        state = self._state
        if state is not None and state.is_loaded:
            self.list.pin_cursor()
        if state is None:
            self.list.set_notice("empty", self._waiting)
        elif state.failure is not None:
            words = state.failure.message or state.failure.kind.value
            self.list.set_notice(
                "error",
                f"{self.pane_name} could not be listed: {short_failure(state.failure)}. {words}"
                f"  {retry_hint(state.failure)}",
            )
        elif state.loading or state.listed_at is None:
            self.list.set_notice("loading", f"Reading the {self.noun[1]} …")
        else:
            self.list.set_notice("empty", f"This project has no {self.noun[1]}.")
        self.update_empty_notice()
        self.update_subtitle()

    def update_ages(self, now: datetime) -> None:
        """Update the ages: it is *now*."""
        self._now = now
        self.update_subtitle()

    def subtitle_parts(self) -> list[str]:
        said = super().subtitle_parts()
        state = self._state
        if state is None:
            return []
        news = self._reading_status(state)
        if not news:
            return said
        return [*said[:1], news, *said[1:]] if state.is_stale else [*said, news]

    def _reading_status(self, state: ListState) -> str:
        now = self._now
        if state.loading:
            return "reading again …" if state.listed_at is not None else "reading …"
        if now is None:
            return ""
        if state.failure is not None:
            rest = f" {age(state.failed_at, now)}" if state.failed_at is not None else ""
            since = f", rows of {age(state.listed_at, now)}" if state.listed_at else ", incomplete"
            return f"× refresh failed{rest}{since if state.rows else ''}"
        return f"listed {age(state.listed_at, now)}"

    @staticmethod
    def _rows_of(state: ListState | None) -> Sequence[Any]:
        return () if state is None else tuple(state.rows)
