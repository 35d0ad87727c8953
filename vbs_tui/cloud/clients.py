"""Making the HTTP library's clients. Loaded with the first request, since the library is slow."""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

_CONNECTIONS = 10
_KEPT = 4
_KEPT_SECONDS = 15.0


def new_client(context: ssl.SSLContext, *, fresh: bool, use_proxies: bool) -> httpx.AsyncClient:
    """A client that follows nothing, keeps no cookie, and with *fresh* no connection either."""
    return httpx.AsyncClient(
        verify=context,
        follow_redirects=False,
        trust_env=use_proxies,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=0 if fresh else _KEPT,
            keepalive_expiry=0.0 if fresh else _KEPT_SECONDS,
        ),
    )
