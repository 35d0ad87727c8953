"""The end of the process, also while background threads are still busy."""

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
    """End the process with the status that *main* returns, after all output is written.

    Threads that are still busy (with a name server that does not answer, a disk that hangs, or
    certificates) end at once. Python would wait for some of them. For the others, the C library's
    exit handlers would free what they use, such as OpenSSL's tables, and a restore that succeeded
    would end with a segmentation fault.
    """
    _reopen_closed_streams()
    output_encoding.accept_any_text()
    defects.install()
    status = _run_main(main)
    defects.print_kept_reports()
    is_written = _flush()
    # sys.exit() would wait for threads, and would report a lost terminal instead of the command's
    # status. In every other case it is used, since debuggers and profilers rely on it.
    if (is_written and threading.active_count() > 1) or (not is_written and status):
        os._exit(status)
    sys.exit(status)


def _run_main(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as leaving:
        if leaving.code is not None and not isinstance(leaving.code, int):
            raise
        return leaving.code or 0
    except KeyboardInterrupt:  # before the command could handle it
        return exit_status.INTERRUPTED
    except Exception as error:
        defects.print_report(defects.report(error))
        return exit_status.DEFECT


def _reopen_closed_streams() -> None:
    """Connect closed standard streams (``2>&-``) to the null device.

    Otherwise the next file that is opened would take the number of the stream.
    """
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
