"""The commands for scripts against a cloud whose documents are odd, or repeat secrets."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.shell import PASSWORD, Shell
from vbs_tui.simulator import Simulator

TARGET = "rehearsal-01"
RESTORE = ("restore", "--backup", "demo-succeeds", "--volume", TARGET, "--confirm", TARGET)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=200.0) as one:
        yield one
        assert one.ledger.errors == []


def confirmed(shell: Shell, *more: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Restore with the text that the command itself asks for."""
    plain = ("restore", "--backup", "demo-succeeds", "--volume", TARGET)
    looked = json.loads(shell(*plain, "--dry-run", "--json", **changes).stdout)
    word = looked.get("confirm") or TARGET
    return shell(*plain, "--confirm", word, *more, **changes)


def test_a_repeated_password_reaches_no_screen_journal_or_document(
    shell: Shell, tmp_path: Path
) -> None:
    world = shell.simulator.world
    backup, volume = world.backup("demo-succeeds"), world.volume(TARGET)
    volume.extra = {"availability_zone": PASSWORD, "volume_type": PASSWORD, "description": PASSWORD}
    backup.extra = {"description": PASSWORD, "availability_zone": PASSWORD, "fail_reason": PASSWORD}
    part = {"job_id": PASSWORD, "job_type": PASSWORD, "status": "FAIL", "error_code": PASSWORD}
    backup.job_extra = {
        "status": "FAIL",
        "job_type": PASSWORD,
        "error_code": PASSWORD,
        "fail_reason": f"said {PASSWORD}",
        "sub_jobs": [part],
    }
    done = confirmed(shell, "--wait", "--json")  # each call looks for the password itself
    assert "«hidden»" in done.stdout
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert job["state"] != "succeeded"
    assert "«hidden»" in shell("show", job["id"][:8], "--json").stdout
    shell("show", job["id"][:8])
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path


ODD: list[tuple[str, dict[str, Any], str]] = [
    ("volume", {"migration_status": "migrating"}, "migration status migrating"),
    ("volume", {"os-vol-mig-status-attr:migstat": "target:x"}, "migration status target:x"),
    ("volume", {"replication_status": "failing-over"}, "failing-over"),
    ("volume", {"attachments": {"server_id": "s-1"}}, "counts as attached"),
    ("volume", {"metadata": [{"key": "hw:sdrs"}]}, "metadata"),
    ("volume", {"size": 0}, "size"),
    ("volume", {"status": ["available"]}, "not available"),
    ("volume", {"locked": True}, "locked: true"),
    ("backup", {"size": {"gb": 1}}, "size"),
    ("backup", {"frozen": "yes"}, "frozen: yes"),
]


@pytest.mark.parametrize(("which", "fields", "words"), ODD)
def test_an_odd_document_forbids_the_restore(
    shell: Shell, which: str, fields: dict[str, Any], words: str
) -> None:
    world = shell.simulator.world
    one = world.volume(TARGET) if which == "volume" else world.backup("demo-succeeds")
    one.extra = fields
    looked = json.loads(
        shell("restore", *RESTORE[1:5], "--dry-run", "--json").stdout.splitlines()[-1]
    )
    assert looked["possible"] is False
    assert words in json.dumps(looked)
    done = shell(*RESTORE)
    assert done.returncode != 0
    assert shell.simulator.ledger.restore_posts() == []


@pytest.mark.parametrize("which", ["volume", "backup"])
def test_an_answer_with_the_id_in_other_letter_case_stops_the_restore(
    shell: Shell, which: str
) -> None:
    world = shell.simulator.world
    one = world.volume(TARGET) if which == "volume" else world.backup("demo-succeeds")
    shouted = one.id.upper()
    one.alone = {"id": shouted}
    done = shell(*RESTORE)
    assert done.returncode != 0
    assert shell.simulator.ledger.restore_posts() == []
    assert shouted in done.stdout + done.stderr


def test_a_code_of_digits_is_shown(shell: Shell) -> None:
    backup = shell.simulator.world.backup("demo-succeeds")
    backup.job_extra = {"status": "FAIL", "error_code": "111401001", "fail_reason": "no luck"}
    done = confirmed(shell, "--wait")
    assert "111401001" in done.stdout + done.stderr
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert "111401001" in shell("show", job["id"][:8]).stdout
    shown = json.loads(shell("show", job["id"][:8], "--json").stdout)
    assert shown["failure"]["code"] == "111401001"


@pytest.mark.parametrize("word", ["available", "SUCCESS"])
def test_a_password_that_the_cloud_uses_itself_is_told(shell: Shell, word: str) -> None:
    user = shell.simulator.world.user_named(shell.simulator.username)
    assert user is not None
    user.password = word
    looked = shell("doctor", OS_PASSWORD=word)
    told = " ".join(looked.stdout.split())
    assert "is a word of the cloud's own answers" in told
    assert "Change that password" in told
    if word == "available":
        done = shell(*RESTORE, OS_PASSWORD=word)
        assert done.returncode != 0
        assert "a secret of this log-in" in " ".join((done.stdout + done.stderr).split())
        assert shell.simulator.ledger.restore_posts() == []
