"""``vbs-tui config``: where the settings are, what they say, whether they are right."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from vbs_tui.commands.words import err, out
from vbs_tui.config import EXAMPLE, Mistaken, Settings, load
from vbs_tui.paths import config_file, token_directory
from vbs_tui.ui.command_table import TABLE
from vbs_tui.ui.keymap import KeysClash, rebound


def read_settings() -> Settings:
    """The settings, with keys checked against the commands. Raises :class:`Mistaken`."""
    path = config_file()
    settings = load(path, [one.id for one in TABLE])
    try:
        rebound(settings.keys)
    except KeysClash as clash:
        raise Mistaken(path, clash.mistakes) from clash
    return settings


def kept_tokens(settings: Settings) -> Path | None:
    """Where tokens are kept; ``None`` when they are not."""
    return token_directory() if settings.token_cache else None


def config_main(argv: Sequence[str]) -> int:
    """``config path|show|check``: exit 0 fine, 1 the file has mistakes."""
    parser = argparse.ArgumentParser(
        prog="vbs-tui config", description="Look at the settings in config.toml."
    )
    parser.add_argument(
        "deed",
        choices=("path", "show", "check"),
        help="path: where the file is; show: what holds; check: whether the file is right",
    )
    options = parser.parse_args(argv)
    if options.deed == "path":
        out(str(config_file()))
        return 0
    try:
        settings = read_settings()
    except Mistaken as error:
        err(str(error))
        return 1
    if options.deed == "check":
        exists = config_file().exists()
        out("No mistakes." if exists else f"There is no {config_file()}; the defaults hold.")
        return 0
    out(_shown(settings) if config_file().exists() else EXAMPLE.rstrip())
    return 0


def _shown(settings: Settings) -> str:
    lines = [f"theme = {settings.theme}"]
    if settings.mouse is not None:
        lines.append(f"mouse = {'on' if settings.mouse else 'off'}")
    lines.append(f"read_only_clouds = {', '.join(settings.read_only_clouds) or 'none'}")
    lines.append(f"token_cache = {'on' if settings.token_cache else 'off'}")
    lines += [f"keys.{name} = {', '.join(keys)}" for name, keys in settings.keys.items()]
    lines += [f"pace.{name} = {seconds:g} s" for name, seconds in settings.pace.items()]
    lines += [f"filters.{name} = {text}" for name, text in settings.filters.items()]
    return "\n".join(lines)
