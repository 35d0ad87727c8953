"""The console with keys that fail, each with a secret in a local variable, and one that halts. For
test_crash and test_halting."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from textual.binding import Binding

from tests.support.simulated import connector
from vbs_tui.clock import SystemClock
from vbs_tui.restore.backend import Backend
from vbs_tui.simulator import Simulator
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.terminal.shutdown import run


class Crashing(VbsTui):
    """Fails on demand."""

    BINDINGS = [
        Binding("f6", "crash", priority=True),
        Binding("f7", "crash_worker(False)", priority=True),
        Binding("f8", "crash_worker(True)", priority=True),
        Binding("f9", "crash_timer", priority=True),
        Binding("f10", "halt_in_a_frame", priority=True),
    ]

    def action_crash(self) -> None:
        token = "s3cr3t-token"
        raise LookupError(f"\x1b]0;owned {token}\x07")

    def action_crash_worker(self, fatal: bool) -> None:
        self.run_worker(self._fail(), name="failing", exit_on_error=fatal)

    def action_crash_timer(self) -> None:
        self.set_timer(0.01, self.action_crash)

    def action_halt_in_a_frame(self) -> None:
        """What a signal from outside does when it comes at the worst moment."""
        with self._driver._writer_thread._queue.mutex:  # type: ignore[union-attr]
            os.kill(os.getpid(), signal.SIGTSTP)

    async def _fail(self) -> None:
        self.action_crash()


def main() -> int:
    with Simulator() as simulator:
        backend = Backend(connector(simulator), Path(sys.argv[1]), cloud_name="sim")
        crashing = Crashing(
            backend, clock=SystemClock(), zone=None, demo=False, cloud_name="sim", read_only=False
        )
        return run(crashing, backend.stop)


if __name__ == "__main__":
    sys.exit(main())
