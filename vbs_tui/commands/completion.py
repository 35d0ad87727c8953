"""``vbs-tui completion``: what a shell needs to complete the command line."""

from __future__ import annotations

import argparse

from vbs_tui.commands.arguments import build_parsers
from vbs_tui.commands.support.process.output import print_out
from vbs_tui.manual import topics


def run(options: argparse.Namespace) -> int:
    """``vbs-tui completion bash|zsh|fish``: the script, made from the parser."""
    import shtab  # noqa: PLC0415 - start-up time

    root, _ = build_parsers(topics())
    print_out(shtab.complete(root, options.shell))
    return 0
