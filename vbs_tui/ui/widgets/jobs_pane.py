"""Pane 4: every restore on record, the selected one with its live log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vbs_tui.clock import Clock
from vbs_tui.restore.journal.records import LogEntry, Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.keys.bindings import key_for, scope_bindings
from vbs_tui.ui.render.job_lines import (
    advice_lines,
    counts,
    header_line,
    is_unwatched,
    journal_problem_lines,
    log_lines,
    watch_line,
)
from vbs_tui.ui.render.table import Piece, fit_text
from vbs_tui.ui.widgets.border_titles import set_border_subtitle, set_border_title
from vbs_tui.ui.widgets.named_styles import StyledWidget

Line = tuple[Sequence[Piece], str]
"""Pieces, and the id of the restore that the line belongs to."""


class RestoreMessage(Message):
    """A message about one restore."""

    def __init__(self, restore: Restore) -> None:
        super().__init__()
        self.restore = restore


class JobsPane(StyledWidget, ScrollView, can_focus=True):
    """A view of the journal, on Textual's line API."""

    ALLOW_SELECT = False
    BINDINGS = [
        *scope_bindings("jobs"),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "first", show=False),
        Binding("end,G,upper_g", "last", show=False),
    ]
    DEFAULT_CSS = """
    JobsPane {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
    }
    """

    class ErrorWanted(RestoreMessage):
        """The operator wants the error of a restore explained."""

    class Selected(RestoreMessage):
        """The cursor is on another restore."""

    class SettleWanted(RestoreMessage):
        """The operator wants to settle an unknown restore."""

    class LogWanted(RestoreMessage):
        """The operator wants the whole log of a restore."""

    def __init__(
        self,
        clock: Clock,
        zone: tzinfo | None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._clock = clock
        self._zone = zone
        self._restores: dict[str, Restore] = {}
        self._logs: dict[str, list[LogEntry]] = {}
        self._watches: dict[str, Watch] = {}
        self._order: list[str] = []
        self._selected = ""
        self._lines: list[Line] = []
        self._follows_end = True
        self._told = ("", "")
        self._location = ("", "")
        self._is_cursor_placed = False
        """Whether the operator, or a restore that began, has placed the cursor."""
        self._trouble = ""

    # Changes

    def restore_changed(self, restore: Restore, entries: tuple[LogEntry, ...]) -> None:
        """Show the new state of *restore*; *entries* are its new log lines."""
        is_new = restore.id not in self._restores
        self._restores[restore.id] = restore
        log = self._logs.setdefault(restore.id, [])
        seen = log[-1].number if log else 0
        fresh = restore.log if is_new else entries
        log.extend(entry for entry in fresh if entry.number > seen)
        self._sort()
        if is_new and restore.state.is_open and self._should_select(restore):
            self._is_cursor_placed = True
            self._select(restore.id)
        elif not self._selected or (is_new and not self._is_cursor_placed):
            self._select(self._order[0])
        self._rebuild()

    def state_of(self, restore_id: str) -> State | None:
        """The state that a restore is shown in; ``None`` for one that is not shown."""
        restore = self._restores.get(restore_id)
        return None if restore is None else restore.state

    def select(self, restore: Restore) -> None:
        """Put the cursor on *restore*, which must be shown."""
        self._is_cursor_placed = True
        self._select(restore.id)
        self._rebuild()

    def journal_changed(self, trouble: str) -> None:
        """Show why the journal cannot be used; empty where it can."""
        self._trouble = trouble
        self._rebuild()

    def _should_select(self, restore: Restore) -> bool:
        """Whether the cursor moves to a new restore: not to another cloud's, and not while the
        operator is on another one."""
        is_begun_here = restore.state is State.PLANNED or not self.has_focus
        return not self.other_place(restore) and (is_begun_here or not self._selected)

    def watch_changed(self, watch: Watch) -> None:
        """Show the state of a watch; only a line of the selected restore can change."""
        before = self._watches.get(watch.restore_id)
        self._watches[watch.restore_id] = watch
        moved = before is None or is_unwatched(before) != is_unwatched(watch)
        if moved or watch.restore_id == self._selected:
            self._rebuild()

    def set_location(self, cloud: str, region: str) -> None:
        """The open cloud and region: restores of other ones are shown with their place."""
        if (cloud, region) != self._location:
            self._location = (cloud, region)
            self._rebuild()

    def other_place(self, restore: Restore) -> str:
        """Where *restore* runs, if not in the open cloud and region."""
        cloud, region = self._location
        if not cloud:
            return ""
        if restore.cloud != cloud:
            return f"on {restore.cloud}"
        is_here = not region or restore.region in ("", region)
        return "" if is_here else f"in {restore.region}"

    def refresh_ages(self) -> None:
        """Update elapsed times; only lines that read differently are drawn."""
        self._rebuild()

    @property
    def selected_restore(self) -> Restore | None:
        """The restore under the cursor."""
        return self._restores.get(self._selected)

    @property
    def restores(self) -> tuple[Restore, ...]:
        """All that are shown, in the order of the pane."""
        return tuple(self._restores[key] for key in self._order)

    @property
    def text(self) -> str:
        """Everything in the pane, without colours."""
        return "\n".join("".join(text for text, _ in pieces) for pieces, _ in self._lines)

    # Keys

    def action_move(self, rows: int) -> None:
        if self._selected in self._order:
            self._is_cursor_placed = True
            at = self._order.index(self._selected) + rows
            self._select(self._order[max(0, min(at, len(self._order) - 1))])
            self._rebuild()

    def action_page(self, pages: int) -> None:
        self._follows_end = False
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)

    def action_first(self) -> None:
        if self._order:
            self._select(self._order[0])
            self._rebuild()

    def action_last(self) -> None:
        if self._order:
            self._select(self._order[-1])
            self._rebuild()

    def action_explain(self) -> None:
        restore = self.selected_restore
        if restore is None:
            self.app.notify("There is no restore here to explain.", markup=False)
        else:
            self.post_message(self.ErrorWanted(restore))

    def action_whole_log(self) -> None:
        restore = self.selected_restore
        if restore is not None:
            self.post_message(self.LogWanted(restore))

    def action_settle(self) -> None:
        restore = self.selected_restore
        if restore is not None and restore.state is State.UNKNOWN:
            self.post_message(self.SettleWanted(restore))
        else:
            self.app.notify("Only an unknown outcome can be settled.", markup=False)

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        row = -1 if spot is None else spot.y + self.scroll_offset.y
        if 0 <= row < len(self._lines) and self._lines[row][1]:
            self._is_cursor_placed = True
            self._select(self._lines[row][1])
            self._rebuild()

    # Drawing

    def _sort(self) -> None:
        def place(key: str) -> tuple[bool, float]:
            restore = self._restores[key]
            return (not restore.state.is_open, -restore.created_at.timestamp())

        self._order = sorted(self._restores, key=place)

    def _select(self, restore_id: str) -> None:
        if restore_id != self._selected:
            self._selected = restore_id
            self._follows_end = True
            self.post_message(self.Selected(self._restores[restore_id]))

    def _rebuild(self) -> None:
        now = self._clock.now()
        room = self.scrollable_content_region.width
        lines: list[Line] = [(pieces, "") for pieces in journal_problem_lines(self._trouble, room)]
        first = last = 0
        for key in self._order:
            restore = self._restores[key]
            if key == self._selected:
                first = len(lines)
            watch, where = self._watches.get(key), self.other_place(restore)
            head = header_line(restore, now, room or None, watch=watch, where=where)
            lines.append((head, key))
            if key == self._selected:
                lines += [(pieces, key) for pieces in self._opened(restore)]
                last = len(lines) - 1
        self._show(lines, first, last)

    def _opened(self, restore: Restore) -> list[Sequence[Piece]]:
        """The lines under the selected restore: as much of its log as fits."""
        room = max(24, self.scrollable_content_region.width)
        end: list[Sequence[Piece]] = [*advice_lines(restore, room)]
        looking = watch_line(restore, self._watches.get(restore.id), self._zone)
        end += [looking] if looking else []
        log: list[Sequence[Piece]] = []
        for entry in self._logs.get(restore.id, ()):
            log += log_lines(entry, self._zone, room)
        fitting = max(1, self.size.height - 1 - len(end))
        if len(log) > fitting:
            hidden = len(log) - fitting + 1
            log = [[(f"  … {hidden} earlier lines, d shows all", "dim")], *log[hidden:]]
        return [*log, *end]

    def _show(self, lines: list[Line], first: int, last: int) -> None:
        before, self._lines = self._lines, lines
        if len(lines) != len(before):
            self.virtual_size = Size(1, len(lines))
            self.refresh()
        else:
            top = self.scroll_offset.y
            for row, (old, new) in enumerate(zip(before, lines, strict=True)):
                if old != new:
                    self.refresh(Region(0, row - top, self.size.width, 1))
        high = self.size.height
        if self._follows_end and high:
            # The newest line of the selected restore stays visible, and its first if both fit.
            top = self.scroll_offset.y
            if last >= top + high:
                top = last - high + 1
            if first < top and last - first < high:
                top = first
            self.scroll_to(y=top, animate=False, force=True)
        self._update_subtitle()

    def _update_subtitle(self) -> None:
        foot = counts(self._restores.values(), self._watches)
        sign = "›" if self.has_focus else " "
        title = f"{sign}4 Jobs"
        if self._trouble:
            title += " · ! the journal cannot be used"
        if self.has_class("-collapsed"):
            title = f"{title} · {foot} " if foot else f"{title} "
        if (title, foot) != self._told:
            self._told = (title, foot)
            set_border_title(self, title)
            set_border_subtitle(self, foot)

    def on_mount(self) -> None:
        self._update_subtitle()

    def watch_has_focus(self, has_focus: bool) -> None:
        # Not in on_focus, which runs before has_focus has changed.
        super().watch_has_focus(has_focus)
        self._update_subtitle()
        self.refresh()

    def on_resize(self) -> None:
        self._rebuild()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if not self._lines and y == 0:
            words = (
                f"No restore yet. Choose a backup and a volume, then press {key_for('restore')}."
            )
            return self._strip([(f" {words}", "dim")], width, on_cursor=False)
        if row >= len(self._lines):
            return Strip.blank(width, self.named_style())
        pieces, key = self._lines[row]
        is_head = row == 0 or self._lines[row - 1][1] != key
        on_cursor = bool(key) and is_head and key == self._selected and self.has_focus
        return self._strip(pieces, width, on_cursor=on_cursor)

    def _strip(self, pieces: Sequence[Piece], width: int, *, on_cursor: bool) -> Strip:
        room = width
        segments = []
        under = self.ground("primary-muted") if on_cursor else Style.null()
        for text, name in pieces:
            if room <= 0 or not text:
                continue
            style = self.named_style(name) + under
            segment = Segment(text, style)
            if segment.cell_length > room:
                segment = Segment(fit_text(text, room), style)
            room -= segment.cell_length
            segments.append(segment)
        return Strip(segments).adjust_cell_length(width, self.named_style() + under)
