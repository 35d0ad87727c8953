"""``vbs-tui`` itself: the console on a real cloud, or on the one inside the program."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vbs_tui.commands.connecting import NoCloud, Target, demo, from_environment, journal_directory


def console_main(options: argparse.Namespace) -> int:
    """Run the console; the exit status: 0 left in order, 1 crashed, 4 could not start."""
    try:
        target = demo() if options.demo else from_environment()
    except NoCloud as error:
        print(str(error).rstrip(), file=sys.stderr)
        return 4
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print(
            "vbs-tui draws on a terminal, and this is none.\n"
            "For scripts: vbs-tui restore --help, vbs-tui jobs --help.",
            file=sys.stderr,
        )
        return 4
    with _journal(options.demo) as directory:
        try:
            return _run(options, target, directory)
        finally:
            target.close()


def _run(options: argparse.Namespace, target: Target, directory: Path) -> int:
    from vbs_tui.clock import SystemClock  # noqa: PLC0415 - start-up time
    from vbs_tui.restore.desk import Desk  # noqa: PLC0415
    from vbs_tui.ui.app import VbsTui  # noqa: PLC0415
    from vbs_tui.ui.leaving import run  # noqa: PLC0415

    clock = SystemClock()
    desk = Desk(
        target.connector,
        directory,
        cloud_name=target.name,
        read_only=options.read_only,
        clock=clock,
    )
    app = VbsTui(
        desk,
        clock=clock,
        zone=None,
        demo=options.demo,
        cloud_name=target.name,
        read_only=options.read_only,
    )
    return run(app, desk, mouse=options.mouse or not _is_remote())


@contextlib.contextmanager
def _journal(is_demo: bool) -> Iterator[Path]:
    """The machine's journal; for the demo one of its own, since its cloud ends with it."""
    if not is_demo:
        yield journal_directory()
        return
    with tempfile.TemporaryDirectory(prefix="vbs-tui-demo-") as directory:
        yield Path(directory)


def _is_remote() -> bool:
    """Whether the terminal is at the other end of an SSH link, where its own selection counts."""
    return bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
