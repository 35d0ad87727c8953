"""Rows by id, with their sorted orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar


class HasId(Protocol):
    """What a row of a table has at least."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=HasId)

_FIXED_KEYS = frozenset({"created_at", "id"})
"""Fields that never change, so that orders by them last."""


class Table(Generic[Row]):
    """Rows by id. Sorted orders are kept until something changes."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._membership = 0
        self._content = 0
        self._orders: dict[tuple[str, bool], tuple[int, list[Row], dict[str, int]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def add(self, row: Row) -> None:
        self._rows[row.id] = row
        self._membership += 1

    def extend(self, rows: Iterable[Row]) -> None:
        self._rows.update((row.id, row) for row in rows)
        self._membership += 1

    def remove(self, row_id: str) -> None:
        """Remove a row; nothing happens when it is not there."""
        if self._rows.pop(row_id, None) is not None:
            self._membership += 1

    def get(self, row_id: str) -> Row | None:
        return self._rows.get(row_id)

    def changed(self) -> None:
        """To be called when a field of a row changed: orders by it are no longer valid."""
        self._content += 1

    def ordered(self, key: str, *, descending: bool) -> tuple[list[Row], dict[str, int]]:
        """The rows sorted by ``key`` then id, and the position of each id."""
        stamp = self._membership * 1_000_003 + (0 if key in _FIXED_KEYS else self._content)
        known = self._orders.get((key, descending))
        if known is None or known[0] != stamp:
            rows = sorted(self._rows.values(), key=_sort_key(key), reverse=descending)
            known = (stamp, rows, {row.id: place for place, row in enumerate(rows)})
            self._orders[key, descending] = known
        return known[1], known[2]


def _sort_key(key: str) -> Callable[[Any], tuple[bool, Any, str]]:
    def of(row: Any) -> tuple[bool, Any, str]:
        value = getattr(row, key, None)
        return (value is not None, value if value is not None else "", row.id)

    return of
