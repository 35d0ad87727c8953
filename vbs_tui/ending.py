"""The end of the process, while threads that nobody waits for are still at work."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn


def run(main: Callable[[], int]) -> NoReturn:
    """End the process with what *main* returns, with all that it printed.

    Threads that are still busy then (with a slow server, with reading certificates) end with it
    at once. The C library's exit handlers would take away what such a thread works on, OpenSSL's
    tables among them, and a restore that succeeded would end with a segmentation fault.
    """
    ended: list[int] = []
    # First to be registered, so the last to be called: after every other farewell of Python.
    atexit.register(_leave, ended)
    try:
        ended.append(main())
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            ended.append(leaving.code or 0)
        raise
    sys.exit(ended[0])


def _leave(ended: list[int]) -> None:
    if not ended or threading.active_count() == 1:
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            return  # the interpreter has its own words for output that cannot be written
    os._exit(ended[0])
