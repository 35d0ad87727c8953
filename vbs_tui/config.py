"""The operator's own settings: ``config.toml``, read once, checked line by line.

Every setting has a default, an absent file is an empty one, and an unknown name is a mistake.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THEMES = ("dark", "light")
LISTS = ("backups", "volumes")
PACES = ("first", "middle", "late", "unsettled")


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``config.toml`` says, or the defaults."""

    theme: str = "dark"
    mouse: bool | None = None
    """``None``: on, except over SSH."""
    read_only_clouds: tuple[str, ...] = ()
    """Names of clouds that are always opened read-only."""
    token_cache: bool = False
    """Whether tokens are kept on disk for the next start."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Command id to the keys that take the place of its own."""
    pace: Mapping[str, float] = field(default_factory=dict)
    """Seconds between looks: ``first``, ``middle``, ``late``, ``unsettled``."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """``backups``, ``volumes``: the filter each list begins with."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in the file."""

    line: int
    """0 when it has no line of its own."""
    sentence: str


class Mistaken(Exception):  # noqa: N818 - the operator's file, not the program
    """The file cannot be used; :attr:`mistakes` say why, each with its line."""

    def __init__(self, path: Path, mistakes: tuple[Mistake, ...]) -> None:
        self.path = path
        self.mistakes = mistakes
        lines = [
            f"{path}{f', line {one.line}' if one.line else ''}: {one.sentence}" for one in mistakes
        ]
        super().__init__("\n".join(lines))


EXAMPLE = """\
# Settings of vbs-tui. Everything is optional.

# theme = "dark"                  # or "light"
# mouse = true                    # default: on, except over SSH
# read_only_clouds = ["otc-prod"] # always opened read-only, by scripts too
# token_cache = false             # true: keep tokens on disk (0600), no log-in at the next start

# [keys]                          # command id = key, or a list of keys; ? shows the commands
# restore = "r"
# refresh = ["f5", "ctrl+r"]

# [pace]                          # seconds between looks at a running restore
# first = 2.0                     # in the first half minute
# middle = 5.0                    # up to five minutes
# late = 12.0
# unsettled = 60.0                # an unknown outcome after a quarter of an hour

# [filters]                       # what each list begins with
# backups = "nightly"
# volumes = ""
"""


def load(path: Path, command_ids: Collection[str] = ()) -> Settings:
    """The settings in *path*. Blocks for a moment.

    *command_ids*: what may stand under ``[keys]``. Raises :class:`Mistaken`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistaken(path, (Mistake(0, f"cannot be read: {error}"),)) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        words = re.sub(r" \(at .*\)$", "", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise Mistaken(path, (Mistake(line, words),)) from error
    reader = _Reader(text, data, frozenset(command_ids))
    settings = reader.settings()
    if reader.mistakes:
        raise Mistaken(path, tuple(sorted(reader.mistakes, key=lambda one: one.line)))
    return settings


class _Reader:
    """Takes values out of parsed TOML and notes what is wrong with them."""

    def __init__(self, text: str, data: dict[str, Any], command_ids: frozenset[str]) -> None:
        self._lines = text.splitlines()
        self._data = data
        self._commands = command_ids
        self.mistakes: list[Mistake] = []

    def settings(self) -> Settings:
        names = ("theme", "mouse", "read_only_clouds", "token_cache", "keys", "pace", "filters")
        self._known("", self._data, names)
        clouds = self._data.get("read_only_clouds", [])
        if not (isinstance(clouds, list) and all(isinstance(one, str) for one in clouds)):
            self._wrong("", "read_only_clouds", "must be a list of cloud names")
            clouds = []
        mouse = self._data.get("mouse")
        if not (mouse is None or isinstance(mouse, bool)):
            self._wrong("", "mouse", "must be true or false")
            mouse = None
        token_cache = self._data.get("token_cache", False)
        if not isinstance(token_cache, bool):
            self._wrong("", "token_cache", "must be true or false")
            token_cache = False
        theme = self._data.get("theme", "dark")
        if theme not in THEMES:
            self._wrong("", "theme", f"must be one of {', '.join(THEMES)}")
            theme = "dark"
        return Settings(
            theme=theme,
            mouse=mouse,
            read_only_clouds=tuple(clouds),
            token_cache=token_cache,
            keys=self._keys(),
            pace=self._pace(),
            filters=self._filters(),
        )

    def _keys(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        table = self._table("keys")
        if self._commands:
            self._known("keys", table, self._commands)
        for name, value in table.items():
            keys = [value] if isinstance(value, str) else value
            good = isinstance(keys, list) and keys
            if not good or not all(isinstance(key, str) and key for key in keys):
                self._wrong("keys", name, "must be a key or a list of keys")
                continue
            found[name] = tuple(keys)
        return found

    def _pace(self) -> dict[str, float]:
        found: dict[str, float] = {}
        table = self._table("pace")
        self._known("pace", table, PACES)
        for name, value in table.items():
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not 1 <= value <= 600
            ):
                self._wrong("pace", name, "must be seconds, from 1 to 600")
            else:
                found[name] = float(value)
        return found

    def _filters(self) -> dict[str, str]:
        table = self._table("filters")
        self._known("filters", table, LISTS)
        for name, value in table.items():
            if not isinstance(value, str):
                self._wrong("filters", name, "must be text")
        return {name: value for name, value in table.items() if isinstance(value, str)}

    def _table(self, name: str) -> dict[str, Any]:
        value = self._data.get(name, {})
        if isinstance(value, dict):
            return value
        self._wrong("", name, "must be a table")
        return {}

    def _known(self, table: str, found: Mapping[str, Any], names: Collection[str]) -> None:
        for name in found:
            if name not in names:
                near = difflib.get_close_matches(name, list(names), 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self._wrong(table, name, f"is not known{hint}")

    def _wrong(self, table: str, name: str, why: str) -> None:
        full = f"{table}.{name}" if table else name
        self.mistakes.append(Mistake(self._line_of(table, name), f"{full} {why}"))

    def _line_of(self, table: str, name: str) -> int:
        inside = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]", line)
            if header:
                inside = header[1]
                if not table and inside == name:
                    return number
            elif inside == table and re.match(rf'\s*"?{re.escape(name)}"?\s*=', line):
                return number
        return 0
