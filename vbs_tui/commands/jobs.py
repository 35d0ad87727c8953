"""``vbs-tui jobs``: the restores on record, without any cloud."""

from __future__ import annotations

import argparse

from vbs_tui.commands.support.cloud_choice import journal_directory
from vbs_tui.commands.support.exit_status import CONFIGURATION
from vbs_tui.commands.support.failures import journal_failure, print_failure
from vbs_tui.commands.support.formatting import table_line
from vbs_tui.commands.support.process.output import print_json, print_out
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.read_only import open_read_only
from vbs_tui.restore.journal.rows import restore_to_dict


def run(options: argparse.Namespace) -> int:
    """``vbs-tui jobs``: all restores on record, newest first."""
    try:
        with open_read_only(journal_directory()) as journal:
            found = journal.restores() if journal else ()
    except JournalError as error:
        print_failure(journal_failure(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    if options.open:
        found = tuple(restore for restore in found if restore.state.is_open)
    if options.json:
        print_json([restore_to_dict(restore) for restore in found])
    elif not found:
        print_out("No open restores on record." if options.open else "No restores on record.")
    for restore in () if options.json else found:
        print_out(table_line(restore))
    return 0
