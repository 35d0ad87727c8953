"""Errors of the operating system's network calls, in words."""

from __future__ import annotations

import os
import socket

from vbs_tui.text import clean


def describe_os_error(error: BaseException, timeout: float) -> str:
    """*error* in a few words. *timeout*: seconds that were waited for."""
    if isinstance(error, TimeoutError) and error.errno is None:
        return f"no answer within {timeout:.0f} s"
    number = getattr(error, "errno", None)
    if isinstance(error, OSError) and number and not isinstance(error, socket.gaierror):
        return os.strerror(number)  # asyncio puts words of its own in the place of the system's
    return clean(getattr(error, "strerror", None) or error, 120) or type(error).__name__
