"""The list of clouds and regions to choose from, at the start and while one is open."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual import on

from vbs_tui.clock import Clock
from vbs_tui.times import ago
from vbs_tui.ui.cloud_choices import Choice
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.screens.list_screen import ListScreen, SolePane
from vbs_tui.ui.widgets.rows.row_list import RowList

COLUMNS = (
    Column(
        *("Cloud", None),
        min_width=18,
        wanted=20,
        max_width=30,
        share=2,
        sort_key=lambda c: c.cloud.casefold(),
    ),
    Column("Region", 10, priority=1),
    Column("Last used", 13, sort_key=lambda c: c.used_at.timestamp() if c.used_at else 0.0),
    Column("Log-in at", None, min_width=16, max_width=48, share=2, priority=2),
    Column("By", None, min_width=10, max_width=26, priority=5),
    Column("User", None, min_width=8, max_width=20, priority=4),
    Column("Project", None, min_width=10, max_width=24, priority=3),
)


def _key(choice: Choice) -> str:
    # Two names may look alike once they are cleaned.
    return repr((choice.raw_cloud, choice.raw_region, choice.cloud, choice.region))


def _fitted(rows: Sequence[Sequence[Cell]]) -> list[Column]:
    """The columns, none wider than its longest text: the list is short, and the room is better
    used by another column."""
    found = []
    for index, column in enumerate(COLUMNS):
        if column.width is None:
            texts = [column.title, *(row[index].text + row[index].tail for row in rows)]
            most = min(max(map(cell_len, texts)), column.max_width or sys.maxsize)
            column = replace(  # noqa: PLW2901
                column,
                max_width=most,
                min_width=min(column.min_width, most),
                wanted=min(column.wanted, most),
            )
        found.append(column)
    return found


class CloudsScreen(ListScreen[Choice]):
    """The rows in the order given, the cursor on the one that is open."""

    keys = (("Enter", "open"),)

    def __init__(
        self,
        clock: Clock,
        done: Callable[[Choice | None], None],
        choices: Sequence[Choice] | None = None,
        *,
        title: str,
        way_back: str = "back",
    ) -> None:
        """*done* is called with what was chosen, or nothing. *choices*: ``None`` while they are
        being read; see :meth:`show_choices`. *way_back*: what Esc does, in a word."""
        self._clock = clock
        self._done = done
        self._choices = choices
        self._title = title
        self.way_back = way_back
        super().__init__()

    def make_pane(self) -> SolePane[Choice]:
        rows: RowList[Choice] = RowList(COLUMNS, _key, self._row, text_of=_searched)
        return SolePane(rows, self._title)

    def on_mount(self) -> None:
        if self._choices is None:
            self.pane.list.set_notice("loading", "Reading the configuration …")
        else:
            self.show_choices(self._choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show *choices*."""
        self._choices = choices
        rows = self.pane.list
        rows.set_notice("empty", "No cloud is configured.")
        rows.set_columns(_fitted([self._row(choice) for choice in choices]))
        rows.set_items(tuple(choices))
        for choice in choices:
            if choice.is_open:
                rows.move_to_key(_key(choice))

    def show_error(self, why: str) -> None:
        """There is nothing to choose from."""
        self.pane.list.set_notice("error", why)

    def _row(self, choice: Choice) -> Sequence[Cell]:
        used = "never" if choice.used_at is None else ago(choice.used_at, self._clock.now())
        where = Cell(choice.host)
        if choice.fault:
            where = Cell(f"× {choice.fault}", "bad")
        elif choice.insecure:
            where = Cell(choice.host, "bad", tail=f" ! {choice.insecure}")
        mark = " read-only" if choice.is_read_only else ""
        # These signs stay where there is no room for the words.
        sign = "× " if choice.fault else "! " if choice.insecure else ""
        return (
            Cell(f"{sign}{choice.cloud}", "dim" if choice.fault else "bold", tail=mark),
            Cell(choice.region),
            Cell("● open now", "good") if choice.is_open else Cell(used, "dim"),
            where,
            Cell(choice.log_in, "dim"),
            Cell(choice.user, "dim"),
            Cell(choice.project),
        )

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        choice: Choice = event.item
        if choice.fault:
            self.app.notify(choice.fault, severity="warning", markup=False)
        else:
            self._done(choice)

    def action_leave(self) -> None:
        if self.pane.clear_filter():
            self.pane.focus_list()
        else:
            self._done(None)


def _searched(choice: Choice) -> str:
    words = [choice.cloud, choice.region, choice.host, choice.log_in, choice.user, choice.project]
    return " ".join([*words, choice.insecure, choice.fault])
