"""Going to another cloud or region from inside the console, and coming back from the list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.toy_cloud import PROJECT, ToyCloud, catalog_entry
from tests.cloud.wire_server import Heard, Reply, json_reply
from tests.ui.consoles import Console, console, lines, screen_text
from tests.ui.fake_desk import BACKUPS, NOW, PROD, PROJECTS, VOLUMES, failure
from tests.ui.test_flow import Console as FlowConsole
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.desk import Desk
from vbs_tui.restore.events import (
    ConnectFailed,
    ListKind,
    ListPage,
    ProjectOpened,
    RegionChanged,
)
from vbs_tui.ui.app import SWITCH, VbsTui
from vbs_tui.ui.clouds import Choice, Opened, Unreadable, from_here
from vbs_tui.ui.screens.clouds import CloudsScreen
from vbs_tui.ui.screens.confirm import ConfirmScreen
from vbs_tui.ui.screens.help import HelpScreen


def choice(cloud: str, region: str = "", **more: Any) -> Choice:
    return Choice(
        cloud, region, "iam", "password", "", None, raw_cloud=cloud, raw_region=region, **more
    )


def told(choices: list[Choice]) -> list[tuple[str, str, bool, bool]]:
    return [(one.cloud, one.raw_region, one.is_open, one.is_near) for one in choices]


OPENED = Opened("prod", "prod", "eu-de", ("eu-de", "eu-nl"))


def test_regions_of_the_open_cloud_stand_in_its_place() -> None:
    rows = [choice("a"), choice("prod"), choice("z", "r")]
    assert told(from_here(rows, OPENED)) == [
        ("a", "", False, False),
        ("prod", "eu-de", True, True),
        ("prod", "eu-nl", False, True),
        ("z", "r", False, False),
    ]


def test_a_region_that_is_configured_is_listed_even_if_the_cloud_does_not_tell_it() -> None:
    rows = [choice("prod", "eu-de"), choice("prod", "far")]
    assert told(from_here(rows, OPENED)) == [
        ("prod", "eu-de", True, True),
        ("prod", "far", False, False),
        ("prod", "eu-nl", False, True),
    ]


def test_a_region_with_settings_of_its_own_is_opened_anew() -> None:
    rows = [choice("prod", "eu-de"), choice("prod", "eu-nl", is_apart=True)]
    assert told(from_here(rows, OPENED)) == [
        ("prod", "eu-de", True, False),
        ("prod", "eu-nl", False, False),
    ]


def test_a_cloud_of_variables_alone_has_a_row() -> None:
    assert told(from_here([choice("a")], replace(OPENED, raw_name="iam.example.com"))) == [
        ("prod", "eu-de", True, True),
        ("prod", "eu-nl", False, True),
        ("a", "", False, False),
    ]
    assert told(from_here([], Opened("x", "x", "", ()))) == [("x", "", True, False)]


def test_last_use_is_each_regions_own() -> None:
    rows = [replace(choice("prod"), used_at=NOW, used_in={"eu-nl": NOW})]
    assert [one.used_at for one in from_here(rows, OPENED)] == [None, NOW]


CHOICES = [choice("otc-prod", "eu-de"), choice("otc-prod", "eu-nl"), choice("lab")]
FAR = Project("4391e4486e864c26be5654c522f440f2", "eu-nl_prod")


@asynccontextmanager
async def with_clouds(
    *, projects: tuple[Project, ...] = PROJECTS, noted: list[str] | None = None
) -> AsyncIterator[Console]:
    async with console() as con:
        con.app.know_clouds(
            "otc-prod", lambda: list(CHOICES), used=(noted if noted is not None else []).append
        )
        con.desk.log_in(projects, PROD.name)
        await con.settle()
        con.desk.tell(ProjectOpened(PROD, "vbs", (), None, "", "eu-de", ("eu-de", "eu-nl")))
        con.desk.listed(PROD, ListKind.BACKUPS, BACKUPS)
        con.desk.listed(PROD, ListKind.VOLUMES, VOLUMES)
        await con.settle()
        await con.press("2", "enter")
        yield con


async def list_is_read(con: Console) -> CloudsScreen:
    screen = con.app.screen
    assert isinstance(screen, CloudsScreen)
    await con.app.workers.wait_for_complete()
    await con.pilot.pause()
    return screen


def top(con: Console) -> type[object]:
    return type(con.app.screen)


async def test_escape_leaves_everything_as_it_was() -> None:
    async with with_clouds() as con:
        asked = list(con.desk.asked)
        chosen = con.main.backups.chosen
        await con.press("C")
        screen = await list_is_read(con)
        drawn = lines(screen.pane.list)
        assert [line.split()[:2] for line in drawn[1:]] == [
            ["›", "otc-prod"],
            ["otc-prod", "eu-nl"],
            ["lab", "never"],
        ]
        assert "● open now" in drawn[1]
        await con.press("question_mark")
        assert top(con) is HelpScreen
        await con.press("escape", "slash", "l", "enter", "escape")
        assert top(con) is CloudsScreen, "the first Esc clears the filter"
        await con.press("escape")
        assert con.on_main()
        assert con.desk.asked == asked
        assert con.main.backups.chosen is chosen is not None


async def test_choosing_the_open_one_does_nothing() -> None:
    async with with_clouds() as con:
        asked = list(con.desk.asked)
        await con.press("C")
        await list_is_read(con)
        await con.press("enter")
        assert con.on_main()
        assert con.desk.asked == asked
        assert con.notices == ["That one is open already."]
        assert con.app.is_running


async def test_one_whose_log_in_failed_is_opened_anew() -> None:
    async with with_clouds() as con:
        con.desk.tell(ConnectFailed(failure(message="the password is wrong")))
        await con.settle()
        await con.press("C")
        await list_is_read(con)
        await con.press("enter")
        assert con.app.return_value == SWITCH
        assert con.app.wanted is not None
        assert con.app.wanted.is_open


async def test_another_cloud_ends_this_one_with_the_choice() -> None:
    async with with_clouds() as con:
        await con.press("C")
        await list_is_read(con)
        await con.press("G", "enter")
        assert con.app.return_value == SWITCH
        assert con.app.wanted == CHOICES[2]


async def test_another_cloud_waits_for_a_request_under_way() -> None:
    async with with_clouds() as con:
        con.desk.sending = 1
        await con.press("C")
        await list_is_read(con)
        await con.press("G", "enter")
        assert not con.on_main()
        await con.press("escape")
        assert con.on_main()
        assert con.app.return_value is None


async def test_an_unreadable_configuration_is_told_and_changes_nothing() -> None:
    def broken() -> list[Choice]:
        raise Unreadable("clouds.yaml, line 3: [red]no mapping[/]")

    async with with_clouds() as con:
        con.app.know_clouds("otc-prod", broken, used=lambda _: None)
        await con.press("C")
        screen = await list_is_read(con)
        assert "clouds.yaml, line 3: [red]no mapping[/]" in screen_text(con.app)
        assert screen.pane.list.total == 0
        await con.press("escape")
        assert con.on_main()


@pytest.mark.parametrize("name", ["prod", "eu-de_prod"])
async def test_another_region_shows_nothing_of_the_one_before(name: str) -> None:
    noted: list[str] = []
    async with with_clouds(projects=(*PROJECTS, replace(FAR, name=name)), noted=noted) as con:
        await con.press("C")
        await list_is_read(con)
        await con.press("down", "enter")
        assert con.on_main()
        assert con.desk.asked[-1] == ("region", "eu-nl")
        con.desk.tell(RegionChanged("eu-nl"))
        await con.settle()
        assert con.main.backups.list.total == con.main.volumes.list.total == 0
        assert con.main.backups.chosen is None
        # It is a project of eu-de; which one to go on with is the operator's choice.
        assert con.main.store.current is None
        assert con.main.current == "projects"
        assert "This is region eu-nl: choose one of its projects." in con.notices
        await con.press("r")
        assert con.on_main(), "there is nothing to restore here"
        assert noted == ["eu-de"]


async def test_the_only_project_of_the_region_opens_by_itself() -> None:
    noted: list[str] = []
    async with with_clouds(projects=(*PROJECTS, FAR), noted=noted) as con:
        con.desk.tell(RegionChanged("eu-nl"))
        await con.settle()
        assert con.desk.asked[-1] == ("open", FAR.id)
        con.desk.tell(ProjectOpened(FAR, "vbs", (), None, "", "eu-nl", ("eu-de", "eu-nl")))
        # Of a reading that began before: its generation is not the new one's.
        con.desk.tell(ListPage(PROD.id, ListKind.BACKUPS, 1, BACKUPS, last=True, at=NOW))
        await con.settle()
        assert con.main.backups.list.total == 0
        assert "otc-prod › eu-nl › eu-nl_prod" in screen_text(con.app)
        await con.app.workers.wait_for_complete()
        assert noted == ["eu-de", "eu-nl"]


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
            cloud.connections.clear()  # the desk closes it, on the engine's own loop
            return made

        desk = Desk(connect, tmp_path / "state", cloud_name="toy")
        app = VbsTui(
            desk, clock=SystemClock(), zone=UTC, demo=False, cloud_name="toy", read_only=False
        )
        app.know_clouds("toy", list, used=lambda _: None)
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
        await asyncio.to_thread(desk.stop, 2.0)
        assert cloud.posts == [
            f"/nl/v2/{PROJECT}/cloudbackups/22222222-0000-4000-8000-000000000001/restore"
        ]
        assert cloud.given == 1, "the other region needs no log-in of its own"
        restores = list(con.main.store.restores.values())
        assert [one.region for one in restores] == ["eu-nl"]
