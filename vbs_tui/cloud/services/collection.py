"""A kind of thing that a cloud lists, at whichever of several places it is to be found.

Lists are walked by marker (``limit`` and ``marker`` of the VBS and EVS lists): links are never
followed, since real ones name internal hosts and apply an offset on every page again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import quote

from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.http.errors.classification import is_missing_object, is_unknown_path
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response, wrong_object
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.resources import Backup, Volume, plain_id

PAGE = 100
"""Rows asked for at once; gateways cut answers of a few hundred kilobytes."""

_MOST_RESTARTS = 3
MOST_ROWS = 100_000
"""Rows of one list that are read: more help nobody, and fill the memory."""

MOST_BYTES = 256 * 1024 * 1024
"""The same for the answers they come in, as sent."""

Row = TypeVar("Row", bound=Backup | Volume)


@dataclass(frozen=True, slots=True)
class ListPath:
    """A path under which a kind of thing may be listed."""

    root: str
    version: str
    path: str
    """``backups``, ``volumes``, ``cloudvolumes``."""

    def url(self, project_id: str, *rest: str) -> str:
        parts = (self.version, project_id, self.path, *rest)
        return "/".join([self.root, *(quote(part, safe=":") for part in parts)])


class Collection(Generic[Row]):
    """Backups or volumes of one project."""

    def __init__(
        self,
        client: ServiceClient,
        project_id: str,
        *,
        noun: str,
        places: tuple[ListPath, ...],
        parse: Callable[[object], Row],
        page: int = PAGE,
    ) -> None:
        """*noun*: ``backup`` or ``volume``, which is also the key of one thing in an answer."""
        self._client = client
        self._project_id = project_id
        self._noun = noun
        self._places = tuple(dict.fromkeys(places))
        self._parse = parse
        self._page = page
        self._chosen: ListPath | None = None
        self.note = ""
        """What the last reading of the list could not do, as a sentence; empty for nothing."""

    async def pages(self) -> AsyncIterator[tuple[Row, ...]]:
        """All rows, a page at a time, none twice. Raises ``CloudError``."""
        walk = _Paging()
        response = await self._first()
        self.note = ""
        while True:
            ids, rows = self._rows(response, walk)
            if rows:
                yield rows
            if not walk.goes_on(ids, response.length):
                break
            following = await self._after(walk.marker)
            if following.status == 404 and walk.restarts < _MOST_RESTARTS:
                # The thing that served as the marker was deleted meanwhile.
                walk.restart()
                following = await self._after("")
            response = following
        if walk.unreadable and not walk.seen:
            text = f"none of the {walk.unreadable} rows of the {self._noun} list could be read"
            raise unexpected_response(response, text, self._now())
        self.note = walk.note(self._noun, self._page)

    async def get(self, thing_id: str) -> Row:
        """One thing, fresh, whose id is *thing_id* to the letter. Raises ``CloudError``; status 404
        only when the service itself says that there is no such thing."""
        if not plain_id(thing_id):
            raise ValueError(f"not an id: {thing_id!r}")
        what = f"read the {self._noun}"
        for place in self._in_order():
            url = place.url(self._project_id, thing_id)
            response = await self._client.read(Request("GET", url, what, thing_id))
            if not is_unknown_path(response.status, response.envelope):
                break
        if not response.is_ok:
            error = response_error(response, self._now())
            if response.status == 404 and not is_missing_object(response.status, response.envelope):
                extra = (("HTTP status", "404, but not in the service's own words"),)
                error = CloudError(replace(error.failure, status=None, extra=extra))
            raise error
        row = response.data.get(self._noun) if isinstance(response.data, dict) else None
        try:
            found = self._parse(row)
        except ValueError as reason:
            text = f"the answer holds no {self._noun}: {reason}"
        else:
            if found.id == thing_id:
                return found
            raise wrong_object(response, self._noun, thing_id, found.id, self._now())
        raise unexpected_response(response, text, self._now())

    async def with_status(self, status: str) -> tuple[Row, ...]:
        """All things in that state, by one request. Raises ``CloudError``, also when there may be
        more of them than the answer holds."""
        for place in self._in_order():
            response = await self._list(place, "", status=status)
            if not is_unknown_path(response.status, response.envelope):
                break
        if not response.is_ok:
            raise response_error(response, self._now())
        walk = _Paging()
        _, rows = self._rows(response, walk)
        if walk.last_page_was_full or walk.unreadable or walk.doubles or response.is_in_the_way:
            text = f"not every {self._noun} in state {status} could be read"
            raise unexpected_response(response, text, self._now())
        return tuple(row for row in rows if row.status == status)

    def _in_order(self) -> tuple[ListPath, ...]:
        if self._chosen is None:
            return self._places
        return (self._chosen, *(place for place in self._places if place != self._chosen))

    async def _first(self) -> Response:
        """The first page, from the first place that has such a list; the place is remembered."""
        for place in self._in_order():
            response = await self._list(place, "")
            if not is_unknown_path(response.status, response.envelope):
                if response.is_ok:
                    self._chosen = place
                    return response
                break
        raise response_error(response, self._now())

    async def _after(self, marker: str) -> Response:
        """The page after *marker* (empty: the first); a 404 is left to the caller."""
        assert self._chosen is not None
        response = await self._list(self._chosen, marker)
        if (response.is_ok) or (response.status == 404 and marker):
            return response
        raise response_error(response, self._now())

    async def _list(self, place: ListPath, marker: str, *, status: str = "") -> Response:
        query = f"?limit={self._page}" + (f"&marker={quote(marker, safe='')}" if marker else "")
        query += f"&status={quote(status)}" if status else ""
        url = place.url(self._project_id, "detail") + query
        return await self._client.read(Request("GET", url, f"list {self._noun}s"))

    def _rows(self, response: Response, walk: _Paging) -> tuple[list[str], tuple[Row, ...]]:
        """The usable ids of a page in its order, and the rows that were not seen before."""
        if not response.is_success:
            raise response_error(response, self._now())
        data = response.data if isinstance(response.data, Mapping) else {}
        rows = data.get(f"{self._noun}s")
        if not isinstance(rows, list):
            raise unexpected_response(
                response, f"the answer holds no list of {self._noun}s", self._now()
            )
        ids: list[str] = []
        fresh: list[Row] = []
        for raw in rows:
            try:
                row = self._parse(raw)
            except ValueError:
                walk.unreadable += 1
                continue
            ids.append(row.id)
            if walk.is_new(row.id):
                fresh.append(row)
        walk.last_page_was_full = len(rows) >= self._page
        return ids, tuple(fresh)

    def _now(self) -> datetime:
        return self._client.session.clock.now()


class _Paging:
    """How far a list was walked, over all passes and in the present one."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._spellings: set[str] = set()
        self.doubles = 0
        self.marker = ""
        self.restarts = 0
        self.unreadable = 0
        self.last_page_was_full = False
        self._bytes = 0
        self._is_cut = False
        self._in_pass: set[str] = set()
        self._stuck = False

    def is_new(self, row_id: str) -> bool:
        """Whether the row is to be shown: it is not there yet, neither in other letter case."""
        if row_id in self.seen:
            return False
        if row_id.lower() in self._spellings:
            self.doubles += 1
            self.seen.add(row_id)
            return False
        if len(self.seen) >= MOST_ROWS:
            self._is_cut = True
            return False
        self.seen.add(row_id)
        self._spellings.add(row_id.lower())
        return True

    def restart(self) -> None:
        self.restarts += 1
        self.marker = ""
        self._in_pass.clear()

    def goes_on(self, ids: list[str], length: int) -> bool:
        """Whether another page is to be asked for after one with *ids*; sets the marker.

        *length*: bytes of the page.
        """
        self._bytes += length
        if not ids:
            self._stuck = self.last_page_was_full
            return False
        if self._in_pass.issuperset(ids):
            # The server does not heed the marker; with a full page there may be rows behind it.
            self._stuck = self.last_page_was_full
            return False
        if self._is_cut or self._bytes >= MOST_BYTES:
            self._is_cut = True
            return False
        self._in_pass.update(ids)
        self.marker = ids[-1]
        return True

    def note(self, noun: str, page: int) -> str:
        parts = []
        if self.unreadable:
            rows = "row" if self.unreadable == 1 else "rows"
            parts.append(f"{self.unreadable} {rows} of the {noun} list could not be read.")
        if self.doubles:
            rows = "row" if self.doubles == 1 else "rows"
            parts.append(
                f"{self.doubles} {rows} of the {noun} list with the id of another in other letter"
                " case: left out."
            )
        if self._is_cut:
            parts.append(
                f"The {noun} list was cut off at {len(self.seen):,} rows: the cloud has more, or"
                " its list has no end."
            )
        if self._stuck:
            parts.append(
                f"The cloud does not page its {noun} list properly (page size {page}): "
                "the list may be incomplete."
            )
        return " ".join(parts)
