"""Where things lie on this machine, by the platform's custom."""

from __future__ import annotations

from pathlib import Path

APP = "vbs-tui"


def state_directory() -> Path:
    """The directory of the journal; not created here."""
    import platformdirs  # noqa: PLC0415 - start-up time: not needed for --help and --version

    return Path(platformdirs.user_state_dir(APP, appauthor=False))


def token_directory() -> Path:
    """Where tokens are kept when the operator wants them kept; not created here."""
    import platformdirs  # noqa: PLC0415 - as above

    return Path(platformdirs.user_cache_dir(APP, appauthor=False)) / "tokens"


def config_file() -> Path:
    """The operator's settings; need not exist."""
    import platformdirs  # noqa: PLC0415 - as above

    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"
