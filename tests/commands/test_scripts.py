"""The commands for scripts, as child processes against the simulated cloud."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.shell import MOST, Shell, labelled
from vbs_tui.simulator import Simulator


def test_a_restore_from_a_script_is_watched_to_its_end(shell: Shell) -> None:
    done = shell(
        "restore",
        *("--backup", "demo-succeeds", "--volume", "rehearsal-01"),
        *("--confirm", "rehearsal-01", "--wait"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(
        "succeeded: The job says SUCCESS and the disk is available."
    )
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert job["state"] == "succeeded"
    shown = json.loads(shell("show", job["id"][:8], "--json").stdout)
    assert [line["source"] for line in shown["log"]][:2] == ["operator", "request"]
    assert shell("jobs", "--open").stdout.strip() == "No open restores on record."
    before = len(shell.simulator.ledger.requests)
    watched = shell("watch", job["id"][:8])
    assert watched.returncode == 0
    assert "SUCCESS" in watched.stdout
    assert len(shell.simulator.ledger.requests) == before, "nobody logs in for what is known"


def test_a_failing_restore_ends_with_1_and_says_what_to_do(shell: Shell) -> None:
    done = shell(
        "restore",
        *("--backup", "demo-fails-while-writing", "--volume", "rehearsal-02"),
        *("--confirm", "rehearsal-02", "--wait", "--json"),
    )
    assert done.returncode == 1, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["restore"]["state"] == "failed"
    assert last["restore"]["failure"]["code"] == "VolumeBackup.0200"


def test_a_dry_run_sends_nothing(shell: Shell) -> None:
    before = len(shell.simulator.ledger.restore_posts())
    done = shell(
        "restore", "--backup", "demo-succeeds", "--volume", "rehearsal-01", "--dry-run", "--json"
    )
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert list(told)[:3] == ["cloud", "region", "project"]
    assert told["region"] == shell.simulator.region
    assert told["project"]["name"] == "eu-de_prod"
    assert told["possible"] is True
    assert told["request"]["url"].endswith("/restore")
    assert json.loads(told["request"]["body"])["restore"]["volume_id"]
    assert len(shell.simulator.ledger.restore_posts()) == before


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--backup", "nightly-web-{day}", "--volume", "small-01", "--dry-run"), 3, "too small"),
        (("--backup", "nope", "--volume", "small-01", "--dry-run"), 4, "'nope'"),
        (("--backup", "demo-succeeds", "--volume", "data", "--dry-run"), 4, "--volume ID"),
        (("--backup", "demo-succeeds", "--volume", "rehearsal-01", "--confirm", "x"), 4, "name"),
        (("--backup", "a", "--volume", "b", "--project", "c", "--confirm", "x"), 4, "no project"),
    ],
)
def test_what_is_not_sent(
    shell: Shell, arguments: tuple[str, ...], status: int, words: str
) -> None:
    before = len(shell.simulator.ledger.restore_posts())
    day = f"{shell.simulator.clock():%Y-%m-%d}"
    backups = {row.name or "" for row in shell.simulator.world.projects[0].backups}
    newest = max(name for name in backups if name.startswith("nightly-web-"))
    filled = [newest if "{day}" in argument else argument for argument in arguments]
    done = shell("restore", *filled)
    assert done.returncode == status, (day, done.stdout, done.stderr)
    said = done.stdout + done.stderr
    assert words in said or "IMPOSSIBLE" in said
    assert len(shell.simulator.ledger.restore_posts()) == before


def test_a_read_only_cloud_is_so_for_scripts_too(shell: Shell, tmp_path: Path) -> None:
    shell.settings('read_only_clouds = ["simulated"]\n')
    (tmp_path / "clouds.yaml").write_text(shell.simulator.clouds_yaml())
    asked = ("--cloud", "simulated", "--backup", "demo-succeeds", "--volume", "rehearsal-01")
    named = {"OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"), "OS_AUTH_URL": ""}
    before = len(shell.simulator.ledger.restore_posts())
    looked = shell("restore", *asked, "--dry-run", **named)
    assert looked.returncode == 0, looked.stderr
    sent = shell("restore", *asked, "--confirm", "rehearsal-01", **named)
    assert sent.returncode == 4
    assert "read-only" in sent.stderr
    assert len(shell.simulator.ledger.restore_posts()) == before


@pytest.mark.parametrize("by", [(), ("--cloud", "envvars")])
def test_the_cloud_of_the_variables_is_read_only_by_either_name(
    shell: Shell, by: tuple[str, ...]
) -> None:
    shell.settings('read_only_clouds = ["127.0.0.1"]\n')
    before = len(shell.simulator.ledger.restore_posts())
    asked = ("--backup", "demo-succeeds", "--volume", "rehearsal-01", "--confirm", "rehearsal-01")
    sent = shell("restore", *by, *asked)
    assert sent.returncode == 4
    assert "read-only" in sent.stderr
    assert len(shell.simulator.ledger.restore_posts()) == before


def test_a_mistake_in_the_settings_is_told_before_anything_is_sent(shell: Shell) -> None:
    shell.settings("read_only_cloud = []\n")
    before = len(shell.simulator.ledger.requests)
    for command in (("restore", "--backup", "a", "--volume", "b", "--dry-run"), ("watch", "f")):
        done = shell(*command)
        assert done.returncode == 78
        assert "line 1" in done.stderr
        assert "did you mean read_only_clouds?" in done.stderr
    assert len(shell.simulator.ledger.requests) == before


def test_without_a_confirmation_nothing_starts(shell: Shell) -> None:
    done = shell("restore", "--backup", "a", "--volume", "b")
    assert done.returncode == 64
    assert "--confirm" in done.stderr


def test_without_a_cloud_it_says_what_to_do(shell: Shell) -> None:
    console = shell(OS_AUTH_URL="")
    assert console.returncode == 78
    assert "--demo" in (console.stdout + console.stderr).strip().splitlines()[1]
    script = shell("restore", "--backup", "a", "--volume", "b", "--dry-run", OS_AUTH_URL="")
    assert script.returncode == 78
    said = labelled(script.stderr)
    assert "knows of no cloud" in said["Means"]
    assert "--cloud" in said["What to do"]


def test_a_wrong_password_is_tried_once(shell: Shell) -> None:
    shell.simulator.ledger.clear()
    done = shell(
        "restore",
        *("--backup", "a", "--volume", "b", "--dry-run"),
        OS_PASSWORD="wrong-password-xyz",
    )
    assert done.returncode == 78
    assert "401" in done.stderr
    assert list(labelled(done.stderr))[:3] == ["Error", "Means", "What to do"]
    assert "wrong-password-xyz" not in done.stdout + done.stderr
    logins = [r for r in shell.simulator.ledger.requests if r.path == "/v3/auth/tokens"]
    assert len(logins) == 1


def test_an_unknown_id_is_said_so(shell: Shell) -> None:
    for command in ("show", "watch"):
        done = shell(command, "ffff")
        assert done.returncode == 4
        assert "No restore on record" in done.stderr


def test_version_and_help_load_nothing_heavy(shell: Shell) -> None:
    for option in ("--version", "--help"):
        code = (
            "import sys\nfrom vbs_tui.cli import main\n"
            f"try: main(['{option}'])\nexcept SystemExit: pass\n"
            "heavy = {'textual', 'httpx', 'starlette', 'asyncio', 'platformdirs'}\n"
            "print(sorted(heavy & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
        )
        assert done.stdout.strip().endswith("[]")


class Leaping:
    """A clock that a test sets ahead."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def test_two_programs_share_one_restore(tmp_path: Path) -> None:
    clock = Leaping()
    with Simulator(speed=60.0, clock=clock) as simulator:
        shell = Shell(simulator, tmp_path)
        simulator.world.backup("nightly-app-" + _newest_day(simulator)).seconds = 60 * 1800.0
        restore = [
            *("restore", "--backup", "nightly-app-" + _newest_day(simulator)),
            *("--volume", "app-data-01", "--confirm", "app-data-01"),
        ]
        first = shell.begin(*restore, "--wait")
        volume = simulator.world.volume("app-data-01").id
        assert simulator.ledger.wait_for(lambda led: led.restore_posts(volume_id=volume))
        again = shell(*restore)
        assert again.returncode in (3, 4)
        (job,) = json.loads(shell("jobs", "--open", "--json").stdout)
        # Without a cloud of its own, the second program can only follow what the first writes.
        second = shell.begin("watch", job["id"], OS_AUTH_URL="")
        assert second.stdout is not None
        assert second.stdout.readline()
        clock.ahead = timedelta(hours=1)
        told, trouble = second.communicate(timeout=MOST)
        assert second.returncode == 0, trouble
        assert "SUCCESS" in told
        _, trouble = first.communicate(timeout=MOST)
        assert first.returncode == 0, trouble
        assert len(simulator.ledger.restore_posts(volume_id=volume)) == 1
        assert simulator.ledger.errors == []


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_in_the_middle_of_a_post_still_records_the_answer(
    shell: Shell, number: signal.Signals, status: int
) -> None:
    simulator = shell.simulator
    gate = simulator.hold(r"POST .*/restore$", before=False)
    volume = f"rehearsal-0{ {129: 1, 130: 6, 143: 7}[status] }"
    before = len(simulator.ledger.restore_posts())
    child = shell.begin(
        *("restore", "--wait", "--backup", "demo-succeeds"),
        *("--volume", volume, "--confirm", volume),
    )
    assert gate.wait_reached()
    child.send_signal(number)
    gate.release()
    _, told = child.communicate(timeout=MOST)
    assert child.returncode == status
    assert "Traceback" not in told
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert f"Follow it with: vbs-tui watch {job['id'][:8]}" in told
    assert job["job_id"]
    assert job["state"] in ("accepted", "running", "succeeded")
    assert shell("watch", job["id"]).returncode == 0
    assert len(simulator.ledger.restore_posts()) == before + 1


def _newest_day(simulator: Simulator) -> str:
    names = [row.name or "" for row in simulator.world.projects[0].backups]
    return max(name for name in names if name.startswith("nightly-app-")).removeprefix(
        "nightly-app-"
    )
