"""The program as an operator starts it, and the steps to the confirmation of a restore."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.pty.terminal import ENTER, Terminal
from vbs_tui.simulator import Simulator

ROOT = Path(__file__).parents[2]
CONSOLE = ("-m", "vbs_tui")

Start = Callable[..., Terminal]
"""``start(*arguments, env=…, columns=…, lines=…, forward_hang_up=…)`` runs Python so."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts programs in terminals that end with the test module at the latest."""
    home = tmp_path_factory.mktemp("home")
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(home / "state"),
        "TMPDIR": str(home),
    }
    with ExitStack() as stack:

        def begin(*arguments: str, env: dict[str, str] | None = None, **options: Any) -> Terminal:
            program = [sys.executable, *(arguments or CONSOLE)]
            return stack.enter_context(Terminal(program, base | (env or {}), **options))

        yield begin


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A quick cloud in the test's own process."""
    with Simulator(speed=20) as running:
        yield running


class Operator:
    """Somebody at a terminal, on a simulated cloud, with a journal of their own."""

    def __init__(
        self, start: Start, simulator: Simulator, state: Path, without: Sequence[str] = ()
    ) -> None:
        self._start = start
        self.state = state
        self.env = {
            "OS_AUTH_URL": simulator.auth_url,
            "OS_USERNAME": simulator.username,
            "OS_USER_DOMAIN_NAME": simulator.domain,
            "OS_PASSWORD": simulator.password,
            "OS_REGION_NAME": simulator.region,
            "XDG_STATE_HOME": str(state),
        }
        for name in without:
            del self.env[name]

    def console(self, *arguments: str, **options: Any) -> Terminal:
        """The console, just started."""
        return self._start(*CONSOLE, *arguments, env=self.env, **options)

    def named(self, **options: Any) -> Terminal:
        """The console with the confirmation open and its text typed, as the README says: only the
        last Enter is missing."""
        terminal = self.console(**options)
        open_project(terminal)
        terminal.send(ENTER)
        terminal.wait_for_text("targets for nightly-db", "› √ db-data-01")
        terminal.send("r")
        word = asked_for(terminal)
        terminal.send(word)
        terminal.wait_until(lambda: f"│  {word} " in terminal.shown, "the text, typed")
        return terminal

    def states(self) -> list[tuple[str, str]]:
        """State and job of every restore in the journal, oldest first."""
        [path] = self.state.rglob("journal.sqlite3")
        db = sqlite3.connect(path)
        try:
            return list(db.execute("SELECT state, job_id FROM restores ORDER BY created_at"))
        finally:
            db.close()


@pytest.fixture
def operator(start: Start, simulator: Simulator, tmp_path: Path) -> Operator:
    return Operator(start, simulator, tmp_path)


def open_project(terminal: Terminal) -> None:
    """Wait for the projects, open the first, and wait for both of its lists."""
    terminal.wait_for_text("eu-de_prod")
    terminal.send(ENTER)
    terminal.wait_for_text("›   nightly-db", "app-data-01", "newest first", "choose a backup first")


def asked_for(terminal: Terminal) -> str:
    """Wait until the confirmation takes keys; what it wants to be typed."""

    def asked() -> str:
        text = "\n".join(terminal.screen.display)
        found = re.search(r" to restore: (.*?) +│", text)
        is_ready = "sending · F5 reads again" in text and "not ready" not in text
        return found[1] if found is not None and is_ready else ""

    return terminal.wait_until(asked, "the confirmation, ready")
