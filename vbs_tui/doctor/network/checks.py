"""The network checks in order. Each is done only where those before it leave a way open."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from vbs_tui.clock import Clock
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.proxies import unreachable_proxy_advice
from vbs_tui.cloud.http.proxies import UnusableProxy, find_proxy
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.doctor.finding import Finding, Health, failed, ok
from vbs_tui.doctor.network.address import check_address
from vbs_tui.doctor.network.dns import check_dns, resolve
from vbs_tui.doctor.network.proxy import check_proxy
from vbs_tui.doctor.network.request import check_request
from vbs_tui.doctor.network.tcp import connect

TIMEOUT = 10.0
"""Seconds for each check."""


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """The findings of the network checks."""

    findings: tuple[Finding, ...]
    can_log_in: bool
    """Whether a log-in can be tried at all."""


async def check_network(
    auth_url: str, trust: TlsSettings, clock: Clock, *, signs: bool = False
) -> NetworkReport:
    """Check the way to the identity service at *auth_url*, as far as it is open. Never raises.

    *signs*: requests will be signed, so that a wrong clock is a failure.
    """
    findings: list[Finding] = []
    is_open = await _check(findings, auth_url, trust, clock, signs=signs)
    return NetworkReport(tuple(findings), is_open)


async def _check(
    findings: list[Finding], auth_url: str, trust: TlsSettings, clock: Clock, *, signs: bool
) -> bool:
    if (wrong := check_address(auth_url, trust)) is not None:
        findings.append(wrong)
        return False
    root = identity_root(auth_url)
    proxy = find_proxy(root)
    findings.append(check_proxy(root, proxy))
    if isinstance(proxy, UnusableProxy):
        return False
    host, port = (proxy.host, proxy.port) if proxy is not None else _host_and_port(root)
    resolution = await resolve(host, port, TIMEOUT)
    by_proxy = "" if proxy is None else unreachable_proxy_advice(proxy.variable)
    dns_advice = by_proxy or advice.NAME_UNKNOWN
    findings.append(check_dns(resolution, advice=dns_advice, is_proxy=proxy is not None))
    if not resolution.addresses:
        return False
    attempt = await connect(resolution, port, TIMEOUT)
    if not attempt.is_open:
        findings.append(failed("TCP", attempt.seen, by_proxy or attempt.do))
        return False
    findings.append(ok("TCP", attempt.seen))
    shown = await check_request(f"{root}/v3", trust, clock, timeout=TIMEOUT, signs=signs)
    findings += shown
    return shown[-1].health is not Health.FAILED


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
