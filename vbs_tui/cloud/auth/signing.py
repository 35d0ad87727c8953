"""Signing requests with an access key: ``SDK-HMAC-SHA256``, in both of its forms.

Source: the signing of requests with an access key, as the vendor's SDKs do it. What is hashed must
be what is sent, so the signature is made of the very URL and bytes that go out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.auth.lockout import RefusalCount
from vbs_tui.cloud.auth.refused_endpoints import RefusedEndpoints
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.advice import KEY_REFUSED
from vbs_tui.cloud.http.errors.responses import response_error
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import origin

ALGORITHM = "SDK-HMAC-SHA256"
_ANYWHERE = "anywhere"


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


class SigningKey:
    """An access key in use: what signs, and who refused it. Five bad signatures may lock a key."""

    def __init__(
        self, credentials: AccessKeyCredentials, session: Session, tally: RefusalCount
    ) -> None:
        self._session = session
        self._refusers = RefusedEndpoints()
        self._refused: Failure | None = None
        self._tally = tally
        self.holds_back = False
        """Whether a signature was refused, and none taken since."""
        self.credentials = credentials
        self.sign_by(credentials)

    def sign_by(self, credentials: AccessKeyCredentials) -> None:
        """Sign with *credentials* from now on: the same key, with a corrected secret."""
        self.credentials = credentials
        self._refusers.forgive()
        for secret in credentials.secrets():
            self._session.redactor.add(secret)

    def forgive(self) -> None:
        """The operator wants another try."""
        self._refusers.forgive()

    def sign(self, request: Request, project_id: str) -> dict[str, str]:
        """Headers that prove whose *request* is. Raises ``CloudError`` in the pause that follows
        a refusal."""
        where, clock = origin(request.url), self._session.clock
        known = self._tally.resting(where, self.credentials.secrets(), clock.monotonic())
        if known is None and self._rests(where):
            known = self._refused
        if known is not None:
            self.holds_back = True
            raise CloudError(replace(known, what=request.what, target=request.target))
        extra = {"X-Project-Id": project_id} if project_id else {}
        token = self.credentials.security_token
        if token is not None:
            extra["X-Security-Token"] = token.reveal()
        scope = SigningScope() if self.credentials.scoped else None
        return signature_headers(self.credentials, request, extra, clock.now(), scope)

    def _rests(self, where: str) -> bool:
        now = self._session.clock.monotonic()
        # Refused again and again, and taken by nobody in between: it is the key, not the place.
        place = _ANYWHERE if self._tally.in_a_row > 1 else where
        return self._refusers.is_resting(place, now)

    def took(self, answer: Response) -> None:
        """*answer* shows that the signature serves there."""
        self._refusers.took(origin(answer.request.url))
        self._refusers.took(_ANYWHERE)
        self.holds_back = False
        self._tally.took(self.credentials.secrets())

    def refused(self, answer: Response) -> None:
        """*answer* says that the signature does not serve."""
        where, clock = origin(answer.request.url), self._session.clock
        now = clock.monotonic()
        self.holds_back = True
        failure = self._tally.counted(response_error(answer, clock.now()).failure, "a key")
        self._refused = replace(failure, kind=ErrorKind.LOG_IN, executed=Executed.NO)
        self._refusers.refused(where, now)
        if self._tally.in_a_row > 1:
            self._refusers.refused(_ANYWHERE, now)
        if self._refused.hint == KEY_REFUSED:  # else the clock is to blame, which is soon set right
            self._tally.rest(where, self.credentials.secrets(), self._refused, now)


class KeyAuthorizer:
    """Signs requests to one project, or to none."""

    def __init__(self, key: SigningKey, project_id: str = "") -> None:
        self._key = key
        self._project_id = project_id

    async def authorize(self, request: Request) -> tuple[Request, object]:
        proof = self._key.sign(request, self._project_id)
        return replace(request, headers={**request.headers, **proof}), None

    def accepted(self, stamp: object, answer: Response) -> None:
        del stamp
        self._key.took(answer)

    def discard(self, stamp: object, answer: Response) -> None:
        del stamp
        self._key.refused(answer)

    async def renew(self, stamp: object, answer: Response) -> bool:
        """A key that was refused stays refused."""
        del stamp
        self._key.refused(answer)
        return False


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
