"""One meaning of "this": keys act on the row that the cursor was on when they were pressed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual import events

from tests.ui.consoles import Console, console, lines, screen_text, until_read
from tests.ui.fake_backend import BACKUPS, PROD, PROJECTS, VOLUMES, volume
from tests.ui.screens.dialogs.test_confirm_restore import examination
from vbs_tui.restore.events import ListKind
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen


def asked(con: Console) -> list[tuple[str, str]]:
    """Backup and volume of each dialog that was opened."""
    return [(one[2], one[3]) for one in con.backend.asked if one[0] == "examine"]


async def test_r_in_the_backups_takes_the_one_under_the_cursor_and_says_so() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", "j", "r")
        assert asked(con) == [(BACKUPS[1].id, VOLUMES[3].id)]
        con.backend.examinations[-1].set_result(examination(of=BACKUPS[1]))
        await con.settle()
        text = screen_text(con.app)
        assert f"Backup   {BACKUPS[1].name}" in text
        said = f"This is the backup under the cursor. Chosen before: {BACKUPS[0].name}."
        assert said in text
        await con.press("escape")
        assert con.main.backups.chosen == BACKUPS[1]
        assert BACKUPS[1].name in str(con.main.volumes.border_title)


async def test_r_in_the_backups_opens_nothing_for_a_disk_that_it_was_not_chosen_for() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", *["j"] * 5, "r")
        assert asked(con) == []
        assert con.main.current == "volumes"
        assert "nightly-web, the one under the cursor" in con.notices[-1]
        assert con.main.volumes.list.highlighted == VOLUMES[1]
        await con.press("r")
        assert asked(con) == [(BACKUPS[5].id, VOLUMES[1].id)]


async def test_r_on_the_chosen_backup_takes_the_disk_that_is_in_sight() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "j", "2", "r")
        under = con.main.volumes.list.highlighted
        assert under is not None
        assert under != VOLUMES[3]
        assert asked(con) == [(BACKUPS[0].id, under.id)]


async def test_where_the_disks_are_not_in_sight_r_goes_to_them_first() -> None:
    async with console((80, 24)) as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", "r")
        assert asked(con) == []
        assert con.main.current == "volumes"
        await con.press("r")
        assert asked(con) == [(BACKUPS[0].id, VOLUMES[3].id)]


async def test_in_the_volumes_a_cursor_elsewhere_in_the_backups_is_told() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", "j", "3", "r")
        assert asked(con) == [(BACKUPS[0].id, VOLUMES[3].id)]
        text = " ".join(screen_text(con.app).replace("│", " ").split())
        assert f"The cursor in pane 2 is on another one: {BACKUPS[1].name}." in text


@pytest.mark.parametrize("pane", ["1", "4", "5"])
async def test_other_panes_say_where_a_restore_starts(pane: str) -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "enter", pane, "r")
        assert asked(con) == []
        assert "go to the backups (2) or the volumes (3)" in con.notices[-1]
        assert "restore" not in con.main.key_bar.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_a_choice_that_the_filter_hides_stays_in_sight(size: tuple[int, int]) -> None:
    async with console(size) as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", "slash", *"web", "enter")
        text = screen_text(con.app)
        assert f"→ {BACKUPS[0].name}" in text
        assert "hidden by the filter" in text
        await con.press("3")
        assert f"targets for {BACKUPS[0].name}" in screen_text(con.app)
        await con.press("2", "r")
        assert asked(con) == []
        assert con.main.backups.chosen == BACKUPS[5]
        await con.press("2", "escape")
        assert "hidden by the filter" not in screen_text(con.app)


async def test_r_opens_nothing_where_the_filter_shows_nothing() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2", "slash", *"zzz", "enter", "r")
        assert asked(con) == []
        assert "There is no backup under the cursor." in con.notices[-1]


# Rows that move between the key and what it does


@pytest.mark.parametrize("pane", ["projects", "backups", "volumes"])
async def test_enter_takes_the_row_that_was_under_the_cursor(pane: str) -> None:
    """The rows change after the key was taken, before the screen hears of it."""
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter", "2" if pane == "backups" else "3")
        rows = con.main.pane(pane).list  # type: ignore[attr-defined]
        meant = rows.highlighted
        rows.action_choose()
        rows.set_items([one for one in rows.items() if one != meant])
        assert rows.highlighted not in (None, meant)
        await con.settle()
        if pane == "projects":
            assert con.backend.asked[-1] == ("open", PROJECTS[0].id)
        elif pane == "backups":
            assert con.main.volumes.backup == meant
        else:
            assert asked(con) == [(BACKUPS[0].id, meant.id)]


async def press_at(con: Console, moment: float, name: str) -> None:
    """A key that was pressed at that moment, of ``time.monotonic``."""
    key = events.Key(name, name if len(name) == 1 else None)
    key.time = moment
    con.app.post_message(key)
    await con.settle()


@pytest.mark.parametrize("key", ["enter", "r", "y", "d", "space"])
async def test_a_key_meant_for_a_row_that_just_went_acts_on_no_other(key: str) -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter")
        assert con.main.volumes.list.highlighted == VOLUMES[3]
        pressed = time.monotonic()
        con.backend.listed(
            PROD, ListKind.VOLUMES, [one for one in VOLUMES if one is not VOLUMES[3]]
        )
        await con.settle()
        await press_at(con, pressed, key)
        assert asked(con) == []
        assert con.on_main()
        assert con.main.volumes.list.marks == frozenset()
        assert [one for one in con.notices if "Nothing was done: look" in one]
        assert len(con.notices) == 1
        await press_at(con, time.monotonic() + 60, "r")
        assert len(asked(con)) == 1


async def test_a_key_is_not_held_up_by_rows_that_came_elsewhere() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter")
        pressed = time.monotonic()
        con.backend.listed(PROD, ListKind.VOLUMES, [volume(77, "aaa-first"), *VOLUMES])
        await con.settle()
        await press_at(con, pressed, "r")
        assert asked(con) == [(BACKUPS[0].id, VOLUMES[3].id)]


# The source disk, whatever the sort


async def test_with_a_sort_the_source_disk_has_the_cursor_and_all_are_counted() -> None:
    many = [volume(2000 + number, f"many-{number:03}") for number in range(40)]
    async with console() as con:
        await con.open_prod()
        con.backend.listed(PROD, ListKind.VOLUMES, [*many, *VOLUMES])
        await con.settle()
        await con.press("3", "s", "S", "2", "g", "enter")
        await con.settle()
        assert "by name, descending" in str(con.main.volumes.border_subtitle)
        assert con.main.volumes.list.highlighted == VOLUMES[3]
        assert "44 possible of 47" in str(con.main.volumes.border_subtitle)
        busy = replace(many[0], status="in-use")
        con.backend.listed(PROD, ListKind.VOLUMES, [busy, *many[1:20], *VOLUMES])
        await con.settle()
        assert "23 possible of 27" in str(con.main.volumes.border_subtitle)


async def test_a_backup_that_is_restoring_is_told_once() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", *["j"] * 2, "enter")
        assert BACKUPS[2].status == "restoring"
        assert "× backup is restoring" in str(con.main.volumes.border_title)
        assert "0 possible of 7: backup is restoring" in str(con.main.volumes.border_subtitle)
        drawn = lines(con.main.volumes.list)[1:]
        assert not [line for line in drawn if "backup is" in line or "√" in line]
        assert sum("×" in line for line in drawn) == 3
        await con.press("r")
        assert isinstance(con.app.screen, ConfirmScreen)
        await until_read(con.app)
