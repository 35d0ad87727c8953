"""URLs of services: which may be used, and what their root is. Pure functions."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_VERSION = re.compile(r"v\d+(\.\d+)?\Z")
_PORTS = {"https": ":443", "http": ":80"}
_ADDRESS = re.compile(r"https?://[!-~]+\Z", re.IGNORECASE)


def address_trouble(url: str, *, allow_plain_http: bool) -> str:
    """Why *url* cannot be used, as the end of a sentence; empty when it can."""
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
    """Whether *url* is of this machine: ``localhost`` or a loopback address."""
    host = _split(url).hostname or ""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_http(url: str) -> bool:
    """Whether *url* is plain HTTP to another machine."""
    return _split(url).scheme.lower() == "http" and not is_loopback(url)


def service_root(url: str) -> str:
    """Scheme, host, port and prefix of *url*: everything before the version segment.

    ``https://EVS.example:443/prefix/v2/0391…`` gives ``https://evs.example/prefix``: normalised,
    so that the signed ``Host`` is the one that is sent. Empty when *url* is no URL.
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
    """Scheme, host and port of *url*, in lower case, without a default port."""
    parts = _split(url.strip())
    scheme, netloc = parts.scheme.lower(), parts.netloc
    user, at, place = netloc.rpartition("@")
    place = place.lower().removesuffix(":").removesuffix(_PORTS.get(scheme, ":"))
    return f"{scheme}://{user}{at}{place}"


def host_label(url: str) -> str:
    """The first label of the host name, in lower case; empty for an IP address."""
    host = (_split(url).hostname or "").lower()
    return "" if not host or host[0].isdigit() or ":" in host else host.partition(".")[0]


def with_host_label(url: str, label: str) -> str:
    """*url* with the first label of its host name replaced."""
    parts = _split(url)
    rest = parts.netloc.partition(".")[2]
    return parts._replace(netloc=f"{label}.{rest}").geturl() if rest else ""


def identity_root(url: str) -> str:
    """An ``auth_url`` without its version, normalised: what all identity URLs are built from.

    Only a version at the end is cut off, since a prefix may contain one that means something else.
    Empty when *url* is no URL.
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
