"""Reads a project's lists of backups and volumes, page by page, as events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks.required_text import ListedResources
from vbs_tui.restore.events import Event, ListFailed, ListKind, ListPage, ListStarted, Notice
from vbs_tui.restore.refusals import defect_failure


class ListReader:
    """One reading at a time per project and kind; a newer one replaces an older one."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._generation = 0
        self._rows: dict[tuple[str, ListKind], dict[str, Backup | Volume]] = {}
        self._complete: set[tuple[str, ListKind]] = set()
        self._running: dict[tuple[str, ListKind], asyncio.Task[None]] = {}

    def listed(self) -> Mapping[str, ListedResources]:
        """What was listed, by project id. While a list is read again: what was known before, and
        the rows read so far."""
        return {project_id: self._listed(project_id) for project_id, _ in self._rows}

    def _listed(self, project_id: str) -> ListedResources:
        of_volumes, of_backups = (project_id, ListKind.VOLUMES), (project_id, ListKind.BACKUPS)
        return ListedResources(
            volumes=cast(dict[str, Volume], self._rows.get(of_volumes, {})),
            backups=cast(dict[str, Backup], self._rows.get(of_backups, {})),
            all_volumes=of_volumes in self._complete,
            all_backups=of_backups in self._complete,
        )

    def start(self, provider: Provider, kind: ListKind) -> None:
        """Begin to read; the pages come as events."""
        key = (provider.project.id, kind)
        before = self._running.pop(key, None)
        if before is not None:
            before.cancel()
        self._generation += 1
        self._running[key] = asyncio.create_task(
            self._read(provider, kind, self._generation), name=f"list {kind.value}"
        )

    def clear(self) -> None:
        """Cancel all readings and drop their rows, as for a change of region."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._rows.clear()
        self._complete.clear()

    async def _read(self, provider: Provider, kind: ListKind, generation: int) -> None:
        project_id = provider.project.id
        self._emit(ListStarted(project_id, kind, generation, self._clock.now()))
        key = (project_id, kind)
        found: dict[str, Backup | Volume] = {}
        try:
            pages = provider.backups() if kind is ListKind.BACKUPS else provider.volumes()
            async for rows in pages:
                page = {row.id: row for row in rows}
                found.update(page)
                self._rows.setdefault(key, {}).update(page)
                now = self._clock.now()
                self._emit(ListPage(project_id, kind, generation, rows, last=False, at=now))
        except CloudError as error:
            self._emit(ListFailed(project_id, kind, generation, error.failure))
        except Exception as error:
            failure = defect_failure(f"list {kind.value}", error, self._clock.now())
            self._emit(ListFailed(project_id, kind, generation, failure))
        else:
            self._rows[key] = found
            if not provider.notes:
                self._complete.add(key)
            now = self._clock.now()
            self._emit(ListPage(project_id, kind, generation, (), last=True, at=now))
            for note in provider.notes:
                self._emit(Notice(note))
