"""TLS: the certificate that the identity service shows."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.doctor.finding import Finding, ok, warning
from vbs_tui.text import clean

if TYPE_CHECKING:
    import httpx

EXPIRY_WARNING = 21
"""Days of a certificate's remaining life below which a warning is given."""


def check_tls(response: httpx.Response, trust: TlsSettings, now: datetime) -> Finding:
    """*response*: while its connection is open."""
    if response.url.scheme != "https":
        do = "Use https, unless this is a practice cloud."
        return warning("TLS", "plain HTTP, nothing is encrypted", do)
    stream = response.extensions.get("network_stream")
    line = stream.get_extra_info("ssl_object") if stream is not None else None
    if line is None:
        return warning("TLS", "the certificate could not be read", "Look at it by hand.")
    if not trust.verify:
        do = "Set verify: true and, for a cloud with an authority of its own, cacert."
        return warning(
            "TLS", f"{line.version()}, the certificate is not checked (verify is off)", do
        )
    return _certificate(str(line.version()), line.getpeercert() or {}, now)


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
        return warning("TLS", f"{version}, issued by {name}, expiry unknown", "Look at it by hand.")
    days = (ends - now).days
    seen = f"{version}, issued by {name}, {days} days left"
    if days < EXPIRY_WARNING:
        return warning("TLS", seen, "Tell whoever runs the cloud that the certificate ends soon.")
    return ok("TLS", seen)
