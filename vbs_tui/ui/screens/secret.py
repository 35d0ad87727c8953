"""A question whose answer nobody else may see."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from vbs_tui.cloud.provider import SecretKind, SecretQuestion

QUIET = 1.0
"""Seconds without a key after which keys are meant for this box."""

_TITLES = {SecretKind.PASSWORD: "Password", SecretKind.PASSCODE: "Passcode"}
_NOTES = {
    SecretKind.PASSWORD: "It is kept in memory only, as long as this cloud is open.",
    SecretKind.PASSCODE: "The number your device shows now; each works once.",
}
_KEYS = "Enter logs in · Esc declines"
_NOT_YET = "keys are not taken yet: pause a second"


class SecretScreen(ModalScreen[str | None]):
    """A masked input. Its result is what was typed, or nothing when the operator declined.

    It may open while keys are on their way to something else. Those are dropped, all of them, until
    there is a pause: half a disk's name must not be tried as a password.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#word"
    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, question: SecretQuestion, *, in_flight: bool = False) -> None:
        """*in_flight*: whether keys may be on their way that are meant for something else."""
        super().__init__()
        self._question = question
        self.takes_keys = not in_flight
        self._pause: Timer | None = None
        self._is_unwanted = False

    def compose(self) -> ComposeResult:
        asked = self._question
        with Vertical(id="dialog", classes="small"):
            yield Static(asked.prompt, markup=False)
            if asked.cloud:
                yield Static(f"for {asked.cloud}", markup=False)
            if asked.why:
                yield Static(asked.why, id="why", markup=False)
            word = Input(id="word", password=True, compact=True, disabled=not self.takes_keys)
            word.cursor_blink = False
            yield word
            yield Static(_NOTES[asked.kind], id="note", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content(_TITLES[self._question.kind])
        if self.takes_keys:
            box.border_subtitle = Content(_KEYS)
        else:
            box.border_subtitle = Content(_NOT_YET)
            self._wait()

    def on_screen_resume(self) -> None:
        if self._is_unwanted:
            self.dismiss(None)

    def give_up(self) -> None:
        """Nobody waits for the answer any more."""
        self._is_unwanted = True
        if self.is_active:
            self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        if not self.takes_keys:
            event.stop()
            self._wait()

    def on_paste(self, event: events.Paste) -> None:
        if not self.takes_keys:
            event.stop()
            self._wait()

    def _wait(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(QUIET, self._take_keys)

    def _take_keys(self) -> None:
        self.takes_keys = True
        self.query_one("#dialog").border_subtitle = Content(_KEYS)
        word = self.query_one("#word", Input)
        word.disabled = False
        word.focus()

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value:
            self.dismiss(event.value)

    def action_leave(self) -> None:
        if self.takes_keys:
            self.dismiss(None)
        else:
            self._wait()
