"""One line of text that is sent to the terminal only when it says something new."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from vbs_tui.ui.render.table import Piece, fit_text


class OneLine(Widget):
    """Pieces at the left, pieces at the right; styles by the name of a component class."""

    COMPONENT_CLASSES = {
        "line--dim",
        "line--good",
        "line--warn",
        "line--bad",
        "line--accent",
        "line--bold",
        "line--alarm",
        "line--danger",
    }
    DEFAULT_CSS = """
    OneLine {
        height: 1;
        background: $panel;
        & > .line--dim { color: $text-muted; }
        & > .line--good { color: $text-success; }
        & > .line--warn { color: $text-warning; }
        & > .line--bad { color: $text-error; }
        & > .line--accent { color: $text-primary; text-style: bold; }
        & > .line--bold { text-style: bold; }
        & > .line--alarm { color: $text-warning; text-style: bold reverse; }
        & > .line--danger { color: $text-error; text-style: bold reverse; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """What it says, without colours."""
        return "".join(text for text, _ in (*self._left, *self._right))

    def say(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Say something else; nothing is drawn when it is what was said before."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        right = sum(cell_len(text) for text, _ in self._right)
        room = max(0, width - right)
        segments: list[Segment] = []
        for text, name in self._left:
            shown = text if cell_len(text) <= room else fit_text(text, room)
            room -= cell_len(shown)
            segments.append(self._segment(shown, name))
        segments.append(self._segment(" " * room, ""))
        segments.extend(self._segment(text, name) for text, name in self._right)
        return Strip(segments).simplify().adjust_cell_length(width, self.rich_style)

    def _segment(self, text: str, name: str) -> Segment:
        style = self.get_component_rich_style(f"line--{name}") if name else self.rich_style
        return Segment(text, style)
