"""The operator's settings, with what depends on more than the file: keys, directories, clouds."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from vbs_tui.paths import NoHomeDirectoryError, config_file, token_directory
from vbs_tui.settings import Mistake, Settings, SettingsError, load
from vbs_tui.text import clean
from vbs_tui.ui.keys.command_table import TABLE
from vbs_tui.ui.keys.keymap import KeymapError, apply_keymap


def read_settings() -> Settings:
    """The settings, with keys checked against the commands.

    Raises :class:`SettingsError`, and :class:`~vbs_tui.paths.DirectoryError`.
    """
    try:
        path = config_file()
    except NoHomeDirectoryError:  # and so no settings file: a container's user, for example
        return Settings()
    mistakes: list[Mistake] = []
    try:
        settings = load(path, [one.id for one in TABLE])
    except SettingsError as error:
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
        raise SettingsError(path, tuple(mistakes), settings)
    return settings


def unknown_read_only_clouds(settings: Settings, clouds: Collection[str]) -> str:
    """A warning of names in ``read_only_clouds`` that none of *clouds* has; empty without any.

    *clouds*: their names as they are configured.
    """
    names = [clean(one, 60) for one in settings.read_only_clouds if one not in clouds]
    if not names:
        return ""
    return f"read_only_clouds: no cloud here is called {clean(' or '.join(names), 200)}"


def token_directory_for(settings: Settings) -> Path | None:
    """The directory to keep tokens in; ``None`` when they are not kept."""
    if not settings.token_cache:
        return None
    try:
        return token_directory()
    except NoHomeDirectoryError:
        return None


def read_only_warning(settings: Settings) -> str:
    """A warning about ``read_only_clouds``, or nothing. Reads the clouds if there are any names."""
    if not settings.read_only_clouds:
        return ""
    from vbs_tui.commands.support.cloud_choice import NoCloud, configured_clouds  # noqa: PLC0415 - start-up

    try:
        known = [one.raw_name for one in configured_clouds()]
    except (NoCloud, ImportError) as error:
        return f"read_only_clouds: the clouds cannot be read: {clean(error, 400).strip()}"
    try:
        # The cloud of the variables alone is named by its host.
        host = urlsplit(os.environ.get("OS_AUTH_URL", "")).hostname
    except ValueError:
        host = None
    return unknown_read_only_clouds(settings, [*known, *([host] if host else [])])
