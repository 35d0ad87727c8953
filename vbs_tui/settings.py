"""The operator's settings: ``config.toml``, read once, checked line by line.

Every setting has a default, an absent file is an empty one, and an unknown name is a mistake.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vbs_tui.text import clean

MAX_BYTES = 64 * 1024
"""The largest file that is read."""
MAX_DEPTH = 32
"""The most brackets within brackets, or parts of a dotted name."""
MAX_MISTAKES = 30
"""The most mistakes in one message."""
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
    """Command id to the keys that replace its own."""
    pace: Mapping[str, float] = field(default_factory=dict)
    """Seconds between looks: ``first``, ``middle``, ``late``, ``unsettled``."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """``backups``, ``volumes``: the filter each list begins with."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """Where in the file each setting stands, by its full name (``keys.restore``)."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in the file."""

    line: int
    """0 when it has no line of its own."""
    sentence: str


class SettingsError(Exception):
    """The file cannot be used; :attr:`mistakes` say why, each with its line."""

    def __init__(
        self, path: Path, mistakes: tuple[Mistake, ...], settings: Settings | None = None
    ) -> None:
        self.path = path
        self.mistakes = tuple(sorted(mistakes, key=lambda one: one.line))
        self.settings = settings or Settings()
        """What the file says apart from the mistakes."""
        lines = [mistake_line(path, one) for one in self.mistakes[:MAX_MISTAKES]]
        if len(self.mistakes) > MAX_MISTAKES:
            lines.append(f"… and {len(self.mistakes) - MAX_MISTAKES} more")
        super().__init__("\n".join(lines))


def mistake_line(path: Path, mistake: Mistake) -> str:
    """A mistake on one line, with its place, fit for a terminal."""
    line = f", line {mistake.line}" if mistake.line else ""
    return f"{clean(path, 400)}{line}: {mistake.sentence}"


EXAMPLE = """\
# Settings of vbs-tui. Everything is optional.

# theme = "dark"                  # or "light"
# mouse = true                    # default: on, except over SSH
# read_only_clouds = ["otc-prod"] # always opened read-only, by scripts too
# token_cache = false             # true: keep tokens on disk (0600), no log-in at the next start

# [keys]                          # command id = key, or a list of keys; ids: config keys
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

    *command_ids*: what may stand under ``[keys]``. Raises :class:`SettingsError`.
    """
    text = _text_of(path)
    reader = _Reader(text, _parsed(path, text), frozenset(command_ids))
    settings = reader.settings()
    if reader.mistakes:
        raise SettingsError(path, tuple(reader.mistakes), settings)
    return settings


def _text_of(path: Path) -> str:
    """The text of the file, empty when there is none. Opens no pipe and no device."""
    try:
        _require_regular_file(path, path.stat())
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            _require_regular_file(path, os.fstat(handle))
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        why = f"cannot be read: {error.strerror or type(error).__name__}"
        if isinstance(error, PermissionError):
            why += " (is HOME, or XDG_CONFIG_HOME, of another user?)"
        raise SettingsError(path, (Mistake(0, why),)) from error
    if len(data) > MAX_BYTES:
        raise SettingsError(path, (Mistake(0, "is larger than 64 KiB, too large for settings"),))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistake = Mistake(line, f"is no text in UTF-8 (at byte {error.start + 1})")
        raise SettingsError(path, (mistake,)) from error


def _require_regular_file(path: Path, found: os.stat_result) -> None:
    kind = stat.S_IFMT(found.st_mode)
    # A link to the null device means no settings at all; it reads as an empty file.
    is_null = kind == stat.S_IFCHR and found.st_rdev == Path(os.devnull).stat().st_rdev
    if kind == stat.S_IFREG or is_null:
        return
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    raise SettingsError(path, (Mistake(0, f"is {kinds.get(kind, 'a device')}, not a file"),))


def _parsed(path: Path, text: str) -> dict[str, Any]:
    deep = _line_too_deep(text)
    if deep:
        raise SettingsError(path, (Mistake(deep, "is nested too deeply"),))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        words = re.sub(r" \(at .*\)$", "", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise SettingsError(path, (Mistake(line, clean(words, 200)),)) from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits, dates that do not exist: without a place.
        line = next((n for n, one in enumerate(text.split("\n"), 1) if _is_bad(one)), 0)
        raise SettingsError(path, (Mistake(line, "holds a value that cannot be read"),)) from error


def _line_too_deep(text: str) -> int:
    """The first line that nests too deeply for the parser; 0 when there is none."""
    chain = re.compile(rf"(?<![\w.-])(?:[\w-]+[ \t]*\.[ \t]*){{{MAX_DEPTH}}}")
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = re.sub(r'"[^"]*"|\'[^\']*\'|#.*', "x", line)
        for char in bare:
            depth = max(0, depth + (char in "[{") - (char in "]}"))
            if depth > MAX_DEPTH:
                return number
        if chain.search(bare):
            return number
    return 0


def _is_bad(line: str) -> bool:
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    except (ValueError, RecursionError):
        return True
    return False


class _Reader:
    """Reads values from parsed TOML and collects the mistakes."""

    def __init__(self, text: str, data: dict[str, Any], command_ids: frozenset[str]) -> None:
        self._lines = _lines_of(text)
        self._data = data
        self._commands = command_ids
        self.mistakes: list[Mistake] = []

    def settings(self) -> Settings:
        names = ("theme", "mouse", "read_only_clouds", "token_cache", "keys", "pace", "filters")
        self._known("", self._data, names)
        for name in ("keys", "pace", "filters"):
            if not isinstance(self._data.get(name, {}), dict):
                self._wrong("", name, "must be a table")
        clouds = self._data.get("read_only_clouds", [])
        if not (isinstance(clouds, list) and all(isinstance(one, str) and one for one in clouds)):
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
            lines=self._places(),
        )

    def _places(self) -> dict[str, int]:
        places = {name: self._line_of("", name) for name in self._data}
        for table in ("keys", "pace", "filters"):
            places |= {f"{table}.{one}": self._line_of(table, one) for one in self._table(table)}
        return places

    def _keys(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        table = self._table("keys")
        if self._commands:
            self._known("keys", table, self._commands)
        for name, value in table.items():
            keys = [value] if isinstance(value, str) else value
            if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                self._wrong("keys", name, "must be a key or a list of keys")
            elif not self._commands or name in self._commands:
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
            elif name in PACES:
                found[name] = float(value)
        return found

    def _filters(self) -> dict[str, str]:
        table = self._table("filters")
        self._known("filters", table, LISTS)
        found: dict[str, str] = {}
        for name, value in table.items():
            if not isinstance(value, str) or not value.isprintable() or len(value) > 200:
                self._wrong("filters", name, "must be text, on one line, of 200 characters at most")
            elif name in LISTS:
                found[name] = value
        return found

    def _table(self, name: str) -> dict[str, Any]:
        value = self._data.get(name, {})
        return value if isinstance(value, dict) else {}

    def _known(self, table: str, found: Mapping[str, Any], names: Collection[str]) -> None:
        for name in found:
            if name not in names:
                near = difflib.get_close_matches(name[:40].lower(), list(names), 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self._wrong(table, name, f"is not known{hint}")

    def _wrong(self, table: str, name: str, why: str) -> None:
        full = clean(f"{table}.{name}" if table else name, 80)
        self.mistakes.append(Mistake(self._line_of(table, name), f"{full} {why}"))

    def _line_of(self, table: str, name: str) -> int:
        """The line of the name, else of its table; 0 when neither is found."""
        full = f"{table}.{name}" if table else name
        return self._lines.get(full) or self._lines.get(table, 0)


_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)"
_HEADER = re.compile(rf"[ \t]*\[{{1,2}}[ \t]*{_DOTTED}[ \t]*\]")
_SETTING = re.compile(rf"[ \t]*{_DOTTED}[ \t]*=")


def _plain(dotted: str) -> str:
    """Without the quotes and blanks that may stand in a name."""
    return ".".join(part.strip(" \t\"'") for part in dotted.split("."))


def _lines_of(text: str) -> dict[str, int]:
    """The first line of each full dotted name, and of its tables."""
    found: dict[str, int] = {}
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):  # nothing else ends a line of TOML
        if header := _HEADER.match(line):
            inside = full = _plain(header[1])
        elif setting := _SETTING.match(line):
            full = f"{inside}.{_plain(setting[1])}".removeprefix(".")
        else:
            continue
        while full:
            found.setdefault(full, number)
            full = full.rpartition(".")[0]
    return found
