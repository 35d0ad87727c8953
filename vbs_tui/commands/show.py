"""``vbs-tui show``: one restore on record with its log, without any cloud."""

from __future__ import annotations

import argparse

from vbs_tui.clock import SystemClock
from vbs_tui.commands.support.cloud_choice import journal_directory
from vbs_tui.commands.support.exit_status import CONFIGURATION
from vbs_tui.commands.support.failures import journal_failure, print_failure
from vbs_tui.commands.support.formatting import print_no_single_match, restore_text
from vbs_tui.commands.support.process.output import print_json, print_out
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.read_only import open_read_only
from vbs_tui.restore.journal.rows import entry_to_dict, restore_to_dict


def run(options: argparse.Namespace) -> int:
    """``vbs-tui show``: one restore with its whole log."""
    try:
        with open_read_only(journal_directory()) as journal:
            found = journal.find(options.id) if journal else ()
            if len(found) != 1:
                return print_no_single_match(options.id, found, as_json=options.json)
            restore = found[0]
            log = journal.log(restore.id) if journal else ()
    except JournalError as error:
        print_failure(journal_failure(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    if options.json:
        print_json({**restore_to_dict(restore), "log": [entry_to_dict(entry) for entry in log]})
    else:
        print_out(restore_text(restore, log, SystemClock().now()))
    return 0
