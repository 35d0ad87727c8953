"""``vbs-tui`` itself: the console on a real cloud, or on the one inside the program."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vbs_tui.commands.config import kept_tokens, read_settings, unprotected
from vbs_tui.commands.connecting import (
    NoCloud,
    SeveralClouds,
    Target,
    choose_cloud,
    configured_clouds,
    demo,
    journal_directory,
)
from vbs_tui.config import Mistaken, Settings
from vbs_tui.text import clean

SWITCH = -1
"""What the app ends with when the operator wants another cloud; never an exit status."""

if TYPE_CHECKING:
    from vbs_tui.cloud.configuration import ConfiguredCloud
    from vbs_tui.ui.picker import Choice


def console_main(options: argparse.Namespace) -> int:
    """Run the console; the exit status: 0 left in order, 1 crashed, 4 could not start."""
    try:
        settings = read_settings()
        _bind(settings)
        target = _target(options, settings)
    except (NoCloud, Mistaken) as error:
        print(str(error).rstrip(), file=sys.stderr)
        return 4
    if target is None:
        return 0
    if not _has_terminal():
        print(_NO_TERMINAL, file=sys.stderr)
        return 4
    while (status := _open(options, settings, target)) == SWITCH:
        target = _another(settings, target)
    return status


def _bind(settings: Settings) -> None:
    from vbs_tui.ui.commands import use_table  # noqa: PLC0415 - start-up time
    from vbs_tui.ui.keymap import rebound  # noqa: PLC0415

    # Before any screen is imported, the picker's too: classes take their keys from the table.
    use_table(rebound(settings.keys))


def _open(options: argparse.Namespace, settings: Settings, target: Target) -> int:
    with _journal(options.demo) as directory:
        try:
            return _run(options, settings, target, directory)
        finally:
            target.close()


def _another(settings: Settings, before: Target) -> Target:
    """Another cloud, chosen from the list; the one before when there is no other."""
    try:
        clouds = configured_clouds()
        choice = _pick(clouds, settings) if clouds else None
    except NoCloud:
        choice = None
    return before if choice is None else _chosen(choice, settings)


_NO_TERMINAL = """\
vbs-tui draws on a terminal, and this is none.
For scripts: vbs-tui restore --help, vbs-tui jobs --help."""


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _chosen(choice: Choice, settings: Settings) -> Target:
    return choose_cloud(choice.raw_cloud, choice.raw_region or None, tokens=kept_tokens(settings))


def _target(options: argparse.Namespace, settings: Settings) -> Target | None:
    """The cloud to open; ``None`` when the operator was asked and left."""
    if options.demo:
        return demo()
    try:
        return choose_cloud(options.cloud, options.region, tokens=kept_tokens(settings))
    except SeveralClouds as error:
        several = error
    if not _has_terminal():
        raise NoCloud(str(several))
    choice = _pick(several.clouds, settings)
    return None if choice is None else _chosen(choice, settings)


def _pick(clouds: tuple[ConfiguredCloud, ...], settings: Settings) -> Choice | None:
    from vbs_tui.clock import SystemClock  # noqa: PLC0415 - start-up time
    from vbs_tui.commands.last_use import last_uses  # noqa: PLC0415
    from vbs_tui.ui.picker import Choice, CloudPicker  # noqa: PLC0415

    uses = last_uses(journal_directory())
    choices = [
        Choice(
            cloud=one.name,
            raw_cloud=one.raw_name,
            region=clean(region, 64),
            raw_region=region,
            host=one.auth_host,
            log_in=one.log_in,
            project=one.project,
            used_at=uses.get(one.raw_name),
            fault=one.fault,
        )
        for one in clouds
        for region in one.regions or ("",)
    ]
    choices.sort(key=lambda choice: -(choice.used_at.timestamp() if choice.used_at else 0.0))
    picker = CloudPicker(
        choices,
        SystemClock(),
        light=settings.theme == "light",
        notice=unprotected(settings, [one.raw_name for one in clouds]),
    )
    return picker.run(mouse=_has_mouse(settings))


def _run(options: argparse.Namespace, settings: Settings, target: Target, directory: Path) -> int:
    from vbs_tui.clock import SystemClock  # noqa: PLC0415
    from vbs_tui.commands.last_use import note_use  # noqa: PLC0415
    from vbs_tui.restore.desk import Desk  # noqa: PLC0415
    from vbs_tui.restore.pace import Pace  # noqa: PLC0415
    from vbs_tui.ui.app import VbsTui  # noqa: PLC0415
    from vbs_tui.ui.leaving import run  # noqa: PLC0415

    clock = SystemClock()
    read_only = options.read_only or target.raw_name in settings.read_only_clouds
    desk = Desk(
        target.connector,
        directory,
        cloud_name=target.name,
        read_only=read_only,
        clock=clock,
        pace=replace(Pace(), **settings.pace),  # type: ignore[arg-type]
    )
    app = VbsTui(
        desk,
        clock=clock,
        zone=None,
        demo=options.demo,
        cloud_name=target.name,
        read_only=read_only,
    )
    if not options.demo:
        app.switch_result = SWITCH
    app.begin_with(light=settings.theme == "light", filters=settings.filters)
    if not options.demo:
        note_use(directory, target.raw_name, clock.now())
    return run(app, desk, mouse=options.mouse or _has_mouse(settings))


@contextlib.contextmanager
def _journal(is_demo: bool) -> Iterator[Path]:
    """The machine's journal; for the demo one of its own, since its cloud ends with it."""
    if not is_demo:
        yield journal_directory()
        return
    with tempfile.TemporaryDirectory(prefix="vbs-tui-demo-") as directory:
        yield Path(directory)


def _has_mouse(settings: Settings) -> bool:
    return settings.mouse if settings.mouse is not None else not _is_remote()


def _is_remote() -> bool:
    """Whether the terminal is at the other end of an SSH link, where its own selection counts."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
