"""The command line. Nothing heavy is imported before it must be: start-up time is a feature."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from vbs_tui import __version__, defects
from vbs_tui.commands.support import environment_cleanup, exit_status, process_exit
from vbs_tui.commands.support.argument_parser import PARSERS_USAGE, Parser
from vbs_tui.commands.support.output import err, lost_output, out_json
from vbs_tui.paths import NoPlace

OWN_ARGUMENTS = {
    "explain": "vbs_tui.commands.explain:explain_main",
    "simulate": "vbs_tui.commands.simulate:simulate_main",
    "config": "vbs_tui.commands.config:config_main",
    "doctor": "vbs_tui.commands.doctor:doctor_main",
    "jobs": "vbs_tui.commands.jobs:jobs_main",
    "show": "vbs_tui.commands.jobs:show_main",
    "watch": "vbs_tui.commands.watch:watch_main",
    "restore": "vbs_tui.commands.restore:restore_main",
}
"""Subcommands, each with a parser of its own, as ``module:function``."""

_EPILOG = """\
commands:
  vbs-tui explain CODE …      what an error code or an HTTP status means, and what to do
  vbs-tui simulate            run the practice cloud by itself, for rehearsals and other clients
  vbs-tui restore …           restore from a script; --dry-run shows hazards and request only
  vbs-tui config path|show|check  your settings: theme, keys, pace, read-only clouds
  vbs-tui doctor              check the way to the cloud, the log-in, rights, journal, terminal
  vbs-tui jobs | show | watch the restores on record on this machine

Each command has its own --help. A wrong command line ends with 64, settings or a cloud that
cannot be used with 78; see vbs-tui restore --help.

clouds:
  --cloud NAME takes a cloud of clouds.yaml, as the openstack client does (OS_CLOUD too). Without
  it: the OS_* variables, else the only configured cloud, else a list to choose from.

environment:
  OS_AUTH_URL, OS_USERNAME, OS_PASSWORD (asked for when absent), OS_PROJECT_NAME,
  OS_USER_DOMAIN_NAME, OS_REGION_NAME, OS_CACERT

examples:
  vbs-tui --demo              practise on a cloud inside the program; nothing real is touched
  vbs-tui --read-only         look and watch, with every way to send a restore shut
  vbs-tui explain VolumeBackup.0209
"""


def program() -> NoReturn:
    """The process: ``main``, and its end with that status."""
    process_exit.run(main)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit status. A wrong command line ends it with 64, for ``--help`` 0."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    environment_cleanup.mend()
    try:
        if arguments and arguments[0] in OWN_ARGUMENTS:
            return _for_scripts(OWN_ARGUMENTS[arguments[0]], arguments[1:])
        options = parser().parse_args(arguments)
    except SystemExit as leaving:
        if leaving.code != PARSERS_USAGE:
            raise
        return exit_status.USAGE
    try:
        return _guarded(lambda: _load("vbs_tui.commands.console:console_main")(options))
    except KeyboardInterrupt:  # while no screen is up: before the first one, between two clouds
        return exit_status.INTERRUPTED


def _for_scripts(where: str, arguments: Sequence[str]) -> int:
    """Run a command. No accident in it may end like a restore that failed, with 1."""
    as_json = "--json" in arguments
    try:
        return _guarded(lambda: _load(where)(arguments), as_json=as_json)
    except BrokenPipeError:
        # Nobody reads any more; the interpreter would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_status.BROKEN_PIPE


def _guarded(command: Callable[[], int], *, as_json: bool = False) -> int:
    """What *command* ends with, also where it could not do its work."""
    try:
        return command()
    except NoPlace as error:
        return _no_place(error, as_json=as_json)
    except Exception as error:
        if isinstance(error, BrokenPipeError):
            raise
        if why := lost_output(error):
            err(f"vbs-tui: its output cannot be written ({why}); nothing was being sent.")
            return exit_status.OUTPUT
        told = defects.report(error)
        err(told)
        if as_json:
            kind, _, places = told.partition("\n")
            failure = {"what": "run", "message": kind, "places": places.splitlines()}
            with contextlib.suppress(OSError):
                out_json({"failure": failure, "exit_status": exit_status.DEFECT})
        return exit_status.DEFECT


def _no_place(error: NoPlace, *, as_json: bool) -> int:
    from vbs_tui.commands.support.failures import tell_failure, unsent  # noqa: PLC0415 - start-up time

    status = exit_status.CONFIGURATION
    failure = unsent("find", "the program's own files", str(error), error.hint)
    tell_failure(failure, status if as_json else None)
    return status


def parser() -> argparse.ArgumentParser:
    """The options of the console itself."""
    made = Parser(
        prog="vbs-tui",
        description="A terminal console for restoring cloud disks from their backups.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument(
        "--demo", action="store_true", help="use the simulated cloud inside the program"
    )
    made.add_argument("--cloud", metavar="NAME", help="a cloud of clouds.yaml")
    made.add_argument("--region", metavar="NAME", help="one of that cloud's regions")
    made.add_argument("--read-only", action="store_true", help="never send anything but reads")
    made.add_argument(
        "--mouse", action="store_true", help="let the program have the mouse, over SSH too"
    )
    made.add_argument("--version", action="version", version=f"vbs-tui {__version__}")
    return made


def _load(where: str) -> Callable[..., int]:
    from importlib import import_module  # noqa: PLC0415

    defects.install_for_libraries()
    module, _, name = where.partition(":")
    found: Callable[..., int] = getattr(import_module(module), name)
    return found


if __name__ == "__main__":
    program()
