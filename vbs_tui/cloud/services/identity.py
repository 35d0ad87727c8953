"""The identity service (IAM, Keystone): the user's projects and each project's catalog.

Source: the IAM API reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from vbs_tui.cloud.http.errors.classification import is_unknown_path
from vbs_tui.cloud.http.errors.responses import response_error, unexpected_response
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.services import fields
from vbs_tui.cloud.services.fields import FieldReader
from vbs_tui.text import clean

_MOST_PAGES = 100
_MOST_PROJECTS = 10_000


async def list_projects(
    client: ServiceClient, root: str, paths: Sequence[str]
) -> tuple[Project, ...]:
    """The usable projects, sorted by name, from the first of *paths* that the user may read.

    Source: ``GET /v3/auth/projects`` and its fallbacks. Raises ``CloudError``.
    """
    response: Response | None = None
    for path in paths:
        response = await client.read(Request("GET", f"{root}{path}", "list projects"))
        if response.is_ok:
            found = await _all_pages(client, response)
            return tuple(sorted(found, key=lambda project: project.name.casefold()))
        if not (
            is_unknown_path(response.status, response.envelope) or response.status in (403, 404)
        ):
            break
    assert response is not None
    raise response_error(response, client.session.clock.now())


async def fetch_catalog(client: ServiceClient, root: str) -> object:
    """The catalog of the client's project: ``GET /v3/auth/catalog``; ``None`` if refused.

    Raises ``CloudError`` only when there was no response at all.
    """
    response = await client.read(Request("GET", f"{root}/v3/auth/catalog", "read the catalog"))
    data = response.data
    return data.get("catalog") if response.is_success and isinstance(data, dict) else None


def parse_project(row: object) -> Project:
    """A row of ``GET /v3/auth/projects``. Raises ``ValueError`` for a row without a usable id."""
    reader = FieldReader(row)
    data = reader.data
    return Project(
        id=reader.id(),
        name=clean(data.get("name")) or reader.id(),
        enabled=fields.flag(data.get("enabled"), default=True),
        is_domain=fields.flag(data.get("is_domain")),
        domain_id=clean(data.get("domain_id"), 64),
        description=clean(data.get("description")),
    )


async def _all_pages(client: ServiceClient, response: Response) -> list[Project]:
    found: dict[str, Project] = {}
    place = response.request.url_without_query
    asked = {urlsplit(response.request.url).query}
    while True:
        data = response.data if isinstance(response.data, dict) else {}
        rows = data.get("projects")
        if not isinstance(rows, list):
            raise unexpected_response(response, "the answer holds no list of projects")
        for row in rows:
            try:
                project = parse_project(row)
            except ValueError:
                continue
            if project.is_usable:
                found.setdefault(project.id, project)
        query = _next_query(data)
        if not query or query in asked or len(asked) >= _MOST_PAGES or len(found) >= _MOST_PROJECTS:
            return list(found.values())
        asked.add(query)
        response = await client.get(Request("GET", f"{place}?{query}", "list projects"))


def _next_query(data: dict[str, object]) -> str:
    """Only the query of the next link: its host and path may be internal ones."""
    links = data.get("links")
    url = links.get("next") if isinstance(links, dict) else None
    if not isinstance(url, str) or len(url) > 4000:
        return ""
    try:
        query = urlsplit(url).query
    except ValueError:
        return ""
    return query if query.isascii() and query.isprintable() and " " not in query else ""
