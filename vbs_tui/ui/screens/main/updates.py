"""The main screen: what it does with the events of the engine."""

from __future__ import annotations

from typing import Any

from textual import on

from vbs_tui.cloud.errors import Failure
from vbs_tui.cloud.resources import Backup, Project
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Connecting,
    Event,
    JournalChanged,
    ListFailed,
    ListKind,
    ListPage,
    ListStarted,
    ProjectFailed,
    ProjectOpened,
    RegionChanged,
    RestoreChanged,
    RowChanged,
    WatchChanged,
)
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.keys.bindings import key_for, retry_hint
from vbs_tui.ui.render.job_lines import names
from vbs_tui.ui.screens.main.layout import MainLayout
from vbs_tui.ui.store.store import FAILED_STATES, Change
from vbs_tui.ui.widgets.jobs_pane import JobsPane
from vbs_tui.ui.widgets.list_pane import CloudListPane

_LOG_IN = "log in"
"""The subject of a failed log-in; see :meth:`ErrorPane.show`."""

_WORTH_SHOWING = FAILED_STATES | {State.UNKNOWN}


class MainUpdates(MainLayout):
    """The panes, kept up to date by events."""

    def on_mount(self) -> None:
        self.show_project()

    def show_event(self, event: Event, change: Change) -> None:
        """Show *event*, which the store has applied already; *change* is what it did."""
        match event:
            case Connecting() | Connected():
                self.projects.show()
                self._continue_after_log_in(event)
            case ConnectFailed():
                self.projects.show()
                self.show_failure(event.failure, "log in", _LOG_IN)
            case ProjectOpened() | ProjectFailed():
                self._project_news(event)
            case RegionChanged():
                self._continue_in_region(event.region)
            case ListStarted() | ListPage() | ListFailed() | RowChanged():
                self._list_news(event, change)
            case RestoreChanged():
                self._restore_news(event)
            case WatchChanged():
                self.jobs.watch_changed(event.watch)
                self._explain_selected(event.watch.restore_id)
            case JournalChanged():
                self.jobs.journal_changed(event.trouble)
            case _:
                pass
        self.jobs.set_location(self.store.cloud, self.store.region)
        self.title_bar.update_text(self.clock.now())

    def show_project(self) -> None:
        """Show the lists of the current project, as far as they are known."""
        state = self.store.current
        waiting = f"Choose a project first: pane 1, {key_for('choose')}."
        self.backups.choose(None)
        project_id = "" if state is None else state.project.id
        self.volumes.rank_for(None, project_id)
        for pane in (self.backups, self.volumes):
            pane.list.clear_marks()
        self.backups.show(self.store.list_of(ListKind.BACKUPS), waiting)
        self.volumes.show(self.store.list_of(ListKind.VOLUMES), waiting)
        self.projects.list.refresh()

    def clear_for_region(self, region: str) -> None:
        """Show nothing until *region* is open: no key and no late page may act on what was there
        before."""
        self.store.apply(RegionChanged(region))
        self.show_project()
        self.title_bar.update_text(self.clock.now())

    def open_project(self, project: Project) -> None:
        """Open *project*: its lists are read again, and shown as they were until then."""
        is_other = not self.store.is_current(project.id)
        self.store.enter(project)
        if is_other:
            self.show_project()
        self.projects.list.refresh()
        self.title_bar.update_text(self.clock.now())
        self.console_app.backend.open_project(project)

    def show_failure(self, failure: Failure, title: str, about: object = None) -> None:
        """Put *failure* into the error pane; see :meth:`ErrorPane.show`."""
        self.error.show(failure, title, about)

    def choose_backup(self, backup: Backup | None) -> None:
        """Choose *backup* and rank the volumes for it."""
        state = self.store.current
        self.backups.choose(backup)
        self.volumes.rank_for(
            backup, "" if state is None else state.project.id, to_best=backup is not None
        )

    def _continue_after_log_in(self, event: Connecting | Connected) -> None:
        if not isinstance(event, Connected):
            return
        self.error.mark_resolved(_LOG_IN, self.clock.now())
        state = self.store.current
        if state is not None:
            if state.failure is not None:
                self.open_project(state.project)
            for kind in self.store.failed_lists:
                self.console_app.backend.refresh(state.project, kind)
            return
        project = self.store.preferred()
        if project is not None:
            self.projects.list.move_to_key(project.id)
            self.open_project(project)
            if self.current == "projects":
                # The configuration chose the project; a backup comes next.
                self.focus_pane("backups")

    def _continue_in_region(self, region: str) -> None:
        project = self.store.project_in(region)
        if project is not None:
            self.projects.list.move_to_key(project.id)
            self.open_project(project)
            return
        self.show_project()
        self.focus_pane("projects")
        self.app.notify(f"This is region {region}: choose one of its projects.", markup=False)

    def _project_news(self, event: ProjectOpened | ProjectFailed) -> None:
        about = ("project", event.project.id)
        if isinstance(event, ProjectOpened):
            self.error.mark_resolved(about, self.clock.now())
        else:
            self.show_failure(event.failure, f"open project {event.project.name}", about)
            if self.store.is_current(event.project.id):
                words = event.failure.message or event.failure.kind.value
                said = f"Project {event.project.name} could not be opened: {words}"
                for pane in (self.backups, self.volumes):
                    pane.list.set_notice("error", f"{said}  {retry_hint(event.failure)}")
        self.projects.list.refresh()

    def _list_news(
        self, event: ListStarted | ListPage | ListFailed | RowChanged, change: Change
    ) -> None:
        if isinstance(event, ListFailed) and change is not Change.NONE:
            about = (event.kind, event.project_id)
            self.show_failure(event.failure, f"list the {event.kind.value}", about)
        elif isinstance(event, ListPage) and event.last and change is not Change.NONE:
            self.error.mark_resolved((event.kind, event.project_id), self.clock.now())
        if change is Change.NONE or not self.store.is_current(event.project_id):
            return
        if isinstance(event, RowChanged):
            of_backups = isinstance(event.row, Backup)
        else:
            of_backups = event.kind is ListKind.BACKUPS
        pane: CloudListPane[Any] = self.backups if of_backups else self.volumes
        pane.update_ages(self.clock.now())
        if isinstance(event, RowChanged):
            pane.changed(change, event.row, event.row.id)
        else:
            pane.changed(change)
        if of_backups:
            self._follow_choice()
        elif isinstance(event, ListPage) and event.last:
            # Only now are the names of the source disks known, and which of them are gone.
            self.backups.list.search_texts_changed()

    def _follow_choice(self) -> None:
        """Follow the chosen backup: it may have changed, or be gone."""
        state = self.store.current
        if state is None:
            return
        if self.backups.has_lost_choice:
            lost = self.volumes.backup
            name = "" if lost is None else f" {lost.name or lost.id}"
            self.choose_backup(None)
            self.app.notify(
                f"The chosen backup{name} is no longer listed. Choose another one.",
                severity="warning",
                markup=False,
            )
        elif self.backups.chosen is not None and self.backups.chosen != self.volumes.backup:
            self.volumes.rank_for(self.backups.chosen, state.project.id)

    def _restore_news(self, event: RestoreChanged) -> None:
        restore = event.restore
        before = self.jobs.state_of(restore.id)
        for row in self.store.apply_restore(restore):
            self._list_news(RowChanged(restore.project_id, row), Change.ROW)
        self.jobs.restore_changed(restore, event.entries)
        has_changed = not event.replayed and restore.state is not before
        if has_changed and restore.state in _WORTH_SHOWING and not self.jobs.other_place(restore):
            self._draw_attention(restore)
        self._explain_selected(restore.id)

    def _draw_attention(self, restore: Restore) -> None:
        """Select a restore that failed, unless the operator is on another one."""
        if self.jobs.selected_restore == restore:
            self.explain(restore)
        elif not self.jobs.has_focus:
            self.jobs.select(restore)
        else:
            self.app.notify(
                f"{names(restore)}: {restore.state.value}. Select it to see why.",
                severity="error",
                markup=False,
            )

    @on(JobsPane.Selected)
    def _selected(self, event: JobsPane.Selected) -> None:
        event.stop()
        self.explain(event.restore)

    def _explain_selected(self, restore_id: str) -> None:
        """A restore changed: where pane 5 is about it, or is free, show it there."""
        restore = self.jobs.selected_restore
        if restore is not None and restore.id == restore_id:
            about = self.error.about
            if self.error.current is None or isinstance(about, Restore):
                self.explain(restore)

    def explain(self, restore: Restore) -> None:
        """Show in pane 5 what is known of *restore*."""
        restore = self.store.restores.get(restore.id, restore)
        title = " ".join(filter(None, (names(restore), self.jobs.other_place(restore))))
        watch, has_changed = self.store.watches.get(restore.id), self.store.has_changed(restore.id)
        self.error.show_restore(restore, watch, title, has_changed=has_changed)
