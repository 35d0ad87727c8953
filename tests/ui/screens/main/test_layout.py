"""The arrangement of the panes at every size, and the two themes."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from textual.app import App

from tests.ui.consoles import Console, console, screen_text
from tests.ui.fake_backend import BACKUPS, PROD, failure
from vbs_tui.restore.events import ListKind
from vbs_tui.ui.screens.main.layout import PANES
from vbs_tui.ui.theme import THEMES

LINES = dict.fromkeys(map(ord, "─│┌┐└┘━┃▁▂▃▄▅▆▇█▔"))
"""Frames and scroll bars are no text."""


def heights(con: Console) -> dict[str, int]:
    return {name: con.main.pane(name).outer_size.height for name in PANES}


def widths(con: Console) -> dict[str, int]:
    return {name: con.main.pane(name).outer_size.width for name in PANES}


@pytest.mark.parametrize("size", [(120, 40), (200, 60), (100, 30), (300, 100)])
async def test_five_panes_are_open_where_there_is_room(size: tuple[int, int]) -> None:
    async with console(size) as con:
        await con.open_prod()
        assert min(heights(con).values()) >= 7
        wide = widths(con)
        assert wide["projects"] + wide["backups"] == size[0]
        assert wide["jobs"] + wide["error"] == size[0]
        high = heights(con)
        assert high["projects"] == high["backups"] + high["volumes"]
        assert high["projects"] + high["jobs"] == size[1] - 2


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 24), (99, 40), (40, 12)])
async def test_one_column_where_there_is_not(size: tuple[int, int]) -> None:
    async with console(size) as con:
        await con.open_prod()
        for number, name in enumerate(PANES, 1):
            await con.press(str(number))
            high = heights(con)
            assert high.pop(name) == size[1] - 2 - 4, name
            assert set(high.values()) == {1}
            text = screen_text(con.app)
            for word in ("1 Projects", "2 Backups", "3 Volumes", "4 Jobs", "5 Error"):
                assert word in text


async def test_a_folded_pane_says_what_is_chosen_in_it() -> None:
    async with console((60, 16)) as con:
        await con.open_prod()
        await con.press("2", "enter")
        text = screen_text(con.app)
        assert "1 Projects · ● eu-de_prod" in text
        assert f"2 Backups · → {BACKUPS[0].name}" in text
        assert "its own source" in text


async def test_a_terminal_that_is_too_small_says_so_and_comes_back() -> None:
    async with console((120, 40)) as con:
        await con.open_prod()
        await con.press("2", "down")
        await con.pilot.resize_terminal(32, 5)
        await con.settle()
        assert "Too small" in screen_text(con.app)
        await con.pilot.resize_terminal(120, 40)
        await con.settle()
        assert "Too small" not in screen_text(con.app)
        await con.press("down")
        assert con.main.backups.list.cursor_row == 2


async def test_wider_screens_show_more_columns() -> None:
    seen = []
    for size in ((60, 16), (80, 24), (120, 40), (200, 60)):
        async with console(size) as con:
            await con.open_prod()
            await con.press("2")
            seen.append(len(con.main.backups.list.shown_columns()))
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_the_key_bar_fits_and_keeps_the_most_needed(width: int) -> None:
    async with console((width, 40)) as con:
        for pane in PANES:
            con.main.focus_pane(pane)
            await con.settle()
            text = con.main.key_bar.text
            assert len(text) <= width
            for word in ("help", "quit"):
                assert word in text
            assert ("restore" in text) == (pane in ("backups", "volumes"))
            assert ("filter" in text) == (pane in ("projects", "backups", "volumes"))


async def test_a_click_on_the_key_bar_is_the_key() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2")
        at = con.main.key_bar.text.index("z zoom")
        await con.pilot.click("#keys", offset=(at, 0))
        await con.settle()
        assert con.main.has_class("-zoomed")


def luminance(color: RichColor) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: RichColor, other: RichColor) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def unreadable(app: App[int]) -> list[tuple[str, float]]:
    """Every text on the screen whose contrast to its ground is below 4.5:1."""
    found = []
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            letters = text.translate(LINES).strip()
            if letters and style is not None and style.color and style.bgcolor:
                ratio = contrast(style.color, style.bgcolor)
                if ratio < 4.5:
                    found.append((letters, round(ratio, 2)))
    return found


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_text_is_readable_on_every_ground(theme: str) -> None:
    async with console(read_only=True, demo=True) as con:
        con.app.theme = theme
        await con.open_prod()
        con.backend.list_fails(PROD, ListKind.VOLUMES, failure())
        await con.settle()
        for keys in (("1",), ("2", "down", "space"), ("slash", "n", "enter"), ("enter", "down")):
            await con.press(*keys)
            assert unreadable(con.app) == [], keys
        await con.press("G")
        assert unreadable(con.app) == []
        con.backend.listed(PROD, ListKind.VOLUMES, ())
        await con.settle()
        assert unreadable(con.app) == []


async def test_nothing_is_drawn_while_nothing_changes() -> None:
    async with console() as con:
        await con.open_prod()
        drawn: list[object] = []
        con.main.title_bar.refresh = lambda *a, **k: drawn.append(a)  # type: ignore[method-assign,assignment]
        con.main.backups.list.refresh = lambda *a, **k: drawn.append(a)  # type: ignore[method-assign,assignment]
        con.main.refresh_ages()
        con.main.refresh_ages()
        assert drawn == []
