"""Signing requests with an access key: ``SDK-HMAC-SHA256``, in both of its forms.

As the vendor's SDKs do it. What is hashed must be what is sent, so the signature is made of the
very URL and bytes that go out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.auth.refusal_history import RefusalHistory, endpoint_backoff
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.advice import KEY_REFUSED
from vbs_tui.cloud.http.errors.responses import response_error
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.service_client import Authorizer
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import origin
from vbs_tui.cloud.resources import Project

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
    """An access key in use: no log-in, no token, nothing that expires.

    Five wrong signatures may lock a key: a refused one is paused. Has the properties and methods
    that :class:`~vbs_tui.cloud.auth.token_store.TokenStore` has for its connection.
    """

    user = ""
    expires_at = None
    only_project = None
    project_paths = ("/v3/projects", "/v3/auth/projects")

    def __init__(
        self, credentials: AccessKeyCredentials, session: Session, history: RefusalHistory
    ) -> None:
        self._session = session
        self._backoff = endpoint_backoff()
        self._refused: Failure | None = None
        self._history = history
        self.is_locked = False
        """Whether a signature was refused, and none accepted since."""
        self.use(credentials)

    def use(self, credentials: AccessKeyCredentials) -> None:
        """Sign with *credentials* from now on: the same key, with a corrected secret."""
        self._credentials = credentials
        self._backoff.reset()
        for secret in credentials.secrets():
            self._session.redactor.add(secret)

    def reset(self) -> None:
        """The operator wants another try."""
        self._backoff.reset()

    def unscoped(self) -> Authorizer:
        return KeyAuthorizer(self)

    def for_project(self, project: Project) -> Authorizer:
        return KeyAuthorizer(self, project.id)

    def catalog_of(self, project: Project) -> None:
        """Without a log-in no catalog came."""

    def grant(self, project: Project) -> None:
        """Likewise."""

    async def aclose(self) -> None:
        """Nothing is under way."""

    def sign(self, request: Request, project_id: str) -> dict[str, str]:
        """The headers of *request* with its signature. Raises ``CloudError`` in the pause that
        follows a refusal."""
        where, clock = origin(request.url), self._session.clock
        now, secrets = clock.monotonic(), self._credentials.secrets()
        # Refused again and again, and accepted nowhere in between: it is the key, not the place.
        place = _ANYWHERE if self._history.in_a_row > 1 else where
        reason = self._history.paused(where, secrets, now)
        if reason is None and self._backoff.remaining(place, now):
            reason = self._refused
        if reason is not None:
            self.is_locked = True
            raise CloudError(replace(reason, what=request.what, target=request.target))
        extra = {"X-Project-Id": project_id} if project_id else {}
        token = self._credentials.security_token
        if token is not None:
            extra["X-Security-Token"] = token.reveal()
        scope = SigningScope() if self._credentials.scoped else None
        return signature_headers(self._credentials, request, extra, clock.now(), scope)

    def accepted(self, response: Response) -> None:
        """*response* shows that the service accepts the signature."""
        self._backoff.succeed(origin(response.request.url))
        self._backoff.succeed(_ANYWHERE)
        self.is_locked = False
        self._history.succeed(self._credentials.secrets())

    def refused(self, response: Response) -> None:
        """*response* refuses the signature."""
        where, clock = origin(response.request.url), self._session.clock
        now = clock.monotonic()
        self.is_locked = True
        failure = self._history.count(response_error(response, clock.now()).failure, "a key")
        self._refused = replace(failure, kind=ErrorKind.LOG_IN, executed=Executed.NO)
        self._backoff.fail(where, now)
        if self._history.in_a_row > 1:
            self._backoff.fail(_ANYWHERE, now)
        # Any other hint is about the clock, which is soon corrected.
        if self._refused.hint == KEY_REFUSED:
            self._history.pause(where, self._credentials.secrets(), self._refused, now)


class KeyAuthorizer:
    """Signs requests to one project, or to none."""

    def __init__(self, key: SigningKey, project_id: str = "") -> None:
        self._key = key
        self._project_id = project_id

    async def authorize(self, request: Request) -> tuple[Request, object]:
        signed = self._key.sign(request, self._project_id)
        return replace(request, headers={**request.headers, **signed}), None

    def accepted(self, stamp: object, response: Response) -> None:
        del stamp
        self._key.accepted(response)

    def discard(self, stamp: object, response: Response) -> None:
        del stamp
        self._key.refused(response)

    async def renew(self, stamp: object, response: Response) -> bool:
        """A key that was refused stays refused."""
        del stamp
        self._key.refused(response)
        return False


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
