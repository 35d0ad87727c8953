"""What keystoneauth's plugins do on the wire: bounded, never in the clear, its secrets noted.

The plugins speak by way of ``requests``, past this program's own session, so that its rules are
laid onto each of their requests here. Importing this costs what importing ``requests`` costs.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from vbs_tui.cloud.auth.plugins.errors import remedy, sentence
from vbs_tui.cloud.auth.plugins.limits import Limits
from vbs_tui.cloud.http.urls import address_trouble, is_loopback
from vbs_tui.cloud.secrets import Redactor, Secret
from vbs_tui.text import clean

_LONGEST_WORDS = 20_000
_PIECE = 65_536

_PROOFS = ("Authorization", "X-Auth-Token", "X-Subject-Token", "Cookie")
"""Headers that prove who is asking."""

_ENDPOINTS = ("token_endpoint", "device_authorization_endpoint")
"""What a discovery document may name of what plugins prove themselves to."""

_VERDICTS = frozenset({400, 401, 403})
_UNDECIDED = frozenset(
    {
        *("temporarily_unavailable", "server_error", "slow_down", "authorization_pending"),
        "expired_token",
    }
)
"""OAuth 2 errors that say nothing of the credentials (RFC 6749, 4.1.2.1; RFC 8628, 3.5)."""


class Stopped(requests.exceptions.RequestException):
    """This program itself put an end to a request; the text says why, and holds no secret."""


class Wire:
    """Watches over one log-in of one plugin."""

    def __init__(
        self,
        session: Any,
        known: Iterable[Secret],
        configured: Iterable[str],
        limits: Limits,
        is_wanted: Callable[[], bool],
        *,
        discovery: str = "",
        named: set[str] | None = None,
        allow_plain_http: bool = False,
    ) -> None:
        """*session*: keystoneauth's, which all requests of the plugin pass through. *configured*:
        the URLs that it may prove itself to; every other one came from some server's answer.
        *discovery*: the one among them whose document may name others (OpenID Connect Discovery
        1.0, section 3: ``token_endpoint``; RFC 8628, section 4). *named*: the origins of those
        that it named before; those that it names are added.
        """
        self.host = "the identity provider"
        """Whom the last request went to."""
        self.words = ""
        """What the last answer says about its refusal, uncleaned."""
        self.trouble = ""
        """Why the last request got no usable answer, as a sentence; empty when it got one."""
        self.hint = ""
        """What to do about that, where it is known."""
        self.error = ""
        """The last answer's OAuth 2 error."""
        self.status: int | None = None
        """HTTP's, of the last answer."""
        self.is_refusal = False
        """Whether the last answer says that the credentials were looked at, and do not serve."""
        self.was_asked = False
        """Whether anything may have reached anybody."""
        self.is_given_up = False
        """Whether the log-in was stopped for want of anybody who waits for it."""
        self._redactor = Redactor()
        for secret in known:
            self._redactor.add(secret)
        self._origins = {_origin(_prepared(url)) for url in configured} - {""}
        self._named = set() if named is None else named
        self._discovery = _prepared(discovery)
        self._limits = limits
        self._ends = time.monotonic() + limits.log_in
        self._is_wanted = is_wanted
        self._allow_plain_http = allow_plain_http
        self._lock = threading.Lock()
        self._stopped = ""
        self._lines: list[socket.socket] = []
        self._adapter = _Adapter(self, limits)
        session.redirect = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, self._adapter)
        if not session.verify:
            # The operator said so, and the screen would be torn by the warning.
            warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """The log-in is over: hang up."""
        self._adapter.close()
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()

    def blot(self, text: str) -> str:
        """*text* without the secrets that are configured, and those that went by."""
        return self._redactor.blot(text, 2000)

    def leaving(self, request: requests.PreparedRequest) -> None:
        """Note whom *request* goes to. Raises :class:`Stopped` when it must not go."""
        url = request.url or ""
        self.words, self.status, self.is_refusal, self._stopped = "", None, False, ""
        self.hint = ""
        self.host = clean(urlsplit(url).hostname, 200) or self.host
        for name in _PROOFS:
            value = _text(request.headers.get(name))
            parts = value.split("; ") if name == "Cookie" else [value]
            for part in parts:
                self._learn(part.rpartition("=" if name == "Cookie" else " ")[2])
        self.trouble = address_trouble(url, allow_plain_http=self._allow_plain_http)
        if self.trouble:
            self._stop(f"{self.host}: {self.trouble}")
        has_proof = bool(request.body) or any(name in request.headers for name in _PROOFS)
        if has_proof and _origin(url) not in self._origins | self._named:
            self._stop(
                f"{self.host} was named by another server, not by the configuration: nothing "
                "secret is sent there. If it is right, configure its URL in full "
                "(access_token_endpoint, auth_url …)"
            )
        self.check()

    def check(self) -> None:
        """Raises :class:`Stopped` when nothing more is to be sent."""
        if not self._is_wanted():
            self.is_given_up = True
            self._stop("the log-in was given up")
        if time.monotonic() >= self._ends:
            self._stop(f"the log-in took longer than {self._limits.log_in:g} s")
        if self._stopped:
            self._stop(self._stopped)

    def connected(self, line: socket.socket) -> None:
        """A connection was made, and nothing sent on it. Raises :class:`Stopped`."""
        with self._lock:
            # Another handle of the same connection: TLS takes the first one for itself.
            self._lines.append(socket.fromfd(line.fileno(), line.family, line.type))
        self.check()
        self.was_asked = True

    @contextlib.contextmanager
    def in_time(self) -> Iterator[None]:
        """Cuts the connections when a request takes too long, and raises :class:`Stopped`."""
        left = self._ends - time.monotonic()
        seconds = max(0.0, min(self._limits.request, left))
        whole = self._limits.request if self._limits.request <= left else self._limits.log_in
        why = f"{self.host} came to no end within {whole:g} s"
        timer = threading.Timer(seconds, self._cut, (why,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self._stopped:  # what was read until then may look like all of it
            self._stop(self._stopped)

    def came(self, response: requests.Response, content: bytes) -> None:
        """Note what *response* means. Takes away where it leads to, out of its own origin."""
        self.status = response.status_code
        self._learn(_text(response.headers.get("X-Subject-Token")))
        url, goal = response.url or "", response.headers.get("Location")
        if 300 <= self.status < 400 and goal is not None:
            goal = urljoin(url, goal)
            if _origin(goal) != _origin(url):
                # What is not there cannot be followed, with a password in the luggage.
                del response.headers["Location"]
            where = clean(_host(goal), 200) or "nowhere"
            self.words = f"it redirects to {where}, which is never followed: look at its URL"
        body: Mapping[str, Any] = {}
        with contextlib.suppress(ValueError, RecursionError):
            body = _mapping(json.loads(content))
        for key, value in body.items():
            if key.endswith(("token", "code", "secret")):
                self._learn(_text(value))
        if self.status == 200 and url and url == self._discovery:
            urls = (_text(body.get(name)) for name in _ENDPOINTS)
            self._named |= {_origin(_prepared(one)) for one in urls} - {""}
        if self.status >= 400:
            self.words = _words_of(body)
            error = body.get("error")
            self.error = error if isinstance(error, str) else ""
            undecided = self.error in _UNDECIDED
            self.is_refusal = self.status in _VERDICTS and bool(error) and not undecided

    def failed(self, error: Exception, url: str) -> None:
        """Note why there was no answer from *url*, and what to do about it."""
        self.trouble = self._stopped or sentence(error, self.host)
        if not self._stopped and (hint := remedy(error, url)):
            self.hint = hint
            self.was_asked = False  # it ended at the proxy

    def stop(self, why: str) -> None:
        """Raises :class:`Stopped`."""
        self._stop(why)

    def _stop(self, why: str) -> None:
        self.trouble = self._stopped = why
        raise Stopped(why)

    def _cut(self, why: str) -> None:
        with self._lock:
            self._stopped = why
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _learn(self, value: str) -> None:
        if value:
            self._redactor.add(Secret(value), passing=True)


class _Adapter(HTTPAdapter):
    """``requests``' way to the network, with a :class:`Wire` over it."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        super().__init__()
        self._wire = wire
        self._limits = limits

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        *args: Any,
        **options: Any,
    ) -> requests.Response:
        del stream  # an answer is read here, whole: whoever asks for it later gets the same bytes
        self._wire.leaving(request)
        timeout = timeout or (self._limits.connect, self._limits.read)
        if is_loopback(request.url or ""):
            options["proxies"] = {}
        try:
            with self._wire.in_time():
                response = super().send(request, True, timeout, *args, **options)
                content = self._read(response)
        except (requests.exceptions.RequestException, OSError, ValueError) as error:
            self._wire.failed(error, request.url or "")
            raise
        response._content = content  # as requests does, which reads without bounds
        self._wire.came(response, content)
        return response

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **options)
        if not hasattr(pool.ConnectionCls, "is_watched"):
            pool.ConnectionCls = _watched(pool.ConnectionCls, self._wire)
        return pool

    def _read(self, response: requests.Response) -> bytes:
        content = bytearray()
        for piece in response.iter_content(_PIECE):
            content += piece
            if len(content) > self._limits.answer:
                response.close()
                size = f"{self._limits.answer / 2**20:g} MiB"
                self._wire.stop(f"{self._wire.host} answers with more than {size}")
        return bytes(content)


def _watched(base: Any, wire: Wire) -> Any:
    """urllib3's class of connections *base*, telling *wire* of each that is made."""

    def _new_conn(self: Any) -> socket.socket:
        line: socket.socket = base._new_conn(self)
        try:
            wire.connected(line)
        except Stopped:
            line.close()
            raise
        return line

    return type(base.__name__, (base,), {"_new_conn": _new_conn, "is_watched": True})


def _words_of(body: Mapping[str, Any]) -> str:
    """The reason in an OAuth 2 error (RFC 6749, 5.2) or in Keystone's."""
    error = body.get("error")
    if isinstance(error, Mapping):
        return _text(error.get("message"))[:_LONGEST_WORDS]
    parts = (_text(error), _text(body.get("error_description")))
    return ": ".join(part for part in parts if part)[:_LONGEST_WORDS]


def _prepared(url: str) -> str:
    """*url* as ``requests`` sends to it: an international name is encoded."""
    try:
        return requests.Request("GET", url).prepare().url or ""
    except (requests.exceptions.RequestException, ValueError):
        return ""


def _origin(url: str) -> str:
    """Scheme, host and port; empty for what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    except ValueError:
        return ""
    return f"{parts.scheme.lower()}://{parts.hostname}:{port}" if parts.hostname and port else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""
