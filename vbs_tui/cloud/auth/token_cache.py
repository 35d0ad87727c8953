"""Tokens kept on disk for the next start: only when the operator asks for it.

One file for each log-in and scope, readable by its owner alone. A token in it is valid until it
ends, without any password: that is its purpose, and why it is off by default. Everything blocks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from vbs_tui.cloud.auth.tokens import Scope, Token, mapping, new_token
from vbs_tui.times import iso, parse_time

_LARGEST = 4 * 1024 * 1024
"""Bytes of one file: tokens have kilobytes, catalogs sometimes hundreds of them."""


class TokenCache:
    """Tokens of one user of one cloud, in a directory. A cache that fails is an empty one."""

    def __init__(self, directory: Path | None, owner: str) -> None:
        """*owner*: who logs in where and how; no secret, but all that tells two users apart.

        Without directory or owner nothing is kept or read.
        """
        self._directory = directory if owner else None
        self._owner = owner

    def load(self, scope: Scope, now: datetime) -> Token | None:
        """The token of *scope*, if there is one with time left."""
        if (path := self._path(scope)) is None:
            return None
        try:
            if not _is_own_directory(path.parent):
                return None
            # A link could lead to somebody else's file, and a pipe would be waited for.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            with os.fdopen(os.open(path, flags), "rb") as file:
                is_private = _is_private(os.fstat(file.fileno()))
                token = _decoded(file.read(_LARGEST), now) if is_private else None
        except FileNotFoundError:
            return None
        except (OSError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            token = None
        fits = token is not None and (not scope.is_project or scope.fits(token))
        if token is None or token.is_due(now) or not fits:
            self.forget(scope)
            return None
        return token

    def store(self, scope: Scope, token: Token) -> None:
        if (path := self._path(scope)) is None:
            return
        draft = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError, ValueError, TypeError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own_directory(path.parent):
                return
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
            draft.unlink(missing_ok=True)
            try:
                with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
                    json.dump(_encoded(token), file)
                draft.replace(path)
            except (OSError, ValueError, TypeError):
                draft.unlink(missing_ok=True)
                raise

    def forget(self, scope: Scope) -> None:
        if (path := self._path(scope)) is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, scope: Scope) -> Path | None:
        if self._directory is None:
            return None
        parts = [self._owner, scope.project_id, scope.project_name]
        parts += [scope.domain_id, scope.domain_name]
        name = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]
        return self._directory / f"token-{name}.json"


def _is_own_directory(path: Path) -> bool:
    """Whether no other user can write there; takes away what others may read."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return False
    if stat.S_IMODE(found.st_mode) & 0o022:
        return False
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
    return True


def _is_private(found: os.stat_result) -> bool:
    is_own = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
    return is_own and not stat.S_IMODE(found.st_mode) & 0o077


def _encoded(token: Token) -> dict[str, object]:
    return {
        "token": token.secret.reveal(),
        "got_at": iso(token.got_at),
        "ends_at": iso(token.ends_at),
        "data": dict(token.data),
    }


def _decoded(content: bytes, now: datetime) -> Token | None:
    """What :func:`_encoded` made; ``None`` or an error for anything else."""
    row = mapping(json.loads(content))
    token = new_token(row["token"], mapping(row["data"]), now)
    got_at, ends_at = parse_time(row["got_at"]), parse_time(row["ends_at"])
    if token is None or got_at is None or ends_at is None:
        return None
    return replace(token, got_at=got_at, ends_at=ends_at, accepted_by=set())
