"""Which proxy a request takes, by the rules of the HTTP library that sends it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from vbs_tui.cloud.addresses import is_loopback
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, without its user and password."""

    host: str
    port: int
    variable: str
    """Where it is configured: ``https_proxy``; or in words."""
    is_named: bool = False
    """Whether its URL carries a user."""
    scheme: str = "http"

    @property
    def place(self) -> str:
        """``host:port``, cleaned."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{clean(host, 200)}:{self.port}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """What stands in a variable for the proxy, and is none."""

    variable: str

    @property
    def sentence(self) -> str:
        return f"{self.variable} names no proxy that can be used"


def proxy_for(url: str) -> Proxy | None:
    """The proxy between this machine and *url*, ``None`` for none. Never raises.

    This very machine is never reached by a proxy.
    """
    found = look_for_proxy(url)
    return found if isinstance(found, Proxy) else None


def secrets_of_proxies() -> list[str]:
    """User and password of every proxy that is configured, in the forms that travel."""
    from urllib.request import getproxies  # noqa: PLC0415 - slow to load

    found: list[str] = []
    for value in getproxies().values():
        with contextlib.suppress(ValueError):
            parts = urlsplit(value if "://" in value else f"http://{value}")
            if parts.password:
                user, password = unquote(parts.username or ""), unquote(parts.password)
                found += [f"{user}:{password}", password]
    return found


def look_for_proxy(url: str) -> Proxy | Unusable | None:
    """The same, and whether what stands there can be used."""
    # httpx tells nobody which proxy it takes, and its rules for no_proxy are its own.
    import httpx  # noqa: PLC0415 - slow to load
    from httpx._utils import URLPattern, get_environment_proxies  # noqa: PLC0415

    if is_loopback(url):
        return None
    try:
        wanted = httpx.URL(url)
        mounts = get_environment_proxies().items()
        patterns = sorted((URLPattern(key), value or "") for key, value in mounts)
        value = next((value for pattern, value in patterns if pattern.matches(wanted)), "")
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except Exception:  # whatever stands in the variables, the request itself will tell
        return Unusable(_variable_that_hurts())
    if not value:
        return None
    # What is behind the host may be the rest of a password with / or # in it: nothing of it shows.
    rest = value.partition("://")[2].partition("/")[2] + parts.query + parts.fragment
    is_spoken = parts.scheme in ("http", "https")
    if not host or "@" in rest or port == 0 or not is_spoken:
        return Unusable(_variable(value))
    default = 443 if parts.scheme == "https" else 80
    return Proxy(
        host,
        port or default,
        _variable(value),
        is_named=parts.username is not None,
        scheme=parts.scheme,
    )


def _variable_that_hurts() -> str:
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            try:
                _ = urlsplit(os.environ.get(spelling, "")).port
            except ValueError:
                return spelling
    return "one of https_proxy, http_proxy, all_proxy, no_proxy"


def _variable(value: str) -> str:
    """The variable that has *value*, the small spelling first, as it is read."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            if value in (os.environ.get(spelling), f"http://{os.environ.get(spelling)}"):
                return spelling
    return "the system's proxy settings"
