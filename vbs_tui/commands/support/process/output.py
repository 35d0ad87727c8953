"""Printing: lines are folded at a terminal's width, a pipe gets each of them whole."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import textwrap
from typing import Any, TextIO

from vbs_tui.commands.support.process.output_encoding import is_utf8

_LEAST = 24
"""Columns that the text gets at least, whatever its indent."""


_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO})


def print_out(text: str) -> None:
    """Print one line to standard output and flush it. Ignored when the terminal is gone.

    Raises ``OSError`` when it cannot be written otherwise, ``BrokenPipeError`` included.
    """
    _print(text, sys.stdout)


def print_json(data: Any) -> None:
    """Print one JSON document on one line."""
    # Escaped where the stream may replace characters: the document would change, or break.
    print_out(json.dumps(data, ensure_ascii=not is_utf8(sys.stdout)))


def output_failure(error: BaseException) -> str:
    """Why the output cannot be written (a full disk, …); empty for any other *error*."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return os.strerror(error.errno or 0)
    return ""


def print_err(text: str) -> None:
    """Print one line to standard error. Ignored when it cannot be written."""
    with contextlib.suppress(OSError, ValueError):
        _print(text, sys.stderr)


def _print(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        if error.errno != errno.EIO:
            raise


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal behind *stream*; ``None`` without a terminal or a known width."""
    try:
        return (os.get_terminal_size(stream.fileno()).columns or None) if stream.isatty() else None
    except (OSError, ValueError):
        return None


def fold(line: str, indent: int, width: int | None) -> list[str]:
    """*line* in lines of at most *width* columns, all but the first indented by *indent* blanks."""
    if width is None or len(line) <= width:
        return [line]
    indent = min(indent, max(2, width - _LEAST))
    return textwrap.wrap(
        line,
        width=max(width, _LEAST),
        subsequent_indent=" " * indent,
        drop_whitespace=True,
        replace_whitespace=False,
        break_on_hyphens=False,
        # The terminal wraps a URL that is too long: broken here, it could not be copied.
        break_long_words=False,
    )


def print_folded(lines: list[str], indent: int, *, to_stderr: bool = False) -> None:
    """Print *lines*, folded on a terminal. *to_stderr*: to standard error."""
    width = terminal_width(sys.stderr if to_stderr else sys.stdout)
    print_line = print_err if to_stderr else print_out
    for line in lines:
        for part in fold(line, indent, width):
            print_line(part)
