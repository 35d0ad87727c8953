"""How the screen is drawn: with the colours that the terminal is told to have, and at its size."""

from __future__ import annotations

import os
from typing import Any

from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from vbs_tui.ui.terminal.colours import Colours, colours_of

_SYSTEMS = {Colours.FEW: "standard", Colours.MANY: "256", Colours.ALL: "truecolor"}


class Colourless(LineFilter):
    """Leaves bold, underlined and reversed, and no colour at all."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [
            Segment(text, None if style is None else style.without_color, control)
            for text, style, control in segments
        ]


class TerminalOutput:
    """Mixed into the apps; :meth:`configure_output` comes once, after Textual's own beginning."""

    def configure_output(self) -> None:
        """Use the colours of :func:`colours_of`, and the terminal's own size: ``COLUMNS`` and
        ``LINES`` are what some shell once measured."""
        app: Any = self
        found = colours_of(os.environ)
        if found is Colours.NONE:
            app._filters.append(Colourless())
        else:
            app.console._color_system = COLOR_SYSTEMS[_SYSTEMS[found]]
        app.console._width = app.console._height = None
        app.console._environ = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")
        }
