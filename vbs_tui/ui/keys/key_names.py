"""The names of keys: how operators write them, and which ones a terminal can send.

Textual takes any name and binds what nothing ever sends, so every name is looked at here first.
Made from Unicode's names, as Textual's own are, so that Textual need not be imported.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass

_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "cr": "enter",
    "spacebar": "space",
    "bs": "backspace",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
    "backtab": "shift+tab",
    "dot": "full_stop",
    "period": "full_stop",
    "hyphen": "minus",
    "dash": "minus",
    "control": "ctrl",
}
_FUNCTION = frozenset(f"f{number}" for number in range(1, 25))
MOVING = frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown"})
_EDITING = frozenset({"insert", "delete"})
_NAMED = _FUNCTION | MOVING | _EDITING | {"escape", "enter", "tab", "space", "backspace"}
_SHOWN = {
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "insert": "Ins",
}
_SAME_AS = {
    "h": "backspace",
    "i": "tab",
    "j": "enter",
    "m": "enter",
    "[": "escape",
    "?": "backspace",
}
"""What a terminal sends for Ctrl and this character."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a terminal can send."""

    name: str
    """Textual's name."""
    names: tuple[str, ...]
    """All names under which it may come."""
    shown: str
    """As people write it."""

    @property
    def is_typed(self) -> bool:
        """Whether it puts a character into a line of text that has the focus."""
        return self.name == "space" or ("+" not in self.name and self.name not in _NAMED)


class UnknownKey(Exception):  # noqa: N818 - the operator's file, not the program
    """Not a key that every terminal sends; the text says what to write instead."""


def parse_key(written: str) -> Key:
    """The key that *written* means, in the operator's spelling. Raises :class:`UnknownKey`."""
    if len(written) == 1:
        return _character(written)
    text = written.strip()
    if not text:
        raise UnknownKey("is empty" if not written else "is blank; the space bar is written space")
    if len(text) == 1:
        return _character(text)
    if "," in text:
        raise UnknownKey('is several keys; write a list, ["a", "b"]; the comma itself is comma')
    if len(text) > 40:
        raise UnknownKey("is too long for a key")
    if text.endswith("++"):
        before, last = text[:-2].split("+"), "+"
    else:
        *before, last = text.split("+")
    modifiers = {_ALIASES.get(one.strip().lower(), one.strip().lower()) for one in before}
    return _modified(modifiers, last.strip()) if before else _named(text)


def _character(char: str) -> Key:
    if char == " ":
        return Key("space", ("space",), "Space")
    if not char.isprintable() or unicodedata.combining(char):
        raise UnknownKey("is no character that can be typed")
    if char.isalnum():
        # Both names occur: the terminal's letter, and the one that bindings are looked up by.
        upper = (f"upper_{char.lower()}",) if char.isupper() else ()
        return Key(char, (char, *upper), char)
    name = _name_of(char)
    return Key(name, (name,), char)


def _name_of(char: str) -> str:
    name = unicodedata.name(char, "").lower().replace("-", "_").replace(" ", "_")
    if not name:
        raise UnknownKey("is no character that can be typed")
    return _SHORTER.get(name, name)


_SIGNS = {
    _name_of(char): char
    for char in map(chr, (*range(33, 127), *range(161, 256)))
    if char.isprintable() and not char.isalnum()
}


def _named(text: str) -> Key:
    name = text.lower().replace("-", "_") if text not in _SIGNS else text
    name = _ALIASES.get(name, name)
    name = _SHORTER.get(name, name)
    if name == "shift+tab":
        return Key(name, (name,), "Shift+Tab")
    if name in _NAMED:
        return Key(name, (name,), _SHOWN.get(name, name.capitalize()))
    if name in _SIGNS:
        return Key(name, (name,), _SIGNS[name])
    if name.startswith("upper_") and len(name) == 7:
        return _character(name[-1].upper())
    near = difflib.get_close_matches(name, [*_NAMED, *_SIGNS, *_ALIASES], 1)
    raise UnknownKey(f"is no key's name{f'; did you mean {near[0]}?' if near else ''}")


def _modified(modifiers: set[str], last: str) -> Key:
    for one in sorted(modifiers - {"ctrl", "shift"}):
        if one == "alt":
            raise UnknownKey(
                "cannot be used: terminals send Alt as Esc and the key; write ctrl+…, f1…"
            )
        if one in {"super", "hyper", "meta", "cmd", "win"}:
            raise UnknownKey(f"cannot be used: most terminals do not send {one}; write ctrl+…, f1…")
        raise UnknownKey("is no key's name: only ctrl+ and shift+ can stand before a key")
    if not last:
        raise UnknownKey("is no key's name: there is nothing behind the +")
    base = parse_key(last)
    if "+" in base.name:
        raise UnknownKey("is no key's name")
    if base.name in MOVING | _FUNCTION | _EDITING:
        if base.name in _FUNCTION and "shift" in modifiers:
            raise UnknownKey("is sent differently by every terminal; write f1 to f12 or ctrl+f1")
        return _with(modifiers, base)
    if "ctrl" not in modifiers:
        return _shifted(base)
    return _controlled(base, is_shifted="shift" in modifiers)


def _shifted(base: Key) -> Key:
    if base.name == "tab":
        return _named("shift+tab")
    if len(base.name) == 1 and base.name.isalpha():
        return _character(base.name.upper())
    if base.name in _NAMED:
        raise UnknownKey(f"cannot be told from {base.name} by most terminals; write {base.name}")
    raise UnknownKey("is no key's name; write the character that it types")


def _controlled(base: Key, *, is_shifted: bool) -> Key:
    char = base.shown.lower() if len(base.shown) == 1 else ""
    same = _SAME_AS.get(char)
    if same:
        raise UnknownKey(
            f"cannot be told from {same} by most terminals; write {same}, or another key"
        )
    if is_shifted and char.isalpha():
        raise UnknownKey(f"cannot be told from ctrl+{char} by most terminals; write ctrl+{char}")
    if char.isascii() and char.isalpha():
        return Key(f"ctrl+{char}", (f"ctrl+{char}",), f"Ctrl+{char.upper()}")
    if base.name == "space" and not is_shifted:
        return Key("ctrl+space", ("ctrl+space", "ctrl+@"), "Ctrl+Space")
    if char in {"]", "^", "_"} and not is_shifted:
        return Key(f"ctrl+{base.name}", (f"ctrl+{base.name}",), f"Ctrl+{char}")
    raise UnknownKey("is not sent by most terminals; write ctrl+ and a letter, or f1 to f12")


def _with(modifiers: set[str], base: Key) -> Key:
    ordered = [one for one in ("ctrl", "shift") if one in modifiers]
    name = "+".join([*ordered, base.name])
    return Key(name, (name,), "+".join([*(one.capitalize() for one in ordered), base.shown]))
