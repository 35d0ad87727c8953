"""What keystoneauth's plugins do on the wire: bounded, never in the clear, its secrets noted.

The plugins speak by way of ``requests``, past this program's own session, so that its rules are
laid onto each of their requests here. Importing this costs what importing ``requests`` costs.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from vbs_tui.cloud.addresses import address_trouble, is_loopback
from vbs_tui.cloud.secret import Redactor, Secret
from vbs_tui.text import clean

_TIMEOUTS = (10.0, 60.0)
"""Seconds to connect, and to wait for each piece of an answer."""

_LONGEST_WORDS = 20_000


class Wire:
    """Watches over one log-in of one plugin."""

    def __init__(
        self, session: Any, known: Iterable[Secret], *, allow_plain_http: bool = False
    ) -> None:
        """*session*: keystoneauth's, which all requests of the plugin pass through."""
        self.host = "the identity provider"
        """Whom the last request went to."""
        self.words = ""
        """What the last answer says about its refusal, uncleaned."""
        self.trouble = ""
        """Why the last request got no answer, as a sentence; empty when it got one."""
        self._redactor = Redactor()
        for secret in known:
            self._redactor.add(secret)
        self._allow_plain_http = allow_plain_http
        adapter = _Adapter(self)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)
        if not session.verify:
            # The operator said so, and the screen would be torn by the warning.
            warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)

    def blot(self, text: str) -> str:
        """*text* without the secrets that are configured, and those that went by."""
        return self._redactor.blot(text, 2000)

    def leaving(self, request: requests.PreparedRequest) -> None:
        """Note whom *request* goes to. Raises ``ConnectionError`` when it must not go."""
        url = request.url or ""
        self.words = ""
        self.host = clean(urlsplit(url).hostname, 200) or self.host
        for name in ("Authorization", "X-Auth-Token", "X-Subject-Token"):
            self._learn(_text(request.headers.get(name)).rpartition(" ")[2])
        self.trouble = address_trouble(url, allow_plain_http=self._allow_plain_http)
        if self.trouble:
            self.trouble = f"{self.host}: {self.trouble}"
            raise requests.exceptions.ConnectionError(self.trouble)

    def came(self, response: requests.Response) -> None:
        """Note the words of a refusal."""
        if response.status_code >= 400:
            with contextlib.suppress(ValueError):
                self.words = _words_of(_mapping(json.loads(response.content)))

    def failed(self, error: Exception) -> None:
        """Note why there was no answer."""
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                self.trouble = f"{self.host} is not trusted: {cause.verify_message}"
                return
        self.trouble = _sentence(error, self.host)

    def _learn(self, value: str) -> None:
        if value:
            self._redactor.add(Secret(value), passing=True)


class _Adapter(HTTPAdapter):
    """``requests``' way to the network, with a :class:`Wire` over it."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        self._wire.leaving(request)
        options["timeout"] = options.get("timeout") or _TIMEOUTS
        if is_loopback(request.url or ""):
            options["proxies"] = {}
        try:
            response = super().send(request, *args, **options)
            # Reads it whole: whoever asks for it later gets the same bytes.
            self._wire.came(response)
        except (requests.exceptions.RequestException, OSError, ValueError) as error:
            self._wire.failed(error)
            raise
        return response


def _words_of(body: Mapping[str, Any]) -> str:
    """The reason in an OAuth 2 error (RFC 6749, 5.2) or in Keystone's."""
    error = body.get("error")
    if isinstance(error, Mapping):
        return _text(error.get("message"))[:_LONGEST_WORDS]
    parts = (_text(error), _text(body.get("error_description")))
    return ": ".join(part for part in parts if part)[:_LONGEST_WORDS]


def _sentence(error: Exception, host: str) -> str:
    causes = _causes(error)
    if any(isinstance(cause, requests.exceptions.SSLError | ssl.SSLError) for cause in causes):
        return f"no secure connection to {host} (TLS handshake failed)"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy refused to connect to {host}"
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return f"the name {host} cannot be resolved"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refused the connection"
    if isinstance(error, requests.exceptions.Timeout):
        return f"{host} did not answer in time"
    if isinstance(error, requests.exceptions.ConnectionError):
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


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""
