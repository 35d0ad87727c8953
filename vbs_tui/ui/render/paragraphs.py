"""A label and its paragraph, wrapped beside the label."""

from __future__ import annotations

import textwrap

from textual.content import Content

LEAST = 20
"""The fewest cells of a paragraph, however narrow the screen."""


def labelled_paragraph(
    label: str,
    text: str,
    *,
    indent: int,
    width: int,
    style: str = "",
    label_style: str = "$text-muted",
) -> list[Content]:
    """Lines of *width* cells at most, the text in them from cell *indent* on."""
    room = max(LEAST, width - indent)
    lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
    return [
        Content.assemble(((label if number == 0 else "").ljust(indent), label_style), (line, style))
        for number, line in enumerate(lines)
    ]
