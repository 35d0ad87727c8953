"""The token cache: where it is, and whether other users could read it. No token is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from vbs_tui.doctor.finding import Finding, ok, warning
from vbs_tui.text import clean

STEP = "token cache"


def check_token_cache(directory: Path | None) -> list[Finding]:
    """*directory*: ``None`` where tokens are not kept."""
    if directory is None:
        return [ok(STEP, "off: tokens are kept in memory only")]
    where = clean(directory, 400)
    try:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            do = "No token is kept or read there. Move it away; a new one is created."
            return [warning(STEP, f"on, but {where} is not a directory that you own", do)]
        files = sorted(directory.glob("token-*.json"))
        loose = [path for path in files if not _is_private(path)]
        open_directory = stat.S_IMODE(found.st_mode) & 0o077
    except FileNotFoundError:
        return [ok(STEP, f"on: {where}, nothing kept yet")]
    except OSError as error:
        why = clean(error.strerror or type(error).__name__, 100)
        do = f"Make it readable for you: chmod 700 {where}"
        return [warning(STEP, f"on, but {where} cannot be read: {why}", do)]
    if open_directory:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        return [warning(STEP, f"on: {where} has mode {mode}", f"chmod 700 {where}")]
    if loose:
        seen = f"on: {where}, {len(loose)} of {len(files)} files not 0600 or not yours"
        return [warning(STEP, seen, f"Remove them: {clean(loose[0].name, 80)}, …")]
    return [ok(STEP, f"on: {where}, {len(files)} kept, all 0600")]


def _is_private(path: Path) -> bool:
    found = path.lstat()
    own = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
    return own and stat.S_IMODE(found.st_mode) == 0o600
