"""Tokens kept on disk for the next start: off unless the operator asks for it.

One file for each log-in and scope, readable by its owner alone. A token in it serves until it
ends, without any password: that is what it is for, and why it must be asked for. Blocking.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from vbs_tui.cloud.auth.tokens import Scope, Token
from vbs_tui.cloud.resources import plain_id
from vbs_tui.cloud.secrets import Secret
from vbs_tui.text import clean
from vbs_tui.times import iso, parse_time

_LARGEST = 4 * 1024 * 1024
"""Bytes of one file: tokens have kilobytes, catalogs sometimes hundreds of them."""


class TokenCache(Protocol):
    """Where tokens outlive the program. Nothing raises: a cache that fails is an empty one."""

    def load(self, scope: Scope, now: datetime) -> Token | None:
        """The token of *scope*, if one is there with time left."""
        ...

    def store(self, scope: Scope, token: Token) -> None: ...

    def forget(self, scope: Scope) -> None: ...


class NoTokenCache:
    """Keeps nothing: tokens live in memory alone."""

    def load(self, scope: Scope, now: datetime) -> Token | None:
        del scope, now
        return None

    def store(self, scope: Scope, token: Token) -> None: ...

    def forget(self, scope: Scope) -> None: ...


class FileTokenCache:
    """Tokens of one user of one cloud, in *directory*."""

    def __init__(self, directory: Path, owner: str) -> None:
        """*owner*: who logs in where and how; no secret, but all that tells two users apart.

        Empty: nobody knows, and nothing is kept or read.
        """
        self._directory = directory
        self._owner = owner

    def load(self, scope: Scope, now: datetime) -> Token | None:
        if not self._owner:
            return None
        path = self._path(scope)
        try:
            if not _is_own_directory(self._directory):
                return None
            # A link could lead to somebody else's file.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(path, flags)
            with os.fdopen(descriptor, "rb") as file:
                private = _is_private(os.fstat(file.fileno()))
                token = _token(json.loads(file.read(_LARGEST))) if private else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, RecursionError):
            token = None
        if token is None or token.is_due(now) or not _fits(scope, token):
            self.forget(scope)
            return None
        return token

    def store(self, scope: Scope, token: Token) -> None:
        if not self._owner:
            return
        path = self._path(scope)
        draft = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError, ValueError, TypeError):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own_directory(self._directory):
                return
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
            draft.unlink(missing_ok=True)
            try:
                with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
                    json.dump(_row(token), file)
                draft.replace(path)
            except (OSError, ValueError, TypeError):
                draft.unlink(missing_ok=True)
                raise

    def forget(self, scope: Scope) -> None:
        with contextlib.suppress(OSError):
            self._path(scope).unlink(missing_ok=True)

    def _path(self, scope: Scope) -> Path:
        parts = [self._owner, scope.project_id, scope.project_name]
        parts += [scope.domain_id, scope.domain_name]
        name = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]
        return self._directory / f"token-{name}.json"


def _is_own_directory(path: Path) -> bool:
    """Whether nobody else could have put anything there; closes it to others where need be."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return False
    if stat.S_IMODE(found.st_mode) & 0o022:
        return False
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
    return True


def _is_private(found: os.stat_result) -> bool:
    return (
        stat.S_ISREG(found.st_mode)
        and found.st_uid == os.getuid()
        and not stat.S_IMODE(found.st_mode) & 0o077
    )


def _fits(scope: Scope, token: Token) -> bool:
    return not scope.is_project or scope.fits(token)


def _row(token: Token) -> dict[str, Any]:
    return {
        "token": token.secret.reveal(),
        "got_at": iso(token.got_at),
        "expires_at": iso(token.expires_at) if token.expires_at is not None else None,
        "ends_at": iso(token.ends_at),
        "user_id": token.user_id,
        "user_name": token.user_name,
        "project_id": token.project_id,
        "project_name": token.project_name,
        "catalog": token.catalog,
        "user_domain": token.user_domain,
        "project_domain": token.project_domain,
        "roles": list(token.roles),
    }


def _token(row: object) -> Token | None:
    """What :func:`_row` wrote; ``None`` for anything else."""
    if not isinstance(row, dict):
        return None
    got_at, ends_at = parse_time(row.get("got_at")), parse_time(row.get("ends_at"))
    text = row.get("token")
    catalog = row.get("catalog")
    if not isinstance(catalog, list | None):
        return None
    usable = isinstance(text, str) and text and text.isascii() and text.isprintable()
    if not usable or got_at is None or ends_at is None:
        return None
    return Token(
        secret=Secret(str(text)),
        got_at=got_at,
        expires_at=parse_time(row.get("expires_at")),
        ends_at=ends_at,
        user_id=plain_id(row.get("user_id")),
        user_name=clean(row.get("user_name"), 128),
        project_id=plain_id(row.get("project_id")),
        project_name=clean(row.get("project_name"), 128),
        catalog=catalog,
        roles=tuple(clean(role, 64) for role in row.get("roles") or () if isinstance(role, str)),
        user_domain=clean(row.get("user_domain"), 128),
        project_domain=clean(row.get("project_domain"), 128),
    )
