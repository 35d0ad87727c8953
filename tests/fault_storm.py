"""The fault storm: 1,000 restores through a cloud that drops, breaks, throttles and forgets.

Run it with ``python -m tests.fault_storm [NUMBER]``. The client is a process of its own that is
killed three times with SIGKILL. All tokens expire three times, its wall clock jumps by an hour
forward and back, and log-ins are slow. Meanwhile a second operator restores other backups onto the
same disks, and the same backups onto other disks. At the end every restore on record is compared
with the simulator's ledger. Exit status 0 when all four counts are 0: duplicate POSTs, lost
restores, false verdicts, unknown outcomes that could have been settled.
"""

from __future__ import annotations

import argparse
import contextlib
import random
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

import httpx

from tests.simulator.client import Client
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.world.demo import demo_world
from vbs_tui.simulator.world.ids import derived_uuid
from vbs_tui.simulator.world.ledger import RequestRecord, RestoreRecord
from vbs_tui.simulator.world.world import Backup, Project, Script, Volume, World

RESTORE_FAULTS = "drop-after@restore=0.1,500-before@restore=0.1,502-after@restore=0.05,"
RESTORE_FAULTS += "truncate@restore=0.05,429@restore=0.02:1,copy-refused@restore=0.02"
OTHER_FAULTS = "".join(
    f",drop-after@{scope}=0.03,503-before@{scope}=0.03,truncate@{scope}=0.02,429@{scope}=0.01:1"
    for scope in ("jobs", "show", "list", "iam")
)
OTHER_FAULTS += ",slow@iam=0.2:6"
SIDE = 20
"""Disks and backups of their own that the second operator has."""
APART = 10.0
"""Two restores that begin at least so many seconds apart can be told apart, with some margin."""
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
        fails = count % FAILING == 0
        _add(project, "", count, born, Script.FAILS_WHILE_WRITING if fails else Script.NORMAL)
    for count in range(SIDE):
        _add(project, "side-", count, born, Script.NORMAL)
    return world


def _add(project: Project, prefix: str, count: int, born: datetime, script: Script) -> None:
    disk = Volume(derived_uuid(f"{prefix}disk", count), f"{prefix}disk-{count:04d}", 10, born)
    project.volumes.add(disk)
    project.backups.add(
        Backup(
            derived_uuid(f"{prefix}backup", count),
            f"{prefix}backup-{count:04d}",
            10,
            disk.id,
            born,
            script=script,
            seconds=25.0,
        )
    )


class SecondOperator:
    """Restores in turn another backup onto a disk of the storm, and a backup of the storm onto
    another disk. The other backups and disks have names that begin with ``side-``."""

    def __init__(self, simulator: Simulator, number: int) -> None:
        self._simulator = simulator
        self._number = number
        self._rng = random.Random(7)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> SecondOperator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _work(self) -> None:
        turn = 0
        with Client(self._simulator) as client:
            while not self._ended.wait(3.0):
                turn += 1
                ours, theirs = self._rng.randrange(self._number), self._rng.randrange(SIDE)
                with contextlib.suppress(httpx.HTTPError, AssertionError):
                    client.log_in()
                    if turn % 2:
                        client.restore(f"side-backup-{theirs:04d}", f"disk-{ours:04d}")
                    else:
                        client.restore(f"backup-{ours:04d}", f"side-disk-{theirs:04d}")


class Posts:
    """Every restore request of the client; the ledger itself keeps only the newest requests."""

    def __init__(self, simulator: Simulator, pairs: dict[str, str]) -> None:
        """*pairs*: the volume that the client restores each backup onto."""
        self._simulator = simulator
        self._pairs = pairs
        self.found: dict[int, RequestRecord] = {}
        threading.Thread(target=self._collect, daemon=True).start()

    def look(self) -> None:
        for record in self._simulator.ledger.requests:
            if record.is_restore and self._is_ours(record):
                self.found[id(record)] = record

    def _is_ours(self, record: RequestRecord) -> bool:
        backup = record.path.rpartition("/restore")[0].rpartition("/")[2]
        return self._pairs.get(backup, "?").encode() in record.body

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
    """Run the storm and print its results."""
    started = time.monotonic()
    simulator = Simulator(
        world=storm_world(number), faults=RESTORE_FAULTS + OTHER_FAULTS, speed=1.0
    )
    pairs = {derived_uuid("backup", one): derived_uuid("disk", one) for one in range(number)}
    with tempfile.TemporaryDirectory() as home, simulator:
        posts = Posts(simulator, pairs)
        with SecondOperator(simulator, number):
            kills = _drive(simulator, home, number)
        posts.look()
        with contextlib.closing(sqlite3.connect(Path(home) / "journal.sqlite3")) as db:
            rows = db.execute(
                "SELECT backup_id, volume_id, state, summary FROM restores"
            ).fetchall()
        print(
            f"{number} restores, {len(posts.found)} POSTs received, {kills} kills,"
            f" {time.monotonic() - started:.0f} s"
        )
        return _report(simulator, posts, pairs, rows)


def _drive(simulator: Simulator, home: str, number: int) -> int:
    """Run the client; kill it at a quarter, a half and three quarters. Returns how often.

    With a small number it may end before that.
    """
    for part in (1, 2, 3, 4):
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.storm_client"),
                *(simulator.auth_url, simulator.password, simulator.domain, home),
            ]
        )
        while part < 4 and len(simulator.ledger.restores) < part * number * 0.2:
            if child.poll() is not None:
                break
            time.sleep(0.1)
        else:
            if part < 4:
                simulator.expire_tokens()
                time.sleep(1.0)
                child.send_signal(signal.SIGKILL)
                child.wait()
                continue
        if child.wait() != 0:
            raise SystemExit("the client broke")
        return part - 1
    raise AssertionError


def _report(
    simulator: Simulator,
    posts: Posts,
    pairs: dict[str, str],
    rows: list[tuple[str, str, str, str]],
) -> int:
    executed: dict[str, list[RestoreRecord]] = defaultdict(list)
    others: list[RestoreRecord] = []
    for one in simulator.ledger.restores:
        if pairs.get(one.backup_id) == one.volume_id:
            executed[one.backup_id].append(one)
        else:
            others.append(one)
    states = Counter(state for _, _, state, _ in rows)
    twice = [backup for backup, runs in executed.items() if len(runs) > 1]
    lost = set(executed) - {backup for backup, *_ in rows}
    false, unsettled, disturbed = [], [], 0
    for backup, _, state, summary in rows:
        run = executed[backup][0] if backup in executed else None
        truth = run.outcome if run is not None else "not executed"
        allowed = {
            "succeeded": {"succeeded"},
            "failed": {"failed"},
            "not executed": {"refused", "not sent"},
        }[truth]
        if state in allowed:
            continue
        if state != "unknown":
            false.append((backup, state, truth, summary))
        elif run is None:
            continue  # nothing can prove that it was not executed
        elif any(_disturbs(other, run) for other in others):
            disturbed += 1
        else:
            unsettled.append((backup, truth, summary))
    truths = Counter(runs[0].outcome for runs in executed.values())
    print("on record:", ", ".join(f"{state} {count}" for state, count in sorted(states.items())))
    print("executed: ", ", ".join(f"{state} {count}" for state, count in sorted(truths.items())))
    why = Counter(summary[:60] for _, _, state, summary in rows if state == "not sent")
    for reason, count in why.most_common(5):
        print(f"not sent:  {count:>4}  {reason}")
    print(f"second operator: {len(others)} restores, {disturbed} of ours left open by them")
    repeated = sorted(set(posts.repeated()) | set(twice))
    print(
        f"duplicate POSTs {len(repeated)}; lost {len(lost)}; false verdicts {len(false)};", end=""
    )
    print(f" unknown that could have been settled {len(unsettled)}")
    for label, things in (("FALSE", false), ("UNSETTLED", unsettled), ("TWICE", repeated)):
        for thing in things[:10]:
            print(" ", label, thing)
    missing = len(pairs) - len(rows)
    if missing:
        print(f"{missing} restores were never submitted")
    return 1 if repeated or lost or false or unsettled or missing else 0


def _disturbs(other: RestoreRecord, ours: RestoreRecord) -> bool:
    """Whether *other* may have hidden what proves *ours*: on the same disk or backup, or begun at
    the same moment."""
    if other.backup_id == ours.backup_id or other.volume_id == ours.volume_id:
        return True
    return abs((other.accepted_at - ours.accepted_at).total_seconds()) < APART


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(prog="python -m tests.fault_storm")
    wanted.add_argument("number", type=int, nargs="?", default=1_000, help="restores to submit")
    sys.exit(main(wanted.parse_args().number))
