"""Tokens: what one is, what it is good for, and how a log-in's answer becomes one."""

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
"""Some clouds give tokens "for ever", until a date that calendars end with."""

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
    """Whether the project's domain is not configured, so that the user's own stands in for it."""

    @property
    def is_project(self) -> bool:
        return bool(self.project_id or self.project_name)

    def fits(self, token: Token) -> bool:
        """Whether *token* is of this project."""
        if self.project_id:
            return token.project_id == self.project_id
        return bool(self.project_name) and token.project_name == self.project_name

    def body(self) -> dict[str, Any] | None:
        """The ``scope`` part of a log-in; ``None`` for none."""
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
    """Names of the roles in the project; empty when the cloud told none."""
    expires_at: datetime | None


@dataclass(slots=True, eq=False)
class Token:
    """A token in memory. All moments are of this machine's clock, but for ``expires_at``."""

    secret: Secret
    got_at: datetime
    expires_at: datetime | None
    """As the cloud said it."""
    ends_at: datetime
    """``expires_at`` by this machine's clock, which need not be the cloud's."""
    user_id: str = ""
    user_name: str = ""
    project_id: str = ""
    project_name: str = ""
    catalog: object = field(default=None, repr=False)
    taken_by: set[str] = field(default_factory=set)
    """The origins (scheme, host, port) that took it."""
    roles: tuple[str, ...] = ()
    """Names of the user's roles where the token is of; empty when none were told."""
    user_domain: str = ""
    project_domain: str = ""

    @property
    def grant(self) -> Grant:
        """What may be told of it."""
        return Grant(
            user=self.user_name or self.user_id,
            user_domain=self.user_domain,
            project_id=self.project_id,
            project=self.project_name,
            project_domain=self.project_domain,
            roles=self.roles,
            expires_at=self.expires_at,
        )

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for another: less than 15 minutes left, or a quarter of its life."""
        life = self.ends_at - self.got_at
        return self.ends_at - now < min(MARGIN, life / 4)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def can_be_base(self, now: datetime) -> bool:
        """Whether another token got with this one, which ends with it, would be worth having."""
        return not self.is_due(now)


def token_from(answer: Response, now: datetime) -> Token | None:
    """The token of a log-in's answer; ``None`` when it holds none that could be used."""
    text = answer.headers.get("x-subject-token", "").strip()
    if not text or len(text) > _LONGEST_TOKEN or not text.isascii() or not text.isprintable():
        return None
    body = _mapping(_mapping(answer.data).get("token"))
    expires, issued = parse_time(body.get("expires_at")), parse_time(body.get("issued_at"))
    life = _UNKNOWN_LIFE
    if expires is not None:
        # The cloud's own span: this machine's clock may be hours off.
        life = expires - issued if issued is not None else expires - now
    user, project = _mapping(body.get("user")), _mapping(body.get("project"))
    return Token(
        secret=Secret(text),
        got_at=now,
        expires_at=expires,
        ends_at=end_of(life, now),
        user_id=plain_id(user.get("id")),
        user_name=clean(user.get("name"), 128),
        project_id=plain_id(project.get("id")),
        project_name=clean(project.get("name"), 128),
        catalog=body.get("catalog"),
        roles=_roles(body.get("roles")),
        user_domain=_domain(user),
        project_domain=_domain(project),
    )


def end_of(life: timedelta, now: datetime) -> datetime:
    """When a token that has *life* left ends, by this machine's clock.

    One that was over when it was given is no sense: each request would be a log-in. It is taken
    for one of unknown life; the services will say when they take it no more.
    """
    return now + min(life if life > timedelta(0) else _UNKNOWN_LIFE, _LONGEST_LIFE)


def _roles(value: object) -> tuple[str, ...]:
    rows = value[:_MOST_ROLES] if isinstance(value, list) else []
    # Id "0" marks a switch of the cloud, not a right of the user.
    real = (row for row in map(_mapping, rows) if row.get("id") != "0")
    names = (clean(row.get("name"), 64).strip() for row in real)
    return tuple(dict.fromkeys(name for name in names if name))


def _domain(owner: Mapping[str, Any]) -> str:
    domain = _mapping(owner.get("domain"))
    return clean(domain.get("name") or domain.get("id"), 128)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
