"""Carries the requests of keystoneauth's plugins over this program's own HTTP client.

The plugins speak by way of ``requests``. An adapter takes each of their requests to the event
loop, so that proxies, certificates, limits and error messages are those of all other requests.
It sends nothing in clear text, and nothing secret to a host that the configuration does not name.
Importing this module costs what importing ``requests`` costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from vbs_tui.cloud.auth.log_in_errors import log_in_failure
from vbs_tui.cloud.auth.plugins.loading import is_device_flow
from vbs_tui.cloud.auth.tokens import mapping
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.decompression import ENCODINGS, BodyTooLarge, Decompressor
from vbs_tui.cloud.http.errors.transport import TrackedBody, diagnose
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import address_trouble, origin
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Redactor, Secret
from vbs_tui.text import clean

REQUEST_SECONDS = 90.0
"""From the beginning of a request to the end of its response."""

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""Of single reads and writes."""

BROWSER_SECONDS = 12.0
"""Seconds of polling after which the operator is asked again whether they have logged in."""

_LONGEST_INTERVAL = 30
"""Seconds between two polls."""

_LARGEST = 4 * 1024 * 1024
"""Bytes of a response, decompressed."""

_PROOFS = ("Authorization", "X-Auth-Token", "X-Subject-Token", "Cookie")
"""Headers that prove who is asking."""

_ENDPOINTS = ("token_endpoint", "device_authorization_endpoint")
"""What the configured discovery document may name of endpoints that receive secrets (OpenID
Connect Discovery 1.0, section 3; RFC 8628, section 4)."""

_REFUSALS = frozenset({400, 401, 403})
_UNDECIDED = frozenset(
    {
        *("temporarily_unavailable", "server_error", "slow_down"),
        *("authorization_pending", "expired_token"),
    }
)
"""OAuth 2 errors that refuse no credentials (RFC 6749, 4.1.2.1; RFC 8628, 3.5)."""

_NEW_CODE = "Another try shows a new code."
_NOT_DONE = "The log-in there is not done yet."


class PluginTransport(BaseAdapter):
    """The way to the network for one log-in of one plugin.

    :meth:`send` runs in the plugin's thread, everything else on the event loop.
    """

    def __init__(
        self,
        session: Session,
        label: str,
        plugin: Any,
        origins: set[str],
        ask: Callable[[LogInQuestion, str], Awaitable[object]],
    ) -> None:
        """*origins*: what may receive secrets; the configured discovery document adds to it.

        *ask* asks the operator, for a reason, and raises ``CloudError`` without an answer.
        """
        super().__init__()
        self._session = session
        # Of its own: what one log-in exchanges may be words of the cloud's responses, too.
        self._redactor = Redactor()
        self._label = label
        self._origins = origins
        self._discovery = _prepared(str(getattr(plugin, "discovery_endpoint", None) or ""))
        self._has_device_code = is_device_flow(plugin)
        self._ask = ask
        self._loop = asyncio.get_running_loop()
        self._exchanges: set[asyncio.Task[Any]] = set()
        self._is_closed = False
        self._question: LogInQuestion | None = None
        self._code_ends = self._asked_at = 0.0
        self.host = "the identity provider"
        """Where the last request went."""
        self.status: int | None = None
        """HTTP status of the last response."""
        self.reason = ""
        """What the last response says about its error."""
        self.is_refusal = False
        """Whether the last response says that the credentials were refused."""
        self._has_sent = False
        """Whether anything may have arrived anywhere."""

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_options: Any
    ) -> requests.Response:
        """The response to *request*, read to its end. Raises ``CloudError``."""
        exchange = self._exchange(request)
        try:
            return asyncio.run_coroutine_threadsafe(exchange, self._loop).result()
        except RuntimeError:  # the loop was closed meanwhile
            exchange.close()
            raise

    def close(self) -> None:
        """The log-in is over: cancel what is under way, and send nothing more."""
        self._is_closed = True
        for exchange in self._exchanges:
            exchange.cancel()

    def failure(self, message: str, hint: str = "") -> Failure:
        """Why the log-in failed. *message* is cleared of secrets and cut."""
        kind = ErrorKind.LOG_IN
        if self.status is None:
            # What was sent may count as a try, although no response came.
            kind = ErrorKind.BROKEN if self._has_sent else ErrorKind.NOT_SENT
        elif self.status == 429:
            kind = ErrorKind.REFUSED
        elif self.status >= 500:
            kind = ErrorKind.SERVER
        text = self._redactor.blot(self._session.redactor.blot(message, 2000), 2000)
        now = self._session.clock.now()
        failure = log_in_failure(now, clean(text, 300), hint, target=self._label, kind=kind)
        return replace(failure, status=self.status)

    async def _exchange(self, request: requests.PreparedRequest) -> requests.Response:
        task = asyncio.current_task()
        assert task is not None
        self._exchanges.add(task)
        try:
            self._check(request)
            response, body = await self._send(request)
            body = await self._inspect(request, response, body)
        finally:
            self._exchanges.discard(task)
        return _as_requests(request, response, body, self)

    def _check(self, request: requests.PreparedRequest) -> None:
        """Note where *request* goes. Raises ``CloudError`` when it must not be sent."""
        url = request.url or ""
        self.host = clean(urlsplit(url).hostname, 200) or self.host
        self.reason, self.status, self.is_refusal = "", None, False
        for name in _PROOFS:
            value = _text(request.headers.get(name))
            for part in value.split("; ") if name == "Cookie" else [value]:
                self._redact(part.rpartition("=" if name == "Cookie" else " ")[2])
        if self._is_closed:
            raise self._error("the log-in was given up")
        plain = self._session.trust.allow_plain_http
        if trouble := address_trouble(url, allow_plain_http=plain):
            raise self._error(f"{self.host}: {trouble}")
        has_secret = bool(request.body) or any(name in request.headers for name in _PROOFS)
        if has_secret and origin(url) not in self._origins:
            raise self._error(
                f"{self.host} was named by another server, not by the configuration: nothing "
                "secret is sent there. If it is right, configure its URL in full "
                "(access_token_endpoint, auth_url …)"
            )
        if self._question is not None and time.monotonic() >= self._code_ends:
            raise self._ran_out()

    async def _send(self, request: requests.PreparedRequest) -> tuple[httpx.Response, bytes]:
        """The response to *request* and its body. Raises ``CloudError``."""
        url, content = request.url or "", request.body or b""
        if not isinstance(content, str | bytes):
            raise self._error("the plugin sends a body piece by piece, which is not done here")
        tracked = TrackedBody(_encoded(content))
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                client = await self._session.client(url, fresh=True)
                headers = {name: _encoded(value) for name, value in request.headers.items()}
                headers["Accept-Encoding"] = ENCODINGS.encode()
                async with client.stream(
                    request.method or "GET",
                    url,
                    headers=list(headers.items()),  # type: ignore[arg-type]
                    content=tracked if content else None,
                    timeout=_TIMEOUT,
                    follow_redirects=False,
                ) as response:
                    encoding = response.headers.get("content-encoding", "")
                    body = Decompressor(encoding, _LARGEST)
                    async for chunk in response.aiter_raw():
                        body.feed(chunk)
                self._has_sent = True
                return response, body.finish()
        except Exception as error:
            trouble = diagnose(error, tracked, submits=bool(content), url=url)
            self._has_sent |= trouble.executed is not Executed.NO
            text, hint = trouble.message, trouble.hint
            if isinstance(error, BodyTooLarge):
                text = f"{self.host} answers with more than {_LARGEST / 2**20:g} MiB"
            elif isinstance(error, TimeoutError):
                text = f"{self.host} came to no end within {REQUEST_SECONDS:g} s"
            raise self._error(text, hint) from None

    async def _inspect(
        self, request: requests.PreparedRequest, response: httpx.Response, body: bytes
    ) -> bytes:
        """Note what *response* means; the body for the plugin. Raises ``CloudError``."""
        self.status, url = response.status_code, request.url or ""
        self._redact(response.headers.get("X-Subject-Token", ""))
        if 300 <= self.status < 400 and (location := response.headers.get("Location")) is not None:
            goal = ""
            with contextlib.suppress(ValueError):
                goal = urljoin(url, location)
            if origin(goal) != origin(url):
                # A plugin that followed it would send the secrets of the request along.
                del response.headers["Location"]
            where = clean(_host(goal), 200) or "nowhere"
            self.reason = f"it redirects to {where}, which is never followed: look at its URL"
        data: Mapping[str, Any] = {}
        with contextlib.suppress(ValueError, RecursionError):
            data = mapping(json.loads(body))
        for key, value in data.items():
            if key.endswith(("token", "code", "secret")):
                self._redact(_text(value))
        if self.status == 200 and url == self._discovery:
            named = (_prepared(_text(data.get(name))) for name in _ENDPOINTS)
            self._origins.update(origin(one) for one in named if one)
        if self.status == 200 and self._has_device_code and "device_code" in data:
            return await self._show_code(data)
        if self.status >= 400:
            await self._inspect_error(data)
        return body

    async def _inspect_error(self, data: Mapping[str, Any]) -> None:
        """Keystone's error, or that of OAuth 2 (RFC 6749, 5.2)."""
        error = data.get("error")
        parts = (_text(error), _text(data.get("error_description")))
        self.reason = ": ".join(part for part in parts if part)
        if isinstance(error, Mapping):
            self.reason = _text(error.get("message"))
        is_named = bool(error) and not (isinstance(error, str) and error in _UNDECIDED)
        self.is_refusal = self.status in _REFUSALS and is_named
        if self._question is None:
            return
        if error == "access_denied":
            raise self._error("the log-in was denied in the browser", _NEW_CODE)
        now = time.monotonic()
        if error == "expired_token" or (error == "authorization_pending" and now > self._code_ends):
            raise self._ran_out()
        if error == "authorization_pending" and now - self._asked_at > BROWSER_SECONDS:
            await self._ask(self._question, _NOT_DONE)
            self._asked_at = time.monotonic()

    async def _show_code(self, data: Mapping[str, Any]) -> bytes:
        """Show the operator where to log in; the body for the plugin, which polls from then on."""
        address = _text(data.get("verification_uri"))
        if address_trouble(address, allow_plain_http=True) or len(address) > 400:
            raise self._error("the identity provider names no address that a browser could open")
        lasts, interval = _number(data.get("expires_in"), 0), _number(data.get("interval"), 5)
        self._code_ends = time.monotonic() + lasts
        self._question = LogInQuestion(
            QuestionKind.VISIT,
            "Log in with a browser, on any device",
            address=clean(address, 400),
            code=clean(data.get("user_code"), 64),
        )
        await self._ask(self._question, "")
        self._asked_at = time.monotonic()
        if self._asked_at >= self._code_ends:
            raise self._ran_out()
        interval = min(max(interval, 0), _LONGEST_INTERVAL)
        return json.dumps({**data, "expires_in": lasts, "interval": interval}).encode()

    def _ran_out(self) -> CloudError:
        text = "the code for the browser ran out before the log-in there was done"
        return self._error(text, _NEW_CODE)

    def _error(self, message: str, hint: str = "") -> CloudError:
        return CloudError(self.failure(message, hint))

    def _redact(self, value: str) -> None:
        if value:
            self._redactor.add(Secret(value), temporary=True)


def origins_of(plugin: Any) -> set[str]:
    """The origins of the URLs that *plugin* was made with, or that its class holds.

    To be called before it sends anything: plugins also keep URLs that servers sent.
    """
    held = [value for one in (plugin, *type(plugin).__mro__) for value in vars(one).values()]
    urls = {_prepared(value.strip()) for value in held if isinstance(value, str)}
    return {origin(url) for url in urls if url.lower().startswith(("http://", "https://"))}


def _as_requests(
    request: requests.PreparedRequest, response: httpx.Response, body: bytes, adapter: Any
) -> requests.Response:
    """*response* in the form of ``requests``."""
    made = requests.Response()
    made.status_code = response.status_code
    made.reason = response.reason_phrase
    made.headers = CaseInsensitiveDict(response.headers)
    made.encoding = requests.utils.get_encoding_from_headers(made.headers)
    made.url = request.url or ""
    made.request = request
    made.connection = adapter
    made._content = body
    message = http.client.HTTPMessage()
    for name, value in response.headers.multi_items():
        message.add_header(name, value)
    # Where ``requests`` looks for cookies.
    original = SimpleNamespace(msg=message)
    made.raw = SimpleNamespace(_original_response=original, release_conn=lambda: None)
    requests.cookies.extract_cookies_to_jar(made.cookies, request, made.raw)
    return made


def _prepared(url: str) -> str:
    """*url* as ``requests`` sends to it: an international name is encoded. Empty for no URL."""
    try:
        return requests.Request("GET", url).prepare().url or ""
    except (requests.exceptions.RequestException, ValueError):
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _number(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default


def _encoded(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""
