"""The main screen: choosing a project, a backup and a disk, and asking for the restore."""

from __future__ import annotations

from textual import on

from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.ui.keys.bindings import key_for
from vbs_tui.ui.screens.main.open_screens import OpenScreens
from vbs_tui.ui.widgets.rows.row_list import RowList


def _named(backup: Backup) -> str:
    return backup.name or backup.id


class RestoreAction(OpenScreens):
    """Either opens the confirmation, or says why a restore cannot begin here."""

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
                # The chosen one: the cursor may be on another by now.
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
            self.notify_refusal(f"There is no {pane.noun[0]} under the cursor.")
        elif self.current == "volumes" and (volume := self.volumes.list.target_item()) is not None:
            self._ask_restore(volume)
        elif self.current == "backups" and (backup := self.backups.list.target_item()) is not None:
            self._restore_from(backup)

    def _may_restore(self) -> bool:
        """Whether a restore can begin in the focused pane; says why where it cannot."""
        if self.read_only:
            self.notify_refusal("This session is read-only: nothing is restored from here.")
        elif self.store.current is None:
            self.notify_refusal(f"No project is open. Choose one: pane 1, {key_for('choose')}.")
        elif self.current not in ("backups", "volumes"):
            self.notify_refusal(
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
            said = (
                f"Backup: {_named(backup)}, the one under the cursor;"
                " another one was chosen before."
            )
        if rows.total:
            said += f" {key_for('restore')} restores it onto the disk under the cursor."
        self.app.notify(said, markup=False)

    def _ask_restore(self, volume: Volume, before: Backup | None = None) -> None:
        """*before*: the backup that was chosen when the key was pressed, if another one."""
        state, backup = self.store.current, self.backups.chosen
        if state is None or backup is None:
            self.notify_refusal(f"No backup is chosen. Choose one: pane 2, {key_for('choose')}.")
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
        self.open_confirmation(state.project, backup, volume, note=note)

    def next_steps(self) -> list[str]:
        """What to do next, in a few lines."""
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

    def notify_refusal(self, why: str) -> None:
        """Say why a key did nothing."""
        self.app.notify(why, title="Not possible now", severity="warning", markup=False)
