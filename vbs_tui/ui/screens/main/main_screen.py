"""The main screen: what its keys do. A key that can do nothing says why."""

from __future__ import annotations

from typing import Any

from textual import on

from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.events import ListKind
from vbs_tui.restore.journal.records import Restore
from vbs_tui.ui.keys import bindings
from vbs_tui.ui.keys.bindings import key_for
from vbs_tui.ui.keys.command import LISTS
from vbs_tui.ui.render.project_columns import project_pairs
from vbs_tui.ui.screens.main.layout import PANES
from vbs_tui.ui.screens.main.restore_action import RestoreAction
from vbs_tui.ui.widgets.error_pane import ErrorPane
from vbs_tui.ui.widgets.jobs_pane import JobsPane
from vbs_tui.ui.widgets.list_pane import ListPane
from vbs_tui.ui.widgets.rows.row_list import RowList

_BACK_TO = {"backups": "projects", "volumes": "backups", "jobs": "volumes", "error": "volumes"}


class MainScreen(RestoreAction):
    """The five panes, kept up to date by events, and what the keys do."""

    BINDINGS = bindings.scope_bindings("global")

    # Focus

    def action_focus_pane(self, name: str) -> None:
        self.focus_pane(name)

    def action_walk(self, steps: int) -> None:
        at = PANES.index(self.current)
        self.focus_pane(PANES[(at + steps) % len(PANES)])

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self.focus_pane(self.current)

    def action_back(self) -> None:
        pane = self.list_pane
        if pane is not None and pane.clear_filter():
            pane.focus_list()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif self.current in _BACK_TO:
            self.focus_pane(_BACK_TO[self.current])

    # Details, copy, refresh

    def action_details(self) -> None:
        item = self._this()
        match item:
            case None if self._highlighted() is not None:
                pass  # not the row that was meant; the operator was told
            case Project():
                self.open_details(item.name, project_pairs(item))
            case Backup():
                self.open_details(item.name or item.id, self.backups.pairs(item))
            case Volume():
                self.open_details(item.name or item.id, self.volumes.pairs(item))
            case _ if self.current == "jobs" and self.jobs.selected_restore is not None:
                self.open_restore(self.jobs.selected_restore)
            case _ if self.current == "error":
                self.error.action_raw()
            case _:
                self.notify_refusal("There is no row here to show the details of.")

    def action_copy(self) -> None:
        item = self._this()
        if isinstance(item, Project | Backup | Volume):
            self.console_app.copy(item.id, "id")
        elif self._highlighted() is not None:
            pass  # as above
        elif self.current == "jobs" and self.jobs.selected_restore is not None:
            restore = self.jobs.selected_restore
            self.console_app.copy(
                restore.job_id or restore.id, "job id" if restore.job_id else "id"
            )
        elif self.current == "error" and self.error.current is not None:
            self.console_app.copy(self.error.ticket, "error, as text for a ticket")
        else:
            self.notify_refusal("There is nothing here to copy.")

    def action_refresh_list(self) -> None:
        state = self.store.current
        kinds = {"backups": [ListKind.BACKUPS], "volumes": [ListKind.VOLUMES]}
        kinds["error"] = self.store.failed_lists
        backend = self.console_app.backend
        if self.store.needs_log_in or self.current == "projects":
            # What waits for the log-in is read again once it has succeeded.
            backend.connect()
        elif self.current == "jobs" and self.jobs.selected_restore is not None:
            self._look_now(self.jobs.selected_restore)
        elif state is None and self.current in LISTS:
            backend.connect()
        elif state is not None and state.opened is None and self.current in kinds:
            self.open_project(state.project)
        elif state is not None and kinds.get(self.current):
            for kind in kinds[self.current]:
                backend.refresh(state.project, kind)
        else:
            self.notify_refusal("There is nothing here to read again.")

    def _look_now(self, restore: Restore) -> None:
        watch = self.store.watches.get(restore.id)
        if not restore.state.is_open:
            self.notify_refusal("It has ended: there is nothing more to look at.")
        elif not self.console_app.backend.can_watch(restore):
            self.notify_refusal(
                f"It is watched from {restore.place}: {key_for('clouds')} opens clouds."
            )
        elif watch is not None and watch.elsewhere:
            self.notify_refusal(f"It is {watch.elsewhere}; what it finds is shown here too.")
        else:
            self.console_app.backend.poll_now(restore.id)

    def _highlighted(self) -> Any:
        pane = self.list_pane
        return None if pane is None else pane.list.highlighted

    def _this(self) -> Any:
        pane = self.list_pane
        return None if pane is None else pane.list.target_item()

    @on(JobsPane.LogWanted)
    def _log_wanted(self, event: JobsPane.LogWanted) -> None:
        event.stop()
        self.open_restore(event.restore)

    @on(JobsPane.SettleWanted)
    def _settle_wanted(self, event: JobsPane.SettleWanted) -> None:
        event.stop()
        if self.read_only:
            self.notify_refusal("This session is read-only: nothing is declared from here.")
        else:
            self.open_settle(event.restore)

    # The program

    def action_help(self) -> None:
        """Show all keys, and what to do next."""
        from vbs_tui.ui.screens.help import HelpScreen  # noqa: PLC0415 - start-up time

        self.app.push_screen(HelpScreen(bindings.COMMANDS, self.current, self.next_steps()))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_theme(self) -> None:
        self.console_app.toggle_theme()

    async def action_leave(self) -> None:
        await self.app.action_quit()

    # Commands of the lists, when they come from the palette

    def _list_or_say(self) -> RowList[Any] | None:
        pane = self.list_pane
        if isinstance(pane, ListPane):
            return pane.list
        self.notify_refusal("This pane is not a list.")
        return None

    def action_filter(self) -> None:
        rows = self._list_or_say()
        if rows is not None:
            rows.action_filter()

    def action_sort(self) -> None:
        rows = self._list_or_say()
        if rows is not None:
            rows.action_sort()

    def action_reverse(self) -> None:
        rows = self._list_or_say()
        if rows is not None:
            rows.action_reverse()

    def action_mark(self) -> None:
        rows = self._list_or_say()
        if rows is not None:
            rows.action_mark()

    # Messages of the jobs and error panes

    @on(ErrorPane.RawWanted)
    def _raw_wanted(self, event: ErrorPane.RawWanted) -> None:
        event.stop()
        self.open_failure(event.failure, event.title)

    @on(JobsPane.ErrorWanted)
    def _error_wanted(self, event: JobsPane.ErrorWanted) -> None:
        event.stop()
        self.explain(event.restore)
        self.focus_pane("error")
