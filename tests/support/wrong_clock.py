"""The program with a wall clock that is wrong.

``python -m tests.support.wrong_clock SECONDS ARGUMENT …``
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from vbs_tui.cli import program
from vbs_tui.clock import SystemClock


def main() -> None:
    """Set the program's clock wrong, and run it."""
    wrong_by = timedelta(seconds=float(sys.argv.pop(1)))

    def now(self: SystemClock) -> datetime:
        return datetime.now(UTC) + wrong_by

    setattr(SystemClock, "now", now)  # noqa: B010 - a method is not assigned to otherwise
    program()


if __name__ == "__main__":
    main()
