"""The journal: whether it can be written, and who else could read or change it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.doctor.finding import Finding, failed, ok, warning
from vbs_tui.restore.journal.errors import MOVE_JOURNAL_ADVICE, JournalError, journal_error
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal
from vbs_tui.restore.journal.journal_file import FILE
from vbs_tui.text import clean

_NOT_WRITABLE = "Nothing can be restored until it can be written."
_RESTRICT = "Make it accessible to you only: chown, chmod 600 for files, chmod 700 for directories."


def check_journal(where: Path) -> Finding:
    """The journal in the directory *where*: opened, or found to be creatable; its permissions."""
    try:
        (where / FILE).lstat()
    except FileNotFoundError:
        parent = _nearest_existing(where)
        if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
            return ok("journal", f"none yet; {clean(where, 400)} can be created")
        seen = f"{clean(where, 400)} cannot be created: you may not write in {clean(parent, 400)}"
        return failed("journal", seen, MOVE_JOURNAL_ADVICE)
    except OSError as error:
        problem = journal_error(where / FILE, "looked at", error)
        return failed("journal", str(problem), _NOT_WRITABLE)
    loose = loose_permissions(where)
    try:
        with contextlib.closing(Instance(where)) as instance:
            journal, notice = Journal.open(where, instance, SystemClock().now())
            with contextlib.closing(journal):
                count = len(journal.open_restores())
    except JournalError as error:
        return failed("journal", str(error), _NOT_WRITABLE)
    except OSError as error:
        return failed("journal", str(journal_error(where, "used", error)), _NOT_WRITABLE)
    if notice:
        return warning("journal", notice, "Look at the file that was set aside.")
    still_loose = loose_permissions(where)
    if still_loose:
        return warning("journal", f"{'; '.join(still_loose)}", _RESTRICT)
    mended = f" (rights mended: {'; '.join(loose)})" if loose else ""
    return ok("journal", f"{clean(where / FILE, 400)}, {count} open restores{mended}")


def loose_permissions(directory: Path) -> list[str]:
    """What other users may read or change, of the journal's files and their directories."""
    return [why for path in _files(directory) if (why := _loose(path))]


def _files(directory: Path) -> Iterator[Path]:
    journal = directory / FILE
    real = journal.resolve()
    companions = [real.with_name(f"{real.name}{suffix}") for suffix in ("-wal", "-shm")]
    # Whoever may write in a directory on the path can replace the file.
    yield from dict.fromkeys([directory.resolve(), real.parent, real, *companions])
    yield directory / "instances"


def _loose(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    shown = clean(path, 400)
    is_roots_directory = stat.S_ISDIR(found.st_mode) and found.st_uid == 0
    if found.st_uid != os.getuid() and not is_roots_directory:
        return f"{shown} belongs to another user (uid {found.st_uid})"
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISDIR(found.st_mode) and mode & stat.S_ISVTX:
        return ""
    # A directory that others may read shows them names at most.
    loose = mode & (0o022 if stat.S_ISDIR(found.st_mode) else 0o077)
    return f"{shown} has mode {mode:04o}" if loose else ""


def _nearest_existing(path: Path) -> Path:
    while not os.path.exists(path) and path != path.parent:  # noqa: PTH110 - nothing is raised
        path = path.parent
    return path
