"""Pane 1: the projects of this user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vbs_tui.cloud.resources import Project
from vbs_tui.ui.keys.bindings import retry_hint
from vbs_tui.ui.render.formatting import short_failure
from vbs_tui.ui.render.project_columns import COLUMNS, project_row
from vbs_tui.ui.render.table import Cell
from vbs_tui.ui.store.store import Store
from vbs_tui.ui.widgets.list_pane import ListPane
from vbs_tui.ui.widgets.rows.row_list import RowList


class ProjectsPane(ListPane[Project]):
    """Choosing a project opens it."""

    number = 1
    pane_name = "Projects"
    noun = ("project", "projects")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: Counter[str] = Counter()
        rows: RowList[Project] = RowList(
            COLUMNS,
            lambda project: project.id,
            self._row,
            text_of=lambda project: f"{project.name} {project.id}",
            show_header=False,
        )
        super().__init__(rows, id="projects")

    def collapsed_summary(self) -> str:
        state = self._store.current
        return super().collapsed_summary() if state is None else f"● {state.project.name}"

    def _row(self, project: Project) -> Sequence[Cell]:
        return project_row(
            project,
            is_open=self._store.is_current(project.id),
            is_namesake=self._names[project.name] > 1,
        )

    def show(self) -> None:
        """Show what the store knows."""
        store = self._store
        self._names = Counter(project.name for project in store.projects)
        self.list.set_items(store.projects)
        if store.connect_failure is not None:
            failure = store.connect_failure
            words = failure.message or failure.kind.value
            said = f"{short_failure(failure)}: {words}  {retry_hint(failure)}"
            self.list.set_notice("error", said[:1].upper() + said[1:])
        elif store.connected_at is None:
            self.list.set_notice("loading", "Logging in …")
        else:
            self.list.set_notice("empty", "This user has no project in this cloud.")
        self.list.refresh()
        self.update_subtitle()
