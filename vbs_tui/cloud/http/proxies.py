"""Which proxy a request uses, by the rules of the openstack client: those of ``requests``.

httpx has rules of its own: it knows no networks in ``no_proxy``, and fails on an address in
brackets there.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from vbs_tui.cloud.http.urls import is_loopback
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, without its user and password."""

    host: str
    port: int
    variable: str
    """Where it is configured: ``https_proxy``; or in words."""
    has_user: bool = False
    """Whether its URL carries a user."""
    scheme: str = "http"

    @property
    def address(self) -> str:
        """``host:port``, cleaned."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{clean(host, 200)}:{self.port}"


@dataclass(frozen=True, slots=True)
class UnusableProxy:
    """A variable for the proxy whose value cannot be used."""

    variable: str

    @property
    def is_exception(self) -> bool:
        """Whether it is ``no_proxy``: the hosts that are reached without a proxy."""
        return self.variable.lower() == "no_proxy"

    @property
    def sentence(self) -> str:
        if self.is_exception:
            return f"{self.variable} cannot be understood"
        return f"{self.variable} names no proxy that can be used"


def proxy_for(url: str) -> Proxy | None:
    """The usable proxy for *url*; ``None`` for none. Never raises.

    Loopback addresses never use a proxy.
    """
    found = find_proxy(url)
    return found if isinstance(found, Proxy) else None


def proxy_secrets() -> list[str]:
    """User and password of every configured proxy, in the forms in which they are sent."""
    from urllib.request import getproxies  # noqa: PLC0415 - slow to load

    found: list[str] = []
    for value in getproxies().values():
        with contextlib.suppress(ValueError):
            parts = urlsplit(value if "://" in value else f"http://{value}")
            if parts.password:
                user, password = unquote(parts.username or ""), unquote(parts.password)
                found += [f"{user}:{password}", password]
    return found


def find_proxy(url: str) -> Proxy | UnusableProxy | None:
    """The proxy for *url*, or the variable that is set to something unusable."""
    found = _configured(url)
    return found[0] if isinstance(found, tuple) else found


def proxy_url(url: str) -> str | UnusableProxy | None:
    """The URL of that proxy, with user and password: to connect by, never to show."""
    found = _configured(url)
    return found[1] if isinstance(found, tuple) else found


def _configured(url: str) -> tuple[Proxy, str] | UnusableProxy | None:
    from urllib.request import getproxies  # noqa: PLC0415 - slow to load

    if is_loopback(url) or not getproxies():
        return None
    from requests.utils import get_environ_proxies, select_proxy  # noqa: PLC0415 - slow to load

    try:
        value = select_proxy(url, get_environ_proxies(url, no_proxy=None)) or ""
    except Exception:  # only the rules for no_proxy can fail
        return UnusableProxy("NO_PROXY" if "NO_PROXY" in os.environ else "no_proxy")
    if not value:
        return None
    variable = _variable(value)
    address = value if "://" in value else f"http://{value}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return UnusableProxy(variable)
    # After the host there may be the rest of a password with / or # in it, so it is never shown.
    rest = address.partition("://")[2].partition("/")[2] + parts.query + parts.fragment
    is_spoken = parts.scheme in ("http", "https")
    if not host or "@" in rest or port == 0 or not is_spoken:
        return UnusableProxy(variable)
    default = 443 if parts.scheme == "https" else 80
    has_user = parts.username is not None
    return Proxy(host, port or default, variable, has_user, parts.scheme), address


def _variable(value: str) -> str:
    """The variable that has *value*; lower case first, as it is read."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            if value in (os.environ.get(spelling), f"http://{os.environ.get(spelling)}"):
                return spelling
    return "the system's proxy settings"
