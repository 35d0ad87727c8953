"""Named styles for widgets that draw by line.

Textual's component classes cost a pass through the whole style sheet each, whenever anything about
the widget's style changes: they were a third of the start-up time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class NamedStyle(NamedTuple):
    """How a text looks on any background."""

    colour: str = ""
    """A variable of the theme; empty leaves the widget's own."""
    bold: bool | None = None
    reverse: bool | None = None


NAMED_STYLES = {
    "dim": NamedStyle("text-muted"),
    "good": NamedStyle("text-success"),
    "warn": NamedStyle("text-warning"),
    "bad": NamedStyle("text-error"),
    "accent": NamedStyle("text-primary", bold=True),
    "bold": NamedStyle(bold=True),
}


class StyledWidget(Widget):
    """Has a style for each name in :attr:`named_styles`; any other name is the widget's style."""

    named_styles: ClassVar[Mapping[str, NamedStyle]] = NAMED_STYLES
    _styles_by_name: dict[str, Style] | None = None

    def notify_style_update(self) -> None:
        self._styles_by_name = None
        super().notify_style_update()

    def named_style(self, name: str = "") -> Style:
        """The style called *name*, on the widget's background."""
        if self._styles_by_name is None:
            self._styles_by_name = {}
        found = self._styles_by_name.get(name)
        if found is None:
            own = self.named_styles.get(name)
            found = self.rich_style if own is None else self.rich_style + self._own(own)
            self._styles_by_name[name] = found
        return found

    def ground(self, variable: str) -> Style:
        """A style with the theme's colour *variable* as background."""
        return Style(bgcolor=self._colour(variable).rich_color)

    def _own(self, named_style: NamedStyle) -> Style:
        colour = self._colour(named_style.colour).rich_color if named_style.colour else None
        return Style(color=colour, bold=named_style.bold, reverse=named_style.reverse)

    def _colour(self, variable: str) -> Color:
        return Color.parse(self.app.current_theme.variables[variable])
