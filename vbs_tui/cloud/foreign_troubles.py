"""Why a request of ``requests`` got no answer, in a sentence that quotes no URL."""

from __future__ import annotations

import ssl

import requests
import urllib3


def sentence(error: Exception, host: str) -> str:
    """*error* of an exchange with *host*, which is cleaned, in words."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{host} is not trusted: {cause.verify_message}"
    if any(isinstance(cause, requests.exceptions.SSLError | ssl.SSLError) for cause in causes):
        return f"no secure connection to {host} (TLS handshake failed)"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy refused to connect to {host}"
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
