"""Going to another cloud or region from inside the console, and coming back from the list."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.widgets import Static

from tests.restore.makers import restore
from tests.ui.consoles import Console, console, lines, screen_text
from tests.ui.fake_backend import BACKUPS, NOW, PROD, PROJECTS, VOLUMES, failure
from tests.ui.test_cloud_choices import choice
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
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
from vbs_tui.ui.app import SWITCH
from vbs_tui.ui.cloud_choices import Choice, CloudsUnreadable
from vbs_tui.ui.screens.clouds import CloudsScreen
from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt
from vbs_tui.ui.screens.help import HelpScreen
from vbs_tui.ui.screens.switch_cloud import SwitchCloudScreen

CHOICES = [choice("otc-prod", "eu-de"), choice("otc-prod", "eu-nl"), choice("lab")]
FAR = Project("4391e4486e864c26be5654c522f440f2", "eu-nl_prod")


@asynccontextmanager
async def with_clouds(
    *, projects: tuple[Project, ...] = PROJECTS, noted: list[str] | None = None
) -> AsyncIterator[Console]:
    async with console() as con:
        con.app.set_clouds(
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
        assert top(con) is SwitchCloudScreen, "the first Esc clears the filter"
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
        assert con.notices == ["That cloud is open already."]
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
        raise CloudsUnreadable("clouds.yaml, line 3: [red]no mapping[/]")

    async with with_clouds() as con:
        con.app.set_clouds("otc-prod", broken, used=lambda _: None)
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
        assert isinstance(con.app.screen, SecretPrompt)
        screen.pane.list.action_choose()
        await con.settle()
        assert isinstance(con.app.screen, SecretPrompt)
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
        con.app.set_clouds("otc-prod", slow, used=lambda _: None)
        asked = list(con.backend.asked)
        await con.press("C")
        assert top(con) is SwitchCloudScreen
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
            con.app.set_clouds(
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
