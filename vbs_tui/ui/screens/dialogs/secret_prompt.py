"""The prompt for a password or passcode."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt
from vbs_tui.ui.widgets.secret_input import SecretInput

_TITLES = {QuestionKind.PASSWORD: "Password", QuestionKind.PASSCODE: "Passcode"}
_NOTES = {
    QuestionKind.PASSWORD: "It is kept in memory only, as long as this cloud is open.",
    QuestionKind.PASSCODE: "The number your device shows now; each works once.",
}


class SecretPrompt(LogInPrompt):
    """A masked input. Its result is what was typed."""

    AUTO_FOCUS = "#word"
    KEY_HINTS = "Enter logs in · Esc declines"

    def __init__(self, question: LogInQuestion, *, in_flight: bool = False) -> None:
        super().__init__(question, in_flight=in_flight)
        self.TITLE_TEXT = _TITLES[question.kind]
        self.NOTE = _NOTES[question.kind]

    def compose_fields(self) -> Iterable[Widget]:
        yield SecretInput(self.question.kind, disabled=not self.accepts_keys)

    def accepts_keys_changed(self) -> None:
        line = self.query_one(SecretInput)
        line.disabled = not self.accepts_keys
        super().accepts_keys_changed()
        if self.accepts_keys:
            self.set_focus(line)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")

    @on(SecretInput.Refused)
    def _refused(self, event: SecretInput.Refused) -> None:
        event.stop()
        self.say(event.why)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)
        else:
            self.say("Nothing is typed yet. Esc declines.")
