"""Two regions of one cloud: a restore and its watch stay in the region on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

from tests.support.toy_cloud import PROJECT, ToyCloud, catalog_entry
from tests.support.wire_server import Heard, Reply, json_reply
from tests.ui.consoles import screen_text
from tests.ui.flows.consoles import FlowConsole
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import (
    Connected,
    Event,
    ProjectOpened,
    RestoreChanged,
    WatchChanged,
)
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen

IDS = {"de": "1", "nl": "2"}


class TwoRegions(ToyCloud):
    """A project in two regions, in each a disk and its backup, of the same names."""

    def __init__(self) -> None:
        super().__init__(service=self.serve)
        self.posts: list[str] = []

    def _catalog(self) -> list[dict[str, Any]]:
        return [
            catalog_entry(kind, f"{self.server.url}/{short}/{version}/{PROJECT}", f"eu-{short}")
            for short in IDS
            for kind, version in (("vbsv2", "v2"), ("volumev3", "v3"))
        ]

    def serve(self, heard: Heard) -> Reply:
        _, short, *_, last = heard.path.split("/")
        if last == "restore":
            self.posts.append(heard.path)
            return json_reply({"job_id": "job-1"})
        if "jobs" in heard.path:
            return json_reply({"job_id": "job-1", "status": "RUNNING", "entities": {}})
        is_backup = "backups" in heard.path
        row: dict[str, Any] = {
            "id": f"{IDS[short] * 8}-0000-4000-8000-00000000000{1 if is_backup else 2}",
            "name": "nightly" if is_backup else "data",
            "status": "available",
            "size": 10,
            "created_at": "2026-11-22T02:00:00",
            "attachments": [],
            "volume_id": f"{IDS[short] * 8}-0000-4000-8000-000000000002",
        }
        noun = "backup" if is_backup else "volume"
        if last == "detail":
            return json_reply({f"{noun}s": [] if "marker" in heard.query else [row]})
        return json_reply({noun: row})

    def answer(self, heard: Heard) -> Reply:
        if heard.path == "/v3/auth/projects":
            row = {"id": PROJECT, "name": "prod", "enabled": True}
            return json_reply({"projects": [row], "links": {"next": None}})
        return super().answer(heard)


async def test_a_restore_goes_to_the_region_on_the_screen(tmp_path: Path) -> None:
    async with TwoRegions() as cloud:

        async def connect(ask: Ask, log: RequestLog) -> Connection:
            made = cloud.connection(ask=ask, name="toy", project_name="prod")
            cloud.connections.clear()  # the backend closes it, on the engine's own loop
            return made

        backend = Backend(connect, tmp_path / "state", cloud_name="toy")
        app = VbsTui(
            backend, clock=SystemClock(), zone=UTC, demo=False, cloud_name="toy", read_only=False
        )
        app.set_clouds("toy", list, used=lambda _: None)
        async with app.run_test(size=(120, 40)) as pilot:
            con = FlowConsole(app, pilot)
            await con.until(lambda: con.main.volumes.list.total == 1)
            assert con.main.store.region == "eu-de"
            await con.keys("C")
            await con.until(lambda: "open now" in screen_text(app))
            await con.keys("down", "enter")
            await con.until(lambda: con.main.store.region == "eu-nl")
            await con.until(lambda: con.main.volumes.list.total == 1)
            await con.until(lambda: con.main.backups.list.total == 1)
            await con.keys("2", "enter", "r")
            await con.until(lambda: isinstance(app.screen, ConfirmScreen))
            screen = app.screen
            assert isinstance(screen, ConfirmScreen)
            await con.until(lambda: con.is_read(screen))
            assert "toy › eu-nl › prod" in con.said(screen)
            await con.keys(*"data", "enter")
            await con.until(lambda: cloud.posts)
            await con.until(lambda: con.main.jobs.selected_restore)
        await asyncio.to_thread(backend.stop, 2.0)
        assert cloud.posts == [
            f"/nl/v2/{PROJECT}/cloudbackups/22222222-0000-4000-8000-000000000001/restore"
        ]
        assert cloud.given == 1, "the other region needs no log-in of its own"
        restores = list(con.main.store.restores.values())
        assert [one.region for one in restores] == ["eu-nl"]


def connector(cloud: TwoRegions, **settings: Any) -> Callable[[Ask, RequestLog], Any]:
    async def connect(ask: Ask, log: RequestLog) -> Connection:
        made = cloud.connection(ask=ask, name="toy", project_name="prod", **settings)
        cloud.connections.clear()  # the backend closes it, on the engine's own loop
        return made

    return connect


class Told:
    """What a backend told, for whoever waits for it."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._events: list[Event] = []
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        backend.start(self._take)

    def _take(self, event: Event) -> None:
        self._events.append(event)
        self._loop.call_soon_threadsafe(self._news.set)

    async def until(self, found: Callable[[Event], bool]) -> Event:
        async with asyncio.timeout(20):
            while True:
                self._news.clear()
                for event in list(self._events):
                    if found(event):
                        return event
                await self._news.wait()


async def test_a_backend_begins_in_the_region_that_was_chosen(tmp_path: Path) -> None:
    async with TwoRegions() as cloud:
        backend = Backend(connector(cloud), tmp_path / "state", region="eu-nl")
        told_by = Told(backend)
        backend.open_project(Project(PROJECT, "prod"))
        opened = await told_by.until(lambda one: isinstance(one, ProjectOpened))
        assert isinstance(opened, ProjectOpened)
        assert opened.region == backend.region == "eu-nl"
        await asyncio.to_thread(backend.stop, 2.0)


async def test_an_address_of_another_region_never_watches_a_restore(tmp_path: Path) -> None:
    async with TwoRegions() as cloud:

        def there(short: str) -> Backend:
            url = cloud.server.url
            at = dict.fromkeys(("vbs", "evs"), f"{url}/{short}/v2")
            made = connector(cloud, region=f"eu-{short}", endpoint_overrides=at)
            return Backend(made, tmp_path / "state", cloud_name="toy")

        project = Project(PROJECT, "prod")
        one = there("de")
        told_by = Told(one)
        one.connect()
        await told_by.until(lambda event: isinstance(event, Connected))
        backup, disk = (f"11111111-0000-4000-8000-00000000000{n}" for n in (1, 2))
        found = await asyncio.wrap_future(one.examine(project, backup, disk))
        await asyncio.wrap_future(one.submit(found, found.required_text))
        await told_by.until(
            lambda event: isinstance(event, RestoreChanged) and bool(event.restore.job_id)
        )
        await asyncio.to_thread(one.stop, 2.0)
        other = there("nl")
        told_by = Told(other)
        other.connect()
        said = await told_by.until(lambda event: isinstance(event, WatchChanged))
        await told_by.until(lambda event: isinstance(event, Connected))
        await asyncio.wrap_future(other.history())  # after whatever the log-in set going
        assert isinstance(said, WatchChanged)
        assert said.watch.elsewhere == "connect to toy in eu-de to watch"
        again = there("de")
        await asyncio.to_thread(other.stop, 2.0)
        told_by = Told(again)
        again.connect()
        await told_by.until(
            lambda event: isinstance(event, WatchChanged) and event.watch.looked_at is not None
        )
        await asyncio.to_thread(again.stop, 2.0)
        jobs = [one.path for one in cloud.server.heard if "/jobs/" in one.path]
        assert jobs
        assert all(path.startswith("/de/") for path in jobs)
        assert len(cloud.posts) == 1
