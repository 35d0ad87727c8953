"""Why a request of ``requests`` got no answer, in a sentence that quotes no URL."""

from __future__ import annotations

import re
import ssl

import requests
import urllib3

from vbs_tui.cloud.http.errors.proxies import BAD_PROXY, proxy_advice
from vbs_tui.cloud.http.proxies import proxy_for

_UNUSABLE = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.MissingSchema,
)


def sentence(error: Exception, host: str) -> str:
    """*error* of an exchange with *host*, which is cleaned, in words."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{host} is not trusted: {cause.verify_message}"
    if any(isinstance(cause, requests.exceptions.SSLError | ssl.SSLError) for cause in causes):
        return f"no secure connection to {host} (TLS handshake failed)"
    if isinstance(error, requests.exceptions.ProxyError):
        if _proxy_status(error) == 407:
            return f"the proxy asks for a log-in (407) on the way to {host}"
        return f"the proxy refused to connect to {host}"
    if isinstance(error, _UNUSABLE):
        return f"the address of {host}, or of the proxy on the way there, cannot be used"
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return f"the name {host} cannot be resolved"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refused the connection"
    late = requests.exceptions.Timeout | urllib3.exceptions.ReadTimeoutError
    if any(isinstance(cause, late) for cause in causes):
        return f"{host} did not answer in time"
    lost = requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError
    if isinstance(error, lost):
        return f"the connection to {host} was lost, or never made"
    # Its text may quote a URL with a secret in it.
    return f"the exchange with {host} failed ({type(error).__name__})"


def remedy(error: Exception, url: str) -> str:
    """What to do about it; empty where nothing better is known than about any plugin."""
    if isinstance(error, _UNUSABLE):
        return BAD_PROXY
    if not isinstance(error, requests.exceptions.ProxyError):
        return ""
    proxy = proxy_for(url)
    variable = proxy.variable if proxy is not None else "https_proxy"
    has_user = proxy is not None and proxy.has_user
    return proxy_advice(_proxy_status(error), variable, has_user=has_user)


def _proxy_status(error: Exception) -> int | None:
    """What the proxy answered to the request for a tunnel."""
    for cause in _causes(error):
        told = re.search(r"Tunnel connection failed: (\d{3})\b", str(cause))
        if told is not None:
            return int(told[1])
    return None


def _causes(error: BaseException) -> list[BaseException]:
    """*error* and what led to it, bounded; urllib3 keeps some of it in ``reason``."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo and len(found) < 30:
        current = todo.pop(0)
        if not isinstance(current, BaseException) or current in found:
            continue
        found.append(current)
        todo += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        todo += current.args
    return found
