"""Where things lie on this machine, by the platform's custom."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vbs_tui.text import clean

APP = "vbs-tui"


class DirectoryError(Exception):
    """There is no telling where the files belong; the text says why, fit for the terminal."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.hint = hint
        """What to do."""


class NoHomeDirectoryError(DirectoryError):
    """This user has no home directory: there are no files of theirs."""


def state_directory() -> Path:
    """The directory of the journal; not created here. Raises :class:`DirectoryError`."""
    return _place("XDG_STATE_HOME", lambda dirs: dirs.user_state_dir(APP, appauthor=False))


def token_directory() -> Path:
    """Where tokens are kept when the operator wants them kept; not created here.

    Raises :class:`DirectoryError`.
    """
    found = _place("XDG_CACHE_HOME", lambda dirs: dirs.user_cache_dir(APP, appauthor=False))
    return found / "tokens"


def config_file() -> Path:
    """The operator's settings; need not exist. Raises :class:`DirectoryError`."""
    found = _place("XDG_CONFIG_HOME", lambda dirs: dirs.user_config_dir(APP, appauthor=False))
    return found / "config.toml"


def _place(variable: str, wanted: Callable[..., str]) -> Path:
    """The same place from every folder: a journal that moves with the shell protects nothing."""
    import platformdirs  # noqa: PLC0415 - start-up time: not needed for --help and --version

    home = os.environ.get(variable, "").strip()
    if home and not Path(home).is_absolute():
        raise DirectoryError(
            f"{variable} is {clean(home, 200)!r}, which is another place in every folder.",
            f"Set {variable} to an absolute path, or unset it.",
        )
    try:
        found = Path(wanted(platformdirs))
    except RuntimeError:
        found = Path()
    if not found.is_absolute():
        raise NoHomeDirectoryError(
            "This user has no home directory: HOME names none, and the system knows none.",
            f"Set HOME, or {variable}, to a directory of your own on a local disk.",
        )
    return found
