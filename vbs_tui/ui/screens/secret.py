"""A question whose answer nobody else may see."""

from __future__ import annotations

import math
import time

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from vbs_tui.cloud.provider import SecretKind, SecretQuestion
from vbs_tui.ui.questions import QUIET
from vbs_tui.ui.widgets.secret_line import SecretLine

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
    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+c", "say_how_to_leave", show=False),
    ]

    def __init__(self, question: SecretQuestion, *, in_flight: bool = False) -> None:
        """*in_flight*: whether keys may be on their way that are meant for something else."""
        super().__init__()
        self._question = question
        self.takes_keys = not in_flight
        self._takes_keys_from = float("inf" if in_flight else "-inf")
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
            yield SecretLine(asked.kind, disabled=not self.takes_keys)
            said = Static(id="said", markup=False)
            said.display = False
            yield said
            yield Static(_NOTES[asked.kind], id="note", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content(_TITLES[self._question.kind])
        box.border_subtitle = Content(_KEYS)
        if not self.takes_keys:
            self._wait()

    def on_screen_resume(self) -> None:
        if self._is_unwanted:
            self.dismiss(None)

    def give_up(self) -> None:
        """Nobody waits for the answer any more."""
        self._is_unwanted = True
        if self.is_active:
            self.dismiss(None)

    def drops(self, at: float) -> bool:
        """Whether a key that came *at* that moment (of ``time.monotonic``) is one of those."""
        if at >= self._takes_keys_from:
            self._take_keys()
            return False
        if math.isfinite(self._takes_keys_from):  # else the box is not even drawn
            self._wait()
        return True

    def _wait(self) -> None:
        """Take no key that comes before a pause from now on, however late it is handled."""
        self._takes_keys_from = time.monotonic() + QUIET
        self._show(takes_keys=False)
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(QUIET, self._take_keys)

    def _take_keys(self) -> None:
        if not self.takes_keys:
            self._show(takes_keys=True)
            # At once: the key that finds the pause over goes to it.
            self.set_focus(self.query_one(SecretLine))

    def _show(self, *, takes_keys: bool) -> None:
        self.takes_keys = takes_keys
        self.query_one(SecretLine).disabled = not takes_keys
        subtitle = _KEYS if takes_keys else _NOT_YET
        self.query_one("#dialog").border_subtitle = Content(subtitle)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    @on(SecretLine.Refused)
    def _refused(self, event: SecretLine.Refused) -> None:
        event.stop()
        self._say(event.why)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value)
        else:
            self._say("Nothing is typed yet. Esc declines.")

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_say_how_to_leave(self) -> None:
        """Ctrl+C interrupts nothing here, either."""
        self._say("Esc declines; after that, q leaves.")

    def _say(self, text: str) -> None:
        said = self.query_one("#said", Static)
        said.update(Content(text))
        said.display = bool(text)
