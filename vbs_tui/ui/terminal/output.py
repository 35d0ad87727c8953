"""How Textual writes to the terminal: with how many colours, and at which size."""

from __future__ import annotations

import os

from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from vbs_tui.ui.terminal.colours import Colours, colours_of

_SYSTEMS = {Colours.FEW: "standard", Colours.MANY: "256", Colours.ALL: "truecolor"}


class NoColour(LineFilter):
    """Keeps bold, underline and reverse, and removes every colour."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [
            Segment(text, None if style is None else style.without_color, control)
            for text, style, control in segments
        ]


class TerminalOutput(App[int]):
    """Mixed into the apps, which call :meth:`configure_output` after Textual's ``__init__``."""

    def configure_output(self) -> None:
        """Use the colours that :func:`colours_of` finds, and the terminal's own size: ``COLUMNS``
        and ``LINES`` may be out of date."""
        found = colours_of(os.environ)
        if found is Colours.NONE:
            self._filters.append(NoColour())
        else:
            self.console._color_system = COLOR_SYSTEMS[_SYSTEMS[found]]
        self.console._width = self.console._height = None
        self.console._environ = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")
        }
