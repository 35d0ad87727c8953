"""``vbs-tui jobs`` and ``vbs-tui show``: what is on record, without any cloud."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.errors import Failure
from vbs_tui.commands.support.argument_parser import Parser
from vbs_tui.commands.support.cloud_choice import journal_directory
from vbs_tui.commands.support.exit_status import CONFIGURATION, NOT_SENT, SHARED
from vbs_tui.commands.support.failures import tell_failure, unsent
from vbs_tui.commands.support.formatting import details, out_json, table_line
from vbs_tui.commands.support.output import out
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.read_only import open_read_only
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.rows import entry_to_dict, restore_to_dict
from vbs_tui.text import clean


def jobs_main(argv: Sequence[str]) -> int:
    """``jobs [--open] [--json]``: all restores on record, newest first."""
    parser = Parser(
        prog="vbs-tui jobs",
        description="List the restores on record on this machine.",
        epilog=f"exit status:\n  0    done\n{SHARED}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--open", action="store_true", help="only those that have not ended")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    options = parser.parse_args(argv)
    try:
        with open_read_only(journal_directory()) as journal:
            found = journal.restores() if journal else ()
    except JournalError as error:
        tell_failure(no_journal(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    if options.open:
        found = tuple(restore for restore in found if restore.state.is_open)
    if options.json:
        out_json([restore_to_dict(restore) for restore in found])
    elif not found:
        out("No open restores on record." if options.open else "No restores on record.")
    for restore in () if options.json else found:
        out(table_line(restore))
    return 0


def show_main(argv: Sequence[str]) -> int:
    """``show ID [--json]``: one restore with its whole log."""
    parser = Parser(
        prog="vbs-tui show",
        description="Show one restore on record, with its log.",
        epilog="exit status:\n  0    done\n  4    nothing, or several, on record under that id\n"
        + SHARED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("id", metavar="ID", help="its id, or the beginning of it")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args(argv)
    try:
        with open_read_only(journal_directory()) as journal:
            found = journal.find(options.id) if journal else ()
            if len(found) != 1:
                return not_one(options.id, found, as_json=options.json)
            restore = found[0]
            log = journal.log(restore.id) if journal else ()
    except JournalError as error:
        tell_failure(no_journal(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    if options.json:
        out_json({**restore_to_dict(restore), "log": [entry_to_dict(entry) for entry in log]})
    else:
        out(details(restore, log, SystemClock().now()))
    return 0


def no_journal(error: JournalError) -> Failure:
    """The journal cannot be used."""
    do = (
        "Look at the file and its rights: vbs-tui doctor. XDG_STATE_HOME names another place for"
        " it, on a local disk."
    )
    return unsent("use", "the journal", clean(error, 1000), do)


def not_one(beginning: str, found: tuple[Restore, ...], *, as_json: bool = False) -> int:
    """Say that *beginning* names no restore, or several; the exit status."""
    status = NOT_SENT if as_json else None
    target = f"restore {clean(beginning, 60)!r}"
    if not found:
        means = f"No restore on record has an id that begins with {clean(beginning, 60)!r}."
        tell_failure(unsent("find", target, means, "vbs-tui jobs lists those on record."), status)
    else:
        means = f"{len(found)} restores have ids that begin with {clean(beginning, 60)!r}."
        rows = tuple(("One", table_line(restore)) for restore in found)
        tell_failure(unsent("find", target, means, "Give more of the id.", rows), status)
    return NOT_SENT
