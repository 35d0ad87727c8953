"""Signs that an output's encoding does not have: something is shown for them, and nothing fails."""

from __future__ import annotations

import codecs
import contextlib
import io
import sys
import unicodedata
from collections.abc import Iterator

LINES = "vbs-tui-lines"
"""For lines of text: what cannot be shown is spelt, so that it can still be told apart."""

CELLS = "vbs-tui-cells"
"""For a screen: as many columns as the sign has."""

_SPELT = dict(zip("–—−“”‘’·×√●•○►◄▲▼↑↓", "---\"\"''-xv**o><^v^v", strict=True)) | {
    "→": "->",
    "←": "<-",
    "…": "...",
    "«": "<<",
    "»": ">>",
    "≠": "!=",
}
_DRAWN = {"→": ">", "←": "<", "…": ".", "›": ">", "‹": "<", "«": "<", "»": ">", "≠": "!"}
_ACROSS, _DOWN = frozenset("─━═╌╍┄┅▔▁▂▄▀"), frozenset("│┃║▌▐▏▕▎▍█")


def accept_any_text() -> None:
    """Let standard output and standard error take any text, whatever their encoding."""
    codecs.register_error(LINES, _lines)
    codecs.register_error(CELLS, _cells)
    _set_errors(LINES)


@contextlib.contextmanager
def for_screen() -> Iterator[None]:
    """Meanwhile, what replaces a sign takes no more room than the sign."""
    _set_errors(CELLS)
    try:
        yield
    finally:
        _set_errors(LINES)


def is_utf8(stream: object) -> bool:
    """Whether *stream* takes every sign as it is."""
    encoding = str(getattr(stream, "encoding", "") or "")
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def _set_errors(name: str) -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        # What is in no encoding (half of a pair, bytes of a file's name) fails in UTF-8, too.
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors=name)


def _lines(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_SPELT.get(one) or ascii(one)[1:-1] for one in text), error.end


def _cells(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(map(_cell, text)), error.end


def _cell(sign: str) -> str:
    if sign in _ACROSS:
        return "-"
    if sign in _DOWN:
        return "|"
    if "\u2500" <= sign <= "\u257f":
        return "+"
    spelt = _DRAWN.get(sign) or _SPELT.get(sign) or "?"
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return ""
    return spelt * 2 if unicodedata.east_asian_width(sign) in ("W", "F") else spelt
