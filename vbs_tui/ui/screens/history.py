"""The history: every restore in the journal, with its log; and their export."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from textual import on, work
from textual.binding import Binding

from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.export import FORMATS, export
from vbs_tui.restore.journal.records import Restore
from vbs_tui.threads import in_thread
from vbs_tui.times import local_minute, span
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.keys.bindings import binding_for, key_for
from vbs_tui.ui.render.job_lines import sign_of
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.screens.background_work import BackgroundWork
from vbs_tui.ui.screens.list_screen import ListScreen, SolePane
from vbs_tui.ui.screens.restore_details import RestoreScreen
from vbs_tui.ui.widgets.rows.row_list import RowList

COLUMNS = (
    Column("State", 11, sort_key=lambda restore: restore.state.value),
    Column("Confirmed", 20, priority=2, sort_key=lambda r: r.created_at, descending_first=True),
    Column(
        "Backup",
        None,
        min_width=16,
        wanted=24,
        share=2,
        sort_key=lambda r: r.backup.name.casefold(),
    ),
    Column("Volume", None, min_width=12, share=2, sort_key=lambda r: r.volume.name.casefold()),
    Column("Took", 9, priority=3),
    Column("Cloud", None, min_width=8, max_width=18, priority=1),
    Column("Project", None, min_width=10, max_width=24, priority=3),
    Column("Operator", None, min_width=12, max_width=28, priority=5),
)


class HistoryScreen(ListScreen[Restore], BackgroundWork[None]):
    """Newest first, from the journal."""

    BINDINGS = [
        binding_for("refresh", "read"),
        binding_for("details", "details"),
        Binding("x", "export('json')", show=False),
        Binding("X,upper_x", "export('csv')", show=False),
    ]
    keys = (
        ("Enter", "details"),
        ("x", "export JSON"),
        ("X", "export CSV"),
        (key_for("refresh"), "read again"),
    )

    def __init__(self, console_app: ConsoleApp) -> None:
        self._console_app = console_app
        self._backend = console_app.backend
        super().__init__()

    def make_pane(self) -> SolePane[Restore]:
        rows: RowList[Restore] = RowList(
            COLUMNS,
            lambda restore: restore.id,
            self._row,
            text_of=_searched,
        )
        return SolePane(rows, "Past restores")

    def on_mount(self) -> None:
        self.pane.list.set_notice("loading", "Reading the journal …")
        self.action_read()

    @work(exclusive=True, group="read", exit_on_error=False, description="read the journal")
    async def action_read(self) -> None:
        try:
            found = await asyncio.wrap_future(self._backend.history())
        except JournalError as error:
            self.pane.list.set_notice("error", str(error))
            return
        self.pane.list.set_notice("empty", "No restore is on record on this machine.")
        self.pane.list.set_items(found)

    def _row(self, restore: Restore) -> Sequence[Cell]:
        sign, style = sign_of(restore)
        end = restore.ended_at
        took = "" if end is None else span((end - restore.created_at).total_seconds())
        return (
            Cell(f"{sign} {restore.state.value}", style),
            Cell(local_minute(restore.created_at, self._console_app.zone)),
            Cell(restore.backup.name or restore.backup.id),
            Cell(restore.volume.name or restore.volume.id),
            Cell(took),
            Cell(restore.cloud),
            Cell(restore.project_name),
            Cell(restore.operator, "dim"),
        )

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self._show(event.item)

    def action_details(self) -> None:
        restore = self.pane.list.highlighted
        if restore is not None:
            self._show(restore)

    def _show(self, restore: Restore) -> None:
        self.app.push_screen(RestoreScreen(self._console_app, restore))

    @work(exclusive=True, group="export", exit_on_error=False, description="export")
    async def action_export(self, kind: str) -> None:
        try:
            restores = await asyncio.wrap_future(self._backend.history())
            logs = {r.id: await asyncio.wrap_future(self._backend.log_of(r.id)) for r in restores}
            now = self._console_app.clock.now()
            # A folder on a network that hangs must not keep the program from ending.
            path = await in_thread(
                partial(export, self._console_app.export_folder, FORMATS[kind], restores, logs, now)
            )
        except (JournalError, OSError) as error:
            self.app.notify(f"Not exported: {error}", severity="error", markup=False)
        else:
            self.app.notify(f"{len(restores)} restores written to {path}", markup=False)


def _searched(restore: Restore) -> str:
    """The text that the filter searches."""
    backup, volume = restore.backup, restore.volume
    words = [restore.state.value, backup.name, backup.id, volume.name, volume.id, restore.cloud]
    words += [restore.project_name, restore.operator, restore.job_id, restore.id]
    return " ".join(words)
