"""The rows of a list, without a widget: the items, what the filter shows, and their order.

Work over many rows is cut into steps of limited size: :meth:`RowModel.load`,
:meth:`RowModel.filter_by` and :meth:`RowModel.order_by` are generators, and the caller decides what
happens between two steps. A row is an index into one list of items; besides that only its search
text and its sort key are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from vbs_tui.ui.widgets.rows.work_queue import Steps

T = TypeVar("T")

STEP = 4000
"""Rows per step of plain work: a few milliseconds."""

CALL_STEP = 1000
"""Rows per step when the caller's own functions are run on each."""


def terms_of(text: str) -> tuple[str, ...]:
    """The words of a filter; a row must contain each of them, in any case."""
    return tuple(text.casefold().split())


class RowModel(Generic[T]):
    """Items, each with a key, and a filtered and sorted view of them."""

    def __init__(self, key_of: Callable[[T], str], text_of: Callable[[T], str]) -> None:
        self._key_of = key_of
        self._text_of = text_of
        self._items: list[T] = []
        self._at: dict[str, int] = {}
        self._texts: list[str | None] = []
        self._keys: list[Any] = []
        self._sort_key: Callable[[T], Any] | None = None
        self._order: list[int] = []
        self._terms: tuple[str, ...] = ()
        self._is_partial = False
        self.view: list[int] = []
        """Numbers of the items shown, in the order shown."""
        self.descending = False

    def __len__(self) -> int:
        return len(self.view)

    @property
    def total(self) -> int:
        """How many items there are, shown or not."""
        return len(self._items)

    def items(self) -> Sequence[T]:
        """All items, in the order they came. Not to be changed."""
        return self._items

    def item(self, row: int) -> T:
        """The item shown in *row*."""
        return self._items[self.view[row]]

    def get(self, key: str) -> T | None:
        """The item with *key*, shown or not."""
        at = self._at.get(key)
        return None if at is None else self._items[at]

    def row_of(self, key: str) -> int | None:
        """The row that shows the item with *key*, if one does."""
        at = self._at.get(key)
        if at is None:
            return None
        try:
            return self.view.index(at)
        except ValueError:
            return None

    def load(self, items: Sequence[T]) -> Steps:
        """Replace all items; nothing changes before the last step."""
        at: dict[str, int] = {}
        kept: list[T] = []
        for start in range(0, len(items), STEP):
            for item in items[start : start + STEP]:
                key = self._key_of(item)
                if key in at:
                    kept[at[key]] = item
                else:
                    at[key] = len(kept)
                    kept.append(item)
            yield
        keys: list[Any] = []
        order = list(range(len(kept)))
        if self._sort_key is not None:
            yield from self._make_keys(kept, self._sort_key, keys)
            yield from _sort(order, keys, descending=self.descending)
        texts: list[str | None] = [None] * len(kept)
        view = order
        if self._terms:
            view = []
            yield from self._match(kept, texts, order, self._terms, view)
        self._items, self._at, self._keys, self._texts = kept, at, keys, texts
        self._order, self.view = order, view
        self._is_partial = False

    def filter_by(self, text: str) -> Steps:
        """Show only what matches *text*; the view grows step by step, in order."""
        terms = terms_of(text)
        # A view that an abandoned filter left incomplete must not be narrowed: rows are missing.
        narrower = bool(self._terms) and not self._is_partial and _narrows(self._terms, terms)
        source = self.view if narrower else self._order
        self._terms = terms
        self._is_partial = bool(terms)
        if not terms:
            self.view = self._order
            return
        self.view = []
        yield from self._match(self._items, self._texts, source, terms, self.view)
        self._is_partial = False

    def order_by(self, sort_key: Callable[[T], Any] | None, *, descending: bool) -> Steps:
        """Order by *sort_key* (``None``: as they came); the view changes with the last step."""
        keys: list[Any] = []
        order = list(range(len(self._items)))
        if sort_key is not None:
            yield from self._make_keys(self._items, sort_key, keys)
            yield from _sort(order, keys, descending=descending)
        elif descending:
            order.reverse()
        view = order
        if self._terms:
            view = []
            yield from self._match(self._items, self._texts, order, self._terms, view)
        self._sort_key, self.descending = sort_key, descending
        self._keys, self._order, self.view = keys, order, view
        self._is_partial = False

    def append(self, items: Iterable[T]) -> None:
        """Insert *items* in order; one whose key is known replaces that one."""
        for item in items:
            key = self._key_of(item)
            if key in self._at:
                self.replace(key, item)
                continue
            number = len(self._items)
            self._at[key] = number
            self._items.append(item)
            self._texts.append(None)
            if self._sort_key is not None:
                self._keys.append(self._sort_key(item))
            self._place(number)

    def replace(self, key: str, item: T) -> bool:
        """Replace the item with *key*. Returns whether rows moved, came or went."""
        number = self._at.get(key)
        if number is None:
            return False
        was_shown = not self._terms or self._matches(number)
        self._items[number] = item
        self._texts[number] = None
        moved = False
        if self._sort_key is not None:
            before, self._keys[number] = self._keys[number], self._sort_key(item)
            moved = before != self._keys[number]
        shown = not self._terms or self._matches(number)
        if not moved and shown == was_shown:
            return False
        self._order.remove(number)
        if self.view is not self._order and number in self.view:
            self.view.remove(number)
        self._place(number)
        return True

    def forget_texts(self) -> None:
        """Make the search texts again when they are next needed."""
        self._texts = [None] * len(self._items)
        self._is_partial = True

    def _place(self, number: int) -> None:
        self._insert(self._order, number)
        if self.view is not self._order and self._matches(number):
            self._insert(self.view, number)

    def _insert(self, order: list[int], number: int) -> None:
        if self._sort_key is None:
            # As they came, or the reverse: the number itself is the place.
            order.insert(_place_of(order, number, lambda n: n, descending=self.descending), number)
            return
        place = _place_of(order, number, self._keys.__getitem__, descending=self.descending)
        order.insert(place, number)

    def _matches(self, number: int) -> bool:
        text = self._text(self._items, self._texts, number)
        return all(term in text for term in self._terms)

    def _text(self, items: Sequence[T], texts: list[str | None], number: int) -> str:
        text = texts[number]
        if text is None:
            text = texts[number] = self._text_of(items[number]).casefold()
        return text

    def _match(
        self,
        items: Sequence[T],
        texts: list[str | None],
        source: Sequence[int],
        terms: tuple[str, ...],
        found: list[int],
    ) -> Steps:
        first, rest = terms[0], terms[1:]
        start = 0
        while start < len(source):
            size = CALL_STEP if texts[source[start]] is None else STEP
            chunk = source[start : start + size]
            start += size
            for number in chunk:
                text = texts[number] or self._text(items, texts, number)
                if first in text and all(term in text for term in rest):
                    found.append(number)
            yield

    @staticmethod
    def _make_keys(items: Sequence[T], sort_key: Callable[[T], Any], keys: list[Any]) -> Steps:
        for start in range(0, len(items), CALL_STEP):
            keys.extend(sort_key(item) for item in items[start : start + CALL_STEP])
            yield


def _narrows(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    return all(any(old in new for new in after) for old in before)


def _place_of(
    order: Sequence[int], number: int, key_of: Callable[[int], Any], *, descending: bool
) -> int:
    key = key_of(number)
    low, high = 0, len(order)
    if order and not (key > key_of(order[-1]) if descending else key < key_of(order[-1])):
        return high
    while low < high:
        middle = (low + high) // 2
        other = key_of(order[middle])
        if (key > other) if descending else (key < other):
            high = middle
        else:
            low = middle + 1
    return low


def _sort(order: list[int], keys: Sequence[Any], *, descending: bool) -> Steps:
    """Sort *order* in place: short runs first, then ever longer ones, a step for each."""
    key = keys.__getitem__
    size = STEP
    for start in range(0, len(order), size):
        order[start : start + size] = sorted(
            order[start : start + size], key=key, reverse=descending
        )
        yield
    while size < len(order):
        for start in range(0, len(order) - size, 2 * size):
            # Two sorted runs in one list: the sort only has to merge them.
            order[start : start + 2 * size] = sorted(
                order[start : start + 2 * size], key=key, reverse=descending
            )
            yield
        size *= 2
