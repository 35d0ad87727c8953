"""The crash matrix: the real program, killed with SIGKILL at every step of a restore.

In some lines a second operator restores onto the same disk or from the same backup meanwhile, the
restarted program has a wrong clock, or the log-in is slow.

Run it with ``python -m tests.crash_matrix``. Each line kills one ``vbs-tui restore --wait`` at the
step it names, starts the program again (``vbs-tui watch``), and compares what the journal then says
with what the simulated cloud received and executed. The child is timed only from outside: by gates
in the simulator, by what the journal file holds, and by holding the journal's write lock. Exit
status 0 when no restore was sent twice, lost, or given a false verdict.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.crash_trial import NotReached, Trial
from tests.simulator.client import Client
from vbs_tui.simulator import Simulator

Reach = Callable[[Trial], None]


def at_login(trial: Trial) -> None:
    reached = trial.hold(r"POST /v3/auth/tokens")
    trial.start()
    reached()


def while_listing(trial: Trial) -> None:
    reached = trial.hold(r"/volumes/detail")
    trial.start()
    reached()


def while_examining(trial: Trial) -> None:
    reached = trial.hold(r"GET .*/volumes/[0-9a-f-]{36}$")
    trial.start()
    reached()


def before_the_intention(trial: Trial) -> None:
    gate = trial.simulator.hold(r"GET .*/volumes/[0-9a-f-]{36}$")
    trial.start()
    if not gate.wait_reached(20.0):
        raise NotReached("examination")
    trial.lock()
    gate.release()
    trial.write_is_pending()


def intention_on_disk(trial: Trial) -> None:
    """Between two commits a few milliseconds apart: the lock is taken in the gap."""
    gate = trial.simulator.hold(r"GET .*/volumes/[0-9a-f-]{36}$")
    trial.start()
    if not gate.wait_reached(20.0):
        raise NotReached("examination")
    db = sqlite3.connect(trial.journal, timeout=0, isolation_level=None)
    gate.release()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(sqlite3.OperationalError):
            if not db.execute("SELECT 1 FROM restores").fetchone():
                continue
            db.execute("BEGIN IMMEDIATE")
            state = db.execute("SELECT state FROM restores").fetchone()[0]
            trial.releases.insert(0, db.close)
            if state != "planned":
                raise NotReached(state)
            trial.write_is_pending()
            return
    raise NotReached("planned")


def at_the_cloud_not_executed(trial: Trial) -> None:
    reached = trial.hold(r"POST .*/restore$")
    trial.start()
    reached()


def executed_not_answered(trial: Trial) -> None:
    reached = trial.hold(r"POST .*/restore$", before=False)
    trial.start()
    reached()


def answered_job_id_not_on_disk(trial: Trial) -> None:
    gate = trial.simulator.hold(r"POST .*/restore$", before=False)
    trial.start()
    if not gate.wait_reached(20.0):
        raise NotReached("post")
    trial.lock()
    gate.release()
    trial.write_is_pending()


def answer_lost(trial: Trial) -> None:
    trial.simulator.faults = "drop-after@restore=1x"
    trial.start()
    trial.until(lambda row: row["state"] == "unknown")


def server_error_nothing_executed(trial: Trial) -> None:
    trial.simulator.faults = "503-before@restore=1x"
    trial.start()
    trial.until(lambda row: row["state"] == "unknown")


def _by_another(backup: str, volume: str) -> Reach:
    """Our request is not executed; another operator restores, and that is seen."""

    def reach(trial: Trial) -> None:
        server_error_nothing_executed(trial)
        with Client(trial.simulator) as other:
            other.restore(backup, volume)
        trial.until(lambda row: row["disk_seen_busy"] == 1 or row["backup_seen_busy"] == 1)

    return reach


def disk_attached_during_the_log_in(trial: Trial) -> None:
    """After the confirmation the token expires, and the log-in takes long."""
    examining = trial.simulator.hold(r"GET .*/volumes/[0-9a-f-]{36}$", before=False)
    trial.start()
    if not examining.wait_reached(20.0):
        raise NotReached("examination")
    trial.simulator.expire_tokens()
    log_in = trial.simulator.hold(r"POST /v3/auth/tokens")
    trial.releases.append(log_in.release)
    examining.release()
    if not log_in.wait_reached(20.0):
        raise NotReached("log-in")
    with trial.simulator.world.lock:
        trial.simulator.world.volume(trial.volume).status = "in-use"
    trial.simulator.world.projects[0].volumes.changed()
    log_in.release()
    trial.until(lambda row: row["state"] == "not sent")


def clock_set(step: Reach, seconds: str) -> Reach:
    """The same step; the program started afterwards has a clock that is wrong by so much."""

    def reach(trial: Trial) -> None:
        step(trial)
        trial.clock = seconds

    return reach


def accepted_on_disk(trial: Trial) -> None:
    reached = trial.hold(r"/jobs/")
    trial.start()
    reached()
    trial.until(lambda row: row["state"] == "accepted")


def job_seen(trial: Trial) -> None:
    trial.start()
    trial.until(lambda row: row["job_status"] != "")


def disk_seen_busy(trial: Trial) -> None:
    trial.start()
    trial.until(lambda row: row["volume_status"] == "restoring-backup")


def _after_the_job(trial: Trial) -> Callable[[], None]:
    """Hold the reading of the disk that follows the job's end."""
    trial.start()
    trial.until(lambda row: row["state"] in ("accepted", "running"))
    trial.simulator.ledger.wait_for(lambda led: led.restores[0].outcome != "running", 60)
    return trial.hold(r"GET .*/volumes/[0-9a-f-]{36}$")


def job_ended_disk_not_read(trial: Trial) -> None:
    _after_the_job(trial)()


def verdict_not_on_disk(trial: Trial) -> None:
    reached = _after_the_job(trial)
    reached()
    release = trial.releases.pop()
    trial.lock()
    release()
    trial.write_is_pending()


def verdict_on_disk(trial: Trial) -> None:
    trial.start()
    trial.until(lambda row: row["state"] in ("succeeded", "failed"), 60)


FAILING = {"backup": "demo-fails-while-writing", "volume": "rehearsal-02"}

STEPS: list[tuple[str, Reach, dict[str, str]]] = [
    ("logging in", at_login, {}),
    ("reading the lists", while_listing, {}),
    ("reading backup and disk afresh", while_examining, {}),
    ("writing the intention", before_the_intention, {}),
    ("intention on disk, not yet sending", intention_on_disk, {}),
    ("request at the cloud, not executed", at_the_cloud_not_executed, {}),
    ("executed, not answered", executed_not_answered, {}),
    ("answered, job id not on disk", answered_job_id_not_on_disk, {}),
    ("answer lost, outcome unknown", answer_lost, {}),
    ("503, nothing executed", server_error_nothing_executed, {}),
    ("job id on disk, first look under way", accepted_on_disk, {}),
    ("job seen", job_seen, {}),
    ("disk seen at work", disk_seen_busy, {}),
    ("job ended, disk not read since", job_ended_disk_not_read, {}),
    ("verdict known, not on disk", verdict_not_on_disk, {}),
    ("verdict on disk", verdict_on_disk, {}),
    ("failing: job ended, disk not read", job_ended_disk_not_read, FAILING),
    ("failing: verdict not on disk", verdict_not_on_disk, FAILING),
    ("failing: verdict on disk", verdict_on_disk, FAILING),
    ("another's backup onto the disk", _by_another("demo-job-forgotten", "rehearsal-01"), {}),
    ("the same, failing", _by_another("demo-fails-while-writing", "rehearsal-01"), {}),
    ("the backup onto another's disk", _by_another("demo-succeeds", "rehearsal-05"), {}),
    ("answer lost, then clock + 1 h", clock_set(answer_lost, "3600"), {}),
    ("answer lost, then clock - 1 h", clock_set(answer_lost, "-3600"), {}),
    ("503, then clock + 1 h", clock_set(server_error_nothing_executed, "3600"), {}),
    ("slow log-in, disk attached meanwhile", disk_attached_during_the_log_in, {}),
]


@dataclass
class Line:
    """The result of one step."""

    step: str
    at_kill: str
    after: str
    ledger: str
    posts: int
    faults: list[str]


@contextlib.contextmanager
def trial_for(changes: dict[str, str]) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory() as home, Simulator(speed=5.0) as simulator:
        names = {"backup": "demo-succeeds", "volume": "rehearsal-01", **changes}
        trial = Trial(simulator, Path(home), names["backup"], names["volume"])
        try:
            yield trial
        finally:
            if trial.child is not None and trial.child.poll() is None:
                trial.kill()
            trial.let_go()


def run_step(step: str, reach: Reach, changes: dict[str, str]) -> Line:
    """One line of the matrix; tries again when the child slipped past the step."""
    for _ in range(25):
        with trial_for(changes) as trial:
            try:
                reach(trial)
            except NotReached:
                continue
            trial.kill()
            trial.let_go()
            rows = trial.rows()
            at_kill = str(rows[0]["state"]) if rows else "–"
            return _after_restart(trial, step, at_kill)
    raise NotReached(step)


def _after_restart(trial: Trial, step: str, at_kill: str) -> Line:
    ledger = trial.simulator.ledger
    after = "–"
    faults: list[str] = []
    if at_kill != "–":
        restore_id = str(trial.rows()[0]["id"])
        trial.run("watch", restore_id)
        shown = json.loads(trial.run("show", restore_id, "--json").stdout)
        after = shown["state"]
        if after == "unknown":
            after += " (" + shown["summary"].split(":")[0].lower() + ")"
    posts = len(ledger.restore_posts())
    world = trial.simulator.world
    pair = (world.backup(trial.backup).id, world.volume(trial.volume).id)
    others = [run for run in ledger.restores if (run.backup_id, run.volume_id) != pair]
    executed = [run for run in ledger.restores if (run.backup_id, run.volume_id) == pair]
    said = executed[0].outcome if executed else "not executed"
    posts -= len(others)
    if posts > 1:
        faults.append("duplicate POST")
    if executed and not trial.rows():
        faults.append("lost")
    right = {
        "succeeded": {"succeeded"},
        "failed": {"failed"},
        "not executed": {"–", "not sent", "unknown (probably not accepted)"},
    }
    if others:
        right["not executed"].add("unknown (unclear)")
    if after not in right.get(said, set()):
        faults.append("wrong state")
    return Line(step, at_kill, after, said, posts, faults)


def main() -> int:
    """Print the matrix; 0 when every line is right."""
    lines = []
    print(f"{'killed while …':<38}{'at the kill':<13}{'after restart':<34}{'ledger':<14}POSTs")
    for step, reach, changes in STEPS:
        line = run_step(step, reach, changes)
        lines.append(line)
        mark = "  " + ", ".join(line.faults).upper() if line.faults else ""
        print(
            f"{line.step:<38}{line.at_kill:<13}{line.after:<34}{line.ledger:<14}{line.posts}{mark}",
            flush=True,
        )
    bad = [line for line in lines if line.faults]
    doubled = sum("duplicate POST" in line.faults for line in lines)
    lost = sum("lost" in line.faults for line in lines)
    print(f"{len(lines)} steps; duplicate POSTs {doubled}; lost {lost}; wrong {len(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
