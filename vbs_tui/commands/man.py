"""``vbs-tui man``: the man page, as it is packaged."""

from __future__ import annotations

import argparse

from vbs_tui.commands.support.process.output import print_out
from vbs_tui.manual import MAN_PAGE, read


def run(_options: argparse.Namespace) -> int:
    """``vbs-tui man``: the source of the man page, for ``man`` to format."""
    print_out(read(MAN_PAGE).rstrip("\n"))
    return 0
