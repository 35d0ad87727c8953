"""A question whose answer nobody else may see."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.ui.screens.dialogs.log_in_prompt import QuestionScreen
from vbs_tui.ui.widgets.secret_input import SecretLine

_TITLES = {QuestionKind.PASSWORD: "Password", QuestionKind.PASSCODE: "Passcode"}
_NOTES = {
    QuestionKind.PASSWORD: "It is kept in memory only, as long as this cloud is open.",
    QuestionKind.PASSCODE: "The number your device shows now; each works once.",
}


class SecretScreen(QuestionScreen):
    """A masked input. Its result is what was typed."""

    AUTO_FOCUS = "#word"
    KEYS_LINE = "Enter logs in · Esc declines"

    def __init__(self, question: LogInQuestion, *, in_flight: bool = False) -> None:
        super().__init__(question, in_flight=in_flight)
        self.TITLE_LINE = _TITLES[question.kind]
        self.NOTE = _NOTES[question.kind]

    def parts(self) -> Iterable[Widget]:
        yield SecretLine(self.question.kind, disabled=not self.takes_keys)

    def show_whether_keys_are_taken(self) -> None:
        line = self.query_one(SecretLine)
        line.disabled = not self.takes_keys
        super().show_whether_keys_are_taken()
        if self.takes_keys:
            self.set_focus(line)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.say("")

    @on(SecretLine.Refused)
    def _refused(self, event: SecretLine.Refused) -> None:
        event.stop()
        self.say(event.why)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)
        else:
            self.say("Nothing is typed yet. Esc declines.")
