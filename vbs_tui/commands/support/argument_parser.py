"""The class of every argument parser: mistakes are reported safely, and end with one status."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from vbs_tui.commands.support.exit_status import USAGE
from vbs_tui.text import clean


class Parser(argparse.ArgumentParser):
    """Repeats no raw argument to the terminal, and takes no argument that is not text.

    A wrong command line ends with 64, as in ``sysexits.h``: the library's own 2 would look like an
    unknown outcome.
    """

    late_epilog: Callable[[], str] | None = None
    """Gives the epilog, where making it would slow down every start."""

    has_json = False
    """Whether a mistake is also printed as a JSON document. :meth:`parse_args` sets it."""

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> argparse.Namespace:
        """As the library does, but arguments that are not text are refused by name."""
        given = list(sys.argv[1:] if args is None else args)
        self.has_json = "--json" in given
        options: argparse.Namespace = super().parse_args(
            [self._text(one) for one in given], namespace
        )
        return options

    def format_help(self) -> str:
        """The text of ``--help``."""
        if self.late_epilog is not None:
            self.epilog = self.late_epilog()
        return super().format_help()

    def _text(self, argument: str) -> str:
        """*argument*; bytes that the locale could not decode are decoded as UTF-8."""
        if not any("\ud800" <= sign <= "\udfff" for sign in argument):
            return argument
        try:
            return os.fsencode(argument).decode()
        except UnicodeError:
            self.error(f"the argument {clean(argument, 200)} is no text in UTF-8")

    def error(self, message: str) -> NoReturn:
        """Print usage and *message* to standard error, with ``--json`` a document to the output."""
        shown = clean(message, 1000)
        self.print_usage(sys.stderr)
        if self.has_json:
            document = {"failure": {"what": self.prog, "message": shown}, "exit_status": USAGE}
            print(json.dumps(document), flush=True)
        self.exit(USAGE, f"{self.prog}: error: {shown}\n")


def close_to(word: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` where *word* is spelt much like one of *known*, else nothing."""
    import difflib  # noqa: PLC0415 - start-up time

    near = difflib.get_close_matches(word[:40].lower(), list(known), 1, 0.7)
    return f"; did you mean {near[0]}?" if near else ""
