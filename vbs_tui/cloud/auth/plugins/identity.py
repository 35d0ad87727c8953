"""What the configuration of a keystoneauth plugin tells: whose log-in it is, and where it leads.

Read off the plugin as it was made, so that defaults, profiles and variables are in it as well.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vbs_tui.cloud.secrets import Secret

_SECRET = re.compile(
    r"(password|passwd|passphrase|secret|token|passcode|code|_key|assertion)\Z", re.IGNORECASE
)
_GIVEN = re.compile(r"(token|assertion)\Z|\A(auth(orization)?_?)?code\Z", re.IGNORECASE)
"""What stands for a user whom only the cloud can name."""

_USERS = frozenset({"username", "user_name", "user_id", "application_credential_id"})
_TICKETS = ("kerb", "krb", "gss", "negotiate", "oauth1")
"""In the names of plugins whose user is that of a ticket or key, whatever else they are told."""

_DEEPEST = 5


def owner_of(kind: str, plugin: Any, session: Any, known: Iterable[Secret]) -> str:
    """Who logs in, where and how, as a digest of all that is configured but secrets.

    Empty where that does not tell one user from another: tickets, tokens got elsewhere, no user
    at all, or a value that is a secret at the same time.
    """
    secrets = {secret.reveal() for secret in known}
    rows: list[tuple[str, str]] = []
    is_told = False
    for path, value in _values(plugin):
        name = path.rpartition(".")[2].lstrip("_")
        text = str(value)
        if _GIVEN.search(name) and text:
            return ""
        if _SECRET.search(name):
            continue
        if text and text in secrets:
            return ""
        is_told = is_told or (_names_user(name, plugin) and bool(text.strip()))
        rows.append((path, json.dumps(value)))
    if not is_told or any(part in kind.lower() for part in _TICKETS):
        return ""
    shown = [str(getattr(session, "cert", None)), str(getattr(session, "verify", None))]
    way = [kind, f"{type(plugin).__module__}.{type(plugin).__qualname__}", *shown]
    return hashlib.sha256(json.dumps([way, sorted(rows)]).encode()).hexdigest()


def addresses_of(plugin: Any) -> tuple[str, ...]:
    """The URLs that the plugin was made with, or that its class holds."""
    found = [value for _, value in _values(plugin)]
    for kind in type(plugin).__mro__:
        found += [value for value in vars(kind).values() if isinstance(value, str)]
    schemes = ("http://", "https://")
    texts = (value.strip() for value in found if isinstance(value, str))
    return tuple(dict.fromkeys(text for text in texts if text.lower().startswith(schemes)))


def _names_user(name: str, plugin: Any) -> bool:
    if name in ("client_id", "oauth2_client_id"):
        # A program that logs in for itself; in other flows that id is the same for all users.
        return name == "oauth2_client_id" or _grant(plugin) == "client_credentials"
    return name in _USERS


def _grant(plugin: Any) -> str:
    return str(getattr(plugin, "grant_type", ""))


def _values(plugin: Any) -> Iterator[tuple[str, str | int | float]]:
    """Each text and number that *plugin* holds, with its path."""
    rooms = {"keystoneauth1", type(plugin).__module__.partition(".")[0]}
    todo: list[tuple[str, Any, int]] = [("", plugin, 0)]
    seen: set[int] = set()
    while todo:
        path, value, depth = todo.pop()
        if isinstance(value, str | int | float):
            yield path, value
            continue
        if depth > _DEEPEST or id(value) in seen:
            continue
        seen.add(id(value))
        inner: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, Mapping):
            inner = value.items()
        elif isinstance(value, list | tuple):
            inner = enumerate(value)
        elif type(value).__module__.partition(".")[0] in rooms:
            inner = getattr(value, "__dict__", {}).items()
        todo += [(f"{path}.{key}", one, depth + 1) for key, one in inner]
