"""A screen that is one list with its filter: requests, past restores, clouds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen

from vbs_tui.ui.keys.bindings import COMMANDS, NO_KEY, binding_for, key_for
from vbs_tui.ui.keys.command import Command
from vbs_tui.ui.render.table import Piece
from vbs_tui.ui.widgets.list_pane import ListPane
from vbs_tui.ui.widgets.one_line import OneLine
from vbs_tui.ui.widgets.rows.row_list import RowList

T = TypeVar("T")

_OF_PANES = ("choose", "mark")
"""Commands of lists that do nothing here, or something else."""


class SolePane(ListPane[T]):
    """A list that fills the screen, so its title needs no number."""

    def __init__(self, rows: RowList[T], title: str) -> None:
        super().__init__(rows, id="sole")
        self._title = title

    def update_title(self) -> None:
        self.border_title = Content(self._title)


class ListScreen(Screen[None], Generic[T]):
    """Subclasses make the pane, and name the keys for the key bar."""

    # Absolute: Textual looks for a relative path beside the file of the subclass.
    CSS_PATH = Path(__file__).with_name("list_screen.tcss")
    AUTO_FOCUS = ""
    BINDINGS = [Binding("escape,q", "leave", show=False), binding_for("help", "help")]
    keys: tuple[tuple[str, str], ...] = ()
    way_back = "back"
    """What Esc does, in a word."""

    def __init__(self) -> None:
        super().__init__()
        self.pane: SolePane[Any] = self.make_pane()
        self._foot = OneLine(id="keys")

    def make_pane(self) -> SolePane[Any]:
        """The list of this screen."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield self.pane
        yield self._foot

    def on_mount(self) -> None:
        self.pane.focus_list()

    def on_resize(self) -> None:
        """Show as many keys as there is room for, the way back first."""
        pieces: list[Piece] = []
        room = self.size.width
        for shown, label in (
            ("Esc", self.way_back),
            *self.keys,
            (key_for("filter"), "filter"),
            (key_for("sort"), "sort"),
            (key_for("help"), "help"),
        ):
            if shown == NO_KEY:
                continue
            room -= len(shown) + len(label) + 3
            if room >= 0:
                pieces += [(f" {shown}", "accent"), (f" {label} ", "")]
        self._foot.say(pieces)

    def action_help(self) -> None:
        """Show the keys of this screen and of lists."""
        from vbs_tui.ui.screens.help import HelpScreen  # noqa: PLC0415 - when first needed

        own = [
            Command(shown, (), shown, label, f"{label.capitalize()}.", "screen", "")
            for shown, label in (("Esc, q", self.way_back), *self.keys)
            if shown != NO_KEY
        ]
        lists = [one for one in COMMANDS if one.scope == "list" and one.id not in _OF_PANES]
        self.app.push_screen(HelpScreen([*own, *lists]))

    def action_leave(self) -> None:
        if self.pane.clear_filter():
            self.pane.focus_list()
        else:
            self.dismiss(None)
