"""Secret values in a wrapper that does not tell them, and text with known secrets blotted out."""

from __future__ import annotations

import hmac
import html
import json
import re
from typing import NoReturn
from urllib.parse import quote, quote_plus

BLOT = "«hidden»"
"""What stands where a secret stood."""

_SHORTEST = 3
_MOST_KNOWN = 400
_WORDS = (
    r"pass(?:word|code|wd|phrase)|original_password|adminpass|secret(?:_?(?:access_?)?key)?"
    r"|(?:x-)?(?:auth|subject|security|session)[-_]?token|access_?token|authorization|signature|vk"
)
_QUOTED = re.compile(rf'("(?:{_WORDS})"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\Z)', re.IGNORECASE | re.DOTALL)
_NESTED = re.compile(
    # JSON inside a JSON text: as many backslashes at the value's end as at its beginning.
    rf'((\\+)"(?:{_WORDS})\2"\s*:\s*)\2".*?(?:(?<!\\)\2"|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(rf'(\\*"(?:{_WORDS})\\*"\s*:\s*)[^\s"\\{{\[,}}«][^\s,}}]*', re.IGNORECASE)
_LINE = re.compile(
    r"\b((?:x-(?:auth|subject|security)-token|(?:proxy-)?authorization)\s*[:=]\s*)[^\r\n<\"«]+",
    re.IGNORECASE,
)


class Secret:
    """A value that no ``repr``, ``str``, format, pickle or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; to be called where it goes onto the wire, and nowhere else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class Redactor:
    """Knows the secrets of a session and takes them out of text, along with what looks like one."""

    def __init__(self) -> None:
        # Insertion order is age: the oldest tokens are forgotten first, never the credentials.
        self._kept: dict[str, None] = {}
        self._passing: dict[str, None] = {}
        self._reach = 0

    def add(self, secret: Secret | None, *, passing: bool = False) -> None:
        """Learn a secret. *passing*: one of many to come (a token), forgotten after hundreds."""
        if secret is None or len(secret.reveal()) < _SHORTEST:
            return
        known = self._passing if passing else self._kept
        for shape in _shapes(secret.reveal()):
            known[shape] = None
            self._reach = max(self._reach, len(shape))
        while len(self._passing) > _MOST_KNOWN:
            del self._passing[next(iter(self._passing))]

    def blot(self, text: str, limit: int) -> str:
        """*text* without secrets, cut to *limit* characters after the secrets went."""
        # A secret that starts before the limit is whole within its own length behind it.
        text = text[: limit + self._reach]
        for shape in sorted({**self._kept, **self._passing}, key=len, reverse=True):
            if shape in text:
                text = text.replace(shape, BLOT)
        return hide_named(text)[:limit]

    def __repr__(self) -> str:
        return f"Redactor({len(self._kept) + len(self._passing)} secrets)"


def hide_named(text: str) -> str:
    """*text* with the values of fields named like secrets (``password``, ``VK``, …) blotted out."""
    text = _QUOTED.sub(rf'\1"{BLOT}"', text)
    text = _NESTED.sub(rf"\1{BLOT}", text)
    text = _BARE.sub(rf"\1{BLOT}", text)
    return _LINE.sub(rf"\1{BLOT}", text)


def _shapes(value: str) -> set[str]:
    """The forms in which a server may echo *value*."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(json.dumps(value)[1:-1])[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        quote(value, safe=""),
        quote_plus(value),
    }
