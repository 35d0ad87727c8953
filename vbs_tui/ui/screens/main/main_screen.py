"""The main screen: what its keys do. Each answers: it acts, or it says in words why not."""

from __future__ import annotations

from typing import Any

from textual import on

from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.events import ListKind
from vbs_tui.restore.journal.records import Restore
from vbs_tui.ui.keys.bindings import LISTS, bindings, key_for
from vbs_tui.ui.render.project_columns import project_pairs
from vbs_tui.ui.screens.main.layout import PANES
from vbs_tui.ui.screens.main.updates import MainUpdates
from vbs_tui.ui.widgets.error_pane import ErrorPane
from vbs_tui.ui.widgets.jobs_pane import JobsPane
from vbs_tui.ui.widgets.list_pane import ListPane
from vbs_tui.ui.widgets.rows.row_list import RowList

_BACK_TO = {"backups": "projects", "volumes": "backups", "jobs": "volumes", "error": "volumes"}


def _named(backup: Backup) -> str:
    return backup.name or backup.id


class MainScreen(MainUpdates):
    """The panes, their news and their keys."""

    BINDINGS = bindings("global")

    # Going about

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

    # Choosing

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        match event.item:
            case Project():
                self.open_project(event.item)
                self.focus_pane("backups")
            case Backup():
                self.choose_backup(event.item)
                self.focus_pane("volumes")
            case Volume():
                # The very one that was chosen: the cursor may be on another by now.
                if self._may_restore():
                    self._ask_restore(event.item)
            case _:
                pass

    def action_restore(self) -> None:
        """Ask for the restore of what the cursor is on: of the backup in pane 2, onto the volume in
        pane 3."""
        if not self._may_restore():
            return
        pane = self.list_pane
        if pane is not None and pane.list.highlighted is None:
            self.refuse(f"There is no {pane.noun[0]} under the cursor.")
        elif self.current == "volumes" and (volume := self.volumes.list.this()) is not None:
            self._ask_restore(volume)
        elif self.current == "backups" and (backup := self.backups.list.this()) is not None:
            self._restore_from(backup)

    def _may_restore(self) -> bool:
        """Whether a restore can begin where the keys are; else it is said why not."""
        if self.read_only:
            self.refuse("This session is read-only: nothing is restored from here.")
        elif self.store.current is None:
            self.refuse(f"No project is open. Choose one: pane 1, {key_for('choose')}.")
        elif self.current not in ("backups", "volumes"):
            self.refuse(
                "A restore starts where its backup or its disk is: go to the backups"
                f" ({key_for('pane-backups')}) or the volumes ({key_for('pane-volumes')}), put the"
                f" cursor on it, then press {key_for('restore')}."
            )
        else:
            return True
        return False

    def _restore_from(self, backup: Backup) -> None:
        """Take the backup under the cursor. The dialog opens only for a disk that is in sight, and
        that this backup was chosen for or taken from; else the cursor goes to the disks first."""
        before, rows = self.backups.chosen, self.volumes.list
        volume = rows.highlighted if rows.is_cursor_in_sight else None
        is_chosen = before is not None and before.id == backup.id
        if not is_chosen:
            self.choose_backup(backup)
        if volume is not None and (is_chosen or volume.id == backup.volume_id):
            self._ask_restore(volume, before)
            return
        self.focus_pane("volumes")
        said = f"Backup: {_named(backup)}."
        if before is not None and not is_chosen:
            said = f"Backup: {_named(backup)}, from under the cursor; before it was another one."
        if rows.total:
            said += f" {key_for('restore')} restores it onto the disk under this cursor."
        self.app.notify(said, markup=False)

    def _ask_restore(self, volume: Volume, before: Backup | None = None) -> None:
        """*before*: the backup that was chosen when the key was pressed, if another one."""
        state, backup = self.store.current, self.backups.chosen
        if state is None or backup is None:
            self.refuse(f"No backup is chosen. Choose one: pane 2, {key_for('choose')}.")
            return
        note = ""
        under = self.backups.list.highlighted
        if before is not None and before.id != backup.id:
            note = f"This is the backup under the cursor. Chosen before: {_named(before)}."
        elif under is not None and under.id != backup.id:
            note = (
                "This is the chosen backup (→). The cursor in pane 2 is on another one:"
                f" {_named(under)}."
            )
        self.console_app.ask_restore(state.project, backup, volume, note=note)

    def next_steps(self) -> list[str]:
        """What to do next, in a few lines, from where things stand."""
        backup, volume = self.backups.chosen, self.volumes.list.highlighted
        refresh, choose, filters = key_for("refresh"), key_for("choose"), key_for("filter")
        if self.store.connect_failure is not None:
            return [f"The log-in failed. Pane 5 says why; {refresh} tries again."]
        if self.store.current is None:
            return [f"Choose a project: pane 1, arrows, {choose}."]
        if self.read_only:
            return ["This session is read-only: look and watch; nothing is restored from here."]
        if backup is None:
            how = f"{filters} filters, {choose} chooses"
            return [f"Choose a backup: pane 2, {how}. Nothing is sent by that."]
        chosen = f"Chosen: {_named(backup)}."
        if not isinstance(volume, Volume):
            return [chosen, "Choose a disk: pane 3; √ and ! are possible, × are not."]
        shows = f"{key_for('restore')} there shows every hazard and says what to type"
        return [
            f"{chosen} Disk under the cursor of pane 3: {volume.name or volume.id}.",
            f"{shows}; before that nothing is sent.",
            "The jobs pane (4) then tells every change, the error pane (5) explains failures.",
        ]

    def refuse(self, why: str) -> None:
        """Say why a key did nothing."""
        self.app.notify(why, title="Not possible now", severity="warning", markup=False)

    # Looking

    def action_details(self) -> None:
        item = self._this()
        match item:
            case None if self._highlighted() is not None:
                pass  # it is not the row that was meant, which has been told
            case Project():
                self.console_app.show_details(item.name, project_pairs(item))
            case Backup():
                self.console_app.show_details(item.name or item.id, self.backups.pairs(item))
            case Volume():
                self.console_app.show_details(item.name or item.id, self.volumes.pairs(item))
            case _ if self.current == "jobs" and self.jobs.selected_restore is not None:
                self.console_app.show_restore(self.jobs.selected_restore)
            case _ if self.current == "error":
                self.error.action_raw()
            case _:
                self.refuse("There is no row here to show the details of.")

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
            self.refuse("There is nothing here to copy.")

    def action_refresh_list(self) -> None:
        state = self.store.current
        kinds = {"backups": [ListKind.BACKUPS], "volumes": [ListKind.VOLUMES]}
        kinds["error"] = self.store.failed_lists
        backend = self.console_app.backend
        if self.store.needs_log_in or self.current == "projects":
            # What stands still for want of it is read anew once it has succeeded.
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
            self.refuse("There is nothing here to read anew.")

    def _look_now(self, restore: Restore) -> None:
        watch = self.store.watches.get(restore.id)
        if not restore.state.is_open:
            self.refuse("It has ended: there is nothing more to look at.")
        elif not self.console_app.backend.reaches(restore):
            self.refuse(f"It is looked at from {restore.place}: {key_for('clouds')} opens clouds.")
        elif watch is not None and watch.elsewhere:
            self.refuse(f"It is {watch.elsewhere}; what that sees is shown here, too.")
        else:
            self.console_app.backend.look_now(restore.id)

    def _highlighted(self) -> Any:
        pane = self.list_pane
        return None if pane is None else pane.list.highlighted

    def _this(self) -> Any:
        pane = self.list_pane
        return None if pane is None else pane.list.this()

    @on(JobsPane.LogWanted)
    def _log_wanted(self, event: JobsPane.LogWanted) -> None:
        event.stop()
        self.console_app.show_restore(event.restore)

    @on(JobsPane.SettleWanted)
    def _settle_wanted(self, event: JobsPane.SettleWanted) -> None:
        event.stop()
        if self.read_only:
            self.refuse("This session is read-only: nothing is declared from here.")
        else:
            self.console_app.settle(event.restore)

    # Everything that is the program's, not the screen's

    def action_palette(self) -> None:
        self.console_app.action_command_palette()

    def action_help(self) -> None:
        self.console_app.show_help()

    def action_request_log(self) -> None:
        self.console_app.show_request_log()

    def action_history(self) -> None:
        self.console_app.show_history()

    def action_clouds(self) -> None:
        self.console_app.show_clouds()

    def action_theme(self) -> None:
        self.console_app.toggle_theme()

    async def action_leave(self) -> None:
        await self.app.action_quit()

    # Commands of the lists, when they come from the palette

    def _list_or_say(self) -> RowList[Any] | None:
        pane = self.list_pane
        if isinstance(pane, ListPane):
            return pane.list
        self.refuse("This pane is no list.")
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

    # Wishes of the jobs and error panes

    @on(ErrorPane.RawWanted)
    def _raw_wanted(self, event: ErrorPane.RawWanted) -> None:
        event.stop()
        self.console_app.show_raw(event.failure, event.title)

    @on(JobsPane.ErrorWanted)
    def _error_wanted(self, event: JobsPane.ErrorWanted) -> None:
        event.stop()
        self.explain(event.restore)
        self.focus_pane("error")
