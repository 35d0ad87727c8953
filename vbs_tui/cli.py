"""The command line: parse it, run the command it names, turn what goes wrong into an exit status.

The arguments themselves are declared in :mod:`vbs_tui.commands.arguments`. Nothing heavy is
imported before it must be: start-up time is a feature.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from vbs_tui import defects
from vbs_tui.commands import arguments
from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.process import environment_cleanup
from vbs_tui.commands.support.process import exit as process_exit
from vbs_tui.commands.support.process.output import output_failure, print_err, print_json
from vbs_tui.paths import DirectoryError


def program() -> NoReturn:
    """The process: ``main``, and its end with that status."""
    process_exit.run(main)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit status. Raises ``SystemExit`` for ``--help`` and ``--version``."""
    environment_cleanup.clean_up()
    try:
        options = arguments.parse(list(sys.argv[1:] if argv is None else argv))
        return _guarded(options)
    except SystemExit as leaving:
        if leaving.code != exit_status.USAGE:
            raise
        return exit_status.USAGE
    except KeyboardInterrupt:  # where no command could say what it means there
        return exit_status.INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more; the interpreter would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_status.BROKEN_PIPE


def _guarded(options: argparse.Namespace) -> int:
    """What the command ends with, also where it could not do its work.

    No accident may end like a restore that failed, with 1.
    """
    as_json: bool = getattr(options, "json", False)
    try:
        return _run(options)
    except DirectoryError as error:
        return _no_place(error, as_json=as_json)
    except Exception as error:
        if isinstance(error, BrokenPipeError):
            raise
        if why := output_failure(error):
            print_err(f"vbs-tui: its output cannot be written ({why}); nothing was being sent.")
            return exit_status.OUTPUT
        told = defects.report(error)
        print_err(told)
        if as_json:
            kind, _, places = told.partition("\n")
            failure = {"what": "run", "message": kind, "places": places.splitlines()}
            with contextlib.suppress(OSError):
                print_json({"failure": failure, "exit_status": exit_status.DEFECT})
        return exit_status.DEFECT


def _run(options: argparse.Namespace) -> int:
    """Load and run the command: ``run(options)`` of the module that is named like it."""
    from importlib import import_module  # noqa: PLC0415

    defects.install_for_libraries()
    module = import_module(f"vbs_tui.commands.{options.command}")
    status: int = module.run(options)
    return status


def _no_place(error: DirectoryError, *, as_json: bool) -> int:
    from vbs_tui.commands.support.failures import local_failure, print_failure  # noqa: PLC0415 - start-up time

    status = exit_status.CONFIGURATION
    failure = local_failure("find", "the program's own files", str(error), error.hint)
    print_failure(failure, status if as_json else None)
    return status


if __name__ == "__main__":
    program()
