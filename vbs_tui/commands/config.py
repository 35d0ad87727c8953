"""``vbs-tui config``: where the settings are, what they say and could say, if they are right."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.argument_parser import Parser
from vbs_tui.commands.support.formatting import err, out
from vbs_tui.paths import NoHome, config_file, token_directory
from vbs_tui.settings import EXAMPLE, Mistake, Mistaken, Settings, load, told
from vbs_tui.text import clean
from vbs_tui.ui.keys.command_table import TABLE
from vbs_tui.ui.keys.keymap import KeymapError, apply_keymap


def read_settings() -> Settings:
    """The settings, with keys checked against the commands.

    Raises :class:`Mistaken`, and :class:`~vbs_tui.paths.NoPlace`.
    """
    try:
        path = config_file()
    except NoHome:  # and so no file, of the container's nobody for one
        return Settings()
    mistakes: list[Mistake] = []
    try:
        settings = load(path, [one.id for one in TABLE])
    except Mistaken as error:
        mistakes += error.mistakes
        settings = error.settings
    lines = {name.removeprefix("keys."): line for name, line in settings.lines.items()}
    try:
        apply_keymap(settings.keys, lines)
    except KeymapError as clash:
        mistakes += clash.mistakes
        good = {name: one for name, one in settings.keys.items() if name not in clash.commands}
        settings = replace(settings, keys=good)
    if mistakes:
        raise Mistaken(path, tuple(mistakes), settings)
    return settings


def unprotected(settings: Settings, clouds: Collection[str]) -> str:
    """Names that were meant to protect a cloud, and protect none of *clouds*, in a sentence.

    *clouds*: as they are configured. Empty when there is nothing to say.
    """
    names = [clean(one, 60) for one in settings.read_only_clouds if one not in clouds]
    if not names:
        return ""
    return f"read_only_clouds: no cloud here is called {clean(' or '.join(names), 200)}"


def kept_tokens(settings: Settings) -> Path | None:
    """Where tokens are kept; ``None`` when they are not."""
    if not settings.token_cache:
        return None
    try:
        return token_directory()
    except NoHome:
        return None


def config_main(argv: Sequence[str]) -> int:
    """``config path|show|check|keys``: exit 0 fine, 1 the file has mistakes."""
    parser = Parser(
        prog="vbs-tui config",
        description="Look at the settings in config.toml.",
        epilog=f"exit status:\n  0    done\n  1    the file has mistakes\n{exit_status.SHARED}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "deed",
        choices=("path", "show", "check", "keys"),
        help="path: where the file is; show: what holds; check: whether the file is right; "
        "keys: every command with its id, its keys and what it does",
    )
    options = parser.parse_args(argv)
    if options.deed == "path":
        out(clean(config_file(), 4000))
        return 0
    deeds = {"check": _check, "show": _show, "keys": _keys}
    return deeds[options.deed]()


def _check() -> int:
    try:
        settings = read_settings()
    except Mistaken as error:
        err(str(error))
        return 1
    path = _file()
    if path is None:
        out("There is no home directory, and so no file; the defaults hold.")
        return 0
    if not path.exists():
        out(f"There is no {clean(path, 400)}; the defaults hold.")
        return 0
    warning = warning_about(settings)
    if warning:
        err(told(path, Mistake(settings.lines.get("read_only_clouds", 0), f"warning: {warning}")))
    out("No mistakes.")
    return 0


def _file() -> Path | None:
    try:
        return config_file()
    except NoHome:
        return None


def warning_about(settings: Settings) -> str:
    """What may be wrong with the read-only clouds. Reads the configuration if there are any."""
    if not settings.read_only_clouds:
        return ""
    from vbs_tui.commands.support.cloud_choice import NoCloud, configured_clouds  # noqa: PLC0415 - start-up

    try:
        known = [one.raw_name for one in configured_clouds()]
    except (NoCloud, ImportError) as error:
        return f"read_only_clouds: the clouds cannot be read: {clean(error, 400).strip()}"
    try:
        # The cloud that the variables make goes by its host.
        host = urlsplit(os.environ.get("OS_AUTH_URL", "")).hostname
    except ValueError:
        host = None
    return unprotected(settings, [*known, *([host] if host else [])])


def _show() -> int:
    """The mistakes beside the output, what holds apart from them in it."""
    try:
        settings = read_settings()
    except Mistaken as error:
        err(str(error))
        err("Until this is corrected vbs-tui does not start. Apart from it, this holds:")
        out(_shown(error.settings))
        return 1
    path = _file()
    out(_shown(settings) if path is not None and path.exists() else EXAMPLE.rstrip())
    return 0


def _keys() -> int:
    """The table of commands, for who gives them own keys."""
    try:
        settings = read_settings()
        status = 0
    except Mistaken as error:
        err(str(error))
        settings = error.settings
        status = 1
    table = apply_keymap(settings.keys)
    wide = max(len(one.id) for one in table)
    for one in table:
        place = "" if one.scope == "global" else f" ({one.scope})"
        out(f"{one.id:{wide}}  {one.shown or 'no key':14}  {one.help}{place}")
    return status


def _shown(settings: Settings) -> str:
    lines = [f"theme = {settings.theme}"]
    if settings.mouse is not None:
        lines.append(f"mouse = {'on' if settings.mouse else 'off'}")
    lines.append(f"read_only_clouds = {', '.join(settings.read_only_clouds) or 'none'}")
    lines.append(f"token_cache = {'on' if settings.token_cache else 'off'}")
    lines += [f"keys.{name} = {', '.join(keys) or 'none'}" for name, keys in settings.keys.items()]
    lines += [f"pace.{name} = {seconds:g} s" for name, seconds in settings.pace.items()]
    lines += [f"filters.{name} = {text}" for name, text in settings.filters.items()]
    return "\n".join(clean(line, 1000) for line in lines)
