"""What an exception of the HTTP library means: did the request leave, and what to tell.

The type of the exception alone does not say whether a request left: a proxy may break off before
its tunnel stands, with the very error of a lost answer. So a body is handed over through
:class:`Passage`, which knows whether it was ever asked for. A request whose body was never asked
for cannot have been executed.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from vbs_tui.cloud.errors import ErrorKind, Executed
from vbs_tui.text import clean

_CERTIFICATE_SENTENCES = {
    9: "its certificate is not valid yet; look at this machine's clock",
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its chain of certificates ends in one that this machine does not trust",
    20: "its certificate comes from an issuer that this machine does not trust",
    21: "its certificate comes from an issuer that this machine does not trust",
    23: "its certificate was revoked",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}


class TooLarge(Exception):  # noqa: N818 - a finding, named for what it says
    """The answer went over the bound."""


class Rewritten(Exception):  # noqa: N818
    """The library would have sent another path than the one asked for."""


class Unprepared(Exception):  # noqa: N818
    """The client could not even be made; the text says why."""


class Passage:
    """A request's body on its way out, and how far its answer came."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.left = False
        """Whether the body was asked for: from here on nobody can know."""
        self.status: int | None = None
        """The status line, once it came."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._bytes()

    async def _bytes(self) -> AsyncIterator[bytes]:
        self.left = True
        yield self._body


@dataclass(frozen=True, slots=True)
class Trouble:
    """A transport failure, told."""

    kind: ErrorKind
    executed: Executed
    message: str
    is_permanent: bool = False
    """Whether another try at once is pointless (a certificate, an address)."""


def diagnose(error: Exception, passage: Passage, *, submits: bool, url: str) -> Trouble:
    """What *error* means for a request to *url*. *submits*: it has a body that may be executed."""
    import httpx  # noqa: PLC0415 - not at import time: it is slow to load

    host = clean(urlsplit(url).hostname, 200)
    if isinstance(error, TooLarge | httpx.DecodingError):
        text = (
            "the answer is larger than this program reads"
            if isinstance(error, TooLarge)
            else "the answer's compression cannot be undone"
        )
        return Trouble(ErrorKind.NONSENSE, Executed.UNKNOWN, text, is_permanent=True)
    never_left = isinstance(
        error,
        httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.PoolTimeout
        | httpx.UnsupportedProtocol
        | httpx.ProxyError
        | httpx.InvalidURL
        | ssl.SSLCertVerificationError
        | Rewritten
        | Unprepared,
    )
    if not passage.left and (submits or never_left):
        text, permanent = _before(error, host)
        return Trouble(ErrorKind.NOT_SENT, Executed.NO, text, is_permanent=permanent)
    return Trouble(ErrorKind.BROKEN, Executed.UNKNOWN, _after(error, host))


def _before(error: Exception, host: str) -> tuple[str, bool]:
    """Why nothing was sent, and whether that will stay so."""
    import httpx  # noqa: PLC0415

    if isinstance(error, Unprepared):
        return str(error), True
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{host} is not trusted: {_certificate_sentence(cause)}", True
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"no secure connection to {host} (TLS handshake failed)", True
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the name {host} cannot be resolved", False
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refused to connect to {host}", False
    if isinstance(error, httpx.PoolTimeout):
        return "no connection became free in time", False
    if isinstance(error, httpx.ConnectTimeout):
        return f"{host} did not take the connection in time", False
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refused the connection", False
    if isinstance(error, httpx.ConnectError):
        return f"no connection to {host}", False
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError | Rewritten):
        return "the address cannot be used", True
    if isinstance(error, httpx.LocalProtocolError):
        return "the request could not be formed", True
    return f"the connection failed before the request left ({type(error).__name__})", False


def _after(error: Exception, host: str) -> str:
    import httpx  # noqa: PLC0415

    if isinstance(error, httpx.ReadTimeout | TimeoutError):
        return f"{host} did not answer in time"
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not take the request in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{host} broke off the answer, or it was no HTTP"
    if isinstance(error, httpx.NetworkError | OSError):
        return f"the connection to {host} was lost"
    return f"the exchange with {host} failed ({type(error).__name__})"


def _certificate_sentence(error: ssl.SSLCertVerificationError) -> str:
    code = getattr(error, "verify_code", 0)
    text = clean(getattr(error, "verify_message", ""), 120)
    return _CERTIFICATE_SENTENCES.get(code) or f"its certificate was not accepted ({text})"


def _causes(error: BaseException) -> list[BaseException]:
    """*error* and what led to it, groups opened, bounded."""
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
