"""The console: wires backend, store and screens. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.events import (
    Connected,
    Event,
    JournalChanged,
    Notice,
    ProjectOpened,
    SecretWanted,
)
from vbs_tui.restore.journal.records import Restore
from vbs_tui.text import clean
from vbs_tui.threads import in_thread
from vbs_tui.ui.cloud_choices import Choice, Opened, Unreadable, from_here
from vbs_tui.ui.keys import commands
from vbs_tui.ui.keys.key_order import KeyOrder
from vbs_tui.ui.log_in_prompts import LogInPrompts
from vbs_tui.ui.render.jobs import last_words
from vbs_tui.ui.screens.main.screen import MainScreen
from vbs_tui.ui.settings_warning import SettingsWarning
from vbs_tui.ui.store import Store
from vbs_tui.ui.terminal.drawing import Drawing
from vbs_tui.ui.terminal.shown import Shown
from vbs_tui.ui.terminal.shutdown import QuietCrash
from vbs_tui.ui.terminal.suspend import HALT, Suspendable
from vbs_tui.ui.theme import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from vbs_tui.restore.backend import Backend
    from vbs_tui.ui.screens.clouds import CloudsScreen

SWITCH = -1
"""What the app ends with when the operator wants another cloud; never an exit status."""


class BackendEvent(Message):
    """An event of the engine, on its way from the engine's thread to the screen."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class VbsTui(
    LogInPrompts, SettingsWarning, KeyOrder, Shown, Suspendable, Drawing, QuietCrash, App[int]
):
    """The console on one backend. Its result is the exit status."""

    TITLE = "vbs-tui"
    CSS_PATH = "screens/main/main.tcss"  # a default screen's own path is not read
    BINDINGS = [Binding("ctrl+c", "say_how_to_leave", show=False, system=True), HALT]
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Clock,
        zone: tzinfo | None,
        demo: bool,
        cloud_name: str,
        read_only: bool,
        export_folder: Path | None = None,
    ) -> None:
        """*zone*: for times on the screen, ``None`` is the machine's. *export_folder*: where the
        history is exported to, by default the working directory."""
        super().__init__()
        self.draw_as_told()
        self.backend = backend
        self._export_folder = export_folder or Path()
        self.clock = clock
        self.zone = zone
        self.store = Store(cloud_name)
        self.main = MainScreen(self.store, clock, zone, demo=demo, read_only=read_only)
        self._demo = demo
        self._clouds: Callable[[], Sequence[Choice]] | None = None
        self._raw_cloud = ""
        self._greeting = ""
        self._left: Collection[str] = ()
        self._unnamed = ""
        self._used: Callable[[str], None] | None = None
        self.used_regions: set[str] = set()
        """Where something could be opened; an empty name is the configured region."""
        self.wanted: Choice | None = None
        """The cloud that is to be opened next, where the result is :data:`SWITCH`."""
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def begin_with(self, *, light: bool, filters: Mapping[str, str]) -> None:
        """The operator's theme, and the filters that the lists begin with; before it runs."""
        if light:
            self.theme = LIGHT.name
        for name, pane in (("backups", self.main.backups), ("volumes", self.main.volumes)):
            if filters.get(name):
                pane.begin_filtered(filters[name])

    def know_clouds(
        self,
        raw_name: str,
        read: Callable[[], Sequence[Choice]],
        *,
        used: Callable[[str], None],
        greeting: str = "",
        left: Collection[str] = (),
        unnamed: str = "",
    ) -> None:
        """Where others can be gone to from here; before it runs.

        *raw_name*: what the configuration calls the open one. *read* gives the choices; it may be
        slow and may raise :class:`Unreadable`. *used* is called, in a thread, with each region in
        which something could be opened, first of all the configured one. *greeting*: what to say
        first, cleaned. *left*: ids of the restores that were watched in clouds that were open
        before. *unnamed*: the cloud that no ``--cloud`` leads to, since variables alone make it.
        """
        self._raw_cloud, self._clouds, self._greeting = raw_name, read, greeting
        self._used, self._left, self._unnamed = used, left, unnamed

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def on_mount(self) -> None:
        # The listener runs on the engine's thread: it may do nothing but pass the event on.
        self.backend.start(self._pass_on)
        self.backend.connect()
        if self._greeting:
            self.notify(self._greeting, timeout=15, markup=False)

    def holds_up_halt(self) -> str:
        """A restore on its way is waited for: halted, nobody would take its answer."""
        if not self.backend.sending:
            return ""
        return "A restore is being sent: Ctrl+Z halts once it is answered."

    def words_at_halt(self) -> str:
        """What goes on in the cloud while nobody looks."""
        watched = 0 if self._demo else len(self.store.watched_here())
        if not watched:
            return ""
        many = "1 restore goes on" if watched == 1 else f"{watched} restores go on"
        return f"vbs-tui is halted: {many}, unwatched. fg brings it back."

    def _pass_on(self, event: Event) -> None:
        self.post_message(BackendEvent(event))

    def on_backend_event(self, message: BackendEvent) -> None:
        """Note what the engine told, then show it."""
        event = message.event
        match event:
            case SecretWanted():
                self.ask_secret(event)
            case Notice():
                self.notify(
                    event.text, severity="error" if event.severe else "information", markup=False
                )
            case _:
                self.main.news(event, self.store.apply(event))
        if isinstance(event, Connected | ProjectOpened):
            self._note_use()
        if isinstance(event, JournalChanged):
            for screen in self.screen_stack:
                if hasattr(screen, "tell_of_journal"):
                    screen.tell_of_journal()

    # Dialogs

    def ask_restore(
        self, project: Project, backup: Backup, volume: Volume, *, note: str = ""
    ) -> None:
        """Open the confirmation, which reads both afresh; a begun restore shows in the jobs.

        *note*: what has to be said of how the two came to be meant.
        """
        from vbs_tui.ui.screens.dialogs.confirm import ConfirmScreen  # noqa: PLC0415 - when first needed

        def done(restore: Restore | None) -> None:
            if restore is not None:
                self.main.focus_pane("jobs")

        place = (self.store.cloud, self.store.region, project.name)
        screen = ConfirmScreen(
            self.backend, project, backup, volume, self.clock, place=place, note=note
        )
        self.push_screen(screen, done)

    def show_details(self, title: str, pairs: Sequence[tuple[str, str]], raw: str = "") -> None:
        """Show facts about one thing; empty ones are left out. *raw*: an answer as it came."""
        from vbs_tui.ui.screens.details import DetailsScreen  # noqa: PLC0415 - when first needed

        self.push_screen(DetailsScreen(title, [pair for pair in pairs if pair[1]], raw))

    def show_restore(self, restore: Restore) -> None:
        """Show a restore with its whole log, as the journal has it."""
        from vbs_tui.ui.screens.restore_details import RestoreScreen  # noqa: PLC0415 - as above

        self.push_screen(RestoreScreen(self.backend, restore, self.zone))

    def show_history(self) -> None:
        """Show every restore on record."""
        from vbs_tui.ui.screens.history import HistoryScreen  # noqa: PLC0415 - as above

        self.push_screen(HistoryScreen(self.backend, self.clock, self.zone, self._export_folder))

    def show_help(self) -> None:
        """Show all keys."""
        from vbs_tui.ui.screens.help import HelpScreen  # noqa: PLC0415 - when first needed

        self.push_screen(HelpScreen(commands.COMMANDS, self.main.current, self.main.what_now()))

    def show_clouds(self) -> None:
        """Show the clouds and regions that can be gone to; choosing one leaves this one."""
        from vbs_tui.ui.screens.clouds import CloudsScreen  # noqa: PLC0415 - when first needed

        def done(choice: Choice | None) -> None:
            if self.screen is not screen:
                return  # a question for a password came first, or it is chosen already
            screen.dismiss(None)
            if choice is not None:
                self._go_to(choice)

        read = self._clouds or list
        watched = len(self.store.watched_here())
        many = "1 restore" if watched == 1 else f"{watched} restores"
        title = f"Clouds · another cloud leaves {many} unwatched" if watched else "Clouds"
        screen = CloudsScreen(self.clock, done, title=title)
        self._read_clouds(screen, self.push_screen(screen), read)

    @work(exclusive=True, group="clouds", exit_on_error=False, description="read the clouds")
    async def _read_clouds(
        self, screen: CloudsScreen, mounted: AwaitMount, read: Callable[[], Sequence[Choice]]
    ) -> None:
        await mounted
        try:
            # A home directory on a network that hangs must not keep the program from ending.
            choices = await in_thread(read)
        except Unreadable as error:
            screen.refuse(str(error))
        else:
            store = self.store
            opened = Opened(store.cloud, self._raw_cloud, store.region, store.regions)
            screen.tell(from_here(choices, opened))

    def _note_use(self) -> None:
        region = self.store.region
        if self._used is not None and region not in self.used_regions:
            self.used_regions.add(region)
            # Beside everything: a disk that hangs must not keep the program from ending.
            noting = in_thread(partial(self._used, region))
            self.run_worker(noting, exit_on_error=False, description="note the use")

    def _go_to(self, choice: Choice) -> None:
        if choice.is_open and self.store.connect_failure is None:
            self.notify("That one is open already.", markup=False)
        elif choice.is_near and not choice.is_open:
            self.main.leave_for(choice.raw_region)
            self.backend.use_region(choice.raw_region)
        else:
            self.wanted = choice
            self.call_later(self.leave_with, SWITCH)

    def show_request_log(self) -> None:
        """Show the calls that were made."""
        from vbs_tui.ui.screens.request_log import RequestLogScreen  # noqa: PLC0415 - as above

        self.push_screen(RequestLogScreen(self.backend.request_log, self.zone))

    def settle(self, restore: Restore) -> None:
        """Ask for the operator's word on an unknown outcome."""
        from vbs_tui.ui.screens.dialogs.settle import SettleScreen  # noqa: PLC0415 - when first needed

        self.push_screen(SettleScreen(self.backend, restore))

    def show_raw(self, failure: Failure, title: str) -> None:
        """Show a failure with the server's answer as it came."""
        from vbs_tui.ui.render.failure import decode  # noqa: PLC0415 - when first needed
        from vbs_tui.ui.screens.details import DetailsScreen  # noqa: PLC0415

        decoded = decode(failure, self.zone)
        pairs = [("Error", decoded.code), ("While", decoded.where), ("Means", decoded.headline)]
        pairs += [(part.label, part.text) for part in decoded.parts]
        raw = failure.raw_body or "The server sent no body."
        self.push_screen(DetailsScreen(title, pairs, raw))

    def action_command_palette(self) -> None:
        """Offer every command by name; not over a dialog, whose keys are its own."""
        if self.screen is self.main:
            palette = CommandPalette(id="--command-palette")
            self.push_screen(palette)
            palette.call_after_refresh(_stop_blinking, palette)

    def get_system_commands(
        self,
        screen: Screen[object],  # noqa: ARG002 - Textual's own signature
    ) -> Iterable[SystemCommand]:
        """The palette's entries: the table of commands."""
        for one in commands.in_palette():
            key = f" ({one.shown})" if one.shown else ""
            action = one.action
            yield SystemCommand(
                f"{one.label.capitalize()}{key}", one.help, lambda action=action: self._do(action)
            )

    async def _do(self, action: str) -> None:
        await self.run_action(action, self.main)

    async def action_quit(self) -> None:
        """Leave; asks first while a submission has no answer yet."""
        await self.leave_with(0)

    async def leave_with(self, result: int) -> None:
        """End with *result*; asks first while a submission has no answer yet."""
        sending = self.backend.sending
        if not sending:
            self._leave(result)
            return
        from vbs_tui.ui.screens.dialogs.quit import QuitScreen  # noqa: PLC0415 - when first needed

        if not isinstance(self.screen, QuitScreen):
            to = self.wanted.cloud if result == SWITCH and self.wanted is not None else ""
            self.push_screen(
                QuitScreen(sending, to=to), lambda sure: self._leave(result) if sure else None
            )

    def _leave(self, result: int) -> None:
        """End; the terminal is told what goes on. A simulated cloud ends with the program."""
        # Before another cloud there is nothing to say yet: the next console tells it at its end.
        is_over = result != SWITCH and not self._demo
        left = self.store.unwatched_without(self._left) if is_over else []
        self.exit(result, message=Text(last_words(left, self._unnamed)) if left else None)

    def action_say_how_to_leave(self) -> None:
        """Ctrl+C interrupts nothing here."""
        self.notify("q leaves; a running restore goes on in the cloud.", markup=False)

    def copy(self, text: str, what: str) -> None:
        """Send *text* to the terminal's clipboard, and show it: not every terminal listens."""
        self.copy_to_clipboard(text)
        self.notify(text, title=f"The {what}, sent to the terminal's clipboard", markup=False)

    def change_theme(self) -> None:
        """From dark to light and back."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    # Failures

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is told on the screen; the console goes on."""
        if event.state is WorkerState.ERROR:
            self.show_trouble(event.worker.error, event.worker.description)

    def show_trouble(self, error: BaseException | None, what: str) -> None:
        """Put an exception into the error pane: the cloud's as it is, any other as a defect."""
        if isinstance(error, CloudError):
            self.main.show_failure(error.failure, error.failure.what)
            return
        failure = Failure(
            kind=ErrorKind.UNUSABLE,
            executed=Executed.UNKNOWN,
            what=clean(what) or "work in the background",
            message=f"A defect of the program: {type(error).__name__}.",
            at=self.clock.now(),
            hint="The console goes on. Look at the state of disk and job before you repeat it.",
        )
        self.main.show_failure(failure, "a defect of the program")


def _stop_blinking(palette: CommandPalette) -> None:
    for line in palette.query(Input):
        line.cursor_blink = False
