"""The parser of every command line: its mistakes are told safely, and end with one status."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from vbs_tui.text import clean

PARSERS_USAGE = 2
"""What a parser ends with, as Python's own do; the program makes it :data:`WRONG`."""

WRONG = 64
"""The exit status of a wrong command line, as in ``sysexits.h``: 2 would look like an unknown
outcome."""


class Parser(argparse.ArgumentParser):
    """Repeats no raw argument to the terminal, and takes no argument that is not text."""

    _has_json = False

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> argparse.Namespace:
        """As the library does, but for arguments that are not text: those are refused by name."""
        given = list(sys.argv[1:] if args is None else args)
        self._has_json = "--json" in given
        made: argparse.Namespace = super().parse_args([self._text(one) for one in given], namespace)
        return made

    def _text(self, argument: str) -> str:
        """What the locale could not read is read as UTF-8."""
        if not any("\ud800" <= sign <= "\udfff" for sign in argument):
            return argument
        try:
            return os.fsencode(argument).decode()
        except UnicodeError:
            self.error(f"the argument {clean(argument, 200)} is no text in UTF-8")

    def error(self, message: str) -> NoReturn:
        """Usage and *message* beside the output, and with ``--json`` a document in it."""
        told = clean(message, 1000)
        self.print_usage(sys.stderr)
        if self._has_json:
            document = {"failure": {"what": self.prog, "message": told}, "exit_status": WRONG}
            print(json.dumps(document), flush=True)
        self.exit(PARSERS_USAGE, f"{self.prog}: error: {told}\n")
