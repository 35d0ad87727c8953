"""``vbs-tui config``: where the settings are, what they say, whether they are right."""

from __future__ import annotations

import argparse
from pathlib import Path

from vbs_tui.commands.support.operator_settings import read_only_warning, read_settings
from vbs_tui.commands.support.process.output import print_err, print_out
from vbs_tui.paths import NoHomeDirectoryError, config_file
from vbs_tui.settings import EXAMPLE, Mistake, Settings, SettingsError, mistake_line
from vbs_tui.text import clean
from vbs_tui.ui.keys.keymap import apply_keymap


def run(options: argparse.Namespace) -> int:
    """``vbs-tui config path|show|check|keys``: exit 0 fine, 1 the file has mistakes."""
    if options.action == "path":
        print_out(clean(config_file(), 4000))
        return 0
    actions = {"check": _check, "show": _show, "keys": _keys}
    return actions[options.action]()


def _check() -> int:
    try:
        settings = read_settings()
    except SettingsError as error:
        print_err(str(error))
        return 1
    path = _file()
    if path is None:
        print_out("There is no home directory, and so no file; the defaults hold.")
        return 0
    if not path.exists():
        print_out(f"There is no {clean(path, 400)}; the defaults hold.")
        return 0
    warning = read_only_warning(settings)
    if warning:
        print_err(
            mistake_line(
                path, Mistake(settings.lines.get("read_only_clouds", 0), f"warning: {warning}")
            )
        )
    print_out("No mistakes.")
    return 0


def _file() -> Path | None:
    try:
        return config_file()
    except NoHomeDirectoryError:
        return None


def _show() -> int:
    """Mistakes to standard error, the settings that hold apart from them to the output."""
    try:
        settings = read_settings()
    except SettingsError as error:
        print_err(str(error))
        print_err("Until this is corrected vbs-tui does not start. Apart from it, this holds:")
        print_out(_shown(error.settings))
        return 1
    path = _file()
    print_out(_shown(settings) if path is not None and path.exists() else EXAMPLE.rstrip())
    return 0


def _keys() -> int:
    """The commands of the console with their ids, for settings of keys."""
    try:
        settings = read_settings()
        status = 0
    except SettingsError as error:
        print_err(str(error))
        settings = error.settings
        status = 1
    table = apply_keymap(settings.keys)
    wide = max(len(one.id) for one in table)
    for one in table:
        place = "" if one.scope == "global" else f" ({one.scope})"
        print_out(f"{one.id:{wide}}  {one.shown or 'no key':14}  {one.help}{place}")
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
