"""The rows of a list: filter, order, and work in steps."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vbs_tui.ui.widgets.rows.row_model import STEP, RowModel
from vbs_tui.ui.widgets.rows.work_queue import Steps, WorkQueue, single_step

Item = tuple[str, str, int]


def made(items: list[Item]) -> RowModel[Item]:
    rows: RowModel[Item] = RowModel(lambda item: item[0], lambda item: item[1])
    run(rows.load(items))
    return rows


def run(steps: Steps) -> int:
    return sum(1 for _ in steps)


def shown(rows: RowModel[Item]) -> list[str]:
    return [rows.item(row)[0] for row in range(len(rows))]


def some(count: int) -> list[Item]:
    return [(f"id{n}", f"Name-{n * 7919 % 1000:03}", n % 7) for n in range(count)]


def test_filter_wants_every_word_whatever_its_case() -> None:
    rows = made([("a", "Nightly DB prod", 1), ("b", "nightly web", 2), ("c", "DB weekly", 3)])
    run(rows.filter_by("NIGHT db"))
    assert shown(rows) == ["a"]
    run(rows.filter_by("db"))
    assert shown(rows) == ["a", "c"]
    run(rows.filter_by(""))
    assert shown(rows) == ["a", "b", "c"]


def test_narrowing_looks_only_at_what_was_left() -> None:
    looked: list[str] = []

    def text_of(item: Item) -> str:
        looked.append(item[0])
        return item[1]

    rows: RowModel[Item] = RowModel(lambda item: item[0], text_of)
    run(rows.load([("a", "xy", 0), ("b", "x", 0)]))
    run(rows.filter_by("x"))
    rows.append([("c", "never", 0)])
    looked.clear()
    run(rows.filter_by("xy"))
    assert looked == []
    assert shown(rows) == ["a"]


def test_a_filter_that_was_abandoned_half_way_is_not_narrowed() -> None:
    rows = made(some(3 * STEP))
    first = rows.filter_by("name")
    next(first)
    assert 0 < len(rows) < 3 * STEP
    run(rows.filter_by("name-"))
    assert len(rows) == 3 * STEP


def test_a_load_changes_nothing_before_it_is_complete() -> None:
    rows = made(some(3))
    steps = rows.load(some(2 * STEP))
    next(steps)
    assert shown(rows) == ["id0", "id1", "id2"]
    run(steps)
    assert len(rows) == 2 * STEP


def test_steps_are_bounded_and_many_rows_take_many() -> None:
    rows = made(some(20 * STEP))
    assert run(rows.filter_by("name")) >= 20
    assert run(rows.order_by(lambda item: item[1], descending=False)) >= 20


def test_a_repeated_key_takes_the_place_of_the_first() -> None:
    rows = made([("a", "old", 1), ("b", "b", 2), ("a", "new", 3)])
    assert [rows.item(row)[1] for row in range(len(rows))] == ["new", "b"]
    rows.append([("b", "newer", 4), ("c", "c", 5)])
    assert [rows.item(row)[1] for row in range(len(rows))] == ["new", "newer", "c"]


def test_a_replaced_row_moves_comes_and_goes() -> None:
    rows = made([("a", "one", 1), ("b", "two", 2), ("c", "three", 3)])
    run(rows.order_by(lambda item: item[2], descending=True))
    assert shown(rows) == ["c", "b", "a"]
    assert rows.replace("a", ("a", "one", 9))
    assert shown(rows) == ["a", "c", "b"]
    run(rows.filter_by("t"))
    assert shown(rows) == ["c", "b"]
    assert rows.replace("a", ("a", "ten", 0))
    assert shown(rows) == ["c", "b", "a"]
    assert rows.replace("c", ("c", "no", 3))
    assert shown(rows) == ["b", "a"]
    assert not rows.replace("zz", ("zz", "", 0))


names = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.text("xyz", max_size=3), st.integers(0, 5))
)


@settings(max_examples=60, deadline=None)
@given(names, names, st.booleans(), st.text("xyz", max_size=2))
def test_adding_gives_what_loading_all_would(
    first: list[Item], later: list[Item], descending: bool, words: str
) -> None:
    grown = made(first)
    run(grown.order_by(lambda item: (item[2], item[0]), descending=descending))
    run(grown.filter_by(words))
    grown.append(later)
    whole: dict[str, Item] = {}
    for item in [*first, *later]:
        whole[item[0]] = item
    expected = sorted(
        (item for item in whole.values() if words in item[1]),
        key=lambda item: (item[2], item[0]),
        reverse=descending,
    )
    assert [grown.item(row) for row in range(len(grown))] == expected


def test_many_rows_are_sorted_as_sorted_sorts() -> None:
    items = some(3 * STEP + 17)
    rows = made(items)
    for descending in (False, True):
        run(rows.order_by(lambda item: item[1], descending=descending))
        expected = sorted(items, key=lambda item: item[1], reverse=descending)
        assert [rows.item(row) for row in range(len(rows))] == expected


def test_newer_work_of_a_kind_drops_the_older_and_keeps_what_must_be_kept() -> None:
    done: list[str] = []

    def piece(name: str, steps: int) -> Steps:
        for number in range(steps):
            done.append(f"{name}{number}")
            yield

    queue = WorkQueue(lambda kind, ended: None)
    queue.add("filter", lambda: piece("a", 3))
    queue.step()
    queue.add(WorkQueue.KEEP, lambda: single_step(lambda: done.append("kept")))
    queue.add("filter", lambda: piece("b", 1))
    while queue.step():
        pass
    assert done == ["a0", "kept", "b0"]
    assert queue.is_idle
