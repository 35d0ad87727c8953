"""What an exception of httpx means: whether the request was sent, what to say, what to do.

The type of the exception alone does not say whether a request was sent: a proxy may close the
connection before its tunnel is open, with the same error as a lost response. So a body is sent as
a :class:`TrackedBody`, which knows whether httpx ever read it. A request whose body was not read
cannot have been executed.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from vbs_tui.cloud.errors import ErrorKind, Executed
from vbs_tui.cloud.http.decompression import BodyTooLarge, UndecodableBody
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.certificates import certificate_advice, certificate_meaning
from vbs_tui.cloud.http.errors.proxies import (
    BAD_PROXY,
    proxy_advice,
    unreachable_proxy_advice,
    unusable_proxy_advice,
)
from vbs_tui.cloud.http.proxies import Proxy, UnusableProxy, find_proxy, proxy_for
from vbs_tui.text import clean


class PathRewritten(Exception):  # noqa: N818
    """httpx would have sent another path than the one given."""


class ClientSetupError(Exception):
    """The client could not be created; the text says why."""


class SendAborted(Exception):  # noqa: N818
    """The sender's ``may_send`` said no at the last moment."""


class TrackedBody:
    """A request's body as httpx reads it, and how far the response came."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.sent = False
        """Whether httpx read the body: from then on it may have been executed."""
        self.response_status: int | None = None
        """The response's status, once it came."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._bytes()

    async def _bytes(self) -> AsyncIterator[bytes]:
        self.sent = True
        yield self._body


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """Why there is no usable response: how it is told, and whether the request was executed."""

    kind: ErrorKind
    executed: Executed
    message: str
    is_permanent: bool = False
    """Whether a repetition cannot help (a certificate, an address)."""
    hint: str = ""
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why nothing was sent."""

    text: str
    hint: str
    is_permanent: bool = False


_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
)


def diagnose(error: Exception, body: TrackedBody, *, submits: bool, url: str) -> TransportFailure:
    """What *error* means for a request to *url*. *submits*: it has a body that may be executed."""
    import httpx  # noqa: PLC0415 - not at import time: it is slow to load

    host = clean(urlsplit(url).hostname, 200)
    if isinstance(error, BodyTooLarge | UndecodableBody):
        text = (
            "the response is larger than this program reads"
            if isinstance(error, BodyTooLarge)
            else "the response cannot be decompressed"
        )
        return TransportFailure(ErrorKind.UNUSABLE, Executed.UNKNOWN, text, is_permanent=True)
    never_left = isinstance(
        error,
        httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.PoolTimeout
        | httpx.UnsupportedProtocol
        | httpx.ProxyError
        | httpx.InvalidURL
        | ssl.SSLCertVerificationError
        | httpx.LocalProtocolError
        | UnicodeError
        | PathRewritten
        | SendAborted
        | ClientSetupError,
    )
    if not body.sent and (submits or never_left):
        cause = _cause_before_sending(error, host, url)
        return TransportFailure(
            ErrorKind.NOT_SENT,
            Executed.NO,
            cause.text,
            is_permanent=cause.is_permanent,
            hint=cause.hint,
        )
    if isinstance(error, httpx.RemoteProtocolError) and body.response_status is None:
        proxy = proxy_for(url)
        host = host if proxy is None else f"{host}, or the proxy {proxy.address} on the way,"
    text, hint = _cause_after_sending(error, host, is_plain=url.startswith("http:"))
    return TransportFailure(ErrorKind.BROKEN, Executed.UNKNOWN, text, hint=hint)


def has_no_route(error: BaseException) -> bool:
    """Whether *error* says that this machine has no route to the host."""
    return any(isinstance(one, OSError) and one.errno in _NO_ROUTE for one in _causes(error))


def _cause_before_sending(error: Exception, host: str, url: str) -> _Cause:
    """Why nothing was sent, and what to do."""
    import httpx  # noqa: PLC0415

    if isinstance(error, ClientSetupError):
        text = clean(error, 400)
        files = text.startswith("the certificate")
        return _Cause(text, advice.BAD_FILES if files else _proxy_settings_advice(url), True)
    if isinstance(error, SendAborted):
        text = "it took too long until the request could be sent, so it was held back"
        return _Cause(text, advice.SEND_ABORTED)
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _Cause(
                f"{host} is not trusted: {certificate_meaning(cause)}",
                certificate_advice(cause),
                True,
            )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        text = f"no secure connection to {host} (TLS handshake failed)"
        return _Cause(text, advice.NO_TLS, True)
    if isinstance(error, httpx.PoolTimeout):
        return _Cause("no connection became free in time", advice.LOST)
    if isinstance(error, UnicodeEncodeError | httpx.LocalProtocolError):
        return _Cause("the request could not be formed", advice.BAD_HEADER, True)
    if isinstance(
        error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError | PathRewritten
    ):
        return _Cause("the address cannot be used", advice.BAD_ADDRESS, True)
    proxy = proxy_for(url)
    if isinstance(error, httpx.ProxyError):
        return _refused_by_proxy(error, host, proxy)
    if proxy is not None:
        text = _connection_cause(error, causes, f"the proxy {proxy.address}")[0]
        return _Cause(text, unreachable_proxy_advice(proxy.variable))
    return _Cause(*_connection_cause(error, causes, host, _host_and_port(url)))


def _host_and_port(url: str) -> str:
    """``host:port`` of *url*."""
    parts = urlsplit(url)
    host = clean(parts.hostname, 200)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _proxy_settings_advice(url: str) -> str:
    found = find_proxy(url)
    if not isinstance(found, UnusableProxy):
        return BAD_PROXY
    return f"{unusable_proxy_advice(found)} Here {found.sentence}."


def _refused_by_proxy(error: Exception, host: str, proxy: Proxy | None) -> _Cause:
    """The proxy was reached, but did not connect to *host*."""
    told = re.match(r"(\d{3})\b", str(error))
    status = int(told.group(1)) if told is not None else None
    place = f" {proxy.address}" if proxy is not None else ""
    variable = proxy.variable if proxy is not None else "https_proxy"
    hint = proxy_advice(status, variable, has_user=proxy is not None and proxy.has_user)
    if status == 407:
        return _Cause(f"the proxy{place} asks for a log-in (407) on the way to {host}", hint, True)
    response = f" ({status})" if status is not None else ""
    return _Cause(f"the proxy{place} refused to connect to {host}{response}", hint)


def _connection_cause(
    error: Exception, causes: list[BaseException], host: str, place: str = ""
) -> tuple[str, str]:
    """Why *host* was not reached, and what to do. *place*: the host with its port."""
    import httpx  # noqa: PLC0415

    if any(isinstance(cause, socket.gaierror) for cause in causes):
        name = host if host.startswith("the ") else f"the name {host}"
        return f"{name} cannot be resolved", advice.NAME_UNKNOWN
    if isinstance(error, httpx.ConnectTimeout):
        return f"{host} did not take the connection in time", advice.SILENT
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{place or host} refused the connection", advice.REFUSED
    if has_no_route(error):
        return f"no route to {host}", advice.NO_ROUTE
    if isinstance(error, httpx.ConnectError):
        return f"no connection to {host}", advice.NO_CONNECTION
    name = type(error).__name__
    return f"the connection failed before the request left ({name})", advice.NO_CONNECTION


def _cause_after_sending(error: Exception, host: str, *, is_plain: bool) -> tuple[str, str]:
    """What happened after a request was sent, and what to do. *is_plain*: HTTP without TLS."""
    import httpx  # noqa: PLC0415

    if isinstance(error, httpx.ReadTimeout | TimeoutError):
        return f"{host} did not answer in time", advice.LOST
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not take the request in time", advice.LOST
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{host} broke off the answer, or it was no HTTP", advice.NO_HTTP
    if isinstance(error, httpx.NetworkError | OSError):
        hint = advice.HUNG_UP if is_plain else advice.LOST
        return f"the connection to {host} was lost", hint
    return f"the exchange with {host} failed ({type(error).__name__})", ""


def _causes(error: BaseException) -> list[BaseException]:
    """*error*, its causes and contexts, with groups flattened; 50 at most."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(found) < 50:
        current = todo.pop(0)
        if current is None or current in found:
            continue
        found.append(current)
        todo += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            todo += current.exceptions
    return found
