"""The main screen: the screens and dialogs that it opens. Each is imported when first needed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.journal.records import Restore
from vbs_tui.ui.screens.main.updates import MainUpdates

_SCREENS = "vbs_tui.ui.screens"


class OpenScreens(MainUpdates):
    """One method a dialog; a screen that needs the console alone is a row of the command table."""

    def action_open_screen(self, path: str) -> None:
        """Open the screen at *path*, ``module.Class`` in the folder of the screens."""
        module, _, name = path.rpartition(".")
        screen = getattr(import_module(f"{_SCREENS}.{module}"), name)
        self.app.push_screen(screen(self.console_app))

    def open_confirmation(
        self, project: Project, backup: Backup, volume: Volume, *, note: str = ""
    ) -> None:
        """Open the confirmation, which reads both again; a restore that begins shows in the jobs.

        *note*: what the operator must know of how these two were chosen.
        """
        from vbs_tui.ui.screens.dialogs.confirm_restore import (  # noqa: PLC0415 - start-up time
            ConfirmScreen,
        )

        def done(restore: Restore | None) -> None:
            if restore is not None:
                self.focus_pane("jobs")

        screen = ConfirmScreen(self.console_app, project, backup, volume, note=note)
        self.app.push_screen(screen, done)

    def open_details(self, title: str, pairs: Sequence[tuple[str, str]], raw: str = "") -> None:
        """Show facts about one thing; empty ones are left out. *raw*: a response as it came."""
        from vbs_tui.ui.screens.details import DetailsScreen  # noqa: PLC0415 - start-up time

        shown = [pair for pair in pairs if pair[1]]
        self.app.push_screen(DetailsScreen(title, shown, raw))

    def open_failure(self, failure: Failure, title: str) -> None:
        """Show a failure with the server's response as it came."""
        from vbs_tui.ui.render.failure_text import decode  # noqa: PLC0415 - start-up time
        from vbs_tui.ui.screens.details import DetailsScreen  # noqa: PLC0415

        decoded = decode(failure, self.console_app.zone)
        pairs = [
            ("Error", decoded.code),
            ("While", decoded.where),
            ("Means", decoded.headline),
        ]
        pairs += [(part.label, part.text) for part in decoded.parts]
        raw = failure.raw_body or "The server sent no body."
        self.app.push_screen(DetailsScreen(title, pairs, raw))

    def open_restore(self, restore: Restore) -> None:
        """Show a restore with its whole log, as the journal has it."""
        from vbs_tui.ui.screens.restore_details import RestoreScreen  # noqa: PLC0415 - start-up time

        self.app.push_screen(RestoreScreen(self.console_app, restore))

    def open_settle(self, restore: Restore) -> None:
        """Ask the operator to settle an unknown outcome."""
        from vbs_tui.ui.screens.dialogs.settle_outcome import (  # noqa: PLC0415 - start-up time
            SettleScreen,
        )

        self.app.push_screen(SettleScreen(self.console_app, restore))
