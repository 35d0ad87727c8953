"""Defects, and what libraries report: printed by kind and place, never with their messages.

The message of an exception, a warning or a log line may hold anything: a password, a server's
answer, escape sequences. So none reaches the terminal, whichever way Python would print it.
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

_MAX_FRAMES = 20
"""Frames of one exception in a report: the last ones."""

_MAX_REPORTS = 5
"""Exceptions of a chain in a report, and reports that are kept."""

_kept: list[str] = []
"""Reports that came while a screen was shown, to be printed at its end."""


def report(error: BaseException, event: str = "stopped because of a defect") -> str:
    """*error* for a bug report: kinds and places, no values, no messages, no local variables."""
    lines = [f"vbs-tui {__version__} {event}: {_kind(error)}", *_places(error.__traceback__)]
    seen = [error]
    while (
        (cause := _cause(seen[-1])) is not None and cause not in seen and len(seen) < _MAX_REPORTS
    ):
        lines += [f" caused by {_kind(cause)}", *_places(cause.__traceback__)]
        seen.append(cause)
    return "\n".join(lines)


def print_report(text: str) -> None:
    """Print *text* to standard error, and again at the end if a screen is shown. Never raises."""
    if sys.stderr is not sys.__stderr__ and len(_kept) < _MAX_REPORTS:
        _kept.append(text)
    with contextlib.suppress(Exception):
        print(text, file=sys.stderr, flush=True)


def print_kept_reports() -> None:
    """Print the reports that came while a screen was shown."""
    kept, _kept[:] = list(_kept), []
    for text in kept:
        print_report(text)


def install() -> None:
    """Replace everything in Python that prints an exception or a warning by itself."""
    sys.excepthook = _report_uncaught
    threading.excepthook = _report_in_thread
    sys.unraisablehook = _report_unraisable
    warnings.showwarning = _warn


def install_for_libraries() -> None:
    """The same for log records without a handler, such as asyncio's of a failed task.

    A function of its own, since it imports what ``--help`` does not need.
    """
    import logging  # noqa: PLC0415 - start-up time

    class Quiet(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            if error is not None and record.levelno >= logging.ERROR:
                print_report(report(error, "met a defect in the background"))

    logging.lastResort = Quiet()
    # Otherwise the library prints the traceback and the arguments of a failed handler.
    logging.raiseExceptions = False


def _report_uncaught(
    _kind_of: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    print_report(report(error))


def _report_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
        name = clean(caught.thread.name if caught.thread else "", 40)
        print_report(
            report(caught.exc_value, f"met a defect in the thread {name or 'without a name'}")
        )


def _report_unraisable(caught: Any) -> None:
    if caught.exc_value is not None:
        print_report(report(caught.exc_value, "met a defect while cleaning up"))


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
    """*filename* without the directories of this machine."""
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
        for filename, line, name in frames[-_MAX_FRAMES:]
    ]
