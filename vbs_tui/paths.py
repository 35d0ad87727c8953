"""Where things lie on this machine, by the platform's custom."""

from __future__ import annotations

from pathlib import Path

APP = "vbs-tui"


def state_directory() -> Path:
    """The directory of the journal; not created here."""
    import platformdirs  # noqa: PLC0415 - start-up time: not needed for --help and --version

    return Path(platformdirs.user_state_dir(APP, appauthor=False))
