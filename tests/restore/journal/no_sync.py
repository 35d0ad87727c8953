"""A machine whose disk syncs nothing: ``fsync`` and ``fdatasync`` fail from here on.

The kernel itself refuses the calls (seccomp), so that nothing in between can hide them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_NUMBERS = {"x86_64": (74, 75), "aarch64": (82, 83)}
"""``fsync`` and ``fdatasync``."""

_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_SET_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38


class NotHere(Exception):  # noqa: N818
    """This system does not accept the rule."""


def sync_nothing() -> None:
    """For the rest of the process. Raises :class:`NotHere`."""
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None or platform.system() != "Linux":
        raise NotHere
    sync, datasync = numbers
    rules = [
        (_LOAD, 0, 0, 0),  # the number of the call
        (_IF_EQUAL, 1, 0, sync),
        (_IF_EQUAL, 0, 1, datasync),
        (_RETURN, 0, 0, _FAIL | errno.EIO),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, program):
        raise NotHere(os.strerror(ctypes.get_errno()))
