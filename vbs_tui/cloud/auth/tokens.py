"""Tokens: what one holds, what it is scoped to, and how it is read from a response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vbs_tui.cloud.http.messages import Response
from vbs_tui.cloud.resources import plain_id
from vbs_tui.cloud.secrets import Secret
from vbs_tui.text import clean
from vbs_tui.times import parse_time

MARGIN = timedelta(minutes=15)
"""A token with less left is renewed before it is used."""

_UNKNOWN_LIFE = timedelta(hours=1)
_LONGEST_LIFE = timedelta(days=365)
"""Some clouds give tokens without end, until the last date of the calendar."""

_LONGEST_TOKEN = 65536
_MOST_ROLES = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token is asked for: one project, or nothing in particular."""

    project_id: str = ""
    project_name: str = ""
    domain_id: str = ""
    """The domain of the project, needed with its name on some clouds."""
    domain_name: str = ""
    is_domain_assumed: bool = field(default=False, compare=False)
    """Whether the project's domain is not configured, so that the user's own is used."""

    @property
    def is_project(self) -> bool:
        return bool(self.project_id or self.project_name)

    def fits(self, token: Token) -> bool:
        """Whether *token* is of this project."""
        if self.project_id:
            return token.grant.project_id == self.project_id
        return bool(self.project_name) and token.grant.project == self.project_name

    def body(self) -> dict[str, Any] | None:
        """The ``scope`` part of a log-in; ``None`` without one."""
        if self.project_id:
            return {"project": {"id": self.project_id}}
        if not self.project_name:
            return None
        domain = {"id": self.domain_id} if self.domain_id else {"name": self.domain_name}
        named: dict[str, Any] = {"name": self.project_name}
        if self.domain_id or self.domain_name:
            named["domain"] = domain
        return {"project": named}


UNSCOPED = Scope()


@dataclass(frozen=True, slots=True)
class Grant:
    """What the cloud says of a log-in: who, where, as what, until when. Holds no secret."""

    user: str
    user_domain: str
    project_id: str
    """Empty for a token of no project."""
    project: str
    project_domain: str
    roles: tuple[str, ...]
    """Names of the user's roles in the project; empty when the cloud told none."""
    expires_at: datetime | None
    """By the cloud's clock."""


@dataclass(slots=True, eq=False)
class Token:
    """A token in memory."""

    secret: Secret
    grant: Grant
    user_id: str
    data: Mapping[str, Any] = field(repr=False)
    """The ``token`` object that it was made from, with the catalog in it."""
    got_at: datetime
    ends_at: datetime
    """When it ends by this machine's clock, which need not be the cloud's."""
    accepted_by: set[str] = field(default_factory=set)
    """The origins (scheme, host, port) that accepted it."""

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for another: less than 15 minutes left, or a quarter of its life."""
        life = self.ends_at - self.got_at
        return self.ends_at - now < min(MARGIN, life / 4)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at


def new_token(text: str, data: Mapping[str, Any], now: datetime) -> Token | None:
    """A token from *text* and *data*, the ``token`` object of ``POST /v3/auth/tokens``.

    ``None`` when *text* is no token that a header can hold.
    """
    if not text or len(text) > _LONGEST_TOKEN or not text.isascii() or not text.isprintable():
        return None
    expires, issued = parse_time(data.get("expires_at")), parse_time(data.get("issued_at"))
    life = _UNKNOWN_LIFE
    if expires is not None:
        # The cloud's own span: this machine's clock may be hours off.
        life = expires - (issued or now)
    if life <= timedelta(0):
        # A token that is over when it is issued would mean a log-in for each request: the
        # services will say when they no longer accept it.
        life = _UNKNOWN_LIFE
    user, project = mapping(data.get("user")), mapping(data.get("project"))
    grant = Grant(
        user=clean(user.get("name"), 128) or plain_id(user.get("id")),
        user_domain=_domain(user),
        project_id=plain_id(project.get("id")),
        project=clean(project.get("name"), 128),
        project_domain=_domain(project),
        roles=_roles(data.get("roles")),
        expires_at=expires,
    )
    ends_at = now + min(life, _LONGEST_LIFE)
    return Token(Secret(text), grant, plain_id(user.get("id")), data, now, ends_at)


def token_from(response: Response, now: datetime) -> Token | None:
    """The token of a log-in's *response*; ``None`` when it holds none that can be used."""
    data = mapping(mapping(response.data).get("token"))
    return new_token(response.headers.get("x-subject-token", "").strip(), data, now)


def _roles(value: object) -> tuple[str, ...]:
    rows = value[:_MOST_ROLES] if isinstance(value, list) else []
    # Id "0" marks a switch of the cloud, not a right of the user.
    real = (row for row in map(mapping, rows) if row.get("id") != "0")
    names = (clean(row.get("name"), 64).strip() for row in real)
    return tuple(dict.fromkeys(name for name in names if name))


def _domain(owner: Mapping[str, Any]) -> str:
    domain = mapping(owner.get("domain"))
    return clean(domain.get("name") or domain.get("id"), 128)


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
