"""A request and a reply, as the simulated services see them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from vbs_tui.simulator.world.world import Project, User


@dataclass(frozen=True, slots=True)
class Grant:
    """What valid credentials allow. ``project`` is ``None`` for a token without a project."""

    user: User
    project: Project | None
    token: str = ""


@dataclass
class Call:
    """A request. ``params`` are the parts of the path that the route names."""

    method: str
    path: str
    raw_path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes
    params: dict[str, str]
    base_url: str
    request_id: str
    """32 hex digits."""
    authenticated: bool = False
    expire_token: bool = False
    """Set by a fault: the token counts as expired."""
    grant: Grant | None = None

    @property
    def version(self) -> str:
        """``v1``, ``v2`` or ``v3``."""
        return self.path.lstrip("/").partition("/")[0]

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON; ``ValueError`` when it is none."""
        return json.loads(self.body)


@dataclass
class Reply:
    """A response: JSON or bytes, or a closed connection when ``drop`` is set."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: bool = False
    """Announce the whole body, send half of it, close."""

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if self.body is None:
            return b""
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8", "surrogatepass")


class ApiError(Exception):
    """A refused request, with its reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body!r}")
        self.reply = reply
