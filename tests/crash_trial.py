"""One program, one simulated cloud, one journal: what a step of the crash matrix is made of."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vbs_tui.simulator import Simulator


class NotReached(Exception):  # noqa: N818
    """The child went past the step before it could be caught there; try again."""


@dataclass
class Trial:
    """One child, one cloud, one journal directory."""

    simulator: Simulator
    home: Path
    backup: str
    volume: str
    child: subprocess.Popen[bytes] | None = None
    clock: str = ""
    """Seconds by which the program's wall clock is wrong."""
    releases: list[Callable[[], None]] = field(default_factory=list)

    @property
    def journal(self) -> Path:
        return self.home / "vbs-tui" / "journal.sqlite3"

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        return {
            **kept,
            "XDG_STATE_HOME": str(self.home),
            "OS_AUTH_URL": self.simulator.auth_url,
            "OS_USERNAME": self.simulator.username,
            "OS_PASSWORD": self.simulator.password,
            "OS_USER_DOMAIN_NAME": self.simulator.domain,
            "OS_PROJECT_NAME": "eu-de_prod",
            "OS_REGION_NAME": self.simulator.region,
        }

    def program(self) -> list[str]:
        if self.clock:
            return [sys.executable, "-m", "tests.support.wrong_clock", self.clock]
        return [sys.executable, "-m", "vbs_tui"]

    def start(self) -> None:
        wanted = ["--backup", self.backup, "--volume", self.volume, "--confirm", self.volume]
        self.child = subprocess.Popen(
            [*self.program(), "restore", *wanted, "--wait"],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str, most: float = 150.0) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.program(), *arguments],
            env=self.environment(),
            capture_output=True,
            timeout=most,
            check=False,
        )

    def kill(self) -> None:
        assert self.child is not None
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def hold(self, pattern: str, *, before: bool = True) -> Callable[[], None]:
        """A gate; the answer waits until a request stands there."""
        gate = self.simulator.hold(pattern, before=before)
        self.releases.append(gate.release)

        def reached() -> None:
            if not gate.wait_reached(20.0):
                raise NotReached(pattern)

        return reached

    def rows(self) -> list[dict[str, object]]:
        if not self.journal.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.journal, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in db.execute("SELECT * FROM restores")]
            except sqlite3.OperationalError:
                return []

    def until(self, wanted: Callable[[dict[str, object]], bool], most: float = 30.0) -> None:
        """Wait until the journal's only restore is as wanted."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            rows = self.rows()
            if rows and wanted(rows[0]):
                return
            time.sleep(0.002)
        raise NotReached("the journal never said so")

    def lock(self) -> None:
        """Take the journal's write lock, so that the child's next write waits (5 s at most)."""
        self.journal.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.journal, timeout=2, isolation_level=None)
        db.execute("BEGIN IMMEDIATE")

        def unlock() -> None:
            db.rollback()
            db.close()

        self.releases.insert(0, unlock)

    def write_is_pending(self) -> None:
        """Give the child the time to run into the lock; nothing outside shows that it has."""
        time.sleep(0.7)

    def let_go(self) -> None:
        for release in self.releases:
            release()
        self.releases.clear()
