"""Asks whether to leave while a restore request has no response."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from vbs_tui.ui.screens.dialogs.guarded_dialog import KEYS_BLOCKED, GuardedDialog


class QuitScreen(GuardedDialog[bool]):
    """Its result is whether to leave."""

    always_accepted = frozenset({"n", "escape"})
    allows_prompt = False
    """A prompt of the log-in waits: it would take the key that answers this question."""
    BINDINGS = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q,enter", "answer(False)", show=False),
    ]

    def __init__(self, sending: int, *, to: str = "") -> None:
        """*to*: the cloud to open next; empty when the program ends."""
        super().__init__()
        self._sending = sending
        self._to = to

    def compose(self) -> ComposeResult:
        requests = (
            "A restore request was sent and has"
            if self._sending == 1
            else "Restore requests were sent and have"
        )
        goes = f"go to {self._to}" if self._to else "leave"
        looks = "the next start looks for traces of it"
        if self._to:
            looks = "traces of it are looked for when you come back"
        with Vertical(id="dialog", classes="small"):
            yield Static(
                f"{requests} no response yet. If you {goes} now, the outcome is"
                f" recorded as unknown, and {looks}.",
                markup=False,
            )

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content("Leave now?")
        self.accepts_keys_changed()
        self.unblock_after_display()

    def accepts_keys_changed(self) -> None:
        said = "y leave · n stay" if self.accepts_keys else f"n stay · {KEYS_BLOCKED}"
        self.query_one("#dialog").border_subtitle = Content(said)

    def action_answer(self, leave: bool) -> None:
        self.dismiss(leave)
