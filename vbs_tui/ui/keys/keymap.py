"""The keys of ``config.toml``: they replace the table's, before any binding is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from vbs_tui.settings import Mistake
from vbs_tui.text import clean
from vbs_tui.ui.keys.command import Command
from vbs_tui.ui.keys.command_table import TABLE
from vbs_tui.ui.keys.key_names import MOVING, Key, UnknownKey, parse_key

NEEDED = ("back", "choose", "help", "quit")
"""Commands that must keep a key."""

_UP_AND_DOWN = ("down", "up", "page-down", "page-up", "first", "last")
_WAYS = (*_UP_AND_DOWN, "next-pane", "previous-pane", "choose", "back")
_RESERVED: dict[str, tuple[str, ...]] = {
    "escape": ("back",),
    "backspace": ("back", "previous-pane", "page-up"),
    "enter": ("choose", "whole-log", "details"),
    "space": ("mark", "choose", "details", "whole-log", "page-down"),
    "tab": ("next-pane", "previous-pane"),
    "shift+tab": ("next-pane", "previous-pane"),
    **dict.fromkeys(sorted(MOVING), _WAYS),
}
"""Keys that are pressed out of habit, and the commands that may have them."""

_TAKEN = {
    "ctrl+c": "is kept free: a terminal stops programs with it",
    "ctrl+z": "always suspends the program, until the shell's fg",
    "ctrl+q": "always leaves the program",
    "ctrl+p": "always opens the palette",
}


@dataclass(frozen=True, slots=True)
class KeyContext:
    """A widget or screen with keys of its own, which come before those of the commands."""

    keys: frozenset[str]
    scopes: tuple[str, ...]
    """Scopes of the commands that can be meant there."""
    commands: tuple[str, ...]
    """Single commands that can be meant there."""
    does: str
    """What the keys do there."""


_SCROLLING = frozenset({"up", "down", "home", "end", "pageup", "pagedown"})
KEY_CONTEXTS: dict[str, KeyContext] = {
    "JobsPane": KeyContext(
        _SCROLLING | {"j", "k", "g", "G", "upper_g"}, ("global", "jobs"), (), "moves in the jobs"
    ),
    "ErrorPane": KeyContext(
        _SCROLLING | {"j", "k", "g", "G", "upper_g"}, ("global", "error"), (), "moves in the error"
    ),
    "FilterInput": KeyContext(
        frozenset(
            {"down", "left", "right", "home", "end", "delete", "backspace", "enter", "escape"}
            | {f"ctrl+{letter}" for letter in "acdekuvwx"}
            | {
                f"{how}+{key}"
                for how in ("ctrl", "shift", "ctrl+shift")
                for key in ("left", "right")
            }
            | {"shift+home", "shift+end"}
        ),
        (),
        tuple(one.id for one in TABLE if one.scope == "global" and one.id not in _WAYS),
        "edits a line of text",
    ),
    "HistoryScreen": KeyContext(
        frozenset({"x", "X", "upper_x"}),
        ("list",),
        ("refresh", "details", "help"),
        "exports the history",
    ),
    "ListScreen": KeyContext(
        frozenset({"escape", "q"}),
        ("list",),
        ("refresh", "details", "help"),
        "leaves a list that fills the screen",
    ),
    "ConfirmScreen": KeyContext(
        frozenset({"escape", "pagedown", "pageup", "down", "j", "up", "k"}),
        (),
        ("refresh",),
        "moves in the confirmation",
    ),
    "QuitScreen": KeyContext(
        frozenset({"y"}), (), ("quit",), "answers yes when asked whether to leave"
    ),
}
"""By the class that binds them, without the dialogs in which no command has a key."""


class KeymapError(Exception):
    """Keys that cannot be used: unknown ones, taken ones, or one key for two commands."""

    def __init__(self, mistakes: tuple[Mistake, ...], commands: frozenset[str]) -> None:
        self.mistakes = mistakes
        self.commands = commands
        """Ids of the commands whose keys are wrong."""
        super().__init__("; ".join(one.sentence for one in mistakes))


def apply_keymap(
    keys: Mapping[str, tuple[str, ...]], lines: Mapping[str, int] | None = None
) -> tuple[Command, ...]:
    """The command table with *keys* (command id to keys).

    *lines*: command id to the line of the file. Raises :class:`KeymapError`.
    """
    found: list[tuple[str, str]] = []
    own: dict[str, tuple[Key, ...]] = {}
    for one in TABLE:
        if one.id in keys:
            own[one.id] = _read(one, keys[one.id], found)
    table = tuple(
        replace(
            one,
            keys=tuple(dict.fromkeys(name for key in own[one.id] for name in key.names)),
            shown=" ".join(dict.fromkeys(key.shown for key in own[one.id])),
        )
        if one.id in own
        else one
        for one in TABLE
    )
    found += _clashes(table, own)
    if found:
        at = lines or {}
        raise KeymapError(
            tuple(Mistake(at.get(name, 0), f"keys.{name}: {words}") for name, words in found),
            frozenset(name for name, _ in found),
        )
    return table


def _read(one: Command, keys: tuple[str, ...], found: list[tuple[str, str]]) -> tuple[Key, ...]:
    """The keys of one command; what is wrong with them goes to *found*."""
    good: list[Key] = []
    before = len(found)
    for written in keys:
        try:
            key = parse_key(written)
        except UnknownKey as error:
            found.append((one.id, f"{clean(written, 40)!r} {error}"))
            continue
        reason = "" if key.name in one.keys else _refused(one, key)
        if reason:
            found.append((one.id, f"{clean(key.shown, 20)} {reason}"))
        else:
            good.append(key)
    if not keys and one.id in NEEDED:
        found.append((one.id, "needs a key; without one nobody could do it"))
    if one.id == "refresh" and good and len(found) == before and all(k.is_typed for k in good):
        words = (
            "needs a key that types nothing too (f5, ctrl+r):"
            " the confirmation uses it to read again"
        )
        found.append((one.id, words))
    return tuple(good)


def _refused(one: Command, key: Key) -> str:
    """Why *one* may not have *key*; empty when it may."""
    if key.name in _TAKEN:
        return _TAKEN[key.name]
    may = _RESERVED.get(key.name)
    if may is not None and one.id not in may:
        return f"can only be a key of {', '.join(may)}"
    for place in KEY_CONTEXTS.values():
        if key.name in place.keys and (one.scope in place.scopes or one.id in place.commands):
            return place.does
    return ""


def _clashes(
    table: tuple[Command, ...], own: Mapping[str, tuple[Key, ...]]
) -> Iterator[tuple[str, str]]:
    told: set[frozenset[str]] = set()
    for one in table:
        if one.id not in own:
            continue
        for other in table:
            pair = frozenset({one.id, other.id})
            if other.id == one.id or pair in told or not _meet(one, other):
                continue
            both = set(other.keys) - _shared_from_the_start(one.id, other.id)
            for key in own[one.id]:
                if both.intersection(key.names):
                    told.add(pair)
                    yield one.id, f"{key.shown} is the key of {other.id}"


def _meet(one: Command, other: Command) -> bool:
    """Whether both can be reached in the same place: global ones always can."""
    return one.scope == other.scope or "global" in (one.scope, other.scope)


def _shared_from_the_start(one: str, other: str) -> set[str]:
    """Keys that mean one thing in a pane and another elsewhere in the program's own table."""
    keys = {command.id: set(command.keys) for command in TABLE}
    return keys[one] & keys[other]
