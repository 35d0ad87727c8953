"""The environment variables that this program and its libraries read, and what is odd about them.

A file of ``export`` lines that was written on Windows ends each value with a carriage return, which
no screen shows, and a file for ``--env-file`` keeps its quotes. No value is ever printed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping

_READ = re.compile(
    r"OS_\w+|XDG_(STATE|CONFIG|CACHE)_HOME|(https?|all|no)_proxy|(REQUESTS|CURL)_CA_BUNDLE"
    r"|SSL_CERT_(FILE|DIR)",
    re.IGNORECASE,
)
_QUOTES = ('"', "'")

_OF_TEXTUAL = re.compile(
    r"TEXTUAL(_(DEBUG|DRIVER|FILTERS|LOG|DEVTOOLS_\w+|SCREENSHOT|SCREENSHOT_(LOCATION|FILENAME)"
    r"|PRESS|SHOW_RETURN|COLOR_SYSTEM|THEME|ALLOW_SIGNALS))?"
)
"""Made for developers of Textual programs: they press keys, write every pressed key (also of
passwords) to a file or to another program, or use another terminal."""
_KEYS_OF_TLS = "SSLKEYLOGFILE"

_trimmed: list[str] = []
"""Names of the variables whose values ended with the end of a line."""

_removed: list[str] = []
"""Names of the variables that were removed."""


def clean_up(env: MutableMapping[str, str] = os.environ) -> None:
    """Remove line ends at the end of values, and variables that would press keys or reveal secrets.

    :func:`warnings` reports both.
    """
    for name in list(env):
        if _OF_TEXTUAL.fullmatch(name):
            del env[name]
            _removed.append(name)
    if env.get("NO_COLOR") == "":
        del env["NO_COLOR"]  # empty means nothing, by its definition
    if env.pop(_KEYS_OF_TLS, ""):
        _removed.append(_KEYS_OF_TLS)
    for name in _names(env):
        value = env[name].rstrip("\r\n")
        if value != env[name]:
            env[name] = value
            _trimmed.append(name)


def warnings(env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What was changed, and what looks wrong and was left as it is, each in a sentence."""
    texts: dict[str, list[str]] = {
        "ended with the end of a line (a file written on Windows?), which was left off": list(
            dict.fromkeys(_trimmed)
        ),
        "ignored, since it would press keys or give secrets away": list(dict.fromkeys(_removed)),
        "begins or ends with a blank, which is taken as part of it": [],
        "stands in quotes, which are taken as part of it": [],
        "holds bytes that are no text here": [],
    }
    _, _, blanks, quotes, bytes_ = texts.values()
    for name in _names(env):
        value = env[name]
        if value != value.strip():
            blanks.append(name)
        if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
            quotes.append(name)
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            bytes_.append(name)
    return tuple(f"{', '.join(names)}: {text}." for text, names in texts.items() if names)


def _names(env: Mapping[str, str]) -> list[str]:
    return sorted(name for name in env if _READ.fullmatch(name) and name.isprintable())
