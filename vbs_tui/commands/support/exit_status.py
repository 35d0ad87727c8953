"""The exit statuses of the commands. From 64 on, they are those of ``sysexits.h``.

A script must be able to tell an unknown outcome from one that cannot exist because nothing was
sent: 2 means the first and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vbs_tui.restore.journal.states import State

OK = 0
FAILED = 1
UNKNOWN = 2
"""The outcome is unknown, or the watch was lost. Something may have been sent."""
IMPOSSIBLE = 3
"""A hard hazard stands; nothing was sent."""
NOT_SENT = 4
"""Nothing was sent, nothing found: a name, the confirmation, a disk that is taken, …"""
USAGE = 64
"""The command line is wrong; nothing was sent."""
DEFECT = 70
"""The program has a defect."""
OUTPUT = 74
"""The output cannot be written, a full disk for one; nothing was being sent."""
CONFIGURATION = 78
"""Settings, configuration, journal or cloud cannot be used; nothing was sent."""
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Nobody reads the output any more."""

SHARED = """\
  64   the command line is wrong; nothing was sent
  70   a defect of the program
  74   the output cannot be written (a full disk), and nothing was being sent
  78   settings, configuration, journal or cloud cannot be used;
       nothing was sent
  130  interrupted (129, 143: hung up, terminated); a restore that was sent
       goes on in the cloud
  141  nobody reads the output any more, and nothing was being sent
"""
"""The end of the table that ``--help`` shows."""


def status_of(state: State) -> int:
    """The exit status of a restore in *state*: whatever has not ended is unknown."""
    from vbs_tui.restore.journal.states import State  # noqa: PLC0415 - start-up time

    statuses = {
        State.SUCCEEDED: OK,
        State.FAILED: FAILED,
        State.REFUSED: FAILED,
        State.NOT_SENT: NOT_SENT,
    }
    return statuses.get(state, UNKNOWN)
