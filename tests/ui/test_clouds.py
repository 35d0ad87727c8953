"""Going to another cloud or region from inside the console, and coming back from the list."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from tests.restore.makers import restore
from tests.support.toy_cloud import PROJECT, ToyCloud, catalog_entry
from tests.support.wire_server import Heard, Reply, json_reply
from tests.ui.consoles import Console, console, lines, screen_text
from tests.ui.fake_backend import BACKUPS, NOW, PROD, PROJECTS, VOLUMES, StillClock, failure
from tests.ui.test_flow import Console as FlowConsole
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.provider import Ask, Connection, LogInQuestion, QuestionKind
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Event,
    ListKind,
    ListPage,
    ProjectOpened,
    RegionChanged,
    RestoreChanged,
    SecretWanted,
    WatchChanged,
)
from vbs_tui.restore.journal.records import Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.app import SWITCH, VbsTui
from vbs_tui.ui.cloud_choices import Choice, Opened, Unreadable, from_here
from vbs_tui.ui.cloud_picker import CloudPicker
from vbs_tui.ui.screens.clouds import CloudsScreen
from vbs_tui.ui.screens.dialogs.confirm import ConfirmScreen
from vbs_tui.ui.screens.dialogs.secret import SecretScreen
from vbs_tui.ui.screens.help import HelpScreen
from vbs_tui.ui.widgets.rows.row_list import RowList


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


def test_the_open_cloud_is_marked_while_its_region_is_not_known_yet() -> None:
    logging_in = Opened("prod", "prod", "", ())
    rows = [choice("a"), choice("prod", "eu-de")]
    assert [one.is_open for one in from_here(rows, logging_in)] == [False, True]
    # Of several it cannot be told which.
    rows.append(choice("prod", "eu-nl"))
    assert not any(one.is_open for one in from_here(rows, logging_in))


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
        con.backend.log_in(projects, PROD.id)
        await con.settle()
        con.backend.tell(ProjectOpened(PROD, "vbs", (), None, "", "eu-de", ("eu-de", "eu-nl")))
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
        con.backend.listed(PROD, ListKind.VOLUMES, VOLUMES)
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
        asked = list(con.backend.asked)
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
        assert con.backend.asked == asked
        assert con.main.backups.chosen is chosen is not None


async def test_choosing_the_open_one_does_nothing() -> None:
    async with with_clouds() as con:
        asked = list(con.backend.asked)
        await con.press("C")
        await list_is_read(con)
        await con.press("enter")
        assert con.on_main()
        assert con.backend.asked == asked
        assert con.notices == ["That one is open already."]
        assert con.app.is_running


async def test_one_whose_log_in_failed_is_opened_anew() -> None:
    async with with_clouds() as con:
        con.backend.tell(ConnectFailed(failure(message="the password is wrong")))
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
        con.backend.sending = 1
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
        assert con.backend.asked[-1] == ("region", "eu-nl")
        con.backend.tell(RegionChanged("eu-nl"))
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
        con.backend.tell(RegionChanged("eu-nl"))
        await con.settle()
        assert con.backend.asked[-1] == ("open", FAR.id)
        con.backend.tell(ProjectOpened(FAR, "vbs", (), None, "", "eu-nl", ("eu-de", "eu-nl")))
        # Of a reading that began before: its generation is not the new one's.
        con.backend.tell(ListPage(PROD.id, ListKind.BACKUPS, 1, BACKUPS, last=True, at=NOW))
        await con.settle()
        assert con.main.backups.list.total == 0
        assert "otc-prod › eu-nl › eu-nl_prod" in screen_text(con.app)
        await con.app.workers.wait_for_complete()
        assert noted == ["eu-de", "eu-nl"]


async def marked_and_chosen(con: Console) -> None:
    """A backup chosen, a disk marked, the list of clouds open with the cursor on eu-nl."""
    await con.press("3", "space")
    assert len(con.main.volumes.list.marks) == 1
    await con.press("C")
    await list_is_read(con)
    await con.press("down")


async def test_no_key_acts_on_the_region_before_while_it_changes() -> None:
    async with with_clouds() as con:
        await marked_and_chosen(con)
        asked = len(con.backend.asked)
        # The backend has not said yet that it works in the other region.
        await con.press("enter", "r", "enter", "2", "enter", "r")
        assert con.on_main()
        assert con.backend.asked[asked:] == [("region", "eu-nl")]
        assert con.main.store.region == "eu-nl"
        con.backend.page(PROD, ListKind.BACKUPS, 1, BACKUPS)
        con.backend.tell(ProjectOpened(PROD, "vbs", (), None, "", "eu-de", ("eu-de", "eu-nl")))
        await con.settle()
        assert con.main.backups.list.total == con.main.volumes.list.total == 0
        assert con.main.backups.chosen is None
        assert con.main.store.current is None
        assert not con.main.volumes.list.marks


async def test_one_choice_is_enough_for_two_quick_enters() -> None:
    async with with_clouds() as con:
        await marked_and_chosen(con)
        screen = con.app.screen
        assert isinstance(screen, CloudsScreen)
        screen.pane.list.action_choose()
        screen.pane.list.action_choose()
        await con.settle()
        assert con.backend.asked.count(("region", "eu-nl")) == 1
        assert con.on_main()


async def test_a_question_that_comes_over_the_list_is_not_thrown_away() -> None:
    async with with_clouds() as con:
        await marked_and_chosen(con)
        screen = con.app.screen
        assert isinstance(screen, CloudsScreen)
        reply: Future[str | None] = Future()
        con.backend.tell(SecretWanted(LogInQuestion(QuestionKind.PASSCODE, "Passcode"), reply))
        await con.until_keys_are_taken()
        assert isinstance(con.app.screen, SecretScreen)
        screen.pane.list.action_choose()
        await con.settle()
        assert isinstance(con.app.screen, SecretScreen)
        assert ("region", "eu-nl") not in con.backend.asked
        con.app.screen.dismiss(None)
        await con.settle()
        assert reply.result(0) is None


async def test_esc_before_the_list_is_read_changes_nothing() -> None:
    may_read = threading.Event()

    def slow() -> list[Choice]:
        may_read.wait(10)
        return list(CHOICES)

    async with with_clouds() as con:
        con.app.know_clouds("otc-prod", slow, used=lambda _: None)
        asked = list(con.backend.asked)
        await con.press("C")
        assert top(con) is CloudsScreen
        await con.press("down", "enter", "escape")
        assert con.on_main()
        may_read.set()
        await con.app.workers.wait_for_complete()
        await con.settle()
        assert con.on_main()
        assert con.backend.asked == asked
        assert con.main.error.current is None


async def test_a_new_log_in_opens_no_project_of_another_region() -> None:
    async with with_clouds(projects=(*PROJECTS, FAR, replace(FAR, id="5" * 32))) as con:
        con.backend.tell(RegionChanged("eu-nl"))
        await con.settle()
        asked = len(con.backend.asked)
        con.backend.tell(
            Connected("otc-prod", "eu-nl", "ops", (*PROJECTS, FAR), PROD.id, "", NOW),
        )
        await con.settle()
        assert con.backend.asked[asked:] == []
        assert con.main.store.current is None


async def test_going_back_finds_the_project_that_was_left() -> None:
    async with with_clouds() as con:
        con.backend.tell(RegionChanged("eu-nl"))
        await con.settle()
        asked = len(con.backend.asked)
        con.backend.tell(RegionChanged("eu-de"))
        await con.settle()
        assert con.backend.asked[asked:] == [("open", PROD.id)]


async def test_a_restore_of_another_region_says_so() -> None:
    async with with_clouds() as con:
        here = restore(cloud="otc-prod", region="eu-de", state=State.RUNNING)
        con.backend.tell(RestoreChanged(here))
        await con.settle()
        assert "db-data-01   running" in con.main.jobs.text
        con.backend.tell(RegionChanged("eu-nl"))
        await con.settle()
        assert "db-data-01 in eu-de   running" in con.main.jobs.text


async def leave(con: Console, result: int) -> str:
    """What the terminal is told after the end."""
    await con.app.leave_with(result)
    return "".join(str(one) for one in con.app._exit_renderables)


async def test_the_terminal_is_told_once_at_the_end_what_goes_on() -> None:
    here = restore(1, cloud="otc-prod", state=State.RUNNING)
    left = restore(2, cloud="lab", state=State.RUNNING)
    seen = restore(3, cloud="lab", state=State.RUNNING)
    foreign = restore(4, cloud="lab", state=State.RUNNING)
    for result in (SWITCH, 0):
        async with with_clouds() as con:
            con.app.know_clouds(
                "otc-prod", list, used=lambda _: None, left={left.id, seen.id}, unnamed="lab"
            )
            for one in (here, left, seen, foreign):
                con.backend.tell(RestoreChanged(one, replayed=True))
            for one in (left, foreign):
                con.backend.tell(WatchChanged(Watch(one.id, elsewhere="connect to lab to watch")))
            con.backend.tell(WatchChanged(Watch(seen.id, elsewhere="watched by vbs-tui process 7")))
            await con.settle()
            said = await leave(con, result)
        if result == SWITCH:
            assert said == ""
        else:
            assert said.startswith("2 restores go on")
            assert "watch --cloud otc-prod 00000000" in said
            assert "vbs-tui watch 00000000" in said


def asked(con: Console) -> str:
    return " ".join(str(one.render()) for one in con.app.screen.query(Static))


async def test_the_question_before_another_cloud_names_it() -> None:
    async with with_clouds() as con:
        con.backend.sending = 1
        await con.press("C")
        await list_is_read(con)
        await con.press("G", "enter")
        assert "If you go to lab now" in asked(con)
        await con.press("n", "q")
        assert "If you leave now" in asked(con)


async def test_the_first_choice_of_the_start_counts() -> None:
    picker = CloudPicker([choice("a"), choice("b")], StillClock())
    async with picker.run_test() as pilot:
        await pilot.pause()
        rows = pilot.app.screen.query_one(RowList)
        rows.action_choose()
        await pilot.pause()
        picker._end(choice("b"))
    assert picker.choice is not None
    assert picker.choice.cloud == "a"


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
        await asyncio.wrap_future(one.submit(found, found.word))
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
