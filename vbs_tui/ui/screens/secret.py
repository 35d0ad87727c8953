"""A question whose answer nobody else may see."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from vbs_tui.cloud.provider import SecretKind, SecretQuestion

_TITLES = {SecretKind.PASSWORD: "Password", SecretKind.PASSCODE: "Passcode"}
_NOTES = {
    SecretKind.PASSWORD: "It is kept in memory only, as long as the program runs.",
    SecretKind.PASSCODE: "The number your device shows now; each works once.",
}


class SecretScreen(ModalScreen[str | None]):
    """A masked input. Its result is what was typed, or nothing when the operator declined."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#word"
    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, question: SecretQuestion) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="small"):
            yield Static(self._question.prompt, markup=False)
            word = Input(id="word", password=True, compact=True)
            word.cursor_blink = False
            yield word
            yield Static(_NOTES[self._question.kind], id="note", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content(_TITLES[self._question.kind])
        box.border_subtitle = Content("Enter logs in · Esc declines")

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value:
            self.dismiss(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)
