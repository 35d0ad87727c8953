"""The confirmation: reads both afresh, shows every hazard, asks for the disk's name.

Esc always leaves without sending. Nothing but the exact word makes the button live.
"""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.desk import Desk, Examination, Refusal
from vbs_tui.restore.records import Restore
from vbs_tui.ui.render.confirmation import (
    backup_lines,
    consequence,
    differences,
    hazard_lines,
    request_lines,
    typing_line,
    volume_lines,
)
from vbs_tui.ui.render.failure import decode

if TYPE_CHECKING:
    from vbs_tui.ui.app import VbsTui

STALE = 60.0
"""Seconds after which backup and disk are read again before anything is sent."""


class ConfirmScreen(ModalScreen[Restore | None]):
    """See the module's text. Its result is the restore that was begun, or nothing."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("escape", "leave", "cancel", show=False),
        Binding("f5", "read_again", "read again", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("pageup", "scroll(-1)", show=False),
    ]

    def __init__(
        self, desk: Desk, project: Project, backup: Backup, volume: Volume, clock: Clock
    ) -> None:
        super().__init__()
        self._desk = desk
        self._project = project
        self._backup = backup
        self._volume = volume
        self._clock = clock
        self._examination: Examination | None = None
        self._is_busy = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="confirm"):
            with VerticalScroll(id="facts", can_focus=False):
                yield Static(id="words", markup=False)
            with Vertical(id="asking"):
                yield Static(id="typing", markup=False)
                with Horizontal(id="answer"):
                    word = Input(id="word", compact=True)
                    word.cursor_blink = False
                    yield word
                    yield Button(Content("Restore"), id="go", disabled=True, compact=True)
            yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        box = self.query_one("#dialog")
        box.border_title = Content("Restore: nothing has been sent")
        box.border_subtitle = Content("Esc leaves without sending · F5 reads again")
        self.query_one("#asking").display = False
        self._read()

    # Reading

    def action_read_again(self) -> None:
        if not self._is_busy:
            self._read()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        await self._examine()

    async def _examine(self) -> Examination | None:
        """Read both afresh and show them; ``None`` when that failed, which is then on show."""
        before = self._examination
        self._examination = None
        self._arm()
        if before is None:
            self._say("Reading backup and disk afresh …")
            self._show_listed()
        try:
            found = await asyncio.wrap_future(
                self._desk.examine(self._project, self._backup.id, self._volume.id)
            )
        except CloudError as error:
            self._show_failure(error)
            return None
        self._examination = found
        self._say("")
        self._show(found)
        return found

    def _show_listed(self) -> None:
        now, zone = self._clock.now(), self._zone
        lines = [
            *backup_lines(self._backup, now, zone),
            *volume_lines(self._volume, now, zone),
        ]
        self._words(lines)

    def _show(self, found: Examination) -> None:
        now, zone = self._clock.now(), self._zone
        lines = [
            *backup_lines(found.backup, now, zone),
            *volume_lines(found.volume, now, zone),
            Content(""),
        ]
        changed = differences(self._backup, self._volume, found)
        hazards = hazard_lines(found.hazards)
        if not found.is_possible:
            lines.append(Content("This restore is impossible:").stylize("bold $text-error"))
            lines += [*hazards, *changed]
        else:
            lines += [*changed, *hazards]
            if not hazards and not changed:
                lines.append(
                    Content.assemble(
                        ("√ ", "$text-success"),
                        "No hazard found: its own source, free, and fitting.",
                    )
                )
            lines += [Content(""), consequence(found, zone)]
        lines += [Content(""), *request_lines(found)]
        self._words(lines)
        self.query_one("#asking").display = found.is_possible
        if found.is_possible:
            self.query_one("#typing", Static).update(typing_line(found))
            self.query_one("#word", Input).focus()
        self._arm()

    def _show_failure(self, error: CloudError) -> None:
        decoded = decode(error.failure, self._zone)
        lines = [
            Content(
                "Backup and disk could not be read afresh, so nothing can be restored."
            ).stylize("bold $text-error"),
            Content(f"{decoded.code}  {decoded.where}"),
            Content(decoded.headline),
            Content(""),
            *(Content(f"{part.label.ljust(9)} {part.text}") for part in decoded.parts),
        ]
        self._words(lines)
        self.query_one("#asking").display = False
        self._say("F5 tries again, Esc leaves.")

    # Sending

    @on(Input.Changed, "#word")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._arm()

    @on(Input.Submitted, "#word")
    @on(Button.Pressed, "#go")
    def _wanted(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        if self._is_named and not self._is_busy:
            self._is_busy = True
            self._arm()
            self._submit()
        elif not self._is_busy and self._examination is not None:
            self._say("What is typed does not name this disk yet; nothing was sent.")

    @property
    def _is_named(self) -> bool:
        found = self._examination
        return (
            found is not None
            and found.is_possible
            and bool(found.word)
            and self.query_one("#word", Input).value == found.word
        )

    @work(exclusive=True, group="submit", exit_on_error=False)
    async def _submit(self) -> None:
        found = self._examination
        typed = self.query_one("#word", Input).value
        assert found is not None
        try:
            if (self._clock.now() - found.read_at).total_seconds() > STALE:
                self._say("Read more than a minute ago; reading both again …")
                again = await self._examine()
                if again is None:
                    return
                if _what_matters(again) != _what_matters(found):
                    self._say("Something changed meanwhile. Look again, then confirm again.")
                    self.query_one("#word", Input).value = ""
                    return
                found = again
            self._say("Writing it down, then sending …")
            restore = await asyncio.wrap_future(self._desk.submit(found, typed))
        except Refusal as refusal:
            self._say(str(refusal))
        else:
            self.dismiss(restore)
        finally:
            self._is_busy = False
            if self.is_attached:
                self._arm()

    # Small things

    def action_leave(self) -> None:
        if self._is_busy:
            self._say("It is being written down; one moment.")
        else:
            self.dismiss(None)

    def action_scroll(self, pages: int) -> None:
        facts = self.query_one("#facts", VerticalScroll)
        facts.scroll_relative(y=pages * max(1, facts.size.height - 1), animate=False)

    def _arm(self) -> None:
        self.query_one("#go", Button).disabled = not self._is_named or self._is_busy
        self.query_one("#word", Input).disabled = self._is_busy

    def _words(self, lines: list[Content]) -> None:
        self.query_one("#words", Static).update(Content("\n").join(lines))

    def _say(self, text: str) -> None:
        said = self.query_one("#said", Static)
        said.update(Content(text))
        said.display = bool(text)

    @property
    def _zone(self) -> tzinfo | None:
        return cast("VbsTui", self.app).zone


def _what_matters(found: Examination) -> tuple[object, ...]:
    """What must be the same for a confirmation to stand."""
    backup, volume = found.backup, found.volume
    return (
        found.hazards,
        found.word,
        volume.name,
        volume.size,
        volume.updated_at,
        volume.status,
        backup.status,
        backup.taken_at,
    )
