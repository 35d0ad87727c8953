"""The main screen under its keys: choose, rank, refresh, go about, and refuse in words."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ui.consoles import console, lines, screen_text
from tests.ui.fake_backend import (
    BACKUPS,
    NOW,
    PROD,
    PROJECTS,
    VOLUMES,
    backup,
    failure,
    identifier,
    volume,
)
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.resources import Volume
from vbs_tui.restore.events import (
    ConnectFailed,
    ListKind,
    Notice,
    ProjectFailed,
    RowChanged,
    SecretWanted,
)
from vbs_tui.ui.widgets.list_pane import FilterInput


def foot(pane: object) -> str:
    return str(getattr(pane, "border_subtitle", ""))


def title(pane: object) -> str:
    return str(getattr(pane, "border_title", ""))


async def test_start_logs_in_and_says_so() -> None:
    async with console() as con:
        assert con.backend.asked == [("start",), ("connect",)]
        assert "Logging in" in "".join(lines(con.main.projects.list))
        assert "Choose a project first" in "".join(lines(con.main.backups.list))


async def test_a_preferred_project_is_opened_without_a_key() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS, "eu-de_staging")
        await con.settle()
        assert con.backend.asked[-1] == ("open", PROJECTS[1].id)
        assert con.main.projects.list.highlighted == PROJECTS[1]


async def test_without_a_preference_the_operator_chooses() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS)
        await con.settle()
        assert ("open", PROD.id) not in con.backend.asked
        await con.press("down", "enter")
        assert con.backend.asked[-1] == ("open", PROJECTS[1].id)
        assert con.main.current == "backups"
        assert "eu-de_staging" in con.main.title_bar.text


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


async def test_volumes_say_that_a_backup_comes_first() -> None:
    async with console() as con:
        await con.open_prod()
        assert "choose a backup first" in foot(con.main.volumes)


async def test_choosing_a_backup_ranks_the_volumes() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter")
        assert con.main.current == "volumes"
        drawn = lines(con.main.volumes.list)[1:]
        assert drawn[0].startswith("› √ db-data-01")
        assert "its own source" in drawn[0]
        signs = [line[2] for line in drawn]
        assert signs == sorted(signs, key="√!×".index)
        assert signs.count("×") == 3
        web = next(line for line in drawn if "web-01" in line)
        assert "attached to web-01" in web
        assert "60 GiB too small" in web
        scratch = next(line for line in drawn if "scratch-07" in line)
        assert "other zone" in scratch
        assert "targets for nightly-db-2026-11-22 (100 GiB)" in title(con.main.volumes)
        assert "4 possible of 7" in foot(con.main.volumes)


async def test_its_own_source_has_the_cursor_though_it_is_impossible() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", *["down"] * 5, "enter")
        drawn = lines(con.main.volumes.list)[1:]
        impossible = [line for line in drawn if line[2] == "×"]
        assert "its own source; attached to web-01" in impossible[0]
        assert drawn[0] == impossible[0]
        assert drawn[1][2] == "!"
        assert con.main.volumes.list.cursor_row == 0


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("3",), "No backup is chosen"),
        (("1",), "A restore starts where its backup or its disk is"),
        (("4",), "go to the backups (2) or the volumes (3)"),
        (("5",), "A restore starts where its backup or its disk is"),
    ],
)
async def test_restore_says_what_is_missing(keys: tuple[str, ...], words: str) -> None:
    async with console() as con:
        await con.open_prod()
        await con.press(*keys, "r")
        assert words in con.notices[-1]
        assert con.app.screen is con.main


async def test_restore_without_a_project_and_in_a_read_only_session() -> None:
    async with console() as con:
        await con.press("r")
        assert "No project is open" in con.notices[-1]
    async with console(read_only=True) as con:
        await con.open_prod()
        await con.press("2", "enter", "r")
        assert "read-only" in con.notices[-1]
        assert con.app.screen is con.main
        assert "READ-ONLY" in con.main.title_bar.text


async def test_restore_with_no_volume_says_so() -> None:
    async with console() as con:
        await con.open_prod()
        con.backend.listed(PROD, ListKind.VOLUMES, ())
        await con.settle()
        assert "This project has no volumes." in "".join(lines(con.main.volumes.list))
        await con.press("2", "enter", "r")
        assert "no volume under the cursor" in con.notices[-1]


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
        assert "9 · filter “web” shows 2 · newest first" in foot(pane)
        await con.press("escape")
        assert pane.list.shown == 9
        assert con.main.current == "backups"
        await con.press("slash", *"zzz", "enter")
        assert "None of 9 contains “zzz”" in "".join(lines(pane.list))
        await con.press("slash", "escape")
        assert pane.list.shown == 9
        assert pane.list.has_focus


async def test_refresh_asks_and_moves_nothing() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "slash", *"night", "enter", "down", "space", "f5")
        assert con.backend.asked[-1] == ("refresh", PROD.id, "backups")
        rows = con.main.backups.list
        before = (rows.highlighted, lines(rows))
        generation = con.backend.started(PROD, ListKind.BACKUPS)
        await con.settle()
        assert "reading again" in foot(con.main.backups)
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[5:], last=False)
        await con.settle()
        assert (rows.highlighted, lines(rows)) == before
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[:5])
        await con.settle()
        assert (rows.highlighted, lines(rows)) == before
        assert "reading" not in foot(con.main.backups)


async def test_the_first_reading_shows_its_pages_as_they_come() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        con.backend.opened(PROD)
        generation = con.backend.started(PROD, ListKind.BACKUPS)
        await con.settle()
        assert "Reading the backups" in "".join(lines(con.main.backups.list))
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[:3], last=False)
        await con.settle()
        assert con.main.backups.list.total == 3
        assert "reading" in foot(con.main.backups)
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[3:])
        await con.settle()
        assert con.main.backups.list.total == 9


async def test_news_of_an_older_reading_are_ignored() -> None:
    async with console() as con:
        await con.open_prod()
        old = con.backend.started(PROD, ListKind.BACKUPS)
        new = con.backend.started(PROD, ListKind.BACKUPS)
        con.backend.page(PROD, ListKind.BACKUPS, new, BACKUPS[:2])
        con.backend.page(PROD, ListKind.BACKUPS, old, BACKUPS)
        await con.settle()
        assert con.main.backups.list.total == 2


async def test_a_failed_refresh_keeps_the_rows_and_says_since_when() -> None:
    async with console() as con:
        await con.open_prod()
        con.clock.moment = NOW + timedelta(minutes=3)
        con.backend.list_fails(PROD, ListKind.BACKUPS, failure(at=con.clock.moment))
        await con.settle()
        assert con.main.backups.list.total == 9
        assert "× refresh failed just now, rows of 3 min ago" in foot(con.main.backups)
        assert con.main.error.current is not None
        assert "not refreshed since" in con.main.title_bar.text
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS, at=con.clock.moment)
        await con.settle()
        assert "failed" not in foot(con.main.backups)


async def test_empty_and_failed_read_differently() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        con.backend.opened(PROD)
        con.backend.listed(PROD, ListKind.BACKUPS, ())
        con.backend.list_fails(PROD, ListKind.VOLUMES, failure(code="EVS.1000", message="[/b] no"))
        await con.settle()
        assert "This project has no backups." in "".join(lines(con.main.backups.list))
        said = "".join(lines(con.main.volumes.list))
        assert "× Volumes could not be listed: EVS.1000. [/b] no" in said


async def test_failures_of_log_in_and_project_are_shown_and_tried_again() -> None:
    async with console() as con:
        con.backend.tell(ConnectFailed(failure(status=401, message="wrong password")))
        await con.settle()
        assert "wrong" in " ".join(lines(con.main.projects.list))
        assert con.main.error.current is not None
        await con.press("1", "f5")
        assert con.backend.asked.count(("connect",)) == 2
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        con.backend.tell(ProjectFailed(PROD, failure(message="no vbs in the catalog")))
        await con.settle()
        assert "no vbs in the catalog" in " ".join(lines(con.main.backups.list))
        await con.press("2", "f5")
        assert con.backend.asked[-1] == ("open", PROD.id)


async def test_a_changed_row_is_shown_and_ranked_anew() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "enter")
        busy = replace(VOLUMES[3], status="restoring-backup")
        con.backend.tell(RowChanged(PROD.id, busy))
        await con.settle()
        own = next(line for line in lines(con.main.volumes.list) if "db-data-01" in line)
        assert "×" in own
        assert "restoring-backup" in own
        assert "3 possible of 7" in foot(con.main.volumes)
        # It keeps its place: no other disk comes under the cursor.
        assert con.main.volumes.list.highlighted == busy
        assert con.main.volumes.list.cursor_row == 0
        con.backend.tell(RowChanged(PROD.id, replace(BACKUPS[0], status="restoring")))
        await con.settle()
        assert "0 possible of 7" in foot(con.main.volumes)


async def test_a_chosen_backup_that_is_gone_is_no_longer_chosen() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "enter")
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS[1:])
        await con.settle()
        assert "no longer listed" in con.notices[-1]
        await con.press("r")
        assert "No backup is chosen" in con.notices[-1]


async def test_another_project_keeps_nothing_of_the_first() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "enter", "1", "down", "enter")
        assert con.main.backups.list.total == 0
        assert con.main.backups.chosen is None
        assert "targets" not in title(con.main.volumes)
        await con.press("1", "up", "enter")
        # What was listed before is there at once, with its age.
        assert con.main.backups.list.total == 9


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


async def test_a_notice_is_shown_as_it_is() -> None:
    async with console() as con:
        con.backend.tell(Notice("[/nope] the journal was set aside", severe=True))
        await con.settle()
        assert con.notices == ["[/nope] the journal was set aside"]


async def test_a_worker_that_fails_reaches_the_error_pane_and_the_console_goes_on() -> None:
    async def breaks() -> None:
        raise RuntimeError("token=secret")

    async with console() as con:
        await con.open_prod()
        con.app.run_worker(breaks(), name="look", exit_on_error=False)
        await con.settle()
        shown = con.main.error.current
        assert shown is not None
        assert "defect" in shown.message
        assert "secret" not in repr(shown)
        await con.press("2", "down")
        assert con.main.backups.list.cursor_row == 1


async def test_marks_are_visible_and_counted() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "space", "space")
        drawn = lines(con.main.backups.list)
        assert [line[1] for line in drawn[1:3]] == ["+", "+"]
        assert "2 marked" in foot(con.main.backups)


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


async def test_the_best_target_is_under_the_cursor_among_many_volumes() -> None:
    async with console() as con:
        await con.open_prod()
        many = [volume(5000 + n, f"disk-{n:05}", size=200) for n in range(9000)]
        con.backend.listed(PROD, ListKind.VOLUMES, [*many, *VOLUMES])
        await con.settle()
        await con.press("3", "G", "2", "enter")
        await con.settle()
        assert con.main.volumes.list.highlighted == VOLUMES[3]
        assert con.main.volumes.list.cursor_row == 0
        assert "9,004 possible of 9,007" in foot(con.main.volumes)


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


@pytest.mark.parametrize("key", ["r", "enter"])
async def test_restore_asks_about_the_chosen_pair_and_escape_sends_nothing(key: str) -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "enter", "down", key)
        assert type(con.app.screen).__name__ == "ConfirmScreen"
        target = con.main.volumes.list.highlighted
        assert isinstance(target, Volume)
        assert con.backend.asked[-1] == ("examine", PROD.id, BACKUPS[0].id, target.id)
        await con.press("r", "q", "enter", "escape")
        assert con.app.screen is con.main
        assert [one[0] for one in con.backend.asked].count("examine") == 1


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
