"""A prompt of the log-in. Keys that were meant for something else never answer it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.ui.screens.dialogs.guarded_dialog import KEYS_BLOCKED, GuardedDialog


class LogInPrompt(GuardedDialog[str | None]):
    """Which cloud asks, and why. Its result is the answer, or ``None`` when it was declined.

    It may open while keys are on their way to something else. All keys are dropped until there is
    a pause: half a disk's name must not be tried as a password.
    """

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "help_quit", show=False),
    ]
    TITLE_TEXT = ""
    KEY_HINTS = ""
    NOTE = ""

    def __init__(self, question: LogInQuestion, *, in_flight: bool = False) -> None:
        """*in_flight*: whether keys meant for something else may be on their way."""
        super().__init__()
        self.question = question
        if not in_flight:
            self.accepts_keys, self.accepts_keys_from = True, float("-inf")
        self._is_unwanted = False

    def compose_fields(self) -> Iterable[Widget]:
        """The widgets between the question and the note."""
        return ()

    def compose(self) -> ComposeResult:
        asked = self.question
        with Vertical(id="dialog", classes="small"):
            yield Static(asked.prompt, markup=False)
            if asked.cloud:
                yield Static(f"for {asked.cloud}", markup=False)
            if asked.why:
                yield Static(asked.why, id="why", markup=False)
            yield from self.compose_fields()
            said = Static(id="said", markup=False)
            said.display = False
            yield said
            yield Static(self.NOTE, id="note", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content(self.TITLE_TEXT)
        box.border_subtitle = Content(self.KEY_HINTS)
        if not self.accepts_keys:
            self.accepts_keys_changed()
            self.unblock_after_display()

    def on_screen_resume(self) -> None:
        if self._is_unwanted:
            self.dismiss(None)

    def cancel(self) -> None:
        """Nobody waits for the answer any more."""
        self._is_unwanted = True
        if self.is_active:
            self.dismiss(None)

    def accepts_keys_changed(self) -> None:
        subtitle = self.KEY_HINTS if self.accepts_keys else KEYS_BLOCKED
        self.query_one("#dialog").border_subtitle = Content(subtitle)

    def say(self, text: str) -> None:
        """Show a line below the question; empty removes it."""
        said = self.query_one("#said", Static)
        said.update(Content(text))
        said.display = bool(text)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_help_quit(self) -> None:
        """Ctrl+C interrupts nothing here either."""
        self.say("Esc declines; after that, q leaves.")
