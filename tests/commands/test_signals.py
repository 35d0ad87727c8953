"""Commands for scripts that are told to end: at any moment, once or more often, under nohup."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.shell import MOST, PASSWORD, Shell, begun
from vbs_tui.simulator import Simulator

POST_RESTORE = r"POST .*/restore\Z"

_SLOW_NAMES = """\
import socket, time

def slowly(*_, **__):
    print("asked for an address", flush=True)
    time.sleep(600)

socket.getaddrinfo = slowly
"""
"""As ``sitecustomize.py``: a name server that does not answer."""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=60.0) as one:
        yield one
        assert one.ledger.errors == []


def restore(volume: str = "rehearsal-01") -> tuple[str, ...]:
    named = ("--backup", "demo-succeeds", "--volume", volume, "--confirm", volume)
    return ("restore", *named, "--wait")


@pytest.mark.parametrize("second", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_does_not_lose_the_answer(shell: Shell, second: signal.Signals) -> None:
    gate = shell.simulator.hold(POST_RESTORE, before=False)
    child = shell.begin(*restore())
    assert gate.wait_reached()
    child.send_signal(signal.SIGHUP)
    for _ in range(20):  # whenever the first one is being dealt with
        child.send_signal(second)
    gate.release()
    _, told = child.communicate(timeout=MOST)
    assert child.returncode in (129, 128 + second)  # who came first is the kernel's choice
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert job["job_id"]
    assert f"Follow it with: vbs-tui watch {job['id'][:8]}" in told
    assert len(shell.simulator.ledger.restore_posts()) == 1


def test_ctrl_c_before_it_is_sent_sends_nothing_and_says_so(shell: Shell, tmp_path: Path) -> None:
    assert shell(*restore("rehearsal-06")).returncode == 0  # so that there is a journal
    [path] = tmp_path.rglob("journal.sqlite3")
    before = len(shell.simulator.ledger.restore_posts())
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")  # another program is writing
        child = shell.begin(*restore())
        assert child.stdout is not None
        assert any(line.startswith("Request") for line in child.stdout)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=MOST)
    finally:
        other.close()
    assert child.returncode == 130
    assert "ot sent" in told or "Nothing was sent" in told, told
    assert len(shell.simulator.ledger.restore_posts()) == before
    shell("watch", "0")  # any program settles what was left behind
    assert not json.loads(shell("jobs", "--open", "--json").stdout)


def test_nohup_survives_the_hang_up(shell: Shell) -> None:
    gate = shell.simulator.hold(POST_RESTORE, before=False)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does, and as is inherited
    try:
        child = shell.begin(*restore())
    finally:
        signal.signal(signal.SIGHUP, before)
    assert gate.wait_reached()
    child.send_signal(signal.SIGHUP)
    gate.release()
    out, trouble = child.communicate(timeout=MOST)
    assert child.returncode == 0, trouble
    assert "succeeded" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [("doctor",), restore()])
def test_a_name_server_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    (tmp_path / "sitecustomize.py").write_text(_SLOW_NAMES)
    env = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    env |= {
        "PYTHONPATH": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "OS_AUTH_URL": "https://iam.example.invalid/v3",
        "OS_USERNAME": "demo",
        "OS_PASSWORD": PASSWORD,
        "OS_USER_DOMAIN_NAME": "demo",
        "OS_PROJECT_NAME": "demo",
    }
    child = begun([sys.executable, "-m", "vbs_tui", *command], env)
    assert child.stdout is not None
    assert any("asked for an address" in line for line in child.stdout)
    child.send_signal(number)
    told, trouble = child.communicate(timeout=MOST)  # far less than the name server takes
    assert child.returncode == 128 + number
    assert "Traceback" not in trouble
    if command == ("doctor",):
        assert "interrupted" in told


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_leave_the_status_alone(shell: Shell, closed: str) -> None:
    def ends(*arguments: str) -> int:
        line = f"exec {sys.executable} -m vbs_tui {' '.join(arguments)} {closed}"
        done = subprocess.run(["sh", "-c", line], env=shell.env, timeout=MOST, check=False)
        return done.returncode

    assert ends("restore", "--backup", "nothing-of-that-name", "--volume", "v", "--dry-run") == 4
    assert ends(*restore()) == 0
    assert ends("jobs", "--no-such-option") == 64


@pytest.mark.parametrize("streams", [">/dev/full", ">/dev/full 2>&1"])
def test_on_a_full_disk_nothing_is_sent_and_the_status_is_no_verdict(
    shell: Shell, streams: str
) -> None:
    line = f"exec {sys.executable} -m vbs_tui {' '.join(restore())} {streams}"
    before = len(shell.simulator.ledger.restore_posts())
    done = subprocess.run(["sh", "-c", line], env=shell.env, timeout=MOST, check=False)
    # What is about to be restored could not be told; 1 would be a failed restore.
    assert done.returncode == 74
    assert len(shell.simulator.ledger.restore_posts()) == before


def test_a_reader_that_leaves_gives_the_watch_up_and_says_how_to_go_on(shell: Shell) -> None:
    gate = shell.simulator.hold(POST_RESTORE, before=False)
    child = shell.begin(*restore())
    assert gate.wait_reached()
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    gate.release()
    assert child.wait(MOST) == 2
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert f"Follow it with: vbs-tui watch {job['id'][:8]}" in child.stderr.read()
    child.stderr.close()


def test_a_journal_that_cannot_be_used_ends_with_78_and_is_told_once(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "vbs-tui").write_text("a file in the directory's place")
    done = shell(*restore())
    assert done.returncode == 78
    assert not shell.simulator.ledger.restore_posts()
    assert done.stderr.count("Nothing can be restored until that is mended") == 1


def test_an_end_that_nobody_reads_can_be_ended(shell: Shell) -> None:
    gate = shell.simulator.hold(POST_RESTORE, before=False)
    child = shell.begin(*restore())
    assert gate.wait_reached()
    fill_up(child)
    gate.release()
    child.send_signal(signal.SIGTERM)
    while child.poll() is None:
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.2)
    assert child.returncode == 143
    child.communicate()


def fill_up(child: subprocess.Popen[str]) -> None:
    """Let what the child prints from now on wait for a reader: its pipes are full."""
    for stream in (child.stdout, child.stderr):
        assert stream is not None
        end = os.open(f"/proc/{child.pid}/fd/{1 if stream is child.stdout else 2}", os.O_WRONLY)
        os.set_blocking(end, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(end, b"x" * 4096)
        os.close(end)
