"""The store: what events leave in it."""

from __future__ import annotations

from tests.ui.fake_backend import BACKUPS, NOW, PROD, PROJECTS, VOLUMES, backup, failure
from vbs_tui.restore.events import (
    Connected,
    ListFailed,
    ListKind,
    ListPage,
    ListStarted,
    RowChanged,
)
from vbs_tui.ui.store.store import Change, ListState, Store


def opened() -> tuple[Store, ListState]:
    store = Store("otc")
    store.apply(Connected("otc", "eu-de", "ops", PROJECTS, "", "", NOW))
    store.enter(PROD)
    listing = store.list_of(ListKind.BACKUPS)
    assert listing is not None
    return store, listing


def start(number: int) -> ListStarted:
    return ListStarted(PROD.id, ListKind.BACKUPS, number, NOW)


def page(number: int, first: int, end: int, *, last: bool = False) -> ListPage:
    return ListPage(PROD.id, ListKind.BACKUPS, number, BACKUPS[first:end], last, NOW)


def test_the_first_reading_appends_and_later_ones_swap_at_their_end() -> None:
    store, listing = opened()
    assert store.apply(start(1)) is Change.STATE
    assert store.apply(page(1, 0, 2)) is Change.APPENDED
    assert store.apply(page(1, 2, 4, last=True)) is Change.APPENDED
    assert not listing.loading
    store.apply(start(2))
    assert store.apply(page(2, 5, 6)) is Change.STATE
    assert listing.rows == list(BACKUPS[:4])
    assert store.apply(page(2, 6, 7, last=True)) is Change.SWAPPED
    assert listing.rows == list(BACKUPS[5:7])


def test_a_reading_that_breaks_off_destroys_nothing() -> None:
    store, listing = opened()
    for event in (start(1), page(1, 0, 4, last=True), start(2), page(2, 4, 6)):
        store.apply(event)
    assert store.apply(ListFailed(PROD.id, ListKind.BACKUPS, 2, failure())) is Change.STATE
    assert listing.rows == list(BACKUPS[:4])
    assert listing.is_stale
    assert listing.listed_at == NOW


def test_a_first_reading_that_breaks_off_leaves_rows_of_no_age() -> None:
    store, listing = opened()
    for event in (start(1), page(1, 0, 2), ListFailed(PROD.id, ListKind.BACKUPS, 1, failure())):
        store.apply(event)
    assert listing.listed_at is None
    assert listing.is_stale
    assert len(listing.rows) == 2


def test_late_news_of_older_readings_change_nothing() -> None:
    store, listing = opened()
    for event in (start(1), start(2)):
        store.apply(event)
    assert store.apply(page(1, 0, 2, last=True)) is Change.NONE
    assert store.apply(ListFailed(PROD.id, ListKind.BACKUPS, 1, failure())) is Change.NONE
    assert store.apply(start(1)) is Change.NONE
    assert listing.loading


def test_a_row_told_twice_is_there_once() -> None:
    store, listing = opened()
    store.apply(start(1))
    store.apply(page(1, 0, 3))
    store.apply(page(1, 2, 4, last=True))
    assert [row.id for row in listing.rows] == [one.id for one in BACKUPS[:4]]
    assert all(listing.count_named(row.name) == 1 for row in listing.rows)


def test_a_changed_row_takes_its_place_and_unknown_ones_none() -> None:
    store, listing = opened()
    store.apply(start(1))
    store.apply(page(1, 0, 3, last=True))
    new = backup(2, "renamed")
    assert store.apply(RowChanged(PROD.id, new)) is Change.ROW
    assert listing.get(new.id) is new
    assert listing.count_named("renamed") == 1
    assert store.apply(RowChanged(PROD.id, VOLUMES[0])) is Change.NONE
    assert store.apply(RowChanged("elsewhere", new)) is Change.NONE


def test_the_only_project_needs_no_choice() -> None:
    store, _ = opened()
    assert store.preferred() is None
    store.apply(Connected("otc", "eu-de", "ops", PROJECTS[:1], "", "", NOW))
    assert store.preferred() == PROD
    store.apply(Connected("otc", "eu-de", "ops", PROJECTS, PROJECTS[2].id, "", NOW))
    assert store.preferred() == PROJECTS[2]
