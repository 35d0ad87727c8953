"""The files of openstacksdk's configuration: read without waiting, and checked for their shape.

Whatever is raised here names the file and quotes no value of it. The frames it comes through do
hold values: see :func:`~vbs_tui.cloud.config.sdk_loader.guarded`.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from vbs_tui.text import clean

LARGEST = 4 * 1024 * 1024
"""Bytes of a configuration file, at most."""

ABSENT = object()
"""Instead of a file's content: the file is not there, or may not be read."""

TOO_DEEP = "it is nested too deeply, or holds itself"

_MAPPING = "a mapping"
_SECTIONS = {
    "client": _MAPPING,
    "cache": _MAPPING,
    "metrics": _MAPPING,
    "clouds": "a mapping of names to clouds",
}
"""Keys of a whole file that must be mappings, and what of."""

_Types = tuple[type, ...]
_TEXT: _Types = (str, type(None))
_PLAIN: _Types = (str, int, float, datetime.date, type(None))
_SHAPES: dict[str, tuple[_Types, str]] = {
    **dict.fromkeys(
        (
            *("username", "user_id", "password", "token", "passcode"),
            *("ak", "sk", "access_key", "secret_key", "security_token"),
            *("project_name", "project_id", "user_domain_name", "user_domain_id"),
        ),
        (_PLAIN, "a text"),
    ),
    "auth": ((dict,), "a mapping of auth_url, username and the like"),
    "auth_url": (_TEXT, "a text"),
    "auth_type": (_TEXT, "a text"),
    "auth_methods": ((str, list, type(None)), "a list of texts"),
    "profile": (_TEXT, "the name of a profile"),
    "cloud": (_TEXT, "the name of a profile"),
    "regions": ((list,), "a list of names, or of mappings with name and values"),
    "region_name": ((str, int, float, list), "a name"),
    "insecure": ((bool, str, type(None)), "true or false"),
    "metrics": ((dict,), _MAPPING),
}
"""Keys of a cloud, or of its ``auth``, that openstacksdk would stumble over in another shape."""


class ConfigurationError(Exception):
    """A configuration that cannot be used: a sentence, and the place where one is known."""

    def __init__(
        self, sentence: str, file: str = "", line: int | None = None, *, hint: str = ""
    ) -> None:
        self.sentence = clean(sentence, 500)
        self.file = clean(file, 400)
        self.line = line
        self.hint = hint
        """What to do where it is not to correct a file; else empty."""
        place = f"{self.file}, line {line}: " if file and line else f"{self.file}: " if file else ""
        super().__init__(f"{place}{self.sentence}")


def read(path: str) -> Any:
    """The file's content; ``ABSENT`` when it is not there or may not be read.

    Raises :class:`ConfigurationError`.
    """
    import yaml  # noqa: PLC0415 - comes with openstacksdk

    line: int | None = None
    try:
        text = _text_of(path)
        return json.loads(text) if path.endswith("json") else yaml.safe_load(text)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ABSENT
    except OSError as error:
        problem = error.strerror or "it cannot be read"
    except ConfigurationError as error:
        problem = error.sentence
    except yaml.MarkedYAMLError as error:
        problem = _yaml_problem(error.problem or "it cannot be read")
        line = error.problem_mark.line + 1 if error.problem_mark else None
    except json.JSONDecodeError as error:
        problem, line = f"this is no JSON: {error.msg}", error.lineno
    except (UnicodeDecodeError, yaml.YAMLError):
        problem = "it is no text in UTF-8, or holds characters that YAML forbids"
    except (RecursionError, MemoryError):
        problem = TOO_DEEP
    except Exception as error:
        problem = f"it holds a value that cannot be read ({type(error).__name__}): put it in quotes"
    raise ConfigurationError(problem, path, line)


def _text_of(path: str) -> str:
    # Before it is opened: to open a device may already do something, and a pipe waits.
    _demand_file(Path(path).stat())
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        _demand_file(os.fstat(handle))
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ConfigurationError("this is larger than 4 MiB, and so no configuration")
    return data.decode("utf-8")


def _demand_file(found: os.stat_result) -> None:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    kind = stat.S_IFMT(found.st_mode)
    # Who wants no file at all names the null device, which reads as an empty one.
    is_null = kind == stat.S_IFCHR and found.st_rdev == Path(os.devnull).stat().st_rdev
    if kind != stat.S_IFREG and not is_null:
        raise ConfigurationError(f"this is {kinds.get(kind, 'a device')}, not a file")


def _yaml_problem(problem: str) -> str:
    # The problem alone: the snippet that YAML quotes may hold a password, and so may a tag's name.
    if re.search(r"\b(tag|alias|anchor)\b", problem):
        problem = "a value begins with !, & or *: put it in quotes"
    return f"this is no YAML: {problem}"


def checked_clouds(path: str, data: Any, faults: dict[str, ConfigurationError]) -> Any:
    """*data* with names for keys, and nothing that openstacksdk would stumble over.

    A cloud of another shape is emptied (or left to the other file), and put into *faults*. Raises
    :class:`ConfigurationError` when the whole file has another shape.
    """
    if not data:
        return {}
    if not isinstance(data, dict):
        text = f"it must be a mapping with the key clouds, but is {_kind(data)}"
        raise ConfigurationError(text, path)
    for key, expected in _SECTIONS.items():
        if not isinstance(data.get(key, {}), dict):
            text = f"{key} must be {expected}, but is {_kind(data[key])}"
            raise ConfigurationError(text, path)
    made: dict[str, Any] = {}
    for key, cloud in data.get("clouds", {}).items():
        name = _name(key)
        problem = "two are called so, with and without quotes" if name in made else ""
        problem = problem or _problem_of(cloud)
        if problem:
            faults.setdefault(name, ConfigurationError(f"cloud {name!r}: {problem}", path))
        made[name] = {} if problem else _with_region_names(cloud)
    return data | {"clouds": made}


def check_profiles(path: str, data: Any) -> None:
    """Raises :class:`ConfigurationError` for a file of vendor profiles of another shape."""
    profiles = data.get("public-clouds", {}) if isinstance(data, dict) else data
    if data and not isinstance(profiles, dict):
        text = f"it must be a mapping with a mapping public-clouds, but holds {_kind(profiles)}"
        raise ConfigurationError(text, path)
    for name, profile in profiles.items() if data else ():
        if problem := _problem_of(profile):
            raise ConfigurationError(f"profile {_name(name)!r}: {problem}", path)


def _problem_of(cloud: Any) -> str:
    """What is wrong with the shape of *cloud*, in words without its values; empty if nothing is."""
    if not isinstance(cloud, dict):
        return f"it must be a mapping of auth, regions and the like, but is {_kind(cloud)}"
    try:
        if not _has_text_keys(cloud):
            return "one of its keys is no text: put it in quotes"
        problem = _problem_of_values(cloud)
    except RecursionError:
        return TOO_DEEP
    regions = () if problem else cloud.get("regions", ())
    return problem or next(filter(None, map(_problem_of_region, regions)), "")


def _problem_of_values(cloud: dict[str, Any]) -> str:
    for key, value in cloud.items():
        types, expected = _SHAPES.get(key.replace("-", "_"), ((object,), ""))
        if not isinstance(value, types):
            return f"{key} must be {expected}, but is {_kind(value)}"
    auth = cloud.get("auth")
    return _problem_of_values(auth) if isinstance(auth, dict) else ""


def _problem_of_region(region: Any) -> str:
    if not isinstance(region, dict):
        is_name = isinstance(region, str | int | float)
        return "" if is_name else f"a region must be a name, but is {_kind(region)}"
    has_name = isinstance(region.get("name"), str | int | float)
    if not has_name or not region.keys() <= {"name", "values"}:
        return "a region must be a name, or a mapping with name and values alone"
    values = region.get("values", {})
    if not isinstance(values, dict):
        return f"the values of a region must be a mapping, but are {_kind(values)}"
    return _problem_of_values(values)


def _has_text_keys(cloud: dict[Any, Any]) -> bool:
    inner = (value for value in cloud.values() if isinstance(value, dict))
    return all(isinstance(key, str) for key in cloud) and all(map(_has_text_keys, inner))


def _with_region_names(cloud: dict[str, Any]) -> dict[str, Any]:
    if "regions" not in cloud:
        return cloud
    regions = [
        one | {"name": str(one["name"])} if isinstance(one, dict) else str(one)
        for one in cloud["regions"]
    ]
    return cloud | {"regions": regions}


def _name(key: object) -> str:
    """A cloud's name, as it is written in YAML when it stands there without quotes."""
    return json.dumps(key) if key is None or isinstance(key, bool) else str(key)


def _kind(value: object) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (type(None), "empty"),
        (bool, "true or false"),
        (dict, "a mapping"),
        (list, "a list"),
        (str, "a text"),
        (int | float, "a number"),
        (datetime.date, "a date"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")
