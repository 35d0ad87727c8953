"""DNS: which addresses a host name has."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

from vbs_tui.doctor.finding import Finding, failed, ok
from vbs_tui.doctor.network.os_errors import describe_os_error
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Resolution:
    """The addresses of a host name."""

    host: str
    addresses: tuple[tuple[socket.AddressFamily, str], ...] = ()
    problem: str = ""
    """Why there is none."""

    @property
    def description(self) -> str:
        """The host with its addresses, and whether they are of one family only."""
        host = clean(self.host, 100)
        texts = [text for _, text in self.addresses]
        if host in texts:
            return f"{host} is an IP address"
        only = f" ({self.only_family} only)" if self.only_family else ""
        return f"{host} is {', '.join(texts[:4])}{', …' if len(texts) > 4 else ''}{only}"

    @property
    def only_family(self) -> str:
        """``IPv6``, ``IPv4``, or empty for both."""
        kinds = {family for family, _ in self.addresses}
        if len(kinds) != 1:
            return ""
        return "IPv6" if socket.AF_INET6 in kinds else "IPv4"


def check_dns(resolution: Resolution, *, advice: str, is_proxy: bool) -> Finding:
    """*advice*: for a name without addresses. *is_proxy*: the host is a proxy."""
    if not resolution.addresses:
        return failed("DNS", f"{clean(resolution.host, 100)}: {resolution.problem}", advice)
    suffix = "; the proxy looks up the cloud's name" if is_proxy else ""
    return ok("DNS", resolution.description + suffix)


async def resolve(host: str, port: int, timeout: float) -> Resolution:
    """The addresses of *host*. *timeout* in seconds."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        return Resolution(host, problem=describe_os_error(error, timeout))
    found = [(row[0], clean(row[4][0], 60)) for row in rows]
    found = [one for one in found if one[0] in (socket.AF_INET, socket.AF_INET6)]
    return Resolution(host, tuple(dict.fromkeys(found)), "" if found else "it has no address")
