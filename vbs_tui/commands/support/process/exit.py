"""The end of the process, while threads that nobody waits for are still at work."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from vbs_tui import defects
from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.process import output_encoding


def run(main: Callable[[], int]) -> NoReturn:
    """End the process with what *main* returns, with all that it printed.

    Threads that are still busy then (with a name server that does not answer, with a disk that
    hangs, with reading certificates) end with it at once. Python would wait for some of them; for
    the others, the C library's exit handlers would take away what they work on, OpenSSL's tables
    among them, and a restore that succeeded would end with a segmentation fault.
    """
    _open_what_is_closed()
    output_encoding.accept_any_text()
    defects.install()
    status = _status_of(main)
    defects.print_kept_reports()
    is_written = _flush()
    # Python's own end would wait for threads, and tells of a terminal that is gone rather than of
    # what the command ended with. In any other case it is as good, and debuggers know it.
    if (is_written and threading.active_count() > 1) or (not is_written and status):
        os._exit(status)
    sys.exit(status)


def _status_of(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as leaving:
        if leaving.code is not None and not isinstance(leaving.code, int):
            raise
        return leaving.code or 0
    except KeyboardInterrupt:  # before any command could say what it means there
        return exit_status.INTERRUPTED
    except Exception as error:
        defects.print_report(defects.report(error))
        return exit_status.DEFECT


def _open_what_is_closed() -> None:
    """Whoever closed a standard stream (``2>&-``) wants to see nothing there; other files that are
    opened must not take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _flush() -> bool:
    """Whether all that was printed could be written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError):
        return False
    return True
