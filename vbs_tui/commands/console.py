"""``vbs-tui`` itself: the console on a real cloud, or on the one inside the program."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vbs_tui.cloud.config.variables import Variables
from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.cloud_choice import (
    NoCloud,
    SeveralClouds,
    Target,
    choose_cloud,
    configured_clouds,
    demo_target,
    journal_directory,
)
from vbs_tui.commands.support.operator_settings import (
    read_only_warning,
    read_settings,
    token_directory_for,
    unknown_read_only_clouds,
)
from vbs_tui.commands.support.process import environment_cleanup, output_encoding
from vbs_tui.commands.support.process.output import print_err
from vbs_tui.paths import DirectoryError
from vbs_tui.settings import Settings, SettingsError
from vbs_tui.text import clean

if TYPE_CHECKING:
    from vbs_tui.cloud.config.clouds_yaml import ConfiguredCloud
    from vbs_tui.commands.support.cloud_choice import RefusalHistories
    from vbs_tui.ui.cloud_choices import Choice


def run(options: argparse.Namespace) -> int:
    """``vbs-tui`` without a command: 0 left in order, 1 crashed, 78 could not start."""
    histories: RefusalHistories = {}
    try:
        settings = read_settings()
        _bind(settings)
        target = _target(options, settings, histories)
    except (NoCloud, SettingsError) as error:
        for line in [*str(error).rstrip().splitlines(), *environment_cleanup.warnings()]:
            print_err(line)
        return exit_status.CONFIGURATION
    if isinstance(target, int):
        return target
    if not _has_terminal():
        print_err(_NO_TERMINAL)
        return exit_status.USAGE
    unlisted = target if _is_by_variables(options) else None
    ended = _open(options, settings, target, _End(0, unlisted=unlisted))
    while ended.wanted is not None:
        if ended.wanted.is_unlisted and unlisted is not None:
            target = unlisted
        elif not ended.wanted.is_open:
            target = _chosen(ended.wanted, settings, histories)
        ended = _open(options, settings, target, ended)
    return ended.status


@dataclass(frozen=True, slots=True)
class _End:
    """How the console of one cloud ended, for the console of the next one."""

    status: int
    wanted: Choice | None = None
    """The cloud to open next, if one is wanted."""
    region: str = ""
    """The region that was opened without a new log-in, where *wanted* is the same cloud."""
    greeting: str = ""
    """The first message there."""
    left: frozenset[str] = frozenset()
    """Ids of the restores that this program watched, and that had not ended."""
    unlisted: Target | None = None
    """The cloud of the variables alone, if the program was started on it."""


def _bind(settings: Settings) -> None:
    from vbs_tui.ui.keys.bindings import set_commands  # noqa: PLC0415 - start-up time
    from vbs_tui.ui.keys.keymap import apply_keymap  # noqa: PLC0415

    # Before any screen is imported, the picker's too: classes take their keys from the table.
    set_commands(apply_keymap(settings.keys))


def _open(options: argparse.Namespace, settings: Settings, target: Target, before: _End) -> _End:
    """Run the console of *target*; *before*: how that of another cloud ended."""
    with _journal(options.demo) as directory:
        try:
            return _run(options, settings, target, directory, before)
        finally:
            target.close()


def _is_by_variables(options: argparse.Namespace) -> bool:
    env = Variables(os.environ)
    return not (options.demo or options.cloud or env.get("OS_CLOUD")) and bool(
        env.get("OS_AUTH_URL")
    )


_NO_TERMINAL = """\
vbs-tui needs a terminal, and this is not one.
For scripts: vbs-tui restore --help, vbs-tui jobs --help."""


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _chosen(choice: Choice, settings: Settings, histories: RefusalHistories) -> Target:
    region = choice.raw_region or None
    return choose_cloud(
        choice.raw_cloud, region, tokens=token_directory_for(settings), histories=histories
    )


def _target(
    options: argparse.Namespace, settings: Settings, histories: RefusalHistories
) -> Target | int:
    """The cloud to open, or the exit status when the operator was asked and left."""
    if options.demo:
        return demo_target()
    try:
        tokens = token_directory_for(settings)
        return choose_cloud(options.cloud, options.region, tokens=tokens, histories=histories)
    except SeveralClouds as error:
        several = error
    if not _has_terminal():
        raise NoCloud(str(several))
    from vbs_tui.clock import SystemClock  # noqa: PLC0415 - start-up time
    from vbs_tui.ui.cloud_picker import CloudPicker  # noqa: PLC0415
    from vbs_tui.ui.terminal import shutdown  # noqa: PLC0415

    choices = _choices(several.clouds, settings, read_only=options.read_only)
    if options.region:
        choices = [_in_region(one, options.region) for one in choices if _has(one, options.region)]
        if not choices:
            where = clean(repr(options.region), 100)
            raise NoCloud(f"{several} None of them is configured with the region {where}.")
    picker = CloudPicker(
        choices,
        SystemClock(),
        light=settings.theme == "light",
        notice=unknown_read_only_clouds(settings, [one.raw_name for one in several.clouds]),
    )
    with output_encoding.for_screen():
        status = shutdown.run(picker, lambda _: None, mouse=options.mouse or _has_mouse(settings))
    # A signal that came after the choice ends the program all the same.
    return (
        status if status or picker.choice is None else _chosen(picker.choice, settings, histories)
    )


def _choices(
    clouds: Sequence[ConfiguredCloud], settings: Settings, *, read_only: bool
) -> list[Choice]:
    """The clouds and their regions, those used last first."""
    from vbs_tui.commands.support.last_use import last_uses  # noqa: PLC0415 - start-up time
    from vbs_tui.ui.cloud_choices import Choice  # noqa: PLC0415

    uses = last_uses(journal_directory())
    choices = [
        Choice(
            cloud=one.name,
            raw_cloud=one.raw_name,
            region=clean(region, 64),
            raw_region=region,
            host=there.auth_host,
            log_in=there.log_in,
            project=there.project,
            used_at=used_in.get(region) if region else max(used_in.values(), default=None),
            used_in=used_in,
            fault=one.fault or there.fault,
            user=there.user,
            insecure=there.insecure,
            is_read_only=read_only or one.raw_name in settings.read_only_clouds,
            is_apart=region in one.own_regions,
        )
        for one in clouds
        for used_in in (uses.get(one.raw_name, {}),)
        for region in one.regions or ("",)
        for there in (one.in_region.get(region, one),)
    ]
    choices.sort(key=lambda choice: -(choice.used_at.timestamp() if choice.used_at else 0.0))
    return choices


def _has(choice: Choice, region: str) -> bool:
    # A cloud without configured regions may have any; the log-in will tell.
    return choice.raw_region in ("", region)


def _in_region(choice: Choice, region: str) -> Choice:
    return replace(choice, raw_region=region, region=clean(region, 64))


def _unlisted(target: Target, settings: Settings, *, read_only: bool) -> Choice:
    """The cloud of the variables, which the files do not name, as a choice to go back to."""
    from vbs_tui.commands.support.last_use import last_uses  # noqa: PLC0415 - start-up time
    from vbs_tui.ui.cloud_choices import Choice  # noqa: PLC0415

    used_in = last_uses(journal_directory()).get(target.raw_name, {})
    return Choice(
        cloud=target.name,
        raw_cloud=target.raw_name,
        region="",
        host="",
        log_in="OS_* variables",
        project="",
        used_at=max(used_in.values(), default=None),
        used_in=used_in,
        is_read_only=read_only or target.raw_name in settings.read_only_clouds,
        is_unlisted=True,
    )


def _run(
    options: argparse.Namespace,
    settings: Settings,
    target: Target,
    directory: Path,
    before: _End,
) -> _End:
    from vbs_tui.clock import SystemClock  # noqa: PLC0415
    from vbs_tui.commands.support.last_use import record_at_exit, record_use  # noqa: PLC0415
    from vbs_tui.restore.backend import Backend  # noqa: PLC0415
    from vbs_tui.restore.watch.poll_pace import PollPace  # noqa: PLC0415
    from vbs_tui.ui.app import SWITCH, VbsTui  # noqa: PLC0415
    from vbs_tui.ui.cloud_choices import CloudsUnreadable  # noqa: PLC0415
    from vbs_tui.ui.terminal.shutdown import run  # noqa: PLC0415

    clock = SystemClock()
    read_only = options.read_only or target.raw_name in settings.read_only_clouds
    backend = Backend(
        target.connector,
        directory,
        cloud_name=target.name,
        region=before.region,
        read_only=read_only,
        clock=clock,
        pace=replace(PollPace(), **settings.pace),  # type: ignore[arg-type]
    )
    app = VbsTui(
        backend,
        clock=clock,
        zone=None,
        demo=options.demo,
        cloud_name=target.name,
        read_only=read_only,
    )

    way_back = before.unlisted

    def read() -> list[Choice]:
        try:
            clouds = configured_clouds()
        except NoCloud as error:
            problem = CloudsUnreadable(clean(error, 500))
        else:
            choices = _choices(clouds, settings, read_only=options.read_only)
            if way_back is not None and way_back.raw_name not in {one.raw_cloud for one in choices}:
                choices.insert(0, _unlisted(way_back, settings, read_only=options.read_only))
            return choices
        raise problem

    if not options.demo:
        app.set_clouds(
            target.raw_name,
            read,
            used=lambda region: record_use(directory, target.raw_name, region, clock.now()),
            greeting=before.greeting,
            left=before.left,
            unnamed="" if way_back is None else way_back.name,
        )
    app.apply_settings(light=settings.theme == "light", filters=settings.filters)
    if not options.demo:
        app.set_startup_check(lambda: "\n".join(filter(None, _warnings(settings))))
    with output_encoding.for_screen():
        status = run(app, backend.stop, mouse=options.mouse or _has_mouse(settings))
    record_at_exit(directory, target.raw_name, app.used_regions, clock.now())
    wanted = app.wanted
    if status != SWITCH or wanted is None:
        return _End(status)
    ended = replace(before, status=status, wanted=wanted, region="", greeting="")
    left = frozenset(one.id for one in app.store.unwatched_at_exit(before.left))
    if wanted.is_open:
        return replace(ended, left=left, region=backend.region)
    greeting = _left_behind(target, len(app.store.watched_here()))
    return replace(ended, left=left, greeting=greeting)


def _warnings(settings: Settings) -> tuple[str, ...]:
    return (read_only_warning(settings), *environment_cleanup.warnings())


def _left_behind(target: Target, number: int) -> str:
    """A message about the restores that were watched in the cloud that is left."""
    if not number:
        return ""
    goes = "1 restore goes" if number == 1 else f"{number} restores go"
    # The next cloud may be the same one by another name or region, and so watch them.
    return f"{goes} on in {target.name}; pane 4 says what is watched from here."


@contextlib.contextmanager
def _journal(is_demo: bool) -> Iterator[Path]:
    """The machine's journal; for the demo a temporary one, since its cloud ends with it."""
    if not is_demo:
        yield journal_directory()
        return
    with _temporary_directory() as directory:
        yield Path(directory)


def _temporary_directory() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="vbs-tui-demo-")
    except OSError:
        text = "There is no directory for temporary files that can be written to."
        raise DirectoryError(text, "Set TMPDIR to one.") from None


def _has_mouse(settings: Settings) -> bool:
    return settings.mouse if settings.mouse is not None else not _is_remote()


def _is_remote() -> bool:
    """Whether the terminal is reached over SSH, where its own selection is wanted."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
