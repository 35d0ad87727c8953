"""Choosing a cloud at the start, when several are configured and none was named."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.screen import Screen

from vbs_tui.clock import Clock
from vbs_tui.ui.cloud_choices import Choice
from vbs_tui.ui.keys.key_queue import KeyQueue
from vbs_tui.ui.screens.clouds import CloudsScreen
from vbs_tui.ui.screens.list_screen import ListScreen
from vbs_tui.ui.terminal.output import TerminalOutput
from vbs_tui.ui.terminal.shutdown import RedactedCrash
from vbs_tui.ui.terminal.suspend import SUSPEND_BINDING, Suspendable
from vbs_tui.ui.theme import DARK, LIGHT, THEMES


class CloudPicker(KeyQueue, Suspendable, TerminalOutput, RedactedCrash):
    """An app of its own, before the console. Its result is 0; the choice is in :attr:`choice`."""

    # Textual does not read the path of a default screen.
    CSS_PATH = ListScreen.CSS_PATH
    TITLE = "vbs-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [Binding("ctrl+c", "help_quit", show=False, system=True), SUSPEND_BINDING]

    def __init__(
        self,
        choices: Sequence[Choice],
        clock: Clock,
        *,
        light: bool = False,
        notice: str = "",
    ) -> None:
        """*notice*: a warning to begin with, cleaned; none when empty."""
        super().__init__()
        self.configure_output()
        self.choice: Choice | None = None
        """What was chosen; ``None`` when the operator left."""
        self._notice = notice
        self._list = CloudsScreen(
            clock, self._end, choices, title="vbs-tui · choose a cloud", way_back="quit"
        )
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name

    def on_mount(self) -> None:
        if self._notice:
            self.notify(self._notice, severity="warning", markup=False)

    def get_default_screen(self) -> Screen[None]:
        return self._list

    def action_help_quit(self) -> None:
        """Ctrl+C does here what it does in the console."""
        self.notify("q leaves; nothing is open yet.", markup=False)

    def _end(self, choice: Choice | None) -> None:
        if self.return_value is None:
            # The first choice counts: keys that were typed ahead must not open another cloud.
            self.choice = choice
            self.exit(0)
