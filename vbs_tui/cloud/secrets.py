"""Secret values in a wrapper that does not show them, and the removal of secrets from text."""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

BLOT = "«hidden»"
"""What stands in place of a secret."""

_SHORTEST = 3
_SURE = 8
"""Characters of a secret that does not stand in other text by chance."""

_MOST_KNOWN = 400
_WORDS = (
    r"pass(?:word|code|wd|phrase)|original_password|adminpass|secret(?:_?(?:access_?)?key)?"
    r"|(?:x-)?(?:auth|subject|security|session)[-_]?token|access_?token|authorization|signature|vk"
)
_QUOTED = re.compile(rf'("(?:{_WORDS})"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\Z)', re.IGNORECASE | re.DOTALL)
_NESTED = re.compile(
    # JSON inside a JSON text: as many backslashes at the value's end as at its beginning.
    # Only the first backslash of a run begins a match: else a body of backslashes is searched
    # from each of them.
    rf'((?<!\\)(\\+)"(?:{_WORDS})\2"\s*:\s*)\2".*?(?:(?<!\\)\2"|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(rf'((?<!\\)\\*"(?:{_WORDS})\\*"\s*:\s*)[^\s"\\{{\[,}}«][^\s,}}]*', re.IGNORECASE)
_LINE = re.compile(
    r"\b((?:x-(?:auth|subject|security)-token|(?:proxy-)?authorization)\s*[:=]\s*)[^\r\n<\"«]+",
    re.IGNORECASE,
)


_DECISIVE = re.compile(
    r"(\A|_|-)(id|ids|status|state|url|href|type|interface|region|size|at|methods)\Z",
    re.IGNORECASE,
)
"""Keys whose values decide what this program does, or go back to the cloud."""

_WORDS_OF_CLOUDS = (
    "creating available error restoring deleting error_deleting error_restoring restoring-backup"
    " in-use attaching detaching backing-up uploading downloading extending error_extending"
    " rollbacking error_rollbacking awaiting-transfer reserved maintenance retyping managing"
    " INIT RUNNING SUCCESS FAIL bksRestoreBackup public internal vbsv2 vbs volumev2 volumev3 evs"
    " block-storage volume true false"
)
"""Words that the responses of every cloud contain."""

HIDDEN_SEEN = (
    "a password or key of this log-in is a word of the cloud's own answers, or is repeated in them"
    " where states, ids and addresses stand. It is hidden there, so restores can be refused as"
    " impossible, or never be seen to end"
)
HIDDEN_DO = "Change that password or key."
NOTE_HIDDEN = f"{HIDDEN_SEEN[0].upper()}{HIDDEN_SEEN[1:]}. {HIDDEN_DO}"
"""What it means when a secret stands where the cloud's own words belong, and what to do."""

WHY_HIDDEN = (
    "It holds a secret of this log-in (password, key or token), which is never shown, so it is"
    " unknown. If the password is a word that the cloud's own answers use, change it."
)
"""For a state that is unknown because a secret was hidden in it."""


class Secret:
    """A value that no ``repr``, ``str``, format, pickle or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; to be called where it is sent, and nowhere else."""
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


@dataclass(frozen=True, slots=True)
class Cleared:
    """Decoded JSON without secrets."""

    data: object
    changed: bool = False
    """Whether there were any in it."""
    is_in_the_way: bool = False
    """Whether a password or key stood where a state, an id or an address belongs."""


class Redactor:
    """Removes the secrets of a session from text, and fields that are named like secrets."""

    def __init__(self) -> None:
        # In order of age: the oldest tokens are forgotten first, the credentials never.
        self._kept: dict[str, None] = {}
        self._temporary: dict[str, None] = {}
        self._short: dict[str, re.Pattern[str]] = {}
        self._public: set[str] = set()
        self._reach = 0
        self.is_in_the_way = False
        """Whether a password or key is a word of the cloud's responses, or stood where one is."""

    def add(self, secret: Secret | None, *, temporary: bool = False) -> None:
        """Add a secret. *temporary*: a token, of which the oldest are forgotten after hundreds."""
        if secret is None or len(secret.reveal()) < _SHORTEST:
            return
        known = self._temporary if temporary else self._kept
        for shape in _shapes(secret.reveal(), is_token=temporary):
            known[shape] = None
            self._reach = max(self._reach, len(shape))
        if not temporary:
            self._learn(secret.reveal())
        while len(self._temporary) > _MOST_KNOWN:
            del self._temporary[next(iter(self._temporary))]

    def add_public(self, *names: str) -> None:
        """Names that are shown openly: a short secret that is one of them is not hidden."""
        self._public.update(name.casefold() for name in names)

    def clear(self, body: bytes) -> bytes:
        """The bytes of *body* without the secrets that are too long to stand there by chance.

        What is shown of it also goes through :meth:`blot`, which removes the shorter ones.
        """
        for shape in self._longest_first():
            if len(shape) >= _SURE and (found := _bytes(shape)) in body:
                body = body.replace(found, BLOT.encode())
        return body

    def clear_text(self, text: str) -> str:
        """The same for one value: long secrets wherever they stand, short ones as whole words."""
        return _cleared(
            text, [one for one in self._longest_first() if len(one) >= _SURE], self._words()
        )

    def clear_values(self, data: object) -> Cleared:
        """Decoded JSON without secrets, whatever the keys. *data* is changed in place.

        Keys stay: they are only compared, and what is shown of a body as a whole goes through
        :meth:`blot`. Numbers of many digits are treated like texts. Raises ``RecursionError`` for
        what is nested too deep.
        """
        texts: list[str] = []
        _gather(data, texts)
        whole = "\n".join(texts)
        shapes = [one for one in self._longest_first() if len(one) >= _SURE and one in whole]
        words = [pattern for pattern in self._words() if pattern.search(whole)]
        if not shapes and not words:
            return Cleared(data)
        box, is_in_the_way = [data], False
        for holder, key, value, decides in _leaves(box):
            is_text = isinstance(value, str)
            text = str(value)
            cleared = _cleared(text, shapes, words if is_text else [])
            if cleared == text:
                continue
            holder[key] = cleared if is_text else BLOT
            lasts = any(one in text for one in shapes if one in self._kept)
            lasts = lasts or not is_text or any(one.search(text) for one in words)
            is_in_the_way |= decides and lasts
        self.is_in_the_way |= is_in_the_way
        return Cleared(box[0], changed=True, is_in_the_way=is_in_the_way)

    def blot(self, text: str, limit: int) -> str:
        """*text* without secrets, then cut to *limit* characters."""
        # A secret that begins before the limit is whole within its own length after it.
        text = text[: limit + self._reach]
        for shape in self._longest_first():
            if shape in text:
                text = text.replace(shape, BLOT)
        return hide_named(text)[:limit]

    def _learn(self, value: str) -> None:
        """Note what a password or key means for the reading of responses."""
        pattern = re.compile(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])")
        if len(value) < _SURE:
            self._short[value] = pattern
        hidden = len(value) >= _SURE and any(value in one for one in _WORDS_OF_CLOUDS.split())
        if hidden or pattern.search(_WORDS_OF_CLOUDS):
            self.is_in_the_way = True

    def _words(self) -> list[re.Pattern[str]]:
        return [one for value, one in self._short.items() if value.casefold() not in self._public]

    def _longest_first(self) -> list[str]:
        return sorted({**self._kept, **self._temporary}, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Redactor({len(self._kept) + len(self._temporary)} secrets)"


def hide_named(text: str) -> str:
    """*text* with the values of fields named like secrets (``password``, ``VK``, …) blotted out."""
    text = _QUOTED.sub(rf'\1"{BLOT}"', text)
    text = _NESTED.sub(rf"\1{BLOT}", text)
    text = _BARE.sub(rf"\1{BLOT}", text)
    return _LINE.sub(rf"\1{BLOT}", text)


def _gather(value: object, texts: list[str]) -> None:
    """Add every text and number in *value*, and every key, to *texts*."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            texts.append(str(key))
            _gather(inner, texts)
    elif isinstance(value, list):
        for inner in value:
            _gather(inner, texts)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        texts.append(repr(value))


def _leaves(holder: Any, is_decisive: bool = False) -> Iterator[tuple[Any, Any, Any, bool]]:
    """Every text and number in *holder*, a list or mapping: where it stands, its key, the value,
    and whether the key is one of :data:`_DECISIVE`."""
    for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
        decides = bool(_DECISIVE.search(key)) if isinstance(key, str) else is_decisive
        if isinstance(value, list | dict):
            yield from _leaves(value, decides)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield holder, key, value, decides


def _cleared(text: str, shapes: list[str], words: list[re.Pattern[str]]) -> str:
    for shape in shapes:
        text = text.replace(shape, BLOT)
    for pattern in words:
        text = pattern.sub(BLOT, text)
    return text


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
