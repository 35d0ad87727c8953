"""URLs of services: which may be used, and what belongs to their root. Pure functions."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_VERSION = re.compile(r"v\d+(\.\d+)?\Z")
_PORTS = {"https": ":443", "http": ":80"}
_ADDRESS = re.compile(r"https?://[!-~]+\Z", re.IGNORECASE)


def address_trouble(url: str, *, allow_plain_http: bool) -> str:
    """Why nothing is sent to *url*, as a sentence's end; empty when it may be used."""
    if not _ADDRESS.match(url):
        return "the address is no http or https URL"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the address is no usable URL"
    if not host:
        return "the address names no host"
    if parts.username is not None or parts.password is not None:
        return "the address carries a user name or password, which do not belong there"
    if parts.scheme.lower() == "http" and not is_loopback(url) and not allow_plain_http:
        return (
            "plain HTTP would show the token to everybody on the way; "
            "it is used only when it is explicitly allowed"
        )
    return ""


def is_loopback(url: str) -> bool:
    """Whether *url* leads to this very machine."""
    host = _split(url).hostname or ""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_http(url: str) -> bool:
    """Whether *url* leads over an unprotected line to another machine."""
    return _split(url).scheme.lower() == "http" and not is_loopback(url)


def service_root(url: str) -> str:
    """Scheme, host, port and prefix of *url*: everything before the version segment.

    ``https://EVS.example:443/prefix/v2/0391…`` gives ``https://evs.example/prefix``: one way to
    write it, so that what is signed as ``Host`` is what is sent. Empty when *url* is none.
    """
    parts = _split(url.strip())
    if not parts.scheme or not parts.netloc:
        return ""
    kept: list[str] = []
    for segment in parts.path.split("/"):
        if _VERSION.match(segment):
            break
        kept.append(segment)
    return f"{origin(url)}{'/'.join(kept).rstrip('/')}"


def origin(url: str) -> str:
    """Scheme, host and port of *url*, in lower case, a port that goes without saying left off."""
    parts = _split(url.strip())
    scheme, netloc = parts.scheme.lower(), parts.netloc
    user, at, place = netloc.rpartition("@")
    place = place.lower().removesuffix(":").removesuffix(_PORTS.get(scheme, ":"))
    return f"{scheme}://{user}{at}{place}"


def host_label(url: str) -> str:
    """The first label of the host name, lower case; empty for an address in numbers."""
    host = (_split(url).hostname or "").lower()
    return "" if not host or host[0].isdigit() or ":" in host else host.partition(".")[0]


def with_host_label(url: str, label: str) -> str:
    """*url* with the first label of its host name replaced."""
    parts = _split(url)
    rest = parts.netloc.partition(".")[2]
    return parts._replace(netloc=f"{label}.{rest}").geturl() if rest else ""


def identity_root(url: str) -> str:
    """An ``auth_url`` with or without ``/v3``, in the form that all others are built from.

    Only a version at its end is cut off: a prefix may hold one of something else. Empty when *url*
    is none.
    """
    parts = _split(url.strip())
    if not parts.scheme or not parts.netloc:
        return ""
    rest, _, last = parts.path.rstrip("/").rpartition("/")
    path = rest if _VERSION.match(last) else parts.path
    return f"{origin(url)}{path.rstrip('/')}"


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
