"""Choosing a backup and a volume, and asking for the restore."""

from __future__ import annotations

import pytest

from tests.ui.consoles import console, lines, subtitle_of, title_of
from tests.ui.fake_backend import (
    BACKUPS,
    PROD,
    VOLUMES,
    volume,
)
from vbs_tui.cloud.resources import Volume
from vbs_tui.restore.events import (
    ListKind,
)


async def test_volumes_say_that_a_backup_comes_first() -> None:
    async with console() as con:
        await con.open_prod()
        assert "choose a backup first" in subtitle_of(con.main.volumes)


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
        assert "targets for nightly-db-2026-11-22 (100 GiB)" in title_of(con.main.volumes)
        assert "4 possible of 7" in subtitle_of(con.main.volumes)


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
        assert "9,004 possible of 9,007" in subtitle_of(con.main.volumes)


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
