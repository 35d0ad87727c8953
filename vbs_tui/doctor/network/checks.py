"""Looking at the way to a cloud step by step: address, proxy, names, connection, certificate.

No credential is used here. Every step answers with a :class:`Finding` and never raises. The one
request is made as all others of this program are: the same client, trust and proxies.
"""

from __future__ import annotations

import asyncio
import enum
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vbs_tui import __version__
from vbs_tui.clock import Clock
from vbs_tui.cloud.http.decompression import UndecodableBody
from vbs_tui.cloud.http.error_envelopes import read_json
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.clock_skew import SKEW_REFUSED, describe_skew
from vbs_tui.cloud.http.errors.proxies import (
    proxy_log_in_advice,
    unreachable_proxy_advice,
    unusable_proxy_advice,
)
from vbs_tui.cloud.http.errors.response_advice import is_html, redirect_target
from vbs_tui.cloud.http.errors.transport import ClientSetupError, TrackedBody, diagnose
from vbs_tui.cloud.http.proxies import Proxy, UnusableProxy, find_proxy
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import address_trouble, identity_root, is_loopback
from vbs_tui.doctor.network.connections import look_up, try_connection
from vbs_tui.text import clean
from vbs_tui.times import local, parse_http_date

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0
"""Seconds for each step."""

SKEW_WARNING = 60.0
"""Seconds a clock may differ before it is worth a word: tokens care little."""

EXPIRY_WARNING = 21
"""Days of a certificate's remaining life below which it is worth a word."""

_MOST_READ = 65_536


class Health(enum.Enum):
    """How a step went."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: what was looked at, how it went, what was seen, what to do."""

    step: str
    health: Health
    seen: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """What was found on the way to a cloud."""

    found: tuple[Finding, ...]
    is_open: bool
    """Whether a log-in can be tried at all."""


def ok(step: str, seen: str) -> Finding:
    return Finding(step, Health.OK, seen)


def warning(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.WARNING, seen, do)


def failed(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.FAILED, seen, do)


async def look_at_way(
    auth_url: str, trust: TlsSettings, clock: Clock, *, signs: bool = False
) -> Way:
    """The way to the identity service at *auth_url*, as far as one step lets the next be taken.

    *signs*: requests will be signed, so that a wrong clock is no mere blemish.
    """
    trouble = address_trouble(auth_url.strip(), allow_plain_http=trust.allow_plain_http)
    root = identity_root(auth_url)
    if trouble or not root:
        is_plain = address_trouble(auth_url.strip(), allow_plain_http=True) == ""
        do = advice.USE_HTTPS if root and is_plain else advice.BAD_ADDRESS
        return Way((failed("address", trouble or "no address", do),), False)
    proxy = find_proxy(root)
    if isinstance(proxy, UnusableProxy):
        return Way((failed("proxy", proxy.sentence, unusable_proxy_advice(proxy)),), False)
    found = [_proxy(root, proxy)]
    host, port = (proxy.host, proxy.port) if proxy is not None else _place(root)
    names = await look_up(host, port, TIMEOUT)
    if not names.addresses:
        do = advice.NAME_UNKNOWN if proxy is None else unreachable_proxy_advice(proxy.variable)
        return Way((*found, failed("DNS", f"{clean(host, 100)}: {names.trouble}", do)), False)
    far = "; the proxy looks up the cloud's name" if proxy is not None else ""
    found.append(ok("DNS", names.told + far))
    met = await try_connection(names, port, TIMEOUT)
    if not met.is_open:
        do = met.do if proxy is None else unreachable_proxy_advice(proxy.variable)
        return Way((*found, failed("TCP", met.seen, do)), False)
    found.append(ok("TCP", met.seen))
    asked = await _Request(f"{root}/v3", trust, clock, proxy).ask(signs=signs)
    return Way((*found, *asked.found), asked.is_open)


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _proxy(url: str, proxy: Proxy | None) -> Finding:
    if proxy is not None:
        named = ", with a user" if proxy.has_user else ""
        return ok("proxy", f"{proxy.address}, set by {proxy.variable}{named}")
    return ok("proxy", "none: it is this machine" if is_loopback(url) else "none for this address")


class _Request:
    """The one request to the identity service, and what its answer shows."""

    def __init__(self, url: str, trust: TlsSettings, clock: Clock, proxy: Proxy | None) -> None:
        self._url = url
        self._trust = trust
        self._clock = clock
        self._proxy = proxy
        self._is_tls = url.startswith("https:")

    async def ask(self, *, signs: bool) -> Way:
        import httpx  # noqa: PLC0415 - slow to load

        try:
            async with asyncio.timeout(2 * TIMEOUT), self._client() as client:
                built = client.build_request(
                    "GET",
                    self._url,
                    headers={
                        "User-Agent": f"vbs-tui/{__version__}",
                        "Accept": "application/json",
                        "Accept-Encoding": "identity",
                    },
                    timeout=httpx.Timeout(TIMEOUT),
                )
                response = await client.send(built, stream=True)
                try:
                    return await self._read(response, signs=signs)
                finally:
                    await response.aclose()
        except Exception as error:
            return Way((self._failed(error),), False)

    def _client(self) -> httpx.AsyncClient:
        from vbs_tui.cloud.http.client import new_client  # noqa: PLC0415 - slow to load

        try:
            context = self._trust.context()
        except (OSError, ValueError) as error:
            raise ClientSetupError(f"the certificate files cannot be used ({error})") from error
        return new_client(context, fresh=True, use_proxies=not is_loopback(self._url))

    def _failed(self, error: Exception) -> Finding:
        import httpx  # noqa: PLC0415

        trouble = diagnose(error, TrackedBody(b""), submits=False, url=self._url)
        step = "TLS" if self._is_tls else "identity"
        if isinstance(error, httpx.ProxyError) or "proxy settings" in trouble.message:
            step = "proxy"
        return failed(step, trouble.message, trouble.hint or advice.NO_CONNECTION)

    async def _read(self, response: httpx.Response, *, signs: bool) -> Way:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UndecodableBody  # packed, though that was not wanted
        found = [self._tls(response)]
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) >= _MOST_READ:
                break
        who = _identity(response, bytes(body[:_MOST_READ]))
        found += [self._skew(response, signs=signs), who]
        return Way(tuple(found), who.health is not Health.FAILED)

    def _tls(self, response: httpx.Response) -> Finding:
        if not self._is_tls:
            do = "Use https, unless this is a practice cloud."
            return warning("TLS", "plain HTTP, nothing is encrypted", do)
        stream = response.extensions.get("network_stream")
        line = stream.get_extra_info("ssl_object") if stream is not None else None
        if line is None:
            return warning("TLS", "nothing is known of the certificate", "Look at it by hand.")
        if not self._trust.verify:
            do = "Set verify: true and, for a cloud with an authority of its own, cacert."
            return warning(
                "TLS", f"{line.version()}, the certificate is not checked (verify is off)", do
            )
        return _certificate(str(line.version()), line.getpeercert() or {}, self._clock.now())

    def _skew(self, response: httpx.Response, *, signs: bool) -> Finding:
        there = parse_http_date(response.headers.get("date"))
        if there is None:
            return warning("clock", "not compared: the server tells no date", "Compare it by hand.")
        return _skew(self._clock.now(), there, signs=signs)


def _certificate(version: str, shown: Mapping[str, Any], now: datetime) -> Finding:
    issuer: dict[str, str] = {}
    for group in shown.get("issuer") or ():
        for pair in group if isinstance(group, tuple) else ():
            if isinstance(pair, tuple) and len(pair) == 2:
                issuer[str(pair[0])] = str(pair[1])
    name = clean(issuer.get("organizationName") or issuer.get("commonName") or "unknown", 80)
    try:
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown.get("notAfter"))), UTC)
    except ValueError:
        return warning("TLS", f"{version}, issued by {name}, end unknown", "Look at it by hand.")
    days = (ends - now).days
    seen = f"{version}, issued by {name}, {days} days left"
    if days < EXPIRY_WARNING:
        return warning("TLS", seen, "Tell whoever runs the cloud that the certificate ends soon.")
    return ok("TLS", seen)


def _identity(response: httpx.Response, body: bytes) -> Finding:
    """Whether it is an identity service that answered."""
    status = response.status_code
    data = read_json(body)
    if isinstance(data, dict) and ("version" in data or "versions" in data):
        version = data.get("version")
        known = clean(version.get("id"), 20) if isinstance(version, dict) else ""
        return ok("identity", f"an identity service{', ' + known if known else ''}")
    if 300 <= status < 400:
        goal = redirect_target(response.headers.get("location", "")) or "elsewhere"
        return failed("identity", f"HTTP {status}, redirected to {goal}", advice.REDIRECTED)
    if status == 407:
        return failed("proxy", "it asks for a log-in (407)", proxy_log_in_advice(str(response.url)))
    if status == 511 or (status < 300 and not isinstance(data, dict)):
        kind = "a web page" if is_html(body.decode("utf-8", "replace")) else "no JSON"
        return failed("identity", f"HTTP {status}, {kind}, not an identity service", advice.PORTAL)
    if status < 300:
        return warning("identity", "JSON, but not of an identity service", advice.NO_IDENTITY)
    return warning("identity", f"HTTP {status} to a question without log-in", "See the log-in.")


def _skew(here: datetime, there: datetime, *, signs: bool) -> Finding:
    seconds = (here - there).total_seconds()
    size = abs(seconds)
    now = f"{local(here)} here"
    if size < SKEW_WARNING:
        return ok("clock", f"{now}, within {max(2, round(size))} s of the server's")
    seen = f"{now}, {describe_skew(seconds)}, {local(there)}"
    if signs and size >= SKEW_REFUSED:
        do = "Set this machine's clock (NTP): requests signed 15 minutes off are refused."
        return failed("clock", seen, do)
    do = "Set this machine's clock (NTP): certificates, signatures and the journal go by it."
    return warning("clock", seen, do)
