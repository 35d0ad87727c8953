"""The list widget under keys and mouse, with few rows and with many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.ui.consoles import lines
from vbs_tui.ui.theme import DARK
from vbs_tui.ui.widgets.rows.row_list import Cell, Column, RowList

Item = tuple[str, str, int]
MANY = 100_000


class Shelf(App[None]):
    """A list alone, which counts the rows that are rendered."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.rendered = 0
        self.told: list[Item | None] = []
        self.chosen: list[Item] = []
        self.rows: RowList[Item] = RowList(
            [
                Column("Name", None, sort_key=lambda item: item[1]),
                Column("N", 6, align="right", sort_key=lambda item: item[2]),
            ],
            lambda item: item[0],
            self.row,
            text_of=lambda item: item[1],
        )

    def compose(self) -> ComposeResult:
        yield self.rows

    def row(self, item: Item) -> Sequence[Cell]:
        self.rendered += 1
        return Cell(item[1]), Cell(str(item[2]), "dim")

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        self.told.append(event.item)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.chosen.append(event.item)


def some(count: int) -> list[Item]:
    return [(f"id{n}", f"name-{n:06}", n * 7919 % 1000) for n in range(count)]


@asynccontextmanager
async def shelf(count: int) -> AsyncIterator[tuple[Shelf, Pilot[None]]]:
    app = Shelf()
    async with app.run_test(size=(60, 20)) as pilot:
        app.rows.set_items(some(count))
        await done(app)
        await pilot.pause()
        app.rows.focus()
        await pilot.pause()
        yield app, pilot


async def done(app: Shelf) -> None:
    while app.rows.is_working:  # noqa: ASYNC110 - its steps run on this very loop
        await asyncio.sleep(0)


async def test_keys_move_the_cursor() -> None:
    async with shelf(100) as (app, pilot):
        rows = app.rows
        for keys, row in [
            ("down", 1), ("j", 2), ("k", 1), ("up", 0), ("up", 0), ("G", 99), ("down", 99),
            ("g", 0), ("end", 99), ("home", 0), ("pagedown", 18), ("pagedown", 36), ("pageup", 18),
        ]:  # fmt: skip
            await pilot.press(keys)
            assert rows.cursor_row == row, keys
        await pilot.press("enter")
        assert app.chosen == [some(100)[18]]
        assert app.told[-1] == some(100)[18]


async def test_the_cursor_line_has_a_sign_and_is_always_visible() -> None:
    async with shelf(100) as (app, pilot):
        for key in ("G", "pageup", "g", "pagedown"):
            await pilot.press(key)
            await pilot.pause()
            marked = [line for line in lines(app.rows) if line.startswith("›")]
            assert len(marked) == 1
            assert f"name-{app.rows.cursor_row:06}" in marked[0]


async def test_a_refresh_keeps_cursor_marks_filter_and_the_line_on_the_screen() -> None:
    async with shelf(200) as (app, pilot):
        rows = app.rows
        rows.set_filter("name-0001")
        await pilot.press("pagedown", "pagedown", "space")
        on = rows.highlighted
        assert on is not None
        at = [line[:1] for line in lines(rows)].index("›")
        fresh = [(f"new{n}", f"name-00010{n}", 0) for n in range(7)]
        rows.set_items([*fresh, *some(200)])
        await pilot.pause()
        assert rows.highlighted == on
        assert rows.filter_text == "name-0001"
        assert rows.marks == {"id136"}
        assert [line[:1] for line in lines(rows)].index("›") == at


async def test_the_cursor_stays_near_when_its_row_is_gone() -> None:
    async with shelf(50) as (app, pilot):
        await pilot.press("down", "down", "down")
        app.rows.set_items([item for item in some(50) if item[0] != "id3"])
        assert app.rows.cursor_row == 3
        assert app.rows.highlighted == some(50)[4]
        app.rows.set_items([])
        assert app.rows.total == 0
        await pilot.press("down", "enter", "space", "G", "s")
        assert app.chosen == []


async def test_a_filter_puts_the_cursor_on_its_first_match() -> None:
    async with shelf(300) as (app, pilot):
        rows = app.rows
        await pilot.press("G")
        rows.set_filter("name-00001")
        await pilot.pause()
        assert rows.cursor_row == 0
        assert rows.highlighted == some(300)[10]
        await pilot.press("down", "down")
        on = rows.highlighted
        rows.set_filter("name-0000")  # the item that was gone to stays
        await pilot.pause()
        assert rows.highlighted == on == some(300)[12]


async def test_sorting_goes_round_the_columns_and_keeps_the_item() -> None:
    async with shelf(100) as (app, pilot):
        rows = app.rows
        await pilot.press("j", "j", "s")
        assert rows.sort_description == "by name"
        await pilot.press("s")
        assert rows.sort_description == "by n"
        assert rows.highlighted == some(100)[2]
        numbers = [int(line.split()[-1]) for line in lines(rows)[1:]]
        assert numbers == sorted(numbers)
        await pilot.press("S")
        assert "descending" in rows.sort_description
        numbers = [int(line.split()[-1]) for line in lines(rows)[1:]]
        assert numbers == sorted(numbers, reverse=True)
        await pilot.press("s")
        assert rows.sort_description == ""


async def test_the_mouse_selects_chooses_and_sorts() -> None:
    async with shelf(100) as (app, pilot):
        await pilot.click(RowList, offset=(5, 4))
        assert app.rows.cursor_row == 3
        await pilot.click(RowList, offset=(5, 6), times=2)
        assert app.chosen == [some(100)[5]]
        await pilot.click(RowList, offset=(4, 0))
        assert app.rows.sort_description == "by name"
        await pilot.click(RowList, offset=(4, 0))
        assert "descending" in app.rows.sort_description


async def test_wide_names_keep_the_columns_in_line() -> None:
    async with shelf(0) as (app, _):
        app.rows.set_items([("a", "日本語" * 30, 1), ("b", "😀" * 40, 2), ("c", "x" * 300, 3)])
        widths = {app.rows.render_line(y).cell_length for y in range(20)}
        assert widths == {60}


async def test_notices_are_shown_while_there_is_no_row() -> None:
    async with shelf(0) as (app, pilot):
        app.rows.set_notice("error", "[/nope] HTTP 503: the service is away")
        await pilot.pause()
        assert "× [/nope] HTTP 503" in lines(app.rows)[1]
        app.rows.set_items(some(1))
        assert "503" not in "".join(lines(app.rows))


async def test_many_rows_cost_what_few_cost() -> None:
    counts = []
    for size in (100, MANY):
        async with shelf(size) as (app, pilot):
            app.rendered = 0
            await pilot.press("down", "pagedown", "G", "g")
            await pilot.pause()
            counts.append(app.rendered)
    assert counts[1] <= counts[0] + 2
    assert counts[1] <= 4 * 20


async def test_a_moved_cursor_draws_two_rows() -> None:
    async with shelf(MANY) as (app, pilot):
        app.rendered = 0
        await pilot.press("down")
        await pilot.pause()
        assert app.rendered == 2


async def test_a_changed_row_draws_one() -> None:
    async with shelf(MANY) as (app, pilot):
        app.rendered = 0
        app.rows.replace_item("id3", ("id3", "name-000003", 5))
        await pilot.pause()
        assert app.rendered == 1
        app.rows.replace_item(f"id{MANY - 1}", (f"id{MANY - 1}", "name-away", 5))
        await pilot.pause()
        assert app.rendered == 1


async def test_keys_are_answered_while_many_rows_are_filtered_and_sorted() -> None:
    async with shelf(MANY) as (app, pilot):
        rows = app.rows
        rows.set_filter("name-0")
        assert rows.is_working, "this test is about work that takes more than one step"
        rows.action_move(1)
        assert rows.cursor_row == 1
        assert rows.is_working
        rows.set_filter("name-0999")
        await done(app)
        assert rows.shown == 100
        rows.sort_by(1)
        assert rows.is_working
        rows.action_move(1)
        rows.append_items([("late", "name-0999-late", -1)])
        await done(app)
        await pilot.pause()
        assert rows.shown == 101
        rows.action_first()
        assert "name-0999-late" in lines(rows)[1]


async def test_the_first_finds_of_a_filter_are_shown_before_the_last() -> None:
    async with shelf(MANY) as (app, _):
        app.rows.set_filter("name")
        assert app.rows.is_working
        assert 0 < app.rows.shown < MANY
        await done(app)
        assert app.rows.shown == MANY
