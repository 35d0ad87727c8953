"""Single fields of the JSON objects that a cloud sends, read whatever is in them.

Clouds leave fields out, send null, numbers as text and JSON inside of text. So nothing here raises
for a field; only an object without a usable id is refused. All text is cleaned. A field whose
content cannot be read is marked: an absent field means "none", an unreadable one "unknown".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vbs_tui.cloud.resources import plain_id
from vbs_tui.text import clean

_YES = frozenset({"true", "1", "yes", "on"})
_NO = frozenset({"false", "0", "no", "off", "none", "null", ""})
_AT_REST = _NO | {"disabled", "not-capable"}
_UNLOCKED = {"unlocked", "unfrozen", "normal", "active"}
LOCKS = ("locked", "lock", "lock_status", "frozen", "freeze", "freeze_status", "maintenance")
"""Names under which clouds tell that a thing is locked or frozen."""


class FieldReader:
    """One JSON object, and which of its fields could not be read."""

    def __init__(self, row: object) -> None:
        """Raises ``ValueError`` for what is no object."""
        if not isinstance(row, Mapping):
            raise ValueError("not an object")  # noqa: TRY004 - one exception for unusable rows
        self.data: Mapping[str, Any] = row
        self._unreadable: dict[str, None] = {}

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The names of the fields that hold something which could not be read."""
        return tuple(self._unreadable)

    def mark_unreadable(self, name: str) -> None:
        """Remember that the field of that *name* cannot be read."""
        self._unreadable[clean(name, 64)] = None

    def id(self) -> str:
        """Raises ``ValueError`` when there is none that could go into a URL."""
        found = plain_id(self.data.get("id"))
        if not found:
            raise ValueError("no usable id")
        return found

    def status(self) -> str:
        text = clean(self.data.get("status"), 64).strip().lower()
        return text.replace("in_use", "in-use") or "unknown"

    def flag(self, name: str, of: Mapping[str, Any] | None = None) -> bool:
        """A yes or no; an unreadable one counts as no, and is marked."""
        value = (self.data if of is None else of).get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        text = str(value).strip().lower() if isinstance(value, str | int | float) else "?"
        if text not in _YES | _NO:
            self.mark_unreadable(name)
        return text in _YES

    def size(self) -> int | None:
        """Whole GiB; ``None`` when absent or unreadable. 0 counts as unreadable."""
        value = self.data.get("size")
        found = number(value)
        if found is not None and found > 0 and found == _exact(value):
            return found
        if value is not None and value != "":
            self.mark_unreadable("size")
        return None

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object, perhaps as JSON text; empty when absent or unreadable."""
        value = self.data.get(name)
        value = value.strip() if isinstance(value, str) else value
        if value is None or value in ("", []):
            return {}
        found = _parsed(value)
        if found is None:
            self.mark_unreadable(name)
        return found or {}

    def words(self, *names: str, of: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """The words in status fields, in lower case, without those that mean "nothing".

        *of*: the metadata. Its names come from users, so an unreadable value marks the metadata as
        a whole.
        """
        found = []
        for name in names:
            value = (self.data if of is None else of).get(name)
            if isinstance(value, list | Mapping) and value:
                self.mark_unreadable(name if of is None else "metadata")
            word = clean(value, 64).strip().lower()
            if not isinstance(value, list | Mapping) and word not in _AT_REST:
                found.append(word)
        return tuple(dict.fromkeys(found))

    def locks(self) -> tuple[str, ...]:
        """Each field that says that the object is locked, as ``field: word``."""
        return tuple(
            f"{name}: {word}"
            for name in LOCKS
            for word in self.words(name)
            if word not in _UNLOCKED
        )

    def owner(self, *names: str) -> str:
        """The project that owns it; several, joined, when the fields contradict each other."""
        told = (clean(self.data.get(name), 64).strip() for name in names)
        return clean(", ".join(dict.fromkeys(filter(None, told))), 140)


def trace_id(value: object) -> str:
    """An id that is only compared. One of another form is kept as cleaned text, equal to no id."""
    return plain_id(value) or clean(value, 64).strip()


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def flag(value: object, *, default: bool = False) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.strip().lower() in _YES
    if isinstance(value, int | float):
        return value != 0
    return default


def number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(float(value)) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def code(value: object) -> str:
    """An error code as given; empty for none, which some clouds write as 0."""
    text = clean(value, 64).strip()
    return "" if text.lower() in {"0", "null", "none"} else text


def reason(value: object) -> str:
    """Why something failed, in the cloud's words; empty for none (also ``null`` as text)."""
    text = clean(value, 1000)
    return "" if text.strip().lower() in {"", "null", "none"} else text


def embedded(value: object) -> Mapping[str, Any]:
    """An object that may be JSON text inside a string, padded, cut off or absent."""
    return _parsed(value) or {}


def _parsed(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, str) and value.strip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def description(value: object) -> str:
    wrapped = embedded(value).get("DESC") if isinstance(value, str) else None
    return clean(value if wrapped is None else wrapped)


def _exact(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
