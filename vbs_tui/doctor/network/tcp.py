"""TCP: whether a host accepts connections. Nothing is sent."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from dataclasses import dataclass

from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.transport import has_no_route
from vbs_tui.doctor.network.dns import Resolution
from vbs_tui.doctor.network.os_errors import describe_os_error
from vbs_tui.text import clean

_MOST_TRIED = 8
"""Addresses of one host."""


@dataclass(frozen=True, slots=True)
class ConnectionAttempt:
    """Whether a host accepts connections."""

    is_open: bool
    seen: str
    do: str = ""


async def connect(resolution: Resolution, port: int, timeout: float) -> ConnectionAttempt:
    """Try all addresses at *port* at the same time; one that accepts is enough."""
    tried = resolution.addresses[:_MOST_TRIED]
    errors = await asyncio.gather(*(_connect_to(*one, port, timeout) for one in tried))
    place = f"[{resolution.host}]" if ":" in resolution.host else resolution.host
    place = f"{clean(place, 100)}:{port}"
    silent = [text for (_, text), error in zip(tried, errors, strict=True) if error is not None]
    if len(silent) < len(tried):
        but = f", but not at {', '.join(silent[:4])}" if silent else ""
        return ConnectionAttempt(True, f"{place} answers{but}")
    if all(error is not None and has_no_route(error) for error in errors):
        return _without_route(resolution, place)
    error = next((e for e in errors if e is not None and not has_no_route(e)), OSError())
    do = advice.REFUSED if isinstance(error, ConnectionRefusedError) else advice.NO_CONNECTION
    do = advice.SILENT if isinstance(error, TimeoutError) else do
    return ConnectionAttempt(False, f"{place}: {describe_os_error(error, timeout)}", do)


def _without_route(resolution: Resolution, place: str) -> ConnectionAttempt:
    family = resolution.only_family
    if not family:
        return ConnectionAttempt(
            False, f"{place}: this machine has no route to it", advice.NO_ROUTE
        )
    other = "IPv4" if family == "IPv6" else "IPv6"
    seen = f"{place} has {family} addresses only, and this machine has no route to them"
    return ConnectionAttempt(
        False,
        seen,
        f"Use a network or VPN with {family}, or a proxy (https_proxy) that has it"
        f" and is reached by {other}.",
    )


async def _connect_to(
    family: socket.AddressFamily, address: str, port: int, timeout: float
) -> OSError | None:
    loop = asyncio.get_running_loop()
    try:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as line:
            line.setblocking(False)
            async with asyncio.timeout(timeout):
                await loop.sock_connect(line, (address, port))
    except OSError as error:  # a TimeoutError is one
        return error
    except (ValueError, OverflowError):
        return OSError(errno.EINVAL, "the address cannot be used")
    return None
