"""A masked input that takes a paste whole or not at all, and of which nothing can be copied."""

from __future__ import annotations

from textual import events
from textual.actions import SkipAction
from textual.message import Message
from textual.widgets import Input

from vbs_tui.cloud.provider import QuestionKind

_MOST = 1024
"""Characters; more is not a password but something else from the clipboard."""


class SecretInput(Input):
    """For one password or passcode."""

    class Refused(Message):
        """A paste was refused."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, kind: QuestionKind, *, disabled: bool) -> None:
        super().__init__(id="word", password=True, compact=True, disabled=disabled)
        self.cursor_blink = False
        self._kind = kind

    def on_paste(self, event: events.Paste) -> None:
        """Take one line, with or without its end. Part of a password would be a failed log-in."""
        event.stop()
        event.prevent_default()
        self._take(event.text)

    def action_paste(self) -> None:
        self._take(self.app.clipboard)

    def action_copy(self) -> None:
        raise SkipAction

    def action_cut(self) -> None:
        raise SkipAction

    def _take(self, pasted: str) -> None:
        text = pasted.strip("\r\n")
        if self._kind is QuestionKind.PASSCODE:
            text = "".join(text.split())
        if not text:
            why = "The pasted text is empty."
        elif len(text) > _MOST:
            why = f"Nothing was pasted: the text has {len(text):,} characters."
        elif len(text.splitlines()) > 1:
            why = "Nothing was pasted: the text has several lines."
        elif not text.isprintable():
            why = "Nothing was pasted: the text has a character that cannot be typed."
        else:
            self.replace(text, *self.selection)
            return
        self.post_message(self.Refused(why))
