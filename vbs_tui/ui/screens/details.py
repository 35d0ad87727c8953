"""Everything known about one thing, and raw text below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from vbs_tui.ui.screens.dialogs.dialog import Dialog


class DetailsScreen(Dialog[None]):
    """Pairs of label and text, then raw text as it came (cleaned)."""

    HANG = 0
    """Cells of indent where a line of the raw text is wrapped."""
    BINDINGS = [
        Binding("escape,q,d,enter", "leave", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("g", "home", show=False),
        Binding("G,upper_g", "end", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self, title: str, pairs: Sequence[tuple[str, str]], raw: str = "") -> None:
        """*raw* may have several lines; everything must have been cleaned."""
        super().__init__()
        self._title = title
        self._pairs = list(pairs)
        self._raw = raw

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"), VerticalScroll(id="facts"):
            # With its text from the start: an empty one would be laid out as one line.
            yield Static(self._words(), id="words", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content(self._title)
        box.border_subtitle = Content("Esc back · j k scroll · y copy")
        self.query_one("#facts").focus()

    def on_resize(self) -> None:
        self.query_one("#words", Static).update(self._words())

    @property
    def text(self) -> str:
        """Everything on the screen as plain text."""
        lines = [f"{label}: {text}" for label, text in self._pairs]
        return "\n".join([*lines, *([self._raw] if self._raw else [])])

    def show_raw(self, raw: str) -> None:
        """Replace the raw text."""
        self._raw = raw
        self.query_one("#words", Static).update(self._words())

    def _words(self) -> Content:
        label_width = min(24, max((len(label) for label, _ in self._pairs), default=0)) + 2
        room = max(20, min(self.app.size.width, 108) - 5 - label_width)
        lines: list[Content] = []
        for label, text in self._pairs:
            for number, line in enumerate(_wrapped(text, room)):
                head = label if number == 0 else ""
                lines.append(Content.assemble((head.ljust(label_width), "$text-muted"), line))
        if self._raw:
            lines.append(Content(""))
            room += label_width
            for raw in self._raw.split("\n"):
                lines += [Content(line) for line in _wrapped(raw, room, self.HANG)]
        return Content("\n").join(lines or [Content("Nothing more is known.")])

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#facts").scroll_relative(y=lines, animate=False)

    def action_home(self) -> None:
        self.query_one("#facts").scroll_home(animate=False)

    def action_end(self) -> None:
        self.query_one("#facts").scroll_end(animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self.app.notify("Sent to the terminal's clipboard.", markup=False)


def _wrapped(text: str, room: int, hang: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        room,
        subsequent_indent=" " * hang,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=bool(hang),
    ) or [""]
