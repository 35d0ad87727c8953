"""Secret values in a wrapper that does not tell them, and text with known secrets blotted out."""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

BLOT = "«hidden»"
"""What stands where a secret stood."""

_SHORTEST = 3
_SURE = 8
"""Characters from which on a secret is nothing else by chance."""

_MOST_KNOWN = 400
_WORDS = (
    r"pass(?:word|code|wd|phrase)|original_password|adminpass|secret(?:_?(?:access_?)?key)?"
    r"|(?:x-)?(?:auth|subject|security|session)[-_]?token|access_?token|authorization|signature|vk"
)
_QUOTED = re.compile(rf'("(?:{_WORDS})"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\Z)', re.IGNORECASE | re.DOTALL)
_NESTED = re.compile(
    # JSON inside a JSON text: as many backslashes at the value's end as at its beginning.
    # The first of them begins a run: else a body of backslashes is searched from each anew.
    rf'((?<!\\)(\\+)"(?:{_WORDS})\2"\s*:\s*)\2".*?(?:(?<!\\)\2"|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(rf'((?<!\\)\\*"(?:{_WORDS})\\*"\s*:\s*)[^\s"\\{{\[,}}«][^\s,}}]*', re.IGNORECASE)
_LINE = re.compile(
    r"\b((?:x-(?:auth|subject|security)-token|(?:proxy-)?authorization)\s*[:=]\s*)[^\r\n<\"«]+",
    re.IGNORECASE,
)


_FIXED = re.compile(
    r"(\A|_|-)(id|ids|status|url|href|type|interface|region|zone|size|at|methods)\Z"
    r"|\A(bootable|encrypted|multiattach|metadata|links|rel)\Z",
    re.IGNORECASE,
)
"""Keys whose values are words of the contract, and go back to the cloud as they came."""


class Secret:
    """A value that no ``repr``, ``str``, format, pickle or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; to be called where it goes onto the wire, and nowhere else."""
        return self._value

    @property
    def is_text(self) -> bool:
        """Whether it can be written as UTF-8: a variable may hold bytes that cannot."""
        return not any("\ud800" <= character <= "\udfff" for character in self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self._value), _bytes(other._value))

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
        for shape in _shapes(secret.reveal(), is_token=passing):
            known[shape] = None
            self._reach = max(self._reach, len(shape))
        while len(self._passing) > _MOST_KNOWN:
            del self._passing[next(iter(self._passing))]

    def clear(self, body: bytes) -> bytes:
        """Bytes that came, without the secrets that are long enough to be sure of.

        A shorter one may be part of a name, which must stay what it is.
        """
        for shape in self._longest_first():
            if len(shape) >= _SURE and (found := _bytes(shape)) in body:
                body = body.replace(found, BLOT.encode())
        return body

    def clear_values(self, data: object) -> tuple[object, bool]:
        """The same for what was read as JSON, however it was spelt: texts, and no keys. It is
        changed in place; whether anything was.

        Ids, states, addresses and the like stay what they are: a password may be a word of the
        contract. Tokens are no such words. Raises ``RecursionError`` for what is nested too deep.
        """
        sure = [shape for shape in self._longest_first() if len(shape) >= _SURE]
        tokens = [shape for shape in sure if shape in self._passing]
        box = [data]
        changed = bool(sure) and _cleared(box, sure, tokens)
        return box[0], changed

    def blot(self, text: str, limit: int) -> str:
        """*text* without secrets, cut to *limit* characters after the secrets went."""
        # A secret that starts before the limit is whole within its own length behind it.
        text = text[: limit + self._reach]
        for shape in self._longest_first():
            if shape in text:
                text = text.replace(shape, BLOT)
        return hide_named(text)[:limit]

    def _longest_first(self) -> list[str]:
        return sorted({**self._kept, **self._passing}, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Redactor({len(self._kept) + len(self._passing)} secrets)"


def hide_named(text: str) -> str:
    """*text* with the values of fields named like secrets (``password``, ``VK``, …) blotted out."""
    text = _QUOTED.sub(rf'\1"{BLOT}"', text)
    text = _NESTED.sub(rf"\1{BLOT}", text)
    text = _BARE.sub(rf"\1{BLOT}", text)
    return _LINE.sub(rf"\1{BLOT}", text)


def _cleared(holder: Any, shapes: list[str], tokens: list[str]) -> bool:
    """Whether anything in *holder*, a list or mapping, had to be blotted out."""
    changed = False
    keyed = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in keyed:
        inner = tokens if isinstance(key, str) and _FIXED.search(key) else shapes
        if isinstance(value, str):
            for shape in inner:
                if shape in value:
                    value = holder[key] = value.replace(shape, BLOT)  # noqa: PLW2901
                    changed = True
        elif isinstance(value, list | dict):
            changed = _cleared(value, inner, tokens) or changed
    return changed


def _shapes(value: str, *, is_token: bool) -> set[str]:
    """The forms in which a server may echo *value*."""
    if is_token and value.isascii() and value.isprintable() and '"' not in value:
        return {value, quote(value, safe="")}
    in_json = json.dumps(value)[1:-1]
    raw = _bytes(value)
    return {
        value,
        in_json,
        in_json.replace("/", "\\/"),
        json.dumps(in_json)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        _escaped(value),
        html.escape(value),
        html.escape(value).replace("&#x27;", "&#39;"),
        quote(raw, safe=""),
        quote(raw, safe="!*'()"),
        _lower(quote(raw, safe="")),
        quote_plus(raw),
        *_in_base64(raw),
    }


def _escaped(value: str) -> str:
    """As libraries write JSON that may stand in a web page."""
    text = json.dumps(value)[1:-1]
    for sign in "<>&='":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _lower(quoted: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)


def _in_base64(raw: bytes) -> set[str]:
    """What is the same of *raw* in base64, whatever stands before and behind it there."""
    found: set[str] = set()
    for before in range(3):
        # Characters that hold a bit of a neighbour are left off.
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            shape = encode(b"\0" * before + raw).decode()[first:last]
            if len(shape) >= _SURE:
                found.add(shape)
    return found


def _bytes(value: str) -> bytes:
    """*value* as UTF-8; what is none (bytes of another encoding in a variable) as it can be."""
    return value.encode("utf-8", "surrogatepass")
