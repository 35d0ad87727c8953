"""Titles in a widget's frame, sent to the terminal as the one line that they are.

Textual's own setter draws the whole widget anew, children and all: eight kilobytes on the wire
for "listed 30 s ago". This one draws the line of the frame.
"""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


def set_border_title(widget: Widget, text: str) -> None:
    """Write *text*, never read as markup, into the upper line of the frame."""
    widget._border_title = Content(text)
    _refresh_line(widget, 0)


def set_border_subtitle(widget: Widget, text: str) -> None:
    """Write *text*, never read as markup, into the lower line of the frame."""
    widget._border_subtitle = Content(text)
    _refresh_line(widget, widget.outer_size.height - 1)


def _refresh_line(widget: Widget, line: int) -> None:
    # Regions count from the content, the frame lies outside of it.
    across, down = widget.content_offset
    widget.refresh(Region(-across, line - down, widget.outer_size.width, 1))
