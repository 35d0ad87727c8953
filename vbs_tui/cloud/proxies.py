"""Which proxy a request takes, by the rules of the HTTP library that sends it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

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


def proxy_for(url: str) -> Proxy | None:
    """The proxy between this machine and *url*, ``None`` for none. Never raises.

    This very machine is never reached by a proxy.
    """
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
        return None
    if not host:
        return None
    default = 443 if parts.scheme == "https" else 1080 if parts.scheme[:5] == "socks" else 80
    return Proxy(
        host,
        port or default,
        _variable(value),
        is_named=parts.username is not None,
        scheme=parts.scheme,
    )


def _variable(value: str) -> str:
    """The variable that has *value*, the small spelling first, as it is read."""
    for name in ("https_proxy", "http_proxy", "all_proxy"):
        for spelling in (name, name.upper()):
            if value in (os.environ.get(spelling), f"http://{os.environ.get(spelling)}"):
                return spelling
    return "the system's proxy settings"
