"""Creates httpx clients. Imported with the first request, since httpx is slow to load."""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from vbs_tui.cloud.http.errors.transport import ClientSetupError
from vbs_tui.cloud.http.proxies import UnusableProxy, proxy_url

_CONNECTIONS = 10
_KEPT = 4
_KEPT_SECONDS = 15.0

NO_PROXY = "the proxy settings of this machine cannot be used"


def new_client(context: ssl.SSLContext, *, fresh: bool, use_proxies: bool) -> httpx.AsyncClient:
    """A client without redirections and cookies; with *fresh*, without kept connections, too."""
    limits = httpx.Limits(
        max_connections=_CONNECTIONS,
        max_keepalive_connections=0 if fresh else _KEPT,
        keepalive_expiry=0.0 if fresh else _KEPT_SECONDS,
    )
    return _Client(context, limits, use_proxies=use_proxies)


class _Client(httpx.AsyncClient):
    """Chooses the proxy for each request.

    httpx's own choice is made once, by other rules, and fails on entries of ``no_proxy`` that it
    does not know.
    """

    def __init__(self, context: ssl.SSLContext, limits: httpx.Limits, *, use_proxies: bool) -> None:
        self._context = context
        self._limits = limits
        self._use_proxies = use_proxies
        self._by_proxy: dict[str, httpx.AsyncHTTPTransport] = {}
        super().__init__(
            transport=self._new_transport(None),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def _transport_for_url(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        """Raises ``ClientSetupError`` where the proxy cannot be used."""
        proxy = proxy_url(str(url)) if self._use_proxies else None
        if proxy is None:
            return self._transport
        if isinstance(proxy, UnusableProxy):
            raise ClientSetupError(NO_PROXY)
        if proxy not in self._by_proxy:
            try:
                self._by_proxy[proxy] = self._new_transport(proxy)
            except Exception as error:
                raise ClientSetupError(NO_PROXY) from error
        return self._by_proxy[proxy]

    def _new_transport(self, proxy: str | None) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(
            verify=self._context, trust_env=False, limits=self._limits, proxy=proxy
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await super().aclose()
        await self._close_proxy_transports()

    async def __aexit__(self, *how: Any) -> None:
        """The same."""
        await super().__aexit__(*how)
        await self._close_proxy_transports()

    async def _close_proxy_transports(self) -> None:
        transports, self._by_proxy = list(self._by_proxy.values()), {}
        for transport in transports:
            await transport.aclose()
