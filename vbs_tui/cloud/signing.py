"""Signing requests with an access key: ``SDK-HMAC-SHA256``, in both of its forms.

Source: section 2.2 of the project's HTTP contract. What is hashed must be what is sent, so the
signature is made of the very URL and bytes that go out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from vbs_tui.clock import Clock
from vbs_tui.cloud.credentials import AccessKeyCredentials
from vbs_tui.cloud.exchange import Request

ALGORITHM = "SDK-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class SigningScope:
    """Region and service of the second form; both may be empty."""

    region: str = ""
    service: str = ""


def signature_headers(
    credentials: AccessKeyCredentials,
    request: Request,
    headers: Mapping[str, str],
    now: datetime,
    scope: SigningScope | None = None,
) -> dict[str, str]:
    """The headers to add to *request*: *headers* and the signature over them.

    Without *scope* the first form (``Access=``), with it the second (``Credential=``).
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {**headers, "X-Sdk-Date": stamp}
    if request.body:
        added.setdefault("Content-Type", "application/json")
    covered = {name.lower(): value for name, value in added.items()}
    covered["host"] = urlsplit(request.url).netloc
    names = ";".join(sorted(covered))
    canonical = canonical_request(request, covered)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    secret = credentials.secret.reveal().encode()
    if scope is None:
        owner = f"Access={credentials.access}"
        signed = _hmac(secret, f"{ALGORITHM}\n{stamp}\n{digest}")
    else:
        place = f"{stamp[:8]}/{scope.region}/{scope.service}/sdk_request"
        owner = f"Credential={credentials.access}/{place}"
        key = b"SDK" + secret
        for part in place.split("/"):
            key = _hmac(key, part)
        signed = _hmac(key, f"{ALGORITHM}\n{stamp}\n{place}\n{digest}")
    proof = f"{ALGORITHM} {owner}, SignedHeaders={names}, Signature={signed.hex()}"
    return {**added, "Authorization": proof}


def canonical_request(request: Request, covered: Mapping[str, str]) -> str:
    """The six parts that are hashed; *covered* header names in lower case."""
    parts = urlsplit(request.url)
    path = "/".join(_encoded(unquote(segment)) for segment in parts.path.split("/"))
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return "\n".join(
        [
            request.method,
            path if path.endswith("/") else f"{path}/",
            "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs),
            "".join(f"{name}:{covered[name].strip()}\n" for name in sorted(covered)),
            ";".join(sorted(covered)),
            hashlib.sha256(request.body).hexdigest(),
        ]
    )


class KeyAuthorizer:
    """Signs requests to one project, or to none."""

    def __init__(
        self, credentials: AccessKeyCredentials, clock: Clock, project_id: str = ""
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._project_id = project_id

    async def authorize(self, request: Request) -> tuple[Request, object]:
        extra = {"X-Project-Id": self._project_id} if self._project_id else {}
        token = self._credentials.security_token
        if token is not None:
            extra["X-Security-Token"] = token.reveal()
        scope = SigningScope() if self._credentials.scoped else None
        proof = signature_headers(self._credentials, request, extra, self._clock.now(), scope)
        return replace(request, headers={**request.headers, **proof}), None

    def accepted(self, stamp: object) -> None:
        """Nothing to remember: each request is signed anew."""

    def discard(self, stamp: object) -> None:
        """Nothing to forget."""

    async def renew(self, stamp: object) -> bool:
        """A key that was refused stays refused: five bad signatures lock it."""
        del stamp
        return False


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
