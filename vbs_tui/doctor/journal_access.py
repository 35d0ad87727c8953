"""Who else could read or change the journal: its files, their directories, what a link leads to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from vbs_tui.restore.journal.journal_file import FILE
from vbs_tui.text import clean


def loose_rights(directory: Path) -> list[str]:
    """What of the journal in *directory* others may read or change, or is somebody else's."""
    return [why for path in _files(directory) if (why := _why(path))]


def _files(directory: Path) -> Iterator[Path]:
    journal = directory / FILE
    real = journal.resolve()
    beside = [real.with_name(f"{real.name}{suffix}") for suffix in ("-wal", "-shm")]
    # Who may write in the directory that a link leads to can put another file there.
    yield from dict.fromkeys([directory.resolve(), real.parent, real, *beside])
    yield directory / "instances"


def _why(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    shown = clean(path, 400)
    is_roots = stat.S_ISDIR(found.st_mode) and found.st_uid == 0
    if found.st_uid != os.getuid() and not is_roots:
        return f"{shown} belongs to another user (uid {found.st_uid})"
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISDIR(found.st_mode) and mode & stat.S_ISVTX:
        return ""
    # A directory that others may look into tells them names at most.
    loose = mode & (0o022 if stat.S_ISDIR(found.st_mode) else 0o077)
    return f"{shown} has mode {mode:04o}" if loose else ""
