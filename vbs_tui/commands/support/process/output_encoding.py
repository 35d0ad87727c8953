"""Characters that the output's encoding lacks are replaced, so that printing never fails."""

from __future__ import annotations

import codecs
import contextlib
import io
import sys
import unicodedata
from collections.abc import Iterator

LINES = "vbs-tui-lines"
"""Error handler for lines of text: a readable spelling, so that texts stay distinct."""

CELLS = "vbs-tui-cells"
"""Error handler for a screen: as many columns as the character has."""

_SPELLED = dict(zip("–—−“”‘’·×√●•○►◄▲▼↑↓", "---\"\"''-xv**o><^v^v", strict=True)) | {
    "→": "->",
    "←": "<-",
    "…": "...",
    "«": "<<",
    "»": ">>",
    "≠": "!=",
}
_SAME_WIDTH = {"→": ">", "←": "<", "…": ".", "›": ">", "‹": "<", "«": "<", "»": ">", "≠": "!"}
_ACROSS, _DOWN = frozenset("─━═╌╍┄┅▔▁▂▄▀"), frozenset("│┃║▌▐▏▕▎▍█")


def accept_any_text() -> None:
    """Make standard output and standard error accept any text, whatever their encoding."""
    codecs.register_error(LINES, _lines)
    codecs.register_error(CELLS, _cells)
    _set_errors(LINES)


@contextlib.contextmanager
def for_screen() -> Iterator[None]:
    """Within the context, a replacement is as wide as the character."""
    _set_errors(CELLS)
    try:
        yield
    finally:
        _set_errors(LINES)


def is_utf8(stream: object) -> bool:
    """Whether *stream* can encode every character."""
    encoding = str(getattr(stream, "encoding", "") or "")
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def _set_errors(name: str) -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        # Lone surrogates (bytes of a file name) cannot be encoded in UTF-8 either.
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors=name)


def _lines(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_SPELLED.get(one) or ascii(one)[1:-1] for one in text), error.end


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
    spelt = _SAME_WIDTH.get(sign) or _SPELLED.get(sign) or "?"
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return ""
    return spelt * 2 if unicodedata.east_asian_width(sign) in ("W", "F") else spelt
