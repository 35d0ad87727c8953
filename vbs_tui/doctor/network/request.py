"""One request to the identity service, without credentials, and what its response shows.

It is made as all others of this program are: with the same client, trust and proxies.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vbs_tui import __version__
from vbs_tui.clock import Clock
from vbs_tui.cloud.http.decompression import UndecodableBody
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.transport import ClientSetupError, TrackedBody, diagnose
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import is_loopback
from vbs_tui.doctor.finding import Finding, failed
from vbs_tui.doctor.network.clock import check_clock
from vbs_tui.doctor.network.identity import check_identity
from vbs_tui.doctor.network.tls import check_tls

if TYPE_CHECKING:
    import httpx

_MOST_READ = 65_536


async def check_request(
    url: str, trust: TlsSettings, clock: Clock, *, timeout: float, signs: bool
) -> list[Finding]:
    """The findings TLS, clock and identity; or the one that tells why there was no response.

    *timeout*: seconds. *signs*: see :func:`~vbs_tui.doctor.network.clock.check_clock`.
    """
    import httpx  # noqa: PLC0415 - slow to load

    headers = {
        "User-Agent": f"vbs-tui/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    try:
        async with asyncio.timeout(2 * timeout), _client(url, trust) as client:
            request = client.build_request(
                "GET", url, headers=headers, timeout=httpx.Timeout(timeout)
            )
            response = await client.send(request, stream=True)
            try:
                return await _read(response, trust, clock, signs=signs)
            finally:
                await response.aclose()
    except Exception as error:
        return [_no_response(error, url)]


def _client(url: str, trust: TlsSettings) -> httpx.AsyncClient:
    from vbs_tui.cloud.http.client import new_client  # noqa: PLC0415 - slow to load

    try:
        context = trust.context()
    except (OSError, ValueError) as error:
        raise ClientSetupError(f"the certificate files cannot be used ({error})") from error
    return new_client(context, fresh=True, use_proxies=not is_loopback(url))


async def _read(
    response: httpx.Response, trust: TlsSettings, clock: Clock, *, signs: bool
) -> list[Finding]:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise UndecodableBody  # compressed, though Accept-Encoding forbids that
    tls = check_tls(response, trust, clock.now())
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= _MOST_READ:
            break
    return [
        tls,
        check_clock(response.headers.get("date"), clock.now(), signs=signs),
        check_identity(response, bytes(body[:_MOST_READ])),
    ]


def _no_response(error: Exception, url: str) -> Finding:
    import httpx  # noqa: PLC0415

    trouble = diagnose(error, TrackedBody(b""), submits=False, url=url)
    step = "TLS" if url.startswith("https:") else "identity"
    if isinstance(error, httpx.ProxyError) or "proxy settings" in trouble.message:
        step = "proxy"
    return failed(step, trouble.message, trouble.hint or advice.NO_CONNECTION)
