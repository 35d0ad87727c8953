"""``vbs-tui simulate``: serve a simulated cloud until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from vbs_tui.simulator.faults.rules import describe_faults
from vbs_tui.simulator.simulator import Simulator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(options: argparse.Namespace) -> int:
    """``vbs-tui simulate``: 0 after SIGINT or SIGTERM, 1 when the port is taken."""
    if options.list_faults:
        _say(describe_faults())
        return 0
    try:
        simulator = Simulator(
            seed=options.seed,
            speed=options.speed,
            projects=options.projects,
            backups=options.backups,
            volumes=options.volumes,
            faults=options.faults,
            host=options.host,
            port=options.port,
        )
    except ValueError as problem:
        options.parser.error(str(problem))
    simulator.options.token_seconds = options.token_seconds
    return _serve(simulator)


_POLL_SECONDS = 0.1
"""Seconds between checks for a signal."""


def _serve(simulator: Simulator) -> int:
    came: list[int] = []
    # Set before the first line is printed: whoever reads it may send the signal at once.
    handlers = {one: signal.signal(one, lambda number, _: came.append(number)) for one in _SIGNALS}
    try:
        try:
            simulator.start()
        except (OSError, OverflowError) as problem:
            sys.stderr.write(f"vbs-tui simulate: cannot listen on {simulator.url}: {problem}\n")
            return 1
        _say(_welcome(simulator))
        # Polled: a signal that arrives just before a wait without a time limit is handled only
        # after it, and a lock might be held by the thread that runs the handler.
        while not came:
            time.sleep(_POLL_SECONDS)
    finally:
        simulator.stop()
        for one, handler in handlers.items():
            signal.signal(one, handler)
    return 0


def _welcome(simulator: Simulator) -> str:
    names = ", ".join(project.name for project in simulator.world.projects)
    key = next((key for key in simulator.world.access_keys if key.security_token is None), None)
    lines = [
        f"Simulated cloud at {simulator.url}",
        f"  auth URL   {simulator.auth_url}",
        f"  user       {simulator.username}",
        f"  password   {simulator.password}",
        f"  domain     {simulator.domain}",
        f"  region     {simulator.region}",
        f"  projects   {names}",
    ]
    if key is not None:
        lines += [f"  access key {key.access}", f"  secret key {key.secret}"]
    faults = simulator.faults.describe()
    if faults:
        lines.append(f"  faults     {faults}")
    lines += ["", "clouds.yaml:", "", simulator.clouds_yaml(), "Ctrl+C stops it."]
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
