"""Checks tokens, signatures and passcodes. Knows no HTTP but the headers."""

from __future__ import annotations

import base64
import hmac
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vbs_tui.simulator.auth import signatures
from vbs_tui.simulator.http.messages import Call, Grant
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.world.world import AccessKey, Project, User, World

_TOTP_STEP = 30


class Refusal(StrEnum):
    """Why credentials do not count."""

    MISSING = "missing"
    INVALID = "invalid"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad signature"
    CLOCK_SKEW = "clock skew"


@dataclass(slots=True, eq=False)
class Token:
    """A token that was handed out."""

    text: str
    user: User
    methods: tuple[str, ...]
    project: Project | None
    is_domain_scoped: bool
    issued_at: datetime
    expires_at: datetime
    uses: int = 0
    is_revoked: bool = False
    mfa: bool = False


class Authenticator:
    """Issues tokens and checks the credentials of requests. Guarded by the world's lock."""

    def __init__(
        self,
        world: World,
        options: Options,
        clock: Callable[[], datetime],
        rng: random.Random,
        uses_per_token: Callable[[], int | None],
    ) -> None:
        self.world = world
        self.options = options
        self.clock = clock
        self._rng = rng
        self._uses_per_token = uses_per_token
        self._tokens: dict[str, Token] = {}
        self._spent_passcodes: set[tuple[str, str]] = set()

    def issue(
        self,
        user: User,
        methods: tuple[str, ...],
        *,
        project: Project | None,
        is_domain_scoped: bool,
        expires_at: datetime | None,
    ) -> Token:
        """A new token; it lives for ``token_seconds`` unless ``expires_at`` says otherwise."""
        now = self.clock()
        text = "gAAAAAB" + base64.urlsafe_b64encode(self._rng.randbytes(132)).decode().rstrip("=")
        token = Token(
            text=text,
            user=user,
            methods=methods,
            project=project,
            is_domain_scoped=is_domain_scoped,
            issued_at=now,
            expires_at=expires_at or now + timedelta(seconds=self.options.token_seconds),
            mfa="totp" in methods,
        )
        self._tokens[text] = token
        return token

    def token(self, text: str) -> Token | None:
        """The token of that text when it is valid."""
        token = self._tokens.get(text)
        return token if token is not None and self._is_valid(token) else None

    def revoke(self, text: str) -> bool:
        """Make a token invalid; False when it was so already."""
        token = self.token(text)
        if token is None:
            return False
        token.is_revoked = True
        return True

    def expire_all(self) -> None:
        """Make every token handed out so far count as expired."""
        for token in self._tokens.values():
            token.expires_at = min(token.expires_at, self.clock())

    def check(self, call: Call) -> Grant | Refusal:
        """What the credentials of a request allow, or why they do not count."""
        text = call.headers.get("x-auth-token")
        if text:
            return self._check_token(text, call)
        signature = signatures.parse_authorization(call.headers.get("authorization", ""))
        return Refusal.MISSING if signature is None else self._check_signature(signature, call)

    def _check_token(self, text: str, call: Call) -> Grant | Refusal:
        token = self._tokens.get(text)
        if token is None or token.is_revoked:
            return Refusal.INVALID
        if call.expire_token:
            token.expires_at = min(token.expires_at, self.clock())
        token.uses += 1
        if not self._is_valid(token):
            return Refusal.EXPIRED
        return Grant(token.user, token.project, text)

    def _is_valid(self, token: Token) -> bool:
        most = self._uses_per_token()
        used_up = most is not None and token.uses > most
        return not token.is_revoked and not used_up and self.clock() < token.expires_at

    def _check_signature(self, signature: signatures.Signature, call: Call) -> Grant | Refusal:
        key = next((k for k in self.world.access_keys if k.access == signature.access), None)
        date = call.headers.get("x-sdk-date", "")
        if key is None or "x-sdk-date" not in signature.signed_headers:
            return Refusal.BAD_SIGNATURE
        if not signatures.is_fresh(date, self.clock()):
            return Refusal.CLOCK_SKEW
        canonical = signatures.canonical_request(
            call.method,
            call.raw_path,
            call.raw_query,
            headers=call.headers,
            signed_headers=signature.signed_headers,
            body=call.body,
        )
        expected = signatures.expected_value(signature, key.secret, date, canonical)
        if not hmac.compare_digest(expected, signature.value):
            return Refusal.BAD_SIGNATURE
        return self._grant_of_key(key, call)

    def _grant_of_key(self, key: AccessKey, call: Call) -> Grant | Refusal:
        if key.security_token is not None and not hmac.compare_digest(
            key.security_token, call.headers.get("x-security-token", "")
        ):
            return Refusal.INVALID
        user = self.world.user(key.user_id)
        if user is None:
            return Refusal.INVALID
        project_id = call.headers.get("x-project-id") or call.params.get("project_id", "")
        project = self.world.find_project(project_id)
        if project is not None and project.id not in user.project_ids:
            return Refusal.INVALID
        return Grant(user, project)

    def passcode(self, user: User) -> str:
        """A passcode of the user that has not been used yet."""
        step = int(self.clock().timestamp()) // _TOTP_STEP
        for offset in (0, 1, -1):
            code = _totp(user.totp_secret or b"", step + offset)
            if (user.id, code) not in self._spent_passcodes:
                return code
        raise RuntimeError("all passcodes of this minute are used; the clock must go on")

    def accepts_passcode(self, user: User, passcode: object) -> bool:
        """Whether it is a passcode of about now; each counts once."""
        if user.totp_secret is None or not isinstance(passcode, str):
            return False
        step = int(self.clock().timestamp()) // _TOTP_STEP
        wanted = {_totp(user.totp_secret, step + offset) for offset in (-1, 0, 1)}
        if passcode not in wanted or (user.id, passcode) in self._spent_passcodes:
            return False
        self._spent_passcodes.add((user.id, passcode))
        return True


def _totp(secret: bytes, step: int) -> str:
    digest = hmac.new(secret, struct.pack(">Q", step), "sha1").digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
