"""Where scripts find what went wrong: the lines beside the output, one document in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.odd_machines import with_start
from tests.commands.shell import MOST, Shell, labelled
from tests.support.simulated import Listener, fast_backend
from vbs_tui.restore.events import Event, RestoreChanged
from vbs_tui.restore.journal.records import Restore


def restore(backup: str, volume: str, *more: str) -> tuple[str, ...]:
    return ("restore", "--backup", backup, "--volume", volume, "--confirm", volume, *more)


def last(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


FAILING: list[tuple[tuple[str, ...], dict[str, str], int]] = [
    (restore("demo-succeeds", "small-01"), {"OS_PASSWORD": "wrong-password"}, 78),
    (restore("demo-succeeds", "small-01"), {"OS_AUTH_URL": ""}, 78),
    (restore("demo-succeeds", "small-01"), {"OS_AUTH_URL": "http://127.0.0.1:9/v3"}, 78),
    (restore("demo-succeeds", "small-01"), {"XDG_STATE_HOME": "here"}, 78),
    (restore("nope", "small-01"), {}, 4),
    (restore("demo-succeeds", "data"), {}, 4),
    (("restore", "--backup", "a", "--volume", "b"), {}, 64),
    (("restore", "--nonsense"), {}, 64),
    (("watch", "ffff"), {}, 4),
    (("watch", "ffff"), {"XDG_STATE_HOME": "/dev/null"}, 78),
    (("watch", "--nonsense"), {}, 64),
    (("show", "ffff"), {}, 4),
    (("show", "ffff"), {"XDG_STATE_HOME": "/dev/null"}, 78),
    (("jobs",), {"XDG_STATE_HOME": "/dev/null"}, 78),
    (("jobs", "ffff"), {}, 64),
    (("doctor", "--nonsense"), {}, 64),
    (("explain",), {}, 64),
]


@pytest.mark.parametrize(("arguments", "changes", "status"), FAILING)
def test_each_failure_has_lines_beside_the_output_and_one_document_in_it(
    shell: Shell, arguments: tuple[str, ...], changes: dict[str, str], status: int
) -> None:
    plain = shell(*arguments, **changes)
    assert plain.returncode == status
    assert plain.stdout == ""
    if status != 64:
        assert {"Means", "What to do"} <= set(labelled(plain.stderr))
    told = shell(*arguments, "--json", **changes)
    assert told.returncode == status
    (line,) = told.stdout.splitlines()
    document = json.loads(line)
    assert document["exit_status"] == status
    assert document["failure"]["what"]
    assert document["failure"]["message"]
    assert told.stderr


def test_what_is_impossible_is_told_beside_the_output_and_in_the_document(shell: Shell) -> None:
    day = max(
        row.name
        for row in shell.simulator.world.projects[0].backups
        if row.name and row.name.startswith("nightly-web-")
    )
    plain = shell(*restore(day, "small-01"))
    assert plain.returncode == 3
    said = labelled(plain.stderr)
    assert "too small" in said["Means"] or "GiB" in said["Means"]
    assert said["Id"] == "none: nothing was sent"
    assert "IMPOSSIBLE" in plain.stdout
    told = shell(*restore(day, "small-01"), "--json")
    document = json.loads(told.stdout)
    assert (told.returncode, document["exit_status"], document["possible"]) == (3, 3, False)
    assert document["failure"]["message"] == said["Means"]


def test_a_wrong_confirmation_is_the_last_document(shell: Shell) -> None:
    asked = ("restore", "--backup", "demo-succeeds", "--volume", "rehearsal-01", "--confirm", "x")
    told = shell(*asked, "--json")
    assert told.returncode == 4
    assert last(told)["exit_status"] == 4
    assert "--confirm rehearsal-01" in last(told)["failure"]["hint"]


def test_an_examination_that_is_possible_has_no_failure(shell: Shell) -> None:
    asked = ("restore", "--backup", "demo-succeeds", "--volume", "rehearsal-01", "--dry-run")
    assert not {"failure", "exit_status"} & set(json.loads(shell(*asked, "--json").stdout))


_BROKEN = """\
import vbs_tui.commands.jobs as jobs

def broken(*_):
    raise LookupError("\\x1b]0;owned demo-password\\x07")

jobs.journal_directory = broken
"""


def test_a_defect_is_told_without_its_words(shell: Shell, tmp_path: Path) -> None:
    changes = with_start(tmp_path / "start", _BROKEN)
    for more in ((), ("--json",)):
        done = shell("jobs", *more, **changes)  # which looks for tracebacks and the password
        assert done.returncode == 70
        assert "stopped because of a defect: LookupError" in done.stderr
        assert "sitecustomize.py:4 in broken" in done.stderr
        assert "vbs_tui/commands/jobs.py:" in done.stderr
        assert "\x1b" not in done.stderr + done.stdout
        assert "owned" not in done.stderr + done.stdout
    assert last(done)["exit_status"] == 70
    assert "LookupError" in last(done)["failure"]["message"]


# A restore that had an error on its way


def test_nobody_claims_to_look_when_nobody_does(shell: Shell) -> None:
    sent = shell(*restore("demo-server-error", "rehearsal-02"))
    assert sent.returncode == 2
    assert "Nobody looks at disk and backup" in sent.stdout
    assert "looking at disk and backup" not in sent.stdout
    follow = sent.stdout.splitlines()[-1].partition("Follow it with: vbs-tui ")[2].split()
    assert follow[0] == "watch"
    assert shell("show", follow[1]).returncode == 0
    told = shell(*restore("demo-server-error", "rehearsal-03"), "--json")
    if told.returncode == 2:
        assert "Nobody looks" in last(told)["restore"]["summary"]


def test_a_success_after_an_error_tells_no_failure(shell: Shell) -> None:
    # Long enough to be seen at work.
    shell.simulator.world.backup("demo-no-answer").seconds = 60 * 8.0
    done = shell(*restore("demo-no-answer", "rehearsal-04", "--wait"))
    assert done.returncode == 0
    assert done.stderr == ""
    assert "failed" not in done.stdout
    (job, *_) = json.loads(shell("jobs", "--json").stdout)
    shown = shell("show", job["id"])
    assert "the restore succeeded all the same" in shown.stdout
    assert ": failed" not in shown.stdout
    assert "not send it again" not in shown.stdout
    watched = shell("watch", job["id"])
    assert (watched.returncode, watched.stderr) == (0, "")


def test_the_error_of_a_failed_restore_stands_beside_the_output(shell: Shell) -> None:
    sent = shell(*restore("demo-fails-while-writing", "rehearsal-05", "--wait"))
    (job, *_) = json.loads(shell("jobs", "--json").stdout)
    watched = shell("watch", job["id"])
    for done in (sent, watched):
        assert done.returncode == 1
        assert labelled(done.stderr)["Error"] == "VolumeBackup.0200"
        assert "VolumeBackup.0200\n" not in done.stdout
        assert done.stdout.splitlines()[-1].startswith("failed: ")


def test_the_help_names_the_statuses_that_there_are(shell: Shell) -> None:
    for command in ("restore", "watch", "jobs", "show", "doctor", "config", "explain", "simulate"):
        told = shell(command, "--help").stdout
        assert "64" in told, command
        assert "2 for a wrong" not in told


def test_a_watch_on_a_full_disk_says_how_to_go_on(shell: Shell) -> None:
    shell(*restore("demo-server-error", "rehearsal-06"))
    (job, *_) = json.loads(shell("jobs", "--json").stdout)
    line = f"exec {sys.executable} -m vbs_tui watch {job['id']} >/dev/full"
    done = subprocess.run(
        ["sh", "-c", line], env=shell.env, stderr=subprocess.PIPE, timeout=MOST, check=False
    )
    assert done.returncode in (2, 74)
    assert b"No space left on device" in done.stderr
    assert os.fsencode(f"vbs-tui watch {job['id'][:8]}") in done.stderr


def test_a_watch_looks_before_it_says_that_nothing_is_known(shell: Shell) -> None:
    """The outcome was called probably not accepted before; what is there by now is looked at."""
    simulator = shell.simulator
    backend = fast_backend(simulator, Path(shell.env["XDG_STATE_HOME"]) / "vbs-tui")
    listener = Listener(backend, simulator.world)
    project = next(p for p in listener.connected() if p.name == "eu-de_prod")
    world = simulator.world
    backup, volume = world.backup("demo-server-error"), world.volume("rehearsal-06")
    examined = backend.examine(project, backup.id, volume.id).result(30)
    submitted = backend.submit(examined, examined.required_text).result(30)

    def needs_settlement(event: Event) -> Restore | None:
        one = event.restore if isinstance(event, RestoreChanged) else None
        return one if one is not None and one.needs_settlement else None

    listener.wait(needs_settlement)
    backend.stop(2.0)
    before = len(simulator.ledger.requests)
    watched = shell("watch", submitted.id[:8])
    assert watched.returncode == 2
    asked = [one.path for one in list(simulator.ledger.requests)[before:]]
    assert any(path.endswith(f"/volumes/{volume.id}") for path in asked)
    assert "Do not send it again: it may be running" not in watched.stderr
    assert "declare that it was not sent" in " ".join(watched.stderr.split())


def test_an_output_that_breaks_off_before_sending_is_told_as_not_sent(shell: Shell) -> None:
    before = len(shell.simulator.ledger.restore_posts())
    gate = shell.simulator.hold(r"POST .*/restore$")
    running = shell.begin(*restore("demo-succeeds", "rehearsal-07", "--json", "--wait"))
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    told = running.stderr.read()
    gate.release()
    status = running.wait(MOST)
    sent = len(shell.simulator.ledger.restore_posts()) - before
    if sent == 0:
        assert status in (4, 141)
        assert "goes on in the cloud" not in told
    else:
        assert status == 2
        assert "Follow it with" in told
