"""The help: what to do next, and the keys, from the command table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from vbs_tui.ui.keys.command import Command
from vbs_tui.ui.screens.dialogs.dialog import Dialog

_SCOPES = (
    ("screen", "Here"),
    ("global", "Everywhere"),
    ("list", "In a list"),
    ("jobs", "In the jobs"),
    ("error", "In the error pane"),
)
_LABEL = 16

_FIRST = {
    "projects": "list",
    "backups": "list",
    "volumes": "list",
    "jobs": "jobs",
    "error": "error",
}


class HelpScreen(Dialog[None]):
    """Help for the pane in use."""

    BINDINGS = [
        Binding("escape,q,question_mark,enter", "leave", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(
        self, commands: Sequence[Command], pane: str = "", now: Sequence[str] = ()
    ) -> None:
        """*pane*: the pane in use, whose keys come first. *now*: what to do next, a few lines."""
        super().__init__()
        self._commands = commands
        self._pane = pane
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"), VerticalScroll(id="facts"):
            # With its text from the start: an empty one would be laid out as one line.
            yield Static(self._words(), id="words", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content("Help")
        box.border_subtitle = Content("Esc back · j k scroll")
        self.query_one("#facts").focus()

    def on_resize(self) -> None:
        self.query_one("#words", Static).update(self._words())

    def _words(self) -> Content:
        room = max(30, min(self.app.size.width, 108) - 5)
        lines: list[Content] = []
        if self._now:
            lines.append(Content("What to do next").stylize("bold"))
            for line in self._now:
                lines += [Content(f"  {part}") for part in textwrap.wrap(line, room - 2)]
            lines.append(Content(""))
        first = _FIRST.get(self._pane, "")
        for scope, title in sorted(_SCOPES, key=lambda pair: pair[0] != first):
            inside = [one for one in self._commands if one.scope == scope and one.shown]
            if not inside:
                continue
            lines.append(Content(title).stylize("bold"))
            for one in inside:
                for number, part in enumerate(textwrap.wrap(one.help, room - _LABEL)):
                    head = f"  {one.shown}" if number == 0 else ""
                    lines.append(Content.assemble((head.ljust(_LABEL), "bold $text-primary"), part))
            lines.append(Content(""))
        return Content("\n").join(lines)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#facts").scroll_relative(y=lines, animate=False)
