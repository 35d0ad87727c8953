"""One restore with its whole log, from the journal."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from textual import work

from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.times import local
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.screens.background_work import BackgroundWork
from vbs_tui.ui.screens.details import DetailsScreen


class RestoreScreen(DetailsScreen, BackgroundWork[None]):
    """The newest lines are there at once; the rest is read from the journal."""

    HANG = 4

    def __init__(self, console_app: ConsoleApp, restore: Restore) -> None:
        zone = console_app.zone
        super().__init__(
            f"Restore {restore.id[:8]}", restore_pairs(restore, zone), log_text(restore.log, zone)
        )
        self._backend = console_app.backend
        self._restore = restore
        self._zone = zone

    def on_mount(self) -> None:
        self._read()

    @work(exclusive=True, group="log", exit_on_error=False, description="read the log")
    async def _read(self) -> None:
        try:
            log = await asyncio.wrap_future(self._backend.log_of(self._restore.id))
        except JournalError as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            self.show_raw(log_text(log, self._zone))


def restore_pairs(restore: Restore, zone: tzinfo | None) -> list[tuple[str, str]]:
    """A restore as labelled lines."""
    pairs = [
        ("State", f"{restore.state.value}: {restore.summary}"),
        ("Backup", f"{restore.backup.name or '(no name)'}  {restore.backup.id}"),
        ("Volume", f"{restore.volume.name or '(no name)'}  {restore.volume.id}"),
        ("Project", f"{restore.project_name}  {restore.project_id}"),
        ("Cloud", f"{restore.cloud} {restore.region}  {restore.cloud_identity}"),
        ("Operator", restore.operator),
        ("Confirmed", local(restore.created_at, zone)),
        ("Sent", local(restore.sent_at, zone) if restore.sent_at else "never"),
        ("Ended", local(restore.ended_at, zone) if restore.ended_at else "not yet"),
        ("Job", restore.job_id or "none known"),
        ("Request id", restore.request_id or "none given"),
        ("Restore id", restore.id),
    ]
    if restore.failure is not None:
        pairs.append(("Error", f"{restore.failure.code} {restore.failure.message}".strip()))
    return pairs


def log_text(log: tuple[LogEntry, ...], zone: tzinfo | None) -> str:
    """A log as lines with their full date."""
    return "\n".join(f"{local(one.at, zone)}  {one.source.value}: {one.text}" for one in log)
