"""Lists by marker, limit, offset, sort and filter, with the peculiarities of real services.

A ``next`` link is there whenever the page is full, so an exactly full last page points to an
empty one. It repeats the request's parameters, ``offset`` included, which then is applied again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import Call
from vbs_tui.simulator.world.table import Row, Table

SORT_KEYS = {
    "id": "id",
    "name": "name",
    "status": "status",
    "size": "size",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "availability_zone": "availability_zone",
    "display_name": "name",
}


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page and, when it is full, the query of the next."""

    rows: list[Any]
    next_query: str | None


def page_of(table: Table[Row], call: Call, cap: int, wanted: Callable[[Row], bool]) -> Page:
    """One page. 400 for a bad limit, offset or sort key, 404 for an unknown marker."""
    limit = min(_number(call, "limit", cap), cap)
    offset = _number(call, "offset", 0)
    key, descending = _sorting(call)
    rows, places = table.ordered(key, descending=descending)
    start = 0
    marker = call.query.get("marker")
    if marker:
        if marker not in places:
            raise errors.cinder(404, f"No row has the id of the marker {marker}.")
        start = places[marker] + 1
    found = _take((rows[at] for at in range(start, len(rows))), wanted, offset, limit)
    is_full = limit > 0 and len(found) == limit
    return Page(found, _next_query(call, found[-1].id) if is_full else None)


def links(page: Page, call: Call, *, internal: bool) -> list[dict[str, str]]:
    """The ``next`` link as a list, empty when there is none."""
    if page.next_query is None:
        return []
    if internal:
        _, _, path = call.path.lstrip("/").partition("/")
        return [{"rel": "next", "href": f"http://192.168.21.4:8776/{path}?{page.next_query}"}]
    return [{"rel": "next", "href": f"{call.base_url}{call.path}?{page.next_query}"}]


def _take(rows: Iterable[Row], wanted: Callable[[Row], bool], offset: int, limit: int) -> list[Row]:
    found: list[Row] = []
    if limit == 0:
        return found
    for row in rows:
        if not wanted(row):
            continue
        if offset > 0:
            offset -= 1
            continue
        found.append(row)
        if len(found) == limit:
            break
    return found


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise errors.cinder(400, f"The parameter {name} must be a whole number from 0.")
    return int(text)


def _sorting(call: Call) -> tuple[str, bool]:
    first = call.query.get("sort", "").partition(",")[0]
    key, _, direction = first.partition(":")
    key = key or call.query.get("sort_key", "created_at")
    direction = direction or call.query.get("sort_dir", "desc")
    if key not in SORT_KEYS or direction not in ("asc", "desc"):
        raise errors.cinder(400, f"Sorting by {key} {direction} is not possible.")
    return SORT_KEYS[key], direction == "desc"


def _next_query(call: Call, last_id: str) -> str:
    return urlencode({**call.query, "marker": last_id})
