"""Names and connections of one host: which addresses it has, and which of them take a connection.

Nothing is sent. Nothing raises.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from dataclasses import dataclass

from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.transport import has_no_route
from vbs_tui.text import clean

_MOST = 8


@dataclass(frozen=True, slots=True)
class Names:
    """What a name leads to."""

    host: str
    addresses: tuple[tuple[socket.AddressFamily, str], ...] = ()
    trouble: str = ""
    """Why there is none."""

    @property
    def told(self) -> str:
        """The host with its addresses, and whether they are of one kind only."""
        host = clean(self.host, 100)
        texts = [text for _, text in self.addresses]
        if host in texts:
            return f"{host} is an address itself"
        only = f" ({self.only} only)" if self.only else ""
        return f"{host} is {', '.join(texts[:4])}{', …' if len(texts) > 4 else ''}{only}"

    @property
    def only(self) -> str:
        """``IPv6``, ``IPv4``, or empty for both."""
        kinds = {family for family, _ in self.addresses}
        if len(kinds) != 1:
            return ""
        return "IPv6" if socket.AF_INET6 in kinds else "IPv4"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a host takes connections."""

    is_open: bool
    seen: str
    do: str = ""


async def look_up(host: str, port: int, timeout: float) -> Names:
    """The addresses of *host*. *timeout* in seconds."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        return Names(host, trouble=_words(error, timeout))
    found = [(row[0], clean(row[4][0], 60)) for row in rows]
    found = [one for one in found if one[0] in (socket.AF_INET, socket.AF_INET6)]
    return Names(host, tuple(dict.fromkeys(found)), "" if found else "it has no address")


async def try_connection(names: Names, port: int, timeout: float) -> Reach:
    """Whether any of the addresses takes a connection at *port*."""
    tried = names.addresses[:_MOST]
    errors = await asyncio.gather(*(_try(*one, port, timeout) for one in tried))
    place = f"[{names.host}]" if ":" in names.host else names.host
    place = f"{clean(place, 100)}:{port}"
    silent = [text for (_, text), error in zip(tried, errors, strict=True) if error is not None]
    if len(silent) < len(tried):
        but = f", but not at {', '.join(silent[:4])}" if silent else ""
        return Reach(True, f"{place} answers{but}")
    if all(error is not None and has_no_route(error) for error in errors):
        return _without_route(names, place)
    error = next((e for e in errors if e is not None and not has_no_route(e)), OSError())
    do = advice.REFUSED if isinstance(error, ConnectionRefusedError) else advice.NO_CONNECTION
    do = advice.SILENT if isinstance(error, TimeoutError) else do
    return Reach(False, f"{place}: {_words(error, timeout)}", do)


def _without_route(names: Names, place: str) -> Reach:
    if not names.only:
        return Reach(False, f"{place}: this machine has no route to it", advice.NO_ROUTE)
    other = "IPv4" if names.only == "IPv6" else "IPv6"
    seen = f"{place} has {names.only} addresses only, and this machine has no route to them"
    return Reach(
        False,
        seen,
        f"Use a network or VPN with {names.only}, or a proxy (https_proxy) that has it"
        f" and is reached by {other}.",
    )


async def _try(
    family: socket.AddressFamily, address: str, port: int, timeout: float
) -> OSError | None:
    loop = asyncio.get_running_loop()
    try:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as line:
            line.setblocking(False)
            async with asyncio.timeout(timeout):
                await loop.sock_connect(line, (address, port))
    except OSError as error:  # a time-out is one, too
        return error
    except (ValueError, OverflowError):
        return OSError(errno.EINVAL, "the address cannot be used")
    return None


def _words(error: BaseException, timeout: float) -> str:
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"no answer within {timeout:.0f} s"
    number = getattr(error, "errno", None)
    if isinstance(error, OSError) and number and not isinstance(error, socket.gaierror):
        return os.strerror(number)  # asyncio puts words of its own in the place of the system's
    return clean(getattr(error, "strerror", None) or error, 120) or type(error).__name__
