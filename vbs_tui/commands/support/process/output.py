"""Lines for a terminal of any width. A pipe gets each of them whole."""

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
"""Columns that the text gets at least, however far in it should begin."""


_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO})


def print_out(text: str) -> None:
    """One line for people or pipes, at once; nowhere, when the terminal is gone."""
    _print(text, sys.stdout)


def print_json(data: Any) -> None:
    """One JSON document on one line."""
    # Where a sign may be replaced on its way out, the document would be another one, or none.
    print_out(json.dumps(data, ensure_ascii=not is_utf8(sys.stdout)))


def output_failure(error: BaseException) -> str:
    """Why nothing more can be written (a full disk, …), where that is what *error* means."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return os.strerror(error.errno or 0)
    return ""


def print_err(text: str) -> None:
    """One line beside the output; nowhere, when it cannot be written."""
    with contextlib.suppress(OSError, ValueError):
        _print(text, sys.stderr)


def _print(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        if error.errno != errno.EIO:
            raise


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal behind *stream*; ``None`` when there is none, or it does not tell."""
    try:
        return (os.get_terminal_size(stream.fileno()).columns or None) if stream.isatty() else None
    except (OSError, ValueError):
        return None


def fold(line: str, indent: int, width: int | None) -> list[str]:
    """*line* in lines of *width* columns at most, all but the first begun with *indent* blanks."""
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
        # An address that is too long is left to the terminal: broken here, it could not be copied.
        break_long_words=False,
    )


def print_folded(lines: list[str], indent: int, *, to_stderr: bool = False) -> None:
    """Print *lines*, folded where they go to a terminal. *to_stderr*: to standard error."""
    width = terminal_width(sys.stderr if to_stderr else sys.stdout)
    print_line = print_err if to_stderr else print_out
    for line in lines:
        for part in fold(line, indent, width):
            print_line(part)
