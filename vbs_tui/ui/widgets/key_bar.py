"""The key bar: the keys of the focused pane, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from vbs_tui.ui.keys.bindings import COMMANDS, footer
from vbs_tui.ui.keys.command import Command
from vbs_tui.ui.render.table import Piece
from vbs_tui.ui.widgets.one_line import OneLine


class KeyBar(OneLine):
    """Made from the command table; a click on a key does what the key does."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._spots: list[tuple[int, int, Command]] = []

    def show_keys(self, pane: str, *, typing: bool = False) -> None:
        """Show the keys of *pane*; *typing*: those of a filter line."""
        if typing:
            self._spots = []
            self.say([(" Enter", "accent"), (" keep ", ""), (" Esc", "accent"), (" clear", "")])
            return
        pieces: list[Piece] = []
        self._spots = []
        at = 0
        for command in _with_room(footer(pane), self.app.size.width):
            need = _need(command)
            pieces += [(f" {command.shown}", "accent"), (f" {command.label} ", "")]
            self._spots.append((at, at + need, command))
            at += need
        self.say(pieces)

    async def on_click(self, event: events.Click) -> None:
        for start, end, command in self._spots:
            if start <= event.x < end and command.keys:
                self.app.simulate_key(command.keys[0])
                return


def _need(command: Command) -> int:
    return cell_len(f" {command.shown} {command.label} ")


def _with_room(ranked: Sequence[Command], width: int) -> list[Command]:
    """The first of *ranked* that fit together into *width*, in the order of the table."""
    kept: list[Command] = []
    for command in ranked:
        if _need(command) > width:
            break
        width -= _need(command)
        kept.append(command)
    return sorted(kept, key=COMMANDS.index)
