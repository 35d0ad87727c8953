"""The fault storm: 1,000 restores through a cloud that drops, breaks, throttles and forgets.

Run it with ``python -m tests.fault_storm [NUMBER]``. The client is a process of its own, killed
three times with SIGKILL on the way; all tokens expire three times. At the end every restore on
record is compared with the simulator's ledger. Exit status 0 when all four counts are 0:
duplicate POSTs, lost restores, false verdicts, unknown outcomes that could have been settled.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vbs_tui.simulator import Simulator
from vbs_tui.simulator.demo import demo_world
from vbs_tui.simulator.ledger import RequestRecord
from vbs_tui.simulator.world import Backup, Script, Volume, World, derived_uuid

RESTORE_FAULTS = "drop-after@restore=0.1,500-before@restore=0.1,502-after@restore=0.05,"
RESTORE_FAULTS += "truncate@restore=0.05,429@restore=0.02:1"
OTHER_FAULTS = "".join(
    f",drop-after@{scope}=0.03,503-before@{scope}=0.03,truncate@{scope}=0.02,429@{scope}=0.01:1"
    for scope in ("jobs", "show", "list", "iam")
)
FAILING = 7
"""One restore in so many fails while writing."""


def storm_world(number: int) -> World:
    """A project with *number* free disks, each with one backup of its own."""
    world = demo_world(datetime.now(UTC), backups=6, volumes=6, projects=1)
    project = world.projects[0]
    for backup in list(project.backups):
        project.backups.remove(backup.id)
    for volume in list(project.volumes):
        project.volumes.remove(volume.id)
    born = datetime.now(UTC) - timedelta(days=3)
    for count in range(number):
        disk = Volume(derived_uuid("disk", count), f"disk-{count:04d}", 10, born)
        script = Script.FAILS_WHILE_WRITING if count % FAILING == 0 else Script.NORMAL
        project.volumes.add(disk)
        project.backups.add(
            Backup(
                derived_uuid("backup", count),
                f"backup-{count:04d}",
                10,
                disk.id,
                born,
                script=script,
                seconds=25.0,
            )
        )
    return world


class Posts:
    """Every restore request received; the ledger itself keeps only the newest requests."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.found: dict[int, RequestRecord] = {}
        threading.Thread(target=self._collect, daemon=True).start()

    def look(self) -> None:
        for record in self._simulator.ledger.requests:
            if record.is_restore:
                self.found[id(record)] = record

    def _collect(self) -> None:
        while True:
            self.look()
            time.sleep(1.0)

    def repeated(self) -> list[str]:
        """Paths that were sent again although an earlier request may have been executed."""
        by_path: dict[str, list[RequestRecord]] = defaultdict(list)
        for record in sorted(self.found.values(), key=lambda r: r.time):
            by_path[record.path].append(record)
        return [
            path
            for path, records in by_path.items()
            if any(record.status not in (401, 429) for record in records[:-1])
        ]


def main(number: int = 1000) -> int:
    """Run the storm and print what came of it."""
    started = time.monotonic()
    simulator = Simulator(
        world=storm_world(number), faults=RESTORE_FAULTS + OTHER_FAULTS, speed=1.0
    )
    with tempfile.TemporaryDirectory() as home, simulator:
        posts = Posts(simulator)
        _drive(simulator, home, number)
        posts.look()
        with contextlib.closing(sqlite3.connect(Path(home) / "journal.sqlite3")) as db:
            rows = db.execute("SELECT volume_id, state, summary, tries FROM restores").fetchall()
        return _report(simulator, posts, rows, number, time.monotonic() - started)


def _drive(simulator: Simulator, home: str, number: int) -> None:
    """The client, killed at a quarter, a half and three quarters of the way."""
    for part in (1, 2, 3, 4):
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.storm_client"),
                *(simulator.auth_url, simulator.password, simulator.domain, home),
            ]
        )
        if part == 4:
            if child.wait() != 0:
                raise SystemExit("the client broke")
            return
        while len(simulator.ledger.restores) < part * number * 0.2:
            if child.poll() is not None:
                raise SystemExit("the client ended early")
            time.sleep(0.1)
        simulator.expire_tokens()
        time.sleep(1.0)
        child.send_signal(signal.SIGKILL)
        child.wait()


def _report(
    simulator: Simulator,
    posts: Posts,
    rows: list[tuple[str, str, str, int]],
    number: int,
    seconds: float,
) -> int:
    executed: dict[str, list[str]] = defaultdict(list)
    for run in simulator.ledger.restores:
        executed[run.volume_id].append(run.outcome)
    states = Counter(state for _, state, _, _ in rows)
    twice = [volume for volume, runs in executed.items() if len(runs) > 1]
    lost = set(executed) - {volume for volume, *_ in rows}
    false, unsettled = [], []
    for volume, state, summary, _ in rows:
        truth = executed.get(volume, ["not executed"])[0]
        allowed = {
            "succeeded": {"succeeded"},
            "failed": {"failed"},
            "not executed": {"refused", "not sent"},
        }[truth]
        if state in allowed:
            continue
        if state == "unknown":
            if truth != "not executed" or not summary.startswith("Probably not accepted"):
                unsettled.append((volume, truth, summary))
        else:
            false.append((volume, state, truth))
    truths = Counter(runs[0] for runs in executed.values())
    print(f"{number} restores, {len(posts.found)} POSTs received, {seconds:.0f} s")
    print("on record:", ", ".join(f"{state} {count}" for state, count in sorted(states.items())))
    print("executed: ", ", ".join(f"{state} {count}" for state, count in sorted(truths.items())))
    repeated = sorted(set(posts.repeated()) | set(twice))
    print(
        f"duplicate POSTs {len(repeated)}; lost {len(lost)}; false verdicts {len(false)};", end=""
    )
    print(f" unknown that could have been settled {len(unsettled)}")
    for label, things in (("FALSE", false), ("UNSETTLED", unsettled), ("TWICE", repeated)):
        for thing in things[:10]:
            print(" ", label, thing)
    missing = number - len(rows)
    if missing:
        print(f"{missing} restores were never submitted")
    return 1 if repeated or lost or false or unsettled or missing else 0


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(prog="python -m tests.fault_storm")
    wanted.add_argument("number", type=int, nargs="?", default=1_000, help="restores to submit")
    sys.exit(main(wanted.parse_args().number))
