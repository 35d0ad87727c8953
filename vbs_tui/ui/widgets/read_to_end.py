"""A scrolling text that knows whether it has been read to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

LEAST = 3
"""The fewest lines it takes, however small the screen."""


class ReadToEnd(VerticalScroll, can_focus=False):
    """Takes as many lines as *room* returns, and scrolls the others."""

    class ReadStateChanged(Message):
        """:attr:`ReadToEnd.is_read` changed."""

    DEFAULT_CSS = """
    Reading { height: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, room: Callable[[], int], *, id: str | None = None) -> None:  # noqa: A002
        """*room*: returns how many lines the rest of the screen leaves."""
        super().__init__(id=id)
        self._room = room
        self._needed = Static(id="words", markup=False)
        self._extra = Static(id="more", markup=False)
        self._text: tuple[list[Content], list[Content]] = ([], [])
        self._is_read = False
        self._is_laid_out = False

    def compose(self) -> ComposeResult:
        yield self._needed
        yield self._extra

    @property
    def is_read(self) -> bool:
        """Whether all that must be read has been visible since the text last changed."""
        return self._is_read

    @property
    def width(self) -> int:
        """Cells of a line, without the scroll bar."""
        return max(1, self.content_size.width - 1)

    def show(self, needed: Sequence[Content], extra: Sequence[Content] = ()) -> None:
        """Show another text: *needed* must be read, *extra* need not."""
        text = (list(needed), list(extra))
        if text == self._text:
            return
        self._text = text
        self._is_read = False
        self._is_laid_out = False
        self._needed.update(Content("\n").join(needed))
        self._extra.update(Content("\n").join(extra))
        self._extra.display = bool(extra)
        self.scroll_home(animate=False, immediate=True)
        self.post_message(self.ReadStateChanged())

    def on_mount(self) -> None:
        # Only after a layout are the sizes those of the text that is shown.
        self.screen.screen_layout_refresh_signal.subscribe(self, self._laid_out, immediate=True)

    def _laid_out(self, _screen: object) -> None:
        most = max(LEAST, self._room())
        height = self.styles.max_height
        if height is None or height.cells != most:
            self.styles.max_height = most
            return
        self._is_laid_out = True
        self._look()

    def _look(self) -> None:
        if self._is_read or not self._is_laid_out or not self._text[0]:
            return
        if self.scroll_offset.y + self.size.height >= self._needed.virtual_region.bottom:
            self._is_read = True
            self.post_message(self.ReadStateChanged())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look()
