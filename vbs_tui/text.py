"""Text from outside, made safe to show.

Whatever a cloud sends counts as hostile until it went through :func:`clean` (one line) or
:func:`clean_block` (several lines). Neither escapes markup: show the result through ``Text``,
``Content`` or a ``Segment``, never parse it.
"""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 300
"""Longest name kept, in characters: OpenStack allows 255, escapes make it longer."""

_MAX_MARKS = 2
_SUBSTITUTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and symbols by category, but drawn as nothing: usable like zero-width spaces.
_INVISIBLE = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f")


def clean(value: object, limit: int = NAME_LIMIT) -> str:
    """One line of *value*, without anything that a terminal would obey or hide.

    Control, format (bidi, zero width), private, unassigned and surrogate code points become
    ``\\xNN`` or ``\\uNNNN``; tabs and line ends become one space; exotic blanks become visible;
    piled-up combining marks are cut. ``None`` is the empty string. Never raises. The result has
    at most *limit* characters, the last of them ``…`` when something was cut.
    """
    if value is None:
        return ""
    return _clean(_text_of(value), limit, keep_lines=False)


def clean_block(value: object, limit: int = 65536) -> str:
    """Like :func:`clean`, but line ends stay line ends. For raw answers shown on demand."""
    if value is None:
        return ""
    return _clean(_text_of(value), limit, keep_lines=True)


def is_typeable(name: str) -> bool:
    """Whether an operator could type *name* exactly: printable, no odd blanks at either end.

    Only names made of printable ASCII count. Anything else may look like something it is not.
    """
    return bool(name) and name == name.strip() and name.isascii() and name.isprintable()


def _text_of(value: object) -> str:
    try:
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else str(value)
    except Exception:
        return "?"


def _clean(text: str, limit: int, *, keep_lines: bool) -> str:
    if text.isascii() and text.isprintable():
        return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"
    out: list[str] = []
    length = marks = 0
    if keep_lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for char in text:
        piece = _visible(char, keep_lines=keep_lines)
        if unicodedata.category(char) in {"Mn", "Me"}:
            marks += 1
            if marks > _MAX_MARKS:
                continue
        else:
            marks = 0
        if length + len(piece) > limit:
            while out and length > limit - 1:
                length -= len(out.pop())
            return "".join(out) + "…"
        out.append(piece)
        length += len(piece)
    return "".join(out)


def _visible(char: str, *, keep_lines: bool) -> str:
    code = ord(char)
    if char in "\t\n\r":
        return "\n" if keep_lines and char == "\n" else " "
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""  # variation selectors change a width and mean nothing
    category = unicodedata.category(char)
    hidden = category in _SUBSTITUTED or char in _INVISIBLE or (category == "Zs" and char != " ")
    if not hidden:
        return char
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
