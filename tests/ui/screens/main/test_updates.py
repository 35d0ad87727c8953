"""Events on the main screen: log-in, projects, lists, failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.ui.consoles import console, lines, subtitle_of, title_of
from tests.ui.fake_backend import (
    BACKUPS,
    NOW,
    PROD,
    PROJECTS,
    VOLUMES,
    failure,
)
from vbs_tui.restore.events import (
    ConnectFailed,
    ListKind,
    Notice,
    ProjectFailed,
    RowChanged,
)


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


async def test_refresh_asks_and_moves_nothing() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "slash", *"night", "enter", "down", "space", "f5")
        assert con.backend.asked[-1] == ("refresh", PROD.id, "backups")
        rows = con.main.backups.list
        before = (rows.highlighted, lines(rows))
        generation = con.backend.started(PROD, ListKind.BACKUPS)
        await con.settle()
        assert "reading again" in subtitle_of(con.main.backups)
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[5:], last=False)
        await con.settle()
        assert (rows.highlighted, lines(rows)) == before
        con.backend.page(PROD, ListKind.BACKUPS, generation, BACKUPS[:5])
        await con.settle()
        assert (rows.highlighted, lines(rows)) == before
        assert "reading" not in subtitle_of(con.main.backups)


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
        assert "reading" in subtitle_of(con.main.backups)
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
        assert "× refresh failed just now, rows of 3 min ago" in subtitle_of(con.main.backups)
        assert con.main.error.current is not None
        assert "not refreshed since" in con.main.title_bar.text
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS, at=con.clock.moment)
        await con.settle()
        assert "failed" not in subtitle_of(con.main.backups)


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
        assert "3 possible of 7" in subtitle_of(con.main.volumes)
        # It keeps its place: no other disk comes under the cursor.
        assert con.main.volumes.list.highlighted == busy
        assert con.main.volumes.list.cursor_row == 0
        con.backend.tell(RowChanged(PROD.id, replace(BACKUPS[0], status="restoring")))
        await con.settle()
        assert "0 possible of 7" in subtitle_of(con.main.volumes)


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
        assert "targets" not in title_of(con.main.volumes)
        await con.press("1", "up", "enter")
        # What was listed before is there at once, with its age.
        assert con.main.backups.list.total == 9


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
