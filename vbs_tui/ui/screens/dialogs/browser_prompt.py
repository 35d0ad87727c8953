"""The prompt for a log-in in a browser: which address to open, and what to enter there."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from vbs_tui.cloud.provider import DONE
from vbs_tui.ui.console_app import console_app_of
from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt


class BrowserPrompt(LogInPrompt):
    """Its result is :data:`DONE`, once the operator says so."""

    BINDINGS = [
        Binding("enter", "go_on", show=False),
        Binding("y", "copy", show=False),
    ]
    TITLE_TEXT = "Log-in in a browser"
    KEY_HINTS = "Enter goes on · y copy address · Esc declines"
    NOTE = "Enter the code only on the page of your own identity provider."

    def compose_fields(self) -> Iterable[Widget]:
        yield Static("1. Open this address:", classes="step", markup=False)
        yield Static(Content(self.question.address), classes="given")
        yield Static("2. Enter this code there, and log in:", classes="step", markup=False)
        yield Static(Content(self.question.code), classes="given")
        yield Static("3. Come back, and press Enter.", classes="step", markup=False)

    def action_go_on(self) -> None:
        self.dismiss(DONE)

    def action_copy(self) -> None:
        console_app_of(self).copy(self.question.address, "address")
