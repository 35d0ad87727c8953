"""The confirmation: reads backup and disk again, shows every hazard, says what to type.

Esc always leaves without sending. Only the exact text enables the button, and only once backup,
disk and every hazard have been on the screen. The input never scrolls away, and takes no key that
was pressed before there was something to read.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.backend import Examination, Refusal
from vbs_tui.restore.checks.hazard import hard
from vbs_tui.restore.journal.records import Restore
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.keys.bindings import binding_for, command, key_for
from vbs_tui.ui.render.confirmation_text import (
    backup_lines,
    differences,
    examined_lines,
    journal_lines,
    note_lines,
    place_line,
    request_lines,
    typing_line,
    volume_lines,
)
from vbs_tui.ui.render.failure_text import decode
from vbs_tui.ui.render.paragraphs import labelled_paragraph
from vbs_tui.ui.screens.background_work import BackgroundWork
from vbs_tui.ui.screens.dialogs.guarded_dialog import KEYS_BLOCKED, GuardedDialog
from vbs_tui.ui.widgets.read_to_end import ReadToEnd

STALE = 60.0
"""Seconds after which backup and disk are read again before anything is sent."""

_FRAME = 2
_MORE = "There is more to read above: PgDn. Nothing was sent."
_CHANGED = "Something changed meanwhile. Look again, then confirm again."
_STILL_READING = "What to type is shown here once both are read."


class ConfirmScreen(GuardedDialog[Restore | None], BackgroundWork[Restore | None]):
    """Its result is the restore that began, or ``None``."""

    AUTO_FOCUS = ""
    always_accepted = frozenset({"escape", *command("refresh").keys})
    BINDINGS = [
        Binding("escape", "leave", "cancel", show=False),
        binding_for("refresh", "read_again"),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("down,j", "scroll_line(1)", show=False),
        Binding("up,k", "scroll_line(-1)", show=False),
    ]

    def __init__(
        self,
        console_app: ConsoleApp,
        project: Project,
        backup: Backup,
        volume: Volume,
        *,
        note: str = "",
    ) -> None:
        """*note*: what the operator must know of how these two were chosen."""
        super().__init__()
        self._console_app = console_app
        self._backend = console_app.backend
        self._place = (console_app.store.cloud, console_app.store.region, project.name)
        self._note = note
        self._project = project
        self._backup = backup
        self._volume = volume
        self._examination: Examination | None = None
        self._said = ""
        self._question = ""
        self._lacks_log_in = False
        self._is_busy = False
        self._is_over = False
        """Whether the backend has accepted the restore, or may have: it is never asked again."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="confirm"):
            yield ReadToEnd(self._room, id="facts")
            with Vertical(id="asking"):
                yield Static(_STILL_READING, id="typing", markup=False)
                with Horizontal(id="answer"):
                    word = Input(id="word", compact=True, select_on_focus=False)
                    word.cursor_blink = False
                    yield word
                    yield Button(Content("Restore"), id="go", disabled=True, compact=True)
            yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        if self._journal_trouble:
            self._backend.reopen_journal()
        self._read()

    @property
    def word(self) -> str:
        """What must be typed; empty while that is not known."""
        return "" if self._examination is None else self._examination.required_text

    @property
    def _journal_trouble(self) -> str:
        return self._console_app.store.journal_trouble

    def journal_changed(self) -> None:
        """The journal became usable, or unusable."""
        if self._is_busy or self._is_over:
            return
        self._read()

    def accepts_keys_changed(self) -> None:
        self._arm()

    @property
    def allows_prompt(self) -> bool:
        """Whether a prompt of the log-in may open over this: not while the name can be typed."""
        return self.query_one("#word", Input).disabled or not (
            self._examination is not None and self._examination.is_possible
        )

    def show_waiting_prompt(self, text: str) -> None:
        """Say that a prompt of the log-in waits; an empty *text* removes that.

        Here, since a toast would cover the disk's name.
        """
        if text and not self._said:
            self._say(text)
            self._question = text
        elif not text and self._said == self._question:
            self._say("")

    @property
    def _facts(self) -> ReadToEnd:
        return self.query_one(ReadToEnd)

    def _room(self) -> int:
        """The lines that frame, input and message leave for the facts."""
        below = self.query("#asking, #said")  # there is none while the dialog closes
        taken = sum(one.virtual_region_with_margin.height for one in below if one.display)
        return self.size.height - _FRAME - taken

    # Reading

    def action_read_again(self) -> None:
        if self._is_busy or self._is_over:
            return
        if self._journal_trouble:
            self._backend.reopen_journal()
        if self._lacks_log_in:
            # Reading alone would be refused again: the log-in waits for the operator.
            self._lacks_log_in = False
            self._backend.connect()
            self._say(f"Logging in; after that, {key_for('refresh')} reads both.")
        else:
            self._read()

    @work(
        exclusive=True, group="read", exit_on_error=False, description="read backup and disk again"
    )
    async def _read(self) -> None:
        before = self._examination
        found = await self._examine()
        if before is not None and found is not None and found.is_possible:
            self._ask_again_if_changed(before, found)

    async def _examine(self) -> Examination | None:
        """Read both again and show them; ``None`` when that failed, which is shown then."""
        before = self._examination
        self._examination = None
        self.block_keys()
        self._arm()
        if before is None:
            self._say("Reading backup and disk again …")
            self._show_listed()
        try:
            found = await asyncio.wrap_future(
                self._backend.examine(self._project, self._backup.id, self._volume.id)
            )
        except CloudError as error:
            self._show_failure(error)
            return None
        if found.conflict:
            why = found.conflict.removeprefix("Not sent: ")
            held = hard("in another restore", f"{why[:1].upper()}{why[1:]}")
            found = replace(found, hazards=(held, *found.hazards))
        self._examination = found
        self._say("")
        self._show(found)
        return found

    def _show_listed(self) -> None:
        now, zone = self._console_app.clock.now(), self._console_app.zone
        lines = [
            *journal_lines(self._journal_trouble),
            place_line(self._place),
            *note_lines(self._note),
            *backup_lines(self._backup, now, zone),
            *volume_lines(self._volume, now, zone),
        ]
        self._facts.show(lines)

    def _show(self, found: Examination) -> None:
        changed = differences(self._backup, self._volume, found)
        now, trouble = self._console_app.clock.now(), self._journal_trouble
        facts = examined_lines(
            found, self._place, changed, now, self._console_app.zone, can_be_sent=not trouble
        )
        can_be_sent = found.is_possible and not trouble
        self.query_one("#asking").display = can_be_sent
        if can_be_sent:
            self.query_one("#typing", Static).update(typing_line(found))
        notes = [*journal_lines(trouble), *note_lines(self._note)]
        self._facts.show([*notes, *facts], [Content(""), *request_lines(found)])
        self._arm()
        self.unblock_after_display()

    def _show_failure(self, error: CloudError) -> None:
        decoded = decode(error.failure, self._console_app.zone)
        width = self._facts.width
        lines = [
            Content("Backup and disk could not be read again, so nothing can be restored.").stylize(
                "bold $text-error"
            ),
            Content(f"{decoded.code}  {decoded.where}"),
            Content(decoded.headline),
            Content(""),
        ]
        for part in decoded.parts:
            lines += labelled_paragraph(part.label, part.text, indent=10, width=width)
        self.query_one("#asking").display = False
        self._facts.show(lines)
        self._lacks_log_in = error.failure.kind is ErrorKind.LOG_IN
        does = "logs in" if self._lacks_log_in else "tries again"
        self._say(f"{key_for('refresh')} {does}, Esc leaves.")
        self.unblock_after_display()

    # Sending

    @on(Input.Changed, "#word")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._arm()

    @on(Input.Submitted, "#word")
    @on(Button.Pressed, "#go")
    def _wanted(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        if self._is_busy or self._is_over or self._examination is None:
            return
        if not self._is_named:
            self._say("The typed text is not the one that is asked for; nothing was sent.")
        elif not self._facts.is_read:
            self._say(_MORE)
        else:
            self._is_busy = True
            self._arm()
            self._submit()

    @on(ReadToEnd.ReadStateChanged)
    def _looked(self, event: ReadToEnd.ReadStateChanged) -> None:
        event.stop()
        if self._facts.is_read and self._said == _MORE:
            self._say("")
        self._arm()

    @property
    def _is_named(self) -> bool:
        found = self._examination
        return (
            found is not None
            and found.is_possible
            and not self._journal_trouble
            and bool(found.required_text)
            and self.query_one("#word", Input).value == found.required_text
        )

    @work(exclusive=True, group="submit", exit_on_error=False, description="submit the restore")
    async def _submit(self) -> None:
        found = self._examination
        typed = self.query_one("#word", Input).value
        assert found is not None
        try:
            if found.age(self._console_app.clock) > STALE:
                self._say("Read more than a minute ago; reading both again …")
                again = await self._examine()
                if again is None or self._ask_again_if_changed(found, again):
                    return
                found = again
            self._say("Writing it to the journal, then sending …")
            # From here on it may be sent, whatever happens to this dialog.
            self._is_over = True
            self._arm()
            restore = await asyncio.wrap_future(self._backend.submit(found, typed))
        except Refusal as refusal:
            self._is_over = False
            self._say(str(refusal))
        else:
            self.close_with(restore)
        finally:
            self._is_busy = False
            if self.is_attached:
                self._arm()

    def _ask_again_if_changed(self, before: Examination, found: Examination) -> bool:
        """Whether what was confirmed has changed; the text must be typed again then."""
        if _what_matters(before) == _what_matters(found):
            return False
        self.query_one("#word", Input).value = ""
        self._say(_CHANGED)
        return True

    def show_work_failed(self, message: str) -> None:
        if self._is_over:
            self._say(f"{message} It may have been sent: leave with Esc and look at the jobs.")
        else:
            self._say(f"{message} Nothing was sent. {key_for('refresh')} tries again, Esc leaves.")

    # Keys and state

    def action_leave(self) -> None:
        if self._is_busy:
            self._say("It is being written to the journal; one moment.")
        else:
            self.dismiss(None)

    def action_scroll(self, pages: int) -> None:
        facts = self._facts
        facts.scroll_relative(y=pages * max(1, facts.size.height - 1), animate=False)

    def action_scroll_line(self, lines: int) -> None:
        self._facts.scroll_relative(y=lines, animate=False)

    def _arm(self) -> None:
        """Enable and disable button and input, and update the frame."""
        closed = self._is_busy or self._is_over
        word = self.query_one("#word", Input)
        self.query_one("#go", Button).disabled = (
            closed or not self._is_named or not self._facts.is_read
        )
        reads = self._examination is None
        word.disabled = closed or reads or not self.accepts_keys
        waits = "still reading" if reads else "pause a second"
        word.placeholder = f"not ready: {waits}" if word.disabled and not closed else ""
        # Disabling removed the focus, and without it typed keys would be lost.
        if not word.disabled and self.query_one("#asking").display and self.focused is None:
            word.focus()
        box = self.query_one("#dialog")
        box.border_title = Content("Restore" if self._is_over else "Restore: nothing has been sent")
        box.border_subtitle = Content(self._keys())

    def _keys(self) -> str:
        if self._is_over:
            return "Esc leaves"
        if not self.accepts_keys:
            return (
                f"Esc leaves without sending · {KEYS_BLOCKED if self._examination else 'reading'}"
            )
        if self._examination is not None and not self._facts.is_read:
            return "PgDn: more to read · Esc leaves without sending"
        return f"Esc leaves without sending · {key_for('refresh')} reads again"

    def _say(self, text: str) -> None:
        self._said = text
        said = self.query_one("#said", Static)
        said.update(Content(text))
        said.display = bool(text)


def _what_matters(found: Examination) -> tuple[object, ...]:
    """What must not change for a confirmation to stay valid."""
    backup, volume = found.backup, found.volume
    return (
        found.hazards,
        found.required_text,
        volume.name,
        volume.size,
        volume.updated_at,
        volume.status,
        backup.status,
        backup.taken_at,
    )
