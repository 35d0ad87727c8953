"""Titles in a widget's border, redrawn as one line.

Textual's own setter redraws the whole widget with its children: eight kilobytes to the terminal for
"listed 30 s ago". This one redraws one line of the border.
"""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


def set_border_title(widget: Widget, text: str) -> None:
    """Put *text*, without markup, into the upper border."""
    widget._border_title = Content(text)
    _refresh_line(widget, 0)


def set_border_subtitle(widget: Widget, text: str) -> None:
    """Put *text*, without markup, into the lower border."""
    widget._border_subtitle = Content(text)
    _refresh_line(widget, widget.outer_size.height - 1)


def _refresh_line(widget: Widget, line: int) -> None:
    # Regions count from the content, which lies inside the border.
    across, down = widget.content_offset
    widget.refresh(Region(-across, line - down, widget.outer_size.width, 1))
