"""The console: connects backend, store and screens. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.restore.events import (
    Connected,
    Event,
    JournalChanged,
    Notice,
    ProjectOpened,
    SecretWanted,
)
from vbs_tui.text import clean
from vbs_tui.threads import in_thread
from vbs_tui.ui.cloud_choices import Choice, OpenCloud
from vbs_tui.ui.keys import bindings
from vbs_tui.ui.keys.key_queue import KeyQueue
from vbs_tui.ui.log_in_prompts import LogInPrompts
from vbs_tui.ui.render.job_lines import exit_message
from vbs_tui.ui.screens.main import main_screen
from vbs_tui.ui.screens.main.main_screen import MainScreen
from vbs_tui.ui.startup_warning import StartupWarning
from vbs_tui.ui.store.store import Store
from vbs_tui.ui.terminal.display_sync import DisplaySync
from vbs_tui.ui.terminal.output import TerminalOutput
from vbs_tui.ui.terminal.shutdown import RedactedCrash
from vbs_tui.ui.terminal.suspend import SUSPEND_BINDING, Suspendable
from vbs_tui.ui.theme import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from vbs_tui.restore.backend import Backend

SWITCH = -1
"""The result where the operator wants another cloud; never an exit status."""


class BackendEvent(Message):
    """An event of the engine, on its way from the engine's thread to the screen."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class VbsTui(
    LogInPrompts,
    StartupWarning,
    KeyQueue,
    DisplaySync,
    Suspendable,
    TerminalOutput,
    RedactedCrash,
):
    """The console on one backend: a :class:`ConsoleApp`. Its result is the exit status."""

    TITLE = "vbs-tui"
    # Textual does not read the path of a default screen.
    CSS_PATH = Path(main_screen.__file__).with_suffix(".tcss")
    BINDINGS = [Binding("ctrl+c", "help_quit", show=False, system=True), SUSPEND_BINDING]
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
        self.configure_output()
        self.backend = backend
        self.export_folder = export_folder or Path()
        self.clock = clock
        self.zone = zone
        self.store = Store(cloud_name)
        self.main = MainScreen(self, demo=demo, read_only=read_only)
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
        """The cloud to open next, where the result is :data:`SWITCH`."""
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def apply_settings(self, *, light: bool, filters: Mapping[str, str]) -> None:
        """Use the operator's theme, and the filters that the lists start with. Before it runs."""
        if light:
            self.theme = LIGHT.name
        for name, pane in (("backups", self.main.backups), ("volumes", self.main.volumes)):
            if filters.get(name):
                pane.set_initial_filter(filters[name])

    def set_clouds(
        self,
        raw_name: str,
        read: Callable[[], Sequence[Choice]],
        *,
        used: Callable[[str], None],
        greeting: str = "",
        left: Collection[str] = (),
        unnamed: str = "",
    ) -> None:
        """Which other clouds can be opened from here. Before it runs.

        *raw_name*: what the configuration calls the open one. *read* gives the choices; it may be
        slow and may raise :class:`CloudsUnreadable`. *used* is called, in a thread, with each
        region in which something could be opened, the configured one first. *greeting*: what to
        say first, cleaned. *left*: ids of the restores that were watched in clouds that were open
        before. *unnamed*: the cloud that variables alone configure, which ``--cloud`` cannot name.
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

    # Events of the engine

    def _pass_on(self, event: Event) -> None:
        self.post_message(BackendEvent(event))

    def on_backend_event(self, message: BackendEvent) -> None:
        """Update the store, then the screens."""
        event = message.event
        match event:
            case SecretWanted():
                self.prompt_for(event)
            case Notice():
                self.notify(
                    event.text, severity="error" if event.severe else "information", markup=False
                )
            case _:
                self.main.show_event(event, self.store.apply(event))
        if isinstance(event, Connected | ProjectOpened):
            self._note_use()
        if isinstance(event, JournalChanged):
            for screen in self.screen_stack:
                if hasattr(screen, "journal_changed"):
                    screen.journal_changed()

    def _note_use(self) -> None:
        region = self.store.region
        if self._used is not None and region not in self.used_regions:
            self.used_regions.add(region)
            # In a thread: a file system that hangs must not keep the program from ending.
            noting = in_thread(partial(self._used, region))
            self.run_worker(noting, exit_on_error=False, description="note the use")

    # Other clouds

    @property
    def open_cloud(self) -> OpenCloud:
        """The cloud and region that are open."""
        store = self.store
        return OpenCloud(store.cloud, self._raw_cloud, store.region, store.regions)

    def read_choices(self) -> Sequence[Choice]:
        """The configured clouds. Slow: for a thread. Raises :class:`CloudsUnreadable`."""
        return [] if self._clouds is None else self._clouds()

    def go_to(self, choice: Choice) -> None:
        """Open another region of this log-in, or end so that another cloud can be opened."""
        if choice.is_open and self.store.connect_failure is None:
            self.notify("That cloud is open already.", markup=False)
        elif choice.is_near and not choice.is_open:
            self.main.clear_for_region(choice.raw_region)
            self.backend.use_region(choice.raw_region)
        else:
            self.wanted = choice
            self.call_later(self.leave_with, SWITCH)

    # The program's own commands

    def action_command_palette(self) -> None:
        """Offer every command by name; not over a dialog, which has keys of its own."""
        if self.screen is self.main:
            palette = CommandPalette(id="--command-palette")
            self.push_screen(palette)
            palette.call_after_refresh(_stop_blinking, palette)

    def get_system_commands(
        self,
        screen: Screen[object],  # noqa: ARG002 - Textual's own signature
    ) -> Iterable[SystemCommand]:
        """The palette's entries: the table of commands."""
        for one in bindings.palette_commands():
            key = f" ({one.shown})" if one.shown else ""
            yield SystemCommand(
                f"{one.label.capitalize()}{key}",
                one.help,
                partial(self.run_action, one.action, self.main),
            )

    def action_help_quit(self) -> None:
        """Ctrl+C interrupts nothing here."""
        self.notify("q leaves; a running restore goes on in the cloud.", markup=False)

    def copy(self, text: str, what: str) -> None:
        """Send *text* to the terminal's clipboard, and show it: not every terminal has one."""
        self.copy_to_clipboard(text)
        self.notify(text, title=f"The {what}, sent to the terminal's clipboard", markup=False)

    def toggle_theme(self) -> None:
        """Switch between the dark and the light theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    # Suspend and exit

    def why_not_suspend(self) -> str:
        """Not while a restore request has no response: nobody would receive it."""
        if not self.backend.sending:
            return ""
        return "A restore is being sent: Ctrl+Z suspends once it is answered."

    def suspend_message(self) -> str:
        """Which restores go on in the cloud meanwhile."""
        watched = 0 if self._demo else len(self.store.watched_here())
        if not watched:
            return ""
        many = "1 restore goes on" if watched == 1 else f"{watched} restores go on"
        return f"vbs-tui is suspended: {many}, unwatched. fg brings it back."

    async def action_quit(self) -> None:
        """Exit; asks first while a restore request has no response."""
        await self.leave_with(0)

    async def leave_with(self, result: int) -> None:
        """Exit with *result*; asks first while a restore request has no response."""
        sending = self.backend.sending
        if not sending:
            self._leave(result)
            return
        from vbs_tui.ui.screens.dialogs.confirm_quit import (  # noqa: PLC0415 - start-up time
            QuitScreen,
        )

        if not isinstance(self.screen, QuitScreen):
            to = self.wanted.cloud if result == SWITCH and self.wanted is not None else ""
            self.push_screen(
                QuitScreen(sending, to=to), lambda sure: self._leave(result) if sure else None
            )

    def _leave(self, result: int) -> None:
        """Exit, and name the restores that go on. A simulated cloud ends with the program."""
        # Before another cloud there is nothing to say yet: the next console says it when it exits.
        is_last = result != SWITCH and not self._demo
        left = self.store.unwatched_at_exit(self._left) if is_last else []
        self.exit(result, message=Text(exit_message(left, self._unnamed)) if left else None)

    # Errors

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A failed worker is shown on the screen; the console goes on."""
        if event.state is WorkerState.ERROR:
            self.report_error(event.worker.error, event.worker.description)

    def report_error(self, error: BaseException | None, what: str) -> None:
        """Show an exception in the error pane: the cloud's as it is, any other as a defect."""
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
