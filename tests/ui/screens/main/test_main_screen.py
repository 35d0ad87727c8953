"""The main screen under its keys: choose, rank, refresh, go about, and refuse in words."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from tests.ui.consoles import console, lines, screen_text, subtitle_of
from tests.ui.fake_backend import (
    BACKUPS,
    PROD,
    PROJECTS,
    backup,
    failure,
    identifier,
    volume,
)
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.restore.events import (
    ListKind,
    Notice,
    SecretWanted,
)
from vbs_tui.ui.widgets.list_pane import FilterInput


async def test_backups_come_newest_first_and_namesakes_are_told_apart() -> None:
    async with console() as con:
        await con.open_prod()
        drawn = lines(con.main.backups.list)
        assert "↓" in drawn[0]
        assert "nightly-db-2026-11-22" in drawn[1]
        same = [line for line in drawn if "nightly-web" in line]
        assert identifier(30)[:8] in same[0]
        assert identifier(31)[:8] in same[1]
        assert any("(disk gone)" in line for line in drawn if "staging-copy" in line)
        assert any("db-data-01" in line for line in drawn)


async def test_a_demo_says_that_it_is_one_at_every_size() -> None:
    for size in ((120, 40), (80, 24), (60, 16), (40, 12)):
        async with console(size, demo=True) as con:
            assert "simulated" in screen_text(con.app).splitlines()[0]


async def test_panes_by_number_tab_letters_and_escape() -> None:
    async with console() as con:
        await con.open_prod()
        for key, where in [
            ("4", "jobs"), ("5", "error"), ("1", "projects"), ("tab", "backups"),
            ("l", "volumes"), ("tab", "jobs"), ("tab", "error"), ("tab", "projects"),
            ("shift+tab", "error"), ("e", "error"), ("3", "volumes"), ("h", "backups"),
            ("escape", "projects"), ("escape", "projects"),
        ]:  # fmt: skip
            await con.press(key)
            assert con.main.current == where, key
            focused = con.app.focused
            assert focused is not None
            assert con.main.pane(where) in focused.ancestors_with_self


async def test_filter_is_typed_in_the_pane_kept_and_cleared() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "slash", *"web q")
        pane = con.main.backups
        assert isinstance(con.app.focused, FilterInput)
        assert pane.list.filter_text == "web q"
        await con.press("backspace", "backspace", "enter")
        assert pane.list.has_focus
        assert pane.list.shown == 2
        assert "9 · filter “web” shows 2 · newest first" in subtitle_of(pane)
        await con.press("escape")
        assert pane.list.shown == 9
        assert con.main.current == "backups"
        await con.press("slash", *"zzz", "enter")
        assert "None of 9 contains “zzz”" in "".join(lines(pane.list))
        await con.press("slash", "escape")
        assert pane.list.shown == 9
        assert pane.list.has_focus


async def test_copy_sends_the_id_and_shows_it() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "y")
        assert con.app.clipboard == identifier(1)
        assert con.notices[-1] == identifier(1)


async def test_zoom_gives_one_pane_the_screen_and_takes_it_back() -> None:
    async with console() as con:
        await con.open_prod()
        before = con.main.backups.size
        await con.press("2", "z")
        assert con.main.backups.size.height > before.height
        assert not con.main.volumes.display or con.main.volumes.size.height == 0
        await con.press("3")
        assert con.main.volumes.size.width > 100
        await con.press("escape")
        await con.press("2")
        assert con.main.backups.size == before


async def test_palette_offers_the_commands_and_runs_them() -> None:
    for key in ("colon", "ctrl+p"):
        async with console() as con:
            await con.open_prod()
            await con.press("2", key, *"zoom")
            await con.pilot.pause(0.3)
            await con.press("down", "enter")
            await con.settle()
            assert con.main.has_class("-zoomed")


async def test_quit_leaves_with_status_zero() -> None:
    async with console() as con:
        await con.press("q")
        assert con.app.return_code == 0
        assert con.app.return_value == 0


async def test_marks_are_visible_and_counted() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "space", "space")
        drawn = lines(con.main.backups.list)
        assert [line[1] for line in drawn[1:3]] == ["+", "+"]
        assert "2 marked" in subtitle_of(con.main.backups)


HOSTILE = (
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[red]x",
    "日本語" * 40,
    "x" * 255,
    "\\[a]",
    "😀[/]",
    "][",
)


@pytest.mark.parametrize("size", [(120, 40), (60, 16)])
async def test_hostile_names_are_text(size: tuple[int, int]) -> None:
    async with console(size) as con:
        projects = [replace(PROD, id=f"{n:032x}", name=name) for n, name in enumerate(HOSTILE)]
        con.backend.log_in(projects, projects[0].id)
        await con.settle()
        con.backend.opened(projects[0])
        backups = [
            backup(n, name, volume_id=identifier(1000 + n)) for n, name in enumerate(HOSTILE)
        ]
        volumes = [volume(1000 + n, name) for n, name in enumerate(HOSTILE)]
        con.backend.listed(projects[0], ListKind.BACKUPS, backups)
        con.backend.listed(projects[0], ListKind.VOLUMES, volumes)
        await con.settle()
        await con.press("2", "slash", *"[/", "enter")
        assert con.main.backups.list.filter_text == "[/"
        assert con.main.backups.list.shown == 3
        for name in HOSTILE:
            con.backend.list_fails(projects[0], ListKind.BACKUPS, failure(message=name, code=name))
            con.backend.tell(Notice(name))
            await con.settle()
        for key in "12345":
            await con.press(key, "z", "z")
        for name in HOSTILE:
            assert name in con.notices
        await con.press("2", "escape", "enter", "y")
        assert con.app.clipboard in {one.id for one in volumes}
        assert con.app.screen is con.main
        assert con.app.is_running


async def test_the_cursor_waits_at_the_top_for_the_first_reading_and_then_belongs_to_its_row() -> (
    None
):
    async with console() as con:
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        con.backend.opened(PROD)
        generation = con.backend.started(PROD, ListKind.BACKUPS)
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[4:], last=False)
        await con.settle()
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[1:4])
        await con.settle()
        rows = con.main.backups.list
        assert (rows.cursor_row, rows.highlighted) == (0, BACKUPS[1])
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
        await con.settle()
        assert (rows.cursor_row, rows.highlighted) == (1, BACKUPS[1])


async def test_dialogs_open_on_their_keys_and_nothing_acts_beneath_them() -> None:
    for key, name in [
        ("question_mark", "HelpScreen"),
        ("L", "RequestLogScreen"),
        ("d", "DetailsScreen"),
        ("H", "HistoryScreen"),
    ]:
        async with console() as con:
            await con.open_prod()
            await con.press("2", "enter", "2", key)
            assert type(con.app.screen).__name__ == name
            asked = list(con.backend.asked)
            await con.press("r", "ctrl+p", "z", "1")
            assert type(con.app.screen).__name__ == name
            assert con.backend.asked == asked
            await con.press("escape")
            assert con.app.screen is con.main
            assert con.main.current == "backups"


async def test_quit_asks_while_a_submission_has_no_answer() -> None:
    for key in ("q", "ctrl+q"):
        async with console() as con:
            con.backend.sending = 1
            await con.press(key)
            assert type(con.app.screen).__name__ == "QuitScreen"
            assert con.app.return_code is None
            await con.press("escape")
            assert con.app.screen is con.main
            con.backend.sending = 0
            await con.press(key)
            assert con.app.return_value == 0


async def test_a_secret_is_asked_for_and_handed_over() -> None:
    async with console() as con:
        reply: Future[str | None] = Future()
        question = LogInQuestion(QuestionKind.PASSWORD, "Password of [/ops]")
        con.backend.tell(SecretWanted(question, reply))
        await con.settle()
        assert type(con.app.screen).__name__ == "SecretPrompt"
        await con.press(*"s3cret", "enter")
        assert reply.result(0) == "s3cret"
        assert "s3cret" not in screen_text(con.app)
        declined: Future[str | None] = Future()
        con.backend.tell(SecretWanted(question, declined))
        await con.settle()
        await con.press("escape")
        assert declined.result(0) is None
