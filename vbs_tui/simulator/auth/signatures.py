"""Checking ``SDK-HMAC-SHA256`` signatures (access key and secret key in place of a token).

Two forms are in use: ``Access=`` with the secret as the key, and ``Credential=`` with a chain of
derived keys and a scope of date, region and service.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

ALGORITHM = "SDK-HMAC-SHA256"
MAX_SKEW = timedelta(minutes=15)
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_PART = re.compile(r"(Access|Credential|SignedHeaders|Signature)=([^,\s]*)")


@dataclass(frozen=True, slots=True)
class Signature:
    """What an ``Authorization`` header of either form says."""

    access: str
    scope: str | None
    """``date/region/service/sdk_request`` of the second form, else ``None``."""
    signed_headers: tuple[str, ...]
    value: str


def parse_authorization(header: str) -> Signature | None:
    """The parts of the header, or ``None`` when it is of another kind."""
    if not header.startswith(ALGORITHM):
        return None
    parts = dict(_PART.findall(header))
    names = tuple(name for name in parts.get("SignedHeaders", "").split(";") if name)
    value = parts.get("Signature", "")
    if not names or not value:
        return None
    if "Access" in parts:
        return Signature(parts["Access"], None, names, value)
    access, _, scope = parts.get("Credential", "").partition("/")
    return Signature(access, scope, names, value) if access and scope.count("/") == 3 else None


def canonical_request(
    method: str,
    raw_path: str,
    raw_query: str,
    *,
    headers: Mapping[str, str],
    signed_headers: tuple[str, ...],
    body: bytes,
) -> str:
    """The six parts of a request in the form that gets signed. Header names in lower case."""
    path = "/".join(_encode(unquote(part)) for part in raw_path.split("/"))
    path = path if path.endswith("/") else path + "/"
    pairs = sorted(parse_qsl(raw_query, keep_blank_values=True))
    query = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed_headers)
    digest = headers.get("x-sdk-content-sha256") or hashlib.sha256(body).hexdigest()
    return "\n".join([method, path, query, lines, ";".join(signed_headers), digest])


def expected_value(signature: Signature, secret: str, date: str, canonical: str) -> str:
    """The hex signature that the owner of ``secret`` would have made."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    if signature.scope is None:
        return _hmac(secret.encode(), f"{ALGORITHM}\n{date}\n{digest}").hex()
    key = ("SDK" + secret).encode()
    for part in signature.scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, f"{ALGORITHM}\n{date}\n{signature.scope}\n{digest}").hex()


def is_fresh(date: str, now: datetime) -> bool:
    """Whether ``X-Sdk-Date`` lies within a quarter of an hour of ``now``."""
    try:
        signed_at = datetime.strptime(date, _DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(signed_at - now) <= MAX_SKEW


def _encode(text: str) -> str:
    return quote(text, safe="-._~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
