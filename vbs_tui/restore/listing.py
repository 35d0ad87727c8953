"""Reading a project's lists, page by page, as events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.provider import Provider
from vbs_tui.restore.events import Event, ListFailed, ListKind, ListPage, ListStarted, Notice
from vbs_tui.restore.refusals import defect


class Lister:
    """One reading at a time per project and kind; a newer one replaces an older one."""

    def __init__(self, clock: Clock, emit: Callable[[Event], None]) -> None:
        self._clock = clock
        self._emit = emit
        self._generation = 0
        self._volume_names: dict[str, dict[str, str]] = {}
        self._running: dict[tuple[str, ListKind], asyncio.Task[None]] = {}

    def volume_names(self, project_id: str) -> Mapping[str, str]:
        """Names of the project's volumes by id, as far as they were listed: to tell namesakes
        apart. While a reading goes on, what it told so far and what was known before it."""
        return self._volume_names.get(project_id, {})

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

    def forget(self) -> None:
        """End all readings, and what they told: another region is worked in."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._volume_names.clear()

    async def _read(self, provider: Provider, kind: ListKind, generation: int) -> None:
        project_id = provider.project.id
        self._emit(ListStarted(project_id, kind, generation, self._clock.now()))
        names: dict[str, str] = {}
        try:
            pages = provider.backups() if kind is ListKind.BACKUPS else provider.volumes()
            async for rows in pages:
                told = {row.id: row.name for row in rows}
                names.update(told)
                if kind is ListKind.VOLUMES:
                    self._volume_names.setdefault(project_id, {}).update(told)
                now = self._clock.now()
                self._emit(ListPage(project_id, kind, generation, rows, last=False, at=now))
        except CloudError as error:
            self._emit(ListFailed(project_id, kind, generation, error.failure))
        except Exception as error:
            failure = defect(f"list {kind.value}", error, self._clock.now())
            self._emit(ListFailed(project_id, kind, generation, failure))
        else:
            if kind is ListKind.VOLUMES:
                self._volume_names[project_id] = names
            now = self._clock.now()
            self._emit(ListPage(project_id, kind, generation, (), last=True, at=now))
            for note in provider.notes:
                self._emit(Notice(note))
