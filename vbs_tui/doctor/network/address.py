"""The address of the identity service: whether it can be used at all."""

from __future__ import annotations

from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import address_trouble, identity_root
from vbs_tui.doctor.finding import Finding, failed


def check_address(auth_url: str, trust: TlsSettings) -> Finding | None:
    """What is wrong with *auth_url*; ``None`` for nothing."""
    address = auth_url.strip()
    problem = address_trouble(address, allow_plain_http=trust.allow_plain_http)
    root = identity_root(auth_url)
    if root and not problem:
        return None
    needs_https = root and address_trouble(address, allow_plain_http=True) == ""
    do = advice.USE_HTTPS if needs_https else advice.BAD_ADDRESS
    return failed("address", problem or "no address", do)
