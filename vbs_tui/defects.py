"""Defects and what libraries report by themselves: told by kind and place, never by their words.

The words of an exception, a warning or a log line may hold anything: a password, a server's answer,
escape sequences. So none of them reaches the terminal, whichever way Python would print them.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Any

from vbs_tui import __version__
from vbs_tui.text import clean

_DEEPEST = 20
"""Frames that are told of one exception: the last ones."""

_MOST = 5
"""Exceptions that are told of a chain, and reports that are kept."""

_kept: list[str] = []
"""Reports that came while a screen was up, for its end."""


def report(error: BaseException, deed: str = "stopped because of a defect") -> str:
    """*error* for a bug report: kinds and places, no values, no messages, no local variables."""
    lines = [f"vbs-tui {__version__} {deed}: {_kind(error)}", *_places(error.__traceback__)]
    seen = [error]
    while (cause := _cause(seen[-1])) is not None and cause not in seen and len(seen) < _MOST:
        lines += [f" caused by {_kind(cause)}", *_places(cause.__traceback__)]
        seen.append(cause)
    return "\n".join(lines)


def print_report(text: str) -> None:
    """*text* beside the output; at the program's end, where a screen is up. Never raises."""
    if sys.stderr is not sys.__stderr__ and len(_kept) < _MOST:
        _kept.append(text)
    with contextlib.suppress(Exception):
        print(text, file=sys.stderr, flush=True)


def print_kept_reports() -> None:
    """What came while a screen was up."""
    kept, _kept[:] = list(_kept), []
    for text in kept:
        print_report(text)


def install() -> None:
    """Take the place of everything in Python that prints an exception or a warning by itself."""
    sys.excepthook = _at_the_end
    threading.excepthook = _in_a_thread
    sys.unraisablehook = _in_passing
    warnings.showwarning = _warn


def install_for_libraries() -> None:
    """The same for log lines that nobody takes: asyncio's of a task that failed unseen, for one.

    Apart, since it loads what ``--help`` does not need.
    """
    import logging  # noqa: PLC0415 - start-up time

    class Nobody(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            if error is not None and record.levelno >= logging.ERROR:
                print_report(report(error, "met a defect beside its work"))

    logging.lastResort = Nobody()
    # Of its own broken handlers the library prints the traceback and the arguments.
    logging.raiseExceptions = False


def _at_the_end(
    _kind_of: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    print_report(report(error))


def _in_a_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
        name = clean(caught.thread.name if caught.thread else "", 40)
        print_report(
            report(caught.exc_value, f"met a defect in the thread {name or 'without a name'}")
        )


def _in_passing(caught: Any) -> None:
    if caught.exc_value is not None:
        print_report(report(caught.exc_value, "met a defect in passing"))


def _warn(  # noqa: PLR0917 - the library's own signature
    message: Warning | str,  # noqa: ARG001
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,  # noqa: ARG001
    line: object = None,  # noqa: ARG001
) -> None:
    print_report(f"vbs-tui: {clean(category.__name__, 60)} at {short(filename)}:{lineno}")


def short(filename: str) -> str:
    """*filename* without what is this machine's own."""
    for mark in ("/site-packages/", "/vbs_tui/"):
        _, found, after = filename.rpartition(mark)
        if found:
            return clean(f"vbs_tui/{after}" if mark == "/vbs_tui/" else after, 200)
    return clean(filename.rpartition("/")[2], 200)


def _kind(error: BaseException) -> str:
    return clean(type(error).__name__, 80)


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None:
        return error.__cause__
    if error.__context__ is not None and not error.__suppress_context__:
        return error.__context__
    return error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None


def _places(trace: TracebackType | None) -> list[str]:
    frames = [
        (frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(trace)
    ]
    return [
        f"  {short(filename)}:{line} in {clean(name, 80)}"
        for filename, line, name in frames[-_DEEPEST:]
    ]
