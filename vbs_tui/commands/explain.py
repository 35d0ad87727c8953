"""``vbs-tui explain``: codes and HTTP statuses as plain text or JSON, without any network."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from vbs_tui.codes.lookup import explain, explain_status, known_codes, known_statuses
from vbs_tui.codes.table import Explanation, StatusExplanation
from vbs_tui.text import clean

MAX_WIDTH = 96
"""Columns: longer lines are hard to read, however wide the terminal."""

_MIN_WIDTH = 24
_TWO_COLUMNS = 50  # from this width on, labels stand beside the text instead of above it
_LABEL = 11
_STATUS = re.compile(r"\s*(?:http)?\s*([1-5][0-9]{2})\s*\Z", re.IGNORECASE | re.ASCII)

_STARTED = "Possibly. Read the states of disk and backup before anything is sent again."
_NOT_STARTED = "No. A request that is answered with this code has started nothing."
_UNKNOWN_START = "Not known from the code. Read the states before anything is sent again."


def answers(asked: str) -> list[Explanation | StatusExplanation]:
    """What is known of *asked*, a code or an HTTP status; both when a number can be either.

    ``200`` is an HTTP status and may be ``VolumeBackup.0200`` read off a screen; ``503`` can only
    be a status, and ``0200`` and ``209`` only a code.
    """
    match = _STATUS.match(asked)
    if not match:
        return [explain(asked)]
    status = explain_status(int(match[1]))
    code = explain(match[1])
    if code.known:
        return [status, code] if status.known else [code]
    return [status]


def render(code_or_status: str, width: int) -> str:
    """The answers to *code_or_status* as text of lines no longer than *width* (24 at least)."""
    width = max(_MIN_WIDTH, width)
    return "\n\n".join(_render(answer, width) for answer in answers(clean(code_or_status)))


def run(options: argparse.Namespace) -> int:
    """``vbs-tui explain``: 0 when everything asked for is known, 1 when something is not."""
    asked = [clean(text) for text in options.codes]
    if options.list is None and not asked:
        options.parser.error("name a code or an HTTP status, or use --list")
    if options.list is not None:
        found = _listed(" ".join([options.list, *asked]))
        text = _json(found) if options.json else "\n".join(map(_line, found))
        known = bool(found)
    else:
        each = [answer for one in asked for answer in answers(one)]
        width = min(_columns(), MAX_WIDTH)
        text = _json(each) if options.json else "\n\n".join(render(one, width) for one in asked)
        known = all(answer.known for answer in each)
    _print(text)
    return 0 if known else 1


def _render(answer: Explanation | StatusExplanation, width: int) -> str:
    if isinstance(answer, StatusExplanation):
        return _block(
            f"HTTP {answer.status} {answer.reason}",
            [("Meaning", answer.meaning), ("What to do", answer.remedy)],
            width,
        )
    if answer.known:
        title = f"{answer.code} ({answer.service}, {answer.module})"
        if answer.asked:
            title += f", asked for as {answer.asked}"
        started = _STARTED if answer.outcome_open else _NOT_STARTED
        restore = "Can meet it." if answer.restore_related else "Is not expected to meet it."
    else:
        title = f"{answer.code or 'no code'} (unknown; service: {answer.service})"
        started, restore = _UNKNOWN_START, ""
    rows = [
        ("Meaning", answer.meaning),
        ("Cause", answer.cause),
        ("What to do", answer.remedy),
        ("Started?", started),
        ("Restore", restore),
        ("Similar", ", ".join(answer.nearest)),
    ]
    return _block(title, rows, width)


def _block(title: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    lines = textwrap.wrap(title, width)
    for label, text in rows:
        if not text:
            continue
        if width >= _TWO_COLUMNS:
            first, rest = f"  {label:<{_LABEL}}", " " * (_LABEL + 2)
        else:
            lines.append(label)
            first = rest = "  "
        lines += textwrap.wrap(
            text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
    return "\n".join(lines)


def _columns() -> int:
    try:
        # The terminal's own size before COLUMNS, which may have been exported elsewhere.
        return os.get_terminal_size(sys.stdout.fileno()).columns or MAX_WIDTH
    except (OSError, ValueError):
        return shutil.get_terminal_size().columns


def _listed(text: str) -> list[Explanation | StatusExplanation]:
    words = clean(text).casefold().split()
    every: list[Explanation | StatusExplanation] = [*known_codes(), *known_statuses()]
    return [one for one in every if all(word in _searched(one) for word in words)]


def _searched(one: Explanation | StatusExplanation) -> str:
    if isinstance(one, StatusExplanation):
        return f"http {one.status} {one.reason} {one.meaning}".casefold()
    return f"{one.code} {one.service} {one.module} {one.meaning}".casefold()


def _line(one: Explanation | StatusExplanation) -> str:
    if isinstance(one, StatusExplanation):
        return f"{f'HTTP {one.status}':<21} {one.meaning}"
    return f"{one.code:<21} {one.meaning}"


def _json(each: Sequence[Explanation | StatusExplanation]) -> str:
    rows = [
        {"kind": "status" if isinstance(one, StatusExplanation) else "code", **asdict(one)}
        for one in each
    ]
    return json.dumps(rows, indent=2)


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The reader (head, a pager) has gone; otherwise the interpreter complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
