"""Machines as they come: without a home, with another user's, with disks that refuse."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_NOBODY = """\
import pwd

def nobody(*_):
    raise KeyError("no such user")

pwd.getpwuid = pwd.getpwnam = nobody
"""

_NO_LOCKS = """\
import errno, fcntl, os

def no_locks(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

fcntl.flock = no_locks
"""

_CAP_DROP, _RIGHTS = 24, (0, 1, 2, 3)
"""``PR_CAPBSET_DROP``; to change owners, to pass over rights and over who a file belongs to."""


def with_start(folder: Path, code: str) -> dict[str, str]:
    """Variables with which Python runs *code* before anything else."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    root = Path(__file__).parents[2]
    return {"PYTHONPATH": f"{folder}:{root}"}


def nobody(folder: Path) -> dict[str, str]:
    """Variables of a user whom the system does not know, without ``HOME`` in them."""
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return kept | with_start(folder, _NOBODY)


def without_locks(folder: Path) -> dict[str, str]:
    """Variables on a disk that takes no locks, as NFS without its lock service."""
    return with_start(folder, _NO_LOCKS)


def heed_rights() -> None:
    """For ``preexec_fn``: rights count for the super-user, too, under whom tests may run."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for right in _RIGHTS:
            libc.prctl(_CAP_DROP, right, 0, 0, 0)
