"""The operator's own keys: they take the place of the table's, before any binding is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vbs_tui.config import Mistake
from vbs_tui.ui.command_table import TABLE, Command

_NAMES = {
    " ": "space",
    "/": "slash",
    "?": "question_mark",
    ":": "colon",
    ".": "full_stop",
    ",": "comma",
    "-": "minus",
    "+": "plus",
    "=": "equals_sign",
    "!": "exclamation_mark",
    "*": "asterisk",
    "#": "number_sign",
}
_LETTER_TAKERS = frozenset({"ctrl+c", "ctrl+z"})


class KeysClash(Exception):  # noqa: N818 - the operator's file, not the program
    """Two commands of one place would have the same key."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(one.sentence for one in mistakes))


def rebound(keys: Mapping[str, tuple[str, ...]]) -> tuple[Command, ...]:
    """The table of commands with *keys* (command id to keys) in the place of their own.

    Raises :class:`KeysClash`.
    """
    table = tuple(
        replace(one, keys=_names(keys[one.id]), shown=" ".join(keys[one.id]))
        if one.id in keys
        else one
        for one in TABLE
    )
    mistakes = [Mistake(0, sentence) for sentence in _clashes(table, keys)]
    if mistakes:
        raise KeysClash(tuple(mistakes))
    return table


def _names(keys: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for key in keys:
        found.append(_NAMES.get(key, key))
        if len(key) == 1 and key.isupper():
            found.append(f"upper_{key.lower()}")
    return tuple(found)


def _clashes(table: tuple[Command, ...], keys: Mapping[str, object]) -> list[str]:
    found = []
    for one in table:
        if one.id not in keys:
            continue
        found += [f"keys.{one.id}: {key} is kept free" for key in one.keys if key in _LETTER_TAKERS]
        for other in table:
            if other.id == one.id or not _meet(one, other):
                continue
            shared = set(one.keys) & set(other.keys) - _shared_from_the_start(one.id, other.id)
            found += [f"keys.{one.id}: {key} is the key of {other.id}" for key in sorted(shared)]
    return found


def _meet(one: Command, other: Command) -> bool:
    """Whether both can be meant by a key pressed in the same place: the global ones always can."""
    return one.scope == other.scope or "global" in (one.scope, other.scope)


def _shared_from_the_start(one: str, other: str) -> set[str]:
    """Keys that mean one thing in a pane and another everywhere else, as they are meant to."""
    keys = {command.id: set(command.keys) for command in TABLE}
    return keys[one] & keys[other]
