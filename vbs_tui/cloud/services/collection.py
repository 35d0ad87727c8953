"""A list of backups or volumes, under the first of several paths that a cloud has.

Lists are read by marker (``limit`` and ``marker`` of the VBS and EVS lists). Links are never
followed: real ones name internal hosts, and apply an offset again on every page.
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
from vbs_tui.cloud.services.paging import Paging

PAGE = 100
"""Rows asked for at once. Gateways cut off responses of a few hundred kilobytes."""

_MOST_RESTARTS = 3

Row = TypeVar("Row", bound=Backup | Volume)


@dataclass(frozen=True, slots=True)
class ListPath:
    """A path under which objects may be listed: ``{root}/{version}/{project_id}/{name}``."""

    root: str
    version: str
    name: str
    """``backups``, ``volumes``, ``cloudvolumes``."""

    def url(self, project_id: str, *rest: str) -> str:
        parts = (self.version, project_id, self.name, *rest)
        return "/".join([self.root, *(quote(part, safe=":") for part in parts)])


class Collection(Generic[Row]):
    """Backups or volumes of one project."""

    def __init__(
        self,
        client: ServiceClient,
        project_id: str,
        *,
        noun: str,
        paths: tuple[ListPath, ...],
        parse: Callable[[object], Row],
        page: int = PAGE,
    ) -> None:
        """*noun*: ``backup`` or ``volume``; also the key of one object in a response."""
        self._client = client
        self._project_id = project_id
        self._noun = noun
        self._paths = tuple(dict.fromkeys(paths))
        self._parse = parse
        self._page = page
        self._chosen: ListPath | None = None
        self.note = ""
        """What the last reading of the list left out, as sentences; empty for nothing."""

    async def pages(self) -> AsyncIterator[tuple[Row, ...]]:
        """All rows, a page at a time, none twice. Raises ``CloudError``."""
        paging = Paging()
        response = await self._first()
        self.note = ""
        while True:
            ids, rows = self._rows(response, paging)
            if rows:
                yield rows
            if not paging.has_next(ids, response.length):
                break
            following = await self._after(paging.marker)
            if following.status == 404 and paging.restarts < _MOST_RESTARTS:
                # The row that served as the marker was deleted meanwhile.
                paging.restart()
                following = await self._after("")
            response = following
        if paging.unreadable and not paging.seen:
            text = f"none of the {paging.unreadable} rows of the {self._noun} list could be read"
            raise unexpected_response(response, text, self._now())
        self.note = paging.note(self._noun, self._page)

    async def get(self, object_id: str) -> Row:
        """One object, whose id is exactly *object_id*. Raises ``CloudError``.

        The error has status 404 only when the service itself says that there is no such object.
        """
        if not plain_id(object_id):
            raise ValueError(f"not an id: {object_id!r}")
        what = f"read the {self._noun}"
        for path in self._paths_in_order():
            url = path.url(self._project_id, object_id)
            response = await self._client.read(Request("GET", url, what, object_id))
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
            if found.id == object_id:
                return found
            raise wrong_object(response, self._noun, object_id, found.id, self._now())
        raise unexpected_response(response, text, self._now())

    async def with_status(self, status: str) -> tuple[Row, ...]:
        """All objects with that status, by one request.

        Raises ``CloudError``, also when there may be more of them than the response holds.
        """
        for path in self._paths_in_order():
            response = await self._list(path, "", status=status)
            if not is_unknown_path(response.status, response.envelope):
                break
        if not response.is_ok:
            raise response_error(response, self._now())
        paging = Paging()
        _, rows = self._rows(response, paging)
        is_partial = paging.last_page_was_full or paging.unreadable or paging.duplicates
        if is_partial or response.is_in_the_way:
            text = f"not every {self._noun} in state {status} could be read"
            raise unexpected_response(response, text, self._now())
        return tuple(row for row in rows if row.status == status)

    def _paths_in_order(self) -> tuple[ListPath, ...]:
        if self._chosen is None:
            return self._paths
        return (self._chosen, *(path for path in self._paths if path != self._chosen))

    async def _first(self) -> Response:
        """The first page, from the first path that the cloud has; that is used from then on."""
        for path in self._paths_in_order():
            response = await self._list(path, "")
            if not is_unknown_path(response.status, response.envelope):
                if response.is_ok:
                    self._chosen = path
                    return response
                break
        raise response_error(response, self._now())

    async def _after(self, marker: str) -> Response:
        """The page after *marker* (empty: the first). A marker's 404 is returned, not raised."""
        assert self._chosen is not None
        response = await self._list(self._chosen, marker)
        if response.is_ok or (response.status == 404 and marker):
            return response
        raise response_error(response, self._now())

    async def _list(self, path: ListPath, marker: str, *, status: str = "") -> Response:
        query = f"?limit={self._page}" + (f"&marker={quote(marker, safe='')}" if marker else "")
        query += f"&status={quote(status)}" if status else ""
        url = path.url(self._project_id, "detail") + query
        return await self._client.read(Request("GET", url, f"list {self._noun}s"))

    def _rows(self, response: Response, paging: Paging) -> tuple[list[str], tuple[Row, ...]]:
        """The usable ids of a page in its order, and the rows that are new."""
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
                paging.unreadable += 1
                continue
            ids.append(row.id)
            if paging.is_new(row.id):
                fresh.append(row)
        paging.last_page_was_full = len(rows) >= self._page
        return ids, tuple(fresh)

    def _now(self) -> datetime:
        return self._client.session.clock.now()
