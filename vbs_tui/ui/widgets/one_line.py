"""One line of text that is redrawn only when it changes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from vbs_tui.ui.render.table import Piece, fit_text
from vbs_tui.ui.widgets.named_styles import NAMED_STYLES, NamedStyle, StyledWidget


class OneLine(StyledWidget):
    """Texts at the left and at the right, each with the name of a style."""

    named_styles = NAMED_STYLES | {
        "alarm": NamedStyle("text-warning", bold=True, reverse=True),
        "danger": NamedStyle("text-error", bold=True, reverse=True),
    }
    DEFAULT_CSS = """
    OneLine {
        height: 1;
        background: $panel;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The line without colours."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def say(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show another text; nothing is drawn when it is the same."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self.named_style())
        right = sum(cell_len(text) for text, _ in self._right)
        room = max(0, width - right)
        segments: list[Segment] = []
        for text, name in self._left:
            shown = text if cell_len(text) <= room else fit_text(text, room)
            room -= cell_len(shown)
            segments.append(Segment(shown, self.named_style(name)))
        segments.append(Segment(" " * room, self.named_style()))
        segments.extend(Segment(text, self.named_style(name)) for text, name in self._right)
        return Strip(segments).simplify().adjust_cell_length(width, self.named_style())
