"""The program as a child process, against the simulated cloud."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.fork_server import run_program
from vbs_tui.simulator import Simulator

PASSWORD = "demo-password"

MOST = 60.0
"""Seconds that a program may take on a busy machine. Nothing waits so long unless it fails."""


class Shell:
    """Runs ``vbs-tui`` with an environment of its own."""

    def __init__(self, simulator: Simulator, home: Path) -> None:
        self.simulator = simulator
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        self.env |= {
            "XDG_STATE_HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "OS_AUTH_URL": simulator.auth_url,
            "OS_USERNAME": simulator.username,
            "OS_PASSWORD": PASSWORD,
            "OS_USER_DOMAIN_NAME": simulator.domain,
            "OS_PROJECT_NAME": "eu-de_prod",
            "OS_REGION_NAME": simulator.region,
        }

    def settings(self, text: str) -> None:
        """Write ``config.toml``."""
        path = Path(self.env["XDG_CONFIG_HOME"]) / "vbs-tui" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def __call__(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        done = run_program(arguments, {**self.env, **changes})
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def begin(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        """The same, not waited for; it hears ``^C`` though the tests run in the background."""
        return begun([sys.executable, "-m", "vbs_tui", *arguments], {**self.env, **changes})


def begun(program: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
    """A program that hears ``^C``, though the tests may run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            program,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def labelled(text: str) -> dict[str, str]:
    """The lines of a failure, by their labels."""
    rows = [(line[2:12], line[12:]) for line in text.splitlines() if line.startswith("  ")]
    return {label.strip(): rest.strip() for label, rest in rows}
