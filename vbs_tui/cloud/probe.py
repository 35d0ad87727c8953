"""Looking at the way to a cloud step by step: names, connection, certificate, clock.

No credential is used here. Every step answers with a :class:`Finding` and never raises.
"""

from __future__ import annotations

import asyncio
import enum
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from vbs_tui.cloud.trust import Trust
from vbs_tui.text import clean

TIMEOUT = 10.0
"""Seconds for each step."""

SKEW_WARNING, SKEW_FAILURE = 60.0, 900.0
"""Seconds a clock may differ: tokens care little, signed requests are refused from 15 minutes."""

EXPIRY_WARNING = 21
"""Days of a certificate's remaining life below which it is worth a word."""


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


def ok(step: str, seen: str) -> Finding:
    return Finding(step, Health.OK, seen)


def warning(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.WARNING, seen, do)


def failed(step: str, seen: str, do: str) -> Finding:
    return Finding(step, Health.FAILED, seen, do)


async def look_at_way(url: str, trust: Trust, now: datetime) -> list[Finding]:
    """DNS, TCP, TLS and clock of *url*'s host, as far as one step lets the next be taken."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    named = await _names(host, port)
    if named.health is Health.FAILED:
        return [named]
    found = [named]
    tls = parts.scheme == "https"
    try:
        async with asyncio.timeout(TIMEOUT):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except (OSError, TimeoutError) as error:
        do = "Check firewall, VPN, port and proxy."
        return [*found, failed("TCP", f"{host}:{port}: {_words(error)}", do)]
    found.append(ok("TCP", f"{host}:{port} answers"))
    if tls:
        found.append(await _certificate(host, port, trust, now))
        if found[-1].health is Health.FAILED:
            return found
    else:
        do = "Use https, unless this is a practice cloud on this machine."
        found.append(warning("TLS", "plain HTTP, nothing is encrypted", do))
    found.append(await _clock(host, port, trust if tls else None, now))
    return found


async def _names(host: str, port: int) -> Finding:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TIMEOUT):
            rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        do = "Check the spelling of the address, the DNS server and the VPN."
        return failed("DNS", f"{clean(host, 100)}: {_words(error)}", do)
    addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
    return ok("DNS", f"{clean(host, 100)} is {', '.join(addresses[:4])}")


async def _certificate(host: str, port: int, trust: Trust, now: datetime) -> Finding:
    try:
        context = trust.context()
    except (OSError, ValueError) as error:
        return failed(
            "TLS", f"the certificate files: {_words(error)}", "Correct cacert, cert, key."
        )
    try:
        async with asyncio.timeout(TIMEOUT):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
        shown = writer.get_extra_info("peercert") or {}
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
    except ssl.SSLCertVerificationError as error:
        return failed("TLS", f"certificate: {clean(error.verify_message, 120)}", _TLS_DO)
    except (OSError, TimeoutError) as error:
        return failed("TLS", _words(error), "Is this an https port? Does a proxy sit between?")
    if not trust.verify:
        return warning("TLS", f"{version}, certificate not checked", "Set verify: true.")
    issuer = dict(pair[0] for pair in shown.get("issuer", ()))
    name = clean(issuer.get("organizationName") or issuer.get("commonName") or "unknown", 80)
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    days = (ends - now).days
    seen = f"{version}, issued by {name}, {days} days left"
    if days < EXPIRY_WARNING:
        return warning("TLS", seen, "Tell whoever runs the cloud that the certificate ends soon.")
    return ok("TLS", seen)


_TLS_DO = (
    "For a cloud with an authority of its own, name its certificate (cacert, OS_CACERT). For an"
    " expired one tell whoever runs it. Never log in past a certificate you cannot explain."
)


async def _clock(host: str, port: int, trust: Trust | None, now: datetime) -> Finding:
    """The server's Date header against this machine's clock."""
    context = trust.context() if trust is not None else None
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.write(f"HEAD /v3 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            head = await reader.read(8192)
        writer.close()
    except (OSError, TimeoutError) as error:
        return warning("clock", f"not compared: {_words(error)}", "Look at the log-in below.")
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "date":
            try:
                there = parsedate_to_datetime(value.strip())
            except ValueError:
                break
            return _skew((now - there).total_seconds())
    return warning("clock", "not compared: the server tells no date", "Compare it by hand.")


def _skew(seconds: float) -> Finding:
    size = abs(seconds)
    which = "ahead of" if seconds > 0 else "behind"
    if size < SKEW_WARNING:
        return ok("clock", f"within {max(2, round(size))} s of the server's")
    seen = f"{size / 60:.0f} min {which} the server's"
    do = "Set this machine's clock (NTP): tokens and signatures go by it."
    return failed("clock", seen, do) if size >= SKEW_FAILURE else warning("clock", seen, do)


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT:.0f} s"
    text = clean(getattr(error, "strerror", None) or error, 120)
    return text or type(error).__name__
