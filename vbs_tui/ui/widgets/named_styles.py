"""Styles by name for what is drawn a line at a time.

Textual's own means, component classes, cost a pass through the whole style sheet each, whenever
anything about the widget's style changes: they were a third of the work of a start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class Ink(NamedTuple):
    """How a word looks on whatever ground it stands."""

    colour: str = ""
    """A variable of the theme; empty leaves the widget's own."""
    bold: bool | None = None
    reverse: bool | None = None


INKS = {
    "dim": Ink("text-muted"),
    "good": Ink("text-success"),
    "warn": Ink("text-warning"),
    "bad": Ink("text-error"),
    "accent": Ink("text-primary", bold=True),
    "bold": Ink(bold=True),
}


class Inked(Widget):
    """Has a style for each name of :attr:`inks`; any other name is the widget's own style."""

    inks: ClassVar[Mapping[str, Ink]] = INKS
    _styles_by_name: dict[str, Style] | None = None

    def notify_style_update(self) -> None:
        self._styles_by_name = None
        super().notify_style_update()

    def ink(self, name: str = "") -> Style:
        """The style called *name*, on the widget's own ground."""
        if self._styles_by_name is None:
            self._styles_by_name = {}
        found = self._styles_by_name.get(name)
        if found is None:
            ink = self.inks.get(name)
            found = self.rich_style if ink is None else self.rich_style + self._own(ink)
            self._styles_by_name[name] = found
        return found

    def ground(self, variable: str) -> Style:
        """Nothing but the theme's colour *variable* as background."""
        return Style(bgcolor=self._colour(variable).rich_color)

    def _own(self, ink: Ink) -> Style:
        colour = self._colour(ink.colour).rich_color if ink.colour else None
        return Style(color=colour, bold=ink.bold, reverse=ink.reverse)

    def _colour(self, variable: str) -> Color:
        return Color.parse(self.app.current_theme.variables[variable])
