"""Where the program's files are on this machine, by the platform's convention."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from vbs_tui.text import clean

if TYPE_CHECKING:
    from pathlib import Path

APP = "vbs-tui"


class DirectoryError(Exception):
    """The directory for the files cannot be determined; the text says why, and is clean."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.hint = hint
        """What to do."""


class NoHomeDirectoryError(DirectoryError):
    """This user has no home directory, and so no files."""


def state_directory() -> Path:
    """The directory of the journal; not created here. Raises :class:`DirectoryError`."""
    return _directory("XDG_STATE_HOME", lambda dirs: dirs.user_state_dir(APP, appauthor=False))


def token_directory() -> Path:
    """The directory of kept tokens; not created here.

    Raises :class:`DirectoryError`.
    """
    found = _directory("XDG_CACHE_HOME", lambda dirs: dirs.user_cache_dir(APP, appauthor=False))
    return found / "tokens"


def config_file() -> Path:
    """The operator's settings; need not exist. Raises :class:`DirectoryError`."""
    found = _directory("XDG_CONFIG_HOME", lambda dirs: dirs.user_config_dir(APP, appauthor=False))
    return found / "config.toml"


def _directory(variable: str, directory_of: Callable[..., str]) -> Path:
    """An absolute path: a journal that depends on the current folder protects nothing."""
    # Not needed for --help and --version, which start faster without.
    from pathlib import Path  # noqa: PLC0415

    import platformdirs  # noqa: PLC0415

    home = os.environ.get(variable, "").strip()
    if home and not Path(home).is_absolute():
        raise DirectoryError(
            f"{variable} is {clean(home, 200)!r}, which depends on the current folder.",
            f"Set {variable} to an absolute path, or unset it.",
        )
    try:
        found = Path(directory_of(platformdirs))
    except RuntimeError:
        found = Path()
    if not found.is_absolute():
        raise NoHomeDirectoryError(
            "This user has no home directory: HOME names none, and the system knows none.",
            f"Set HOME, or {variable}, to a directory of your own on a local disk.",
        )
    return found
