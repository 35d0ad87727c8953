"""The proxy: whether one is configured for the address, and whether it can be used."""

from __future__ import annotations

from vbs_tui.cloud.http.errors.proxies import unusable_proxy_advice
from vbs_tui.cloud.http.proxies import Proxy, UnusableProxy
from vbs_tui.cloud.http.urls import is_loopback
from vbs_tui.doctor.finding import Finding, failed, ok


def check_proxy(url: str, proxy: Proxy | UnusableProxy | None) -> Finding:
    """*proxy*: what is configured for *url*."""
    if isinstance(proxy, UnusableProxy):
        return failed("proxy", proxy.sentence, unusable_proxy_advice(proxy))
    if proxy is not None:
        user = ", with a user" if proxy.has_user else ""
        return ok("proxy", f"{proxy.address}, set by {proxy.variable}{user}")
    return ok(
        "proxy",
        "none: the address is this machine" if is_loopback(url) else "none for this address",
    )
