"""The running programs that share the journal: each holds a lock for as long as it runs.

The kernel releases a lock of ``flock`` however its holder ends, ``kill -9`` included, so a restore
never stays with a program that is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from pathlib import Path


class Instance:
    """This program among those that share a journal directory."""

    def __init__(self, directory: Path) -> None:
        """Take a name and a lock in *directory*. Raises ``OSError`` when that is impossible."""
        self._directory = directory / "instances"
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._path = self._directory / f"{self.name}.lock"
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_alive(self, name: str) -> bool:
        """Whether the program of that *name* still runs."""
        if name == self.name:
            return True
        if not name or "/" in name:
            return False
        path = self._directory / f"{name}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # not known; taking a restore from a running program would be worse
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            with contextlib.suppress(OSError):
                path.unlink()
            return False
        finally:
            os.close(descriptor)

    def others_alive(self) -> bool:
        """Whether any other program shares the directory right now."""
        names = [path.stem for path in self._directory.glob("*.lock")]
        return any(name != self.name and self.is_alive(name) for name in names)

    def close(self) -> None:
        """Give up the name and the lock. Safe to call twice."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1


def process_of(name: str) -> str:
    """The process id in an instance's *name*, for operators."""
    return name.partition("-")[0]
