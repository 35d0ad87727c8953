"""Choosing a cloud, when several are configured and none was named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import on
from textual.app import App
from textual.screen import Screen

from vbs_tui.clock import Clock
from vbs_tui.times import ago
from vbs_tui.ui.keys_in_order import KeysInOrder
from vbs_tui.ui.leaving import QuietCrash
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.screens.list_screen import ListScreen, SolePane
from vbs_tui.ui.theme import DARK, LIGHT, THEMES
from vbs_tui.ui.widgets.rowlist import RowList


@dataclass(frozen=True, slots=True)
class Choice:
    """One cloud in one region."""

    cloud: str
    region: str
    host: str
    log_in: str
    project: str
    used_at: datetime | None
    fault: str = ""
    """Why it cannot be chosen; empty when it can."""
    raw_cloud: str = ""
    """What the configuration calls it, to open it by: never shown, and never changed."""
    raw_region: str = ""


COLUMNS = (
    Column("Cloud", None, min_width=12, max_width=28, sort_key=lambda c: c.cloud.casefold()),
    Column("Region", 12, priority=1),
    Column("Last used", 13, sort_key=lambda c: c.used_at.timestamp() if c.used_at else 0.0),
    Column("Log-in at", None, min_width=16, share=2, priority=2),
    Column("By", 14, priority=4),
    Column("Project", None, min_width=10, max_width=24, priority=3),
)


def _key(choice: Choice) -> str:
    # Two names that look alike are two clouds.
    return repr((choice.raw_cloud, choice.raw_region, choice.cloud, choice.region))


class PickerScreen(ListScreen[Choice]):
    """The configured clouds, those used last first."""

    keys = (("Enter", "open"),)

    def __init__(self, choices: Sequence[Choice], clock: Clock) -> None:
        self._choices = choices
        self._clock = clock
        super().__init__()

    def make_pane(self) -> SolePane[Choice]:
        rows: RowList[Choice] = RowList(COLUMNS, _key, self._row)
        return SolePane(rows, "vbs-tui · choose a cloud")

    def on_mount(self) -> None:
        self.pane.list.set_items(tuple(self._choices))

    def _row(self, choice: Choice) -> Sequence[Cell]:
        used = "never" if choice.used_at is None else ago(choice.used_at, self._clock.now())
        where = Cell(f"× {choice.fault}", "bad") if choice.fault else Cell(choice.host)
        return (
            Cell(choice.cloud, "dim" if choice.fault else "bold"),
            Cell(choice.region),
            Cell(used, "dim"),
            where,
            Cell(choice.log_in, "dim"),
            Cell(choice.project),
        )

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        choice: Choice = event.item
        if choice.fault:
            self.app.notify(choice.fault, severity="warning", markup=False)
        else:
            self.app.exit(choice)

    def action_leave(self) -> None:
        if self.pane.clear_filter():
            self.pane.focus_list()
        else:
            self.app.exit(None)


class CloudPicker(KeysInOrder, QuietCrash, App[Choice | None]):
    """Its result is the choice, or nothing when the operator left."""

    CSS_PATH = "screens/list_screen.tcss"  # a default screen's own path is not read
    TITLE = "vbs-tui"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        choices: Sequence[Choice],
        clock: Clock,
        *,
        light: bool = False,
        notice: str = "",
    ) -> None:
        """*notice*: a warning to begin with, cleaned; none when empty."""
        super().__init__()
        self._notice = notice
        self._picker = PickerScreen(choices, clock)
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name

    def on_mount(self) -> None:
        if self._notice:
            self.notify(self._notice, severity="warning", markup=False)

    def get_default_screen(self) -> Screen[None]:
        return self._picker
