"""Asked when the operator leaves while a restore request has no answer yet."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class QuitScreen(ModalScreen[bool]):
    """Whether to leave all the same."""

    CSS_PATH = "dialogs.tcss"
    may_be_asked = False
    """A question of the log-in waits: its box would take the answer to this one."""
    BINDINGS = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q,enter", "answer(False)", show=False),
    ]

    def __init__(self, sending: int) -> None:
        super().__init__()
        self._sending = sending

    def compose(self) -> ComposeResult:
        requests = "A restore request has" if self._sending == 1 else "Restore requests have"
        with Vertical(id="dialog", classes="small"):
            yield Static(
                f"{requests} left and no answer has come yet. If you leave now, the outcome is"
                " recorded as unknown, and the next start looks for its traces.",
                markup=False,
            )

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content("Leave now?")
        box.border_subtitle = Content("y leave · n stay")

    def action_answer(self, leave: bool) -> None:
        self.dismiss(leave)
