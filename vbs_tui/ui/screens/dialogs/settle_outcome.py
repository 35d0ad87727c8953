"""Settling a restore whose outcome is unknown."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from vbs_tui.restore.backend import Refusal
from vbs_tui.restore.journal.records import Restore
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.keys.bindings import key_for
from vbs_tui.ui.render.job_lines import names
from vbs_tui.ui.screens.background_work import BackgroundWork
from vbs_tui.ui.screens.dialogs.guarded_dialog import KEYS_BLOCKED, GuardedDialog


class SettleScreen(GuardedDialog[Restore | None], BackgroundWork[Restore | None]):
    """Declares an unknown restore not sent, or closes it, once the operator typed the words."""

    AUTO_FOCUS = ""
    BINDINGS = [Binding("escape", "leave", show=False)]
    always_accepted = frozenset({"escape"})

    def __init__(self, console_app: ConsoleApp, restore: Restore) -> None:
        super().__init__()
        self._backend = console_app.backend
        self._restore = restore

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="small"):
            yield Static(names(self._restore), markup=False)
            yield Static(f"on {self._restore.place}", markup=False)
            yield Static(f"disk {self._restore.volume.id}", markup=False)
            yield Static(self._restore.summary, id="why", markup=False)
            yield Static(self._advice(), markup=False)
            word = Input(id="word", compact=True)
            word.cursor_blink = False
            yield word
            said = Static(id="said", markup=False)
            said.display = False
            yield said

    def _advice(self) -> str:
        words = self._backend.settlement_text(self._restore)
        if self._restore.was_accepted:
            return (
                "The cloud accepted it, and nothing proves how it ended. Look at the disk's"
                " content, or at the job in the cloud's own console. Closing it ends the watch and"
                f" lets the disk be restored again. Type “{words}” to close it."
            )
        declared = (
            "Declaring it not sent ends the watch and lets the disk be restored again. If the"
            " cloud did accept it, that second restore may collide with the first: look at the"
            f" disk in the cloud's own console before. Type “{words}” to declare it."
        )
        if self._backend.can_watch(self._restore):
            return declared
        return (
            f"It is not watched from here. Open that cloud ({key_for('clouds')}): the state of disk"
            f" and backup there settles most unknown outcomes. {declared}"
        )

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content("Outcome unknown")
        self.accepts_keys_changed()
        self.unblock_after_display()

    def accepts_keys_changed(self) -> None:
        word = self.query_one("#word", Input)
        word.disabled = not self.accepts_keys
        word.placeholder = "" if self.accepts_keys else "not ready yet"
        does = "Enter declares" if self.accepts_keys else KEYS_BLOCKED
        self.query_one("#dialog").border_subtitle = Content(f"{does} · Esc leaves it as it is")
        if self.accepts_keys:
            word.focus()

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        self._declare(event.value)

    @work(exclusive=True, group="declare", exit_on_error=False, description="declare not sent")
    async def _declare(self, typed: str) -> None:
        try:
            restore = await asyncio.wrap_future(self._backend.settle(self._restore.id, typed))
        except Refusal as refusal:
            said = self.query_one("#said", Static)
            said.update(Content(str(refusal)))
            said.display = True
        else:
            self.close_with(restore)

    def action_leave(self) -> None:
        self.dismiss(None)
