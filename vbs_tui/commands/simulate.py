"""``vbs-tui simulate``: serve a simulated cloud until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from vbs_tui.simulator.faults.rules import describe_faults
from vbs_tui.simulator.simulator import Simulator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def simulate_main(argv: Sequence[str]) -> int:
    """Run the command. 0 after SIGINT or SIGTERM, 1 when the port is taken, 64 for wrong usage."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.list_faults:
        _say(describe_faults())
        return 0
    try:
        simulator = Simulator(
            seed=args.seed,
            speed=args.speed,
            projects=args.projects,
            backups=args.backups,
            volumes=args.volumes,
            faults=args.faults,
            host=args.host,
            port=args.port,
        )
    except ValueError as problem:
        parser.error(str(problem))
    simulator.options.token_seconds = args.token_seconds
    return _serve(simulator)


_POLL = 0.1
"""Seconds between two looks for a signal."""


def _serve(simulator: Simulator) -> int:
    came: list[int] = []
    # Set before the first line is printed: whoever reads it may send the signal at once.
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in _SIGNALS}
    try:
        try:
            simulator.start()
        except (OSError, OverflowError) as problem:
            sys.stderr.write(f"vbs-tui simulate: cannot listen on {simulator.url}: {problem}\n")
            return 1
        _say(_welcome(simulator))
        # No lock that the handler might find held by its own thread, and no wait without an end:
        # a signal right in front of one is handled only behind it.
        while not came:
            time.sleep(_POLL)
    finally:
        simulator.stop()
        for one, handler in before.items():
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


_STATUSES = """\
exit status: 0 after Ctrl+C or SIGTERM, 1 when it cannot listen there, 64 for a wrong command line
"""


class _Parser(argparse.ArgumentParser):
    """A parser that repeats no raw argument to the terminal."""

    def error(self, message: str) -> NoReturn:
        """Usage and *message* beside the output."""
        super().error("".join(one if one.isprintable() else ascii(one)[1:-1] for one in message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="vbs-tui simulate",
        description="Serve a simulated cloud (IAM, EVS, VBS) over plain HTTP until Ctrl+C.",
        epilog=f"{describe_faults()}\n\n{_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    add("--port", type=int, default=0, help="port to listen on (any free one)")
    add("--seed", type=int, default=1, help="which world; the same seed makes the same (1)")
    add("--speed", type=_positive, default=1.0, help="10 makes restores ten times faster (1)")
    add("--projects", type=_count, default=3, help="number of projects (3)")
    add("--backups", type=_count, default=60, help="backups in the first project (60)")
    add("--volumes", type=_count, default=40, help="volumes in the first project (40)")
    add("--token-seconds", type=_positive, default=86_400.0, help="life of a token (86400)")
    add(
        "--faults", default="", help="what goes wrong, for example drop-after@restore=0.1,slow=1x:5"
    )
    add("--list-faults", action="store_true", help="print the faults and leave")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
