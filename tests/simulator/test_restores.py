"""Restores over time, the vendor's way and the native way, on a clock moved by hand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.simulator.client import Client, HandClock
from vbs_tui.simulator import Script, Simulator


def test_a_restore_runs_from_init_to_success(client: Client, clock: HandClock) -> None:
    backup, disk = "demo-succeeds", "rehearsal-01"
    answer = client.restore(backup, disk)
    assert answer.status_code == 200
    assert set(answer.json()) == {"job_id"}
    job_id = answer.json()["job_id"]
    assert len(job_id) == 32
    job = client.job(job_id).json()
    assert (job["status"], job["job_type"]) == ("INIT", "bksRestoreBackup")
    assert job["begin_time"] == "2026-11-23T09:14:02.466Z"
    assert (job["end_time"], job["sub_jobs"]) == ("", [])
    assert client.states(backup, disk) == ("available", "available")
    clock.move(1.5)
    assert client.states(backup, disk) == ("restoring", "restoring-backup")
    job = client.job(job_id, "v2").json()
    assert job["status"] == "RUNNING"
    assert job["entities"]["volume_id"] == client.volume(disk).id
    assert [one["status"] for one in job["sub_jobs"]] == ["RUNNING"]
    assert client.simulator.ledger.restores[0].outcome == "running"
    clock.move(40)
    assert client.states(backup, disk) == ("available", "available")
    job = client.job(job_id).json()
    assert (job["status"], job["error_code"]) == ("SUCCESS", None)
    assert job["end_time"].endswith("Z")
    row = client.get(f"volumes/{client.volume(disk).id}").json()["volume"]
    assert row["updated_at"] > "2026-11-23T09:14:20"
    assert "src_backup_id" not in row["metadata"]
    restore = client.simulator.ledger.restores[0]
    assert (restore.outcome, restore.job_id) == ("succeeded", job_id)


def test_the_duration_follows_the_size_and_the_speed(clock: HandClock) -> None:
    durations = []
    for speed in (1.0, 10.0):
        clock.now = HandClock().now
        with Simulator(clock=clock, speed=speed) as simulator, Client(simulator) as client:
            name = "nightly-db-2026-11-23"
            client.restore(name, "db-data-01")
            clock.move(3600)
            ended_at = simulator.ledger.restores[0].ended_at
            assert ended_at is not None
            durations.append((ended_at - HandClock().now).total_seconds())
    assert 36 < durations[0] < 47
    assert durations[1] == pytest.approx(durations[0] / 10, abs=0.001)


def test_another_disk_keeps_a_trace_of_the_backup(client: Client, clock: HandClock) -> None:
    client.restore("demo-succeeds", "restore-test-01")
    clock.move(60)
    client.simulator.settle()
    disk = client.volume("restore-test-01")
    assert disk.metadata["src_backup_id"] == client.backup("demo-succeeds").id


def test_a_failure_while_writing_breaks_only_the_disk(client: Client, clock: HandClock) -> None:
    pair = ("demo-fails-while-writing", "rehearsal-02")
    job_id = client.restore(*pair).json()["job_id"]
    clock.move(2)
    assert client.states(*pair) == ("restoring", "restoring-backup")
    clock.move(60)
    assert client.states(*pair) == ("available", "error_restoring")
    job = client.job(job_id).json()
    assert (job["status"], job["error_code"]) == ("FAIL", "VolumeBackup.0200")
    assert "error_restoring" in job["fail_reason"]
    assert job["entities"]["volume_id"] == ""
    again = client.restore(*pair)
    assert (again.status_code, again.json()["error"]["code"]) == (400, "VolumeBackup.0202")


def test_a_failure_before_writing_moves_nothing(client: Client, clock: HandClock) -> None:
    pair = ("demo-fails-before-writing", "rehearsal-03")
    before = client.volume(pair[1]).updated_at
    job_id = client.restore(*pair).json()["job_id"]
    clock.move(2)
    assert client.job(job_id).json()["status"] == "RUNNING"
    assert client.states(*pair) == ("available", "available")
    clock.move(2)
    job = client.job(job_id).json()
    assert (job["status"], job["error_code"]) == ("FAIL", "VolumeBackup.0205")
    assert client.states(*pair) == ("available", "available")
    assert client.volume(pair[1]).updated_at == before


def test_refused_and_failing_calls_run_nothing(client: Client) -> None:
    refused = client.restore("demo-refused", "rehearsal-04")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "VolumeBackup.0044")
    failing = client.restore("demo-server-error", "rehearsal-05")
    assert failing.status_code == 500
    assert client.simulator.ledger.restores == []
    assert len(client.simulator.ledger.restore_posts()) == 2


def test_a_restore_without_an_answer_runs_all_the_same(client: Client, clock: HandClock) -> None:
    pair = ("demo-no-answer", "rehearsal-06")
    with pytest.raises(httpx.RemoteProtocolError):
        client.restore(*pair)
    clock.move(2)
    assert client.states(*pair) == ("restoring", "restoring-backup")
    post = client.simulator.ledger.restore_posts(backup_id=client.backup(pair[0]).id)[0]
    assert post.dropped


def test_a_forgotten_job_leaves_only_the_states(client: Client, clock: HandClock) -> None:
    pair = ("demo-job-forgotten", "rehearsal-07")
    job_id = client.restore(*pair).json()["job_id"]
    clock.move(2)
    assert client.states(*pair) == ("restoring", "restoring-backup")
    answer = client.job(job_id)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Common.0011")
    assert client.job("unknown").json() == answer.json()


def test_other_scripts_can_be_given_to_any_backup(client: Client, clock: HandClock) -> None:
    client.backup("demo-succeeds").script = Script.SUCCESS_DISK_BROKEN
    job_id = client.restore("demo-succeeds", "rehearsal-01").json()["job_id"]
    endless = client.backup("demo-job-forgotten")
    endless.script = Script.NEVER_ENDS
    other_id = client.restore("demo-job-forgotten", "rehearsal-07").json()["job_id"]
    clock.move(100_000 - 86_400)
    assert client.job(job_id).json()["status"] == "SUCCESS"
    assert client.states("demo-succeeds", "rehearsal-01") == ("available", "error_restoring")
    assert client.job(other_id).json()["status"] == "RUNNING"


def test_a_second_vendor_restore_in_the_queue_fails_as_a_job(
    client: Client, clock: HandClock
) -> None:
    first = client.restore("demo-succeeds", "rehearsal-01").json()["job_id"]
    same_disk = client.restore("demo-job-forgotten", "rehearsal-01")
    same_backup = client.restore("demo-succeeds", "restore-test-01").json()["job_id"]
    assert same_disk.status_code == 200
    client.backup("demo-job-forgotten").script = Script.NORMAL
    clock.move(5)
    assert client.job(first).json()["status"] == "RUNNING"
    late = client.job(same_backup).json()
    assert (late["status"], late["error_code"]) == ("FAIL", "VolumeBackup.0089")
    outcomes = [one.outcome for one in client.simulator.ledger.restores]
    assert outcomes == ["running", "failed", "failed"]
    assert client.simulator.ledger.restores[1].error_code == "VolumeBackup.0205"


@pytest.mark.parametrize(
    ("backup", "volume", "status", "code"),
    [
        ("nightly-db-2026-11-23", "small-01", 400, "VolumeBackup.0209"),
        ("demo-succeeds", "archive-2024", 400, "VolumeBackup.0202"),
        ("demo-succeeds", "warehouse-data-01", 400, "VolumeBackup.0202"),
        ("demo-succeeds", "db-data-02", 400, "VolumeBackup.0205"),
        ("demo-succeeds", "report-data-01", 400, "VolumeBackup.0206"),
        ("demo-succeeds", "erp-data-dr", 400, "VolumeBackup.0211"),
        ("weekly-fileshare-2026-11-23", "rehearsal-01", 400, "VolumeBackup.0089"),
        ("nightly-log-failed", "db-log-01", 400, "VolumeBackup.0089"),
        ("shared-by-partner", "restore-test-01", 403, "VolumeBackup.0042"),
    ],
)
def test_the_call_refuses_what_cannot_be(
    client: Client, backup: str, volume: str, status: int, code: str
) -> None:
    answer = client.restore(backup, volume)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert client.simulator.ledger.restores == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "0210"),
        ({"restore": None}, "0210"),
        ({"restore": []}, "0210"),
        ({"restore": {}}, "0208"),
        ({"restore": {"volume_id": ""}}, "0208"),
        ({"restore": {"volume_id": "db-data-01"}}, "0208"),
        ({"restore": {"volume_id": "00000000-0000-4000-a000-000000000000"}}, "0207"),
    ],
)
def test_the_vendors_call_refuses_other_bodies(client: Client, body: Any, code: str) -> None:
    path = f"cloudbackups/{client.backup('demo-succeeds').id}/restore"
    answer = client.post(path, body)
    assert answer.json()["error"]["code"] == f"VolumeBackup.{code}"
    assert len(answer.headers["X-Request-Id"]) == 32


def test_unknown_backups_and_missing_rights(client: Client, simulator: Simulator) -> None:
    disk = {"restore": {"volume_id": client.volume("rehearsal-01").id}}
    unknown = client.post("cloudbackups/00000000-0000-4000-a000-000000000000/restore", disk)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "VolumeBackup.0111")
    malformed = client.post("cloudbackups/x/restore", disk)
    assert malformed.json()["error"]["code"] == "VolumeBackup.0204"
    with Client(simulator, "demo-viewer") as viewer:
        assert viewer.get("backups").status_code == 200
        refused = viewer.restore("demo-succeeds", "rehearsal-01")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "VolumeBackup.0042")
        native = viewer.native_restore("demo-succeeds", "rehearsal-01")
        assert (native.status_code, list(native.json())) == (403, ["forbidden"])


def test_the_restore_path_without_its_end_deletes_the_backup(
    client: Client, clock: HandClock
) -> None:
    backup = client.backup("demo-succeeds")
    answer = client.post(f"cloudbackups/{backup.id}")
    assert answer.status_code == 200
    assert client.simulator.ledger.deleted_backups == [backup.id]
    clock.move(5)
    job = client.job(answer.json()["job_id"]).json()
    assert (job["job_type"], job["status"]) == ("bksDeleteBackup", "SUCCESS")
    assert client.get(f"backups/{backup.id}").status_code == 404


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_the_native_restore_moves_states_at_once(
    client: Client, clock: HandClock, version: str
) -> None:
    pair = ("demo-succeeds", "rehearsal-01")
    answer = client.native_restore(*pair, version=version)
    assert answer.status_code == 202
    assert answer.json()["restore"] == {
        "backup_id": client.backup(pair[0]).id,
        "volume_id": client.volume(pair[1]).id,
        "volume_name": pair[1],
    }
    assert client.states(*pair) == ("restoring", "restoring-backup")
    second = client.native_restore(*pair)
    assert (second.status_code, list(second.json())) == (400, ["badRequest"])
    assert "must be available" in second.text
    clock.move(60)
    assert client.states(*pair) == ("available", "available")
    assert client.simulator.ledger.restores[0].job_id == ""


def test_two_native_restores_at_one_instant_may_both_be_accepted(
    client: Client, clock: HandClock
) -> None:
    client.simulator.options.native_race_seconds = 0.02
    answers = [client.native_restore("demo-succeeds", "rehearsal-01") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    clock.move(1)
    assert client.native_restore("demo-succeeds", "rehearsal-01").status_code == 400
    assert len(client.simulator.ledger.restores) == 2


def test_the_native_restore_without_a_disk_makes_one(client: Client, clock: HandClock) -> None:
    backup = client.backup("demo-succeeds")
    path = f"backups/{backup.id}/restore"
    answer = client.post(path, {"restore": {}}, "v3").json()["restore"]
    row = client.get(f"volumes/{answer['volume_id']}").json()["volume"]
    assert row["name"] == f"restore_backup_{backup.id}"
    assert row["description"] == "auto-created_from_restore_from_backup"
    assert (row["size"], row["status"]) == (backup.size, "restoring-backup")
    clock.move(60)
    row = client.get(f"volumes/{answer['volume_id']}").json()["volume"]
    assert row["status"] == "available"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"restore": None}, 500),
        ({"restore": {"volume_id": None, "colour": "red"}}, 400),
        ({"restore": {"volume_id": "x"}}, 400),
        ({}, 400),
        ({"restore": {"volume_id": "00000000-0000-4000-a000-000000000000"}}, 404),
    ],
)
def test_the_native_restore_refuses_other_bodies(client: Client, body: Any, status: int) -> None:
    path = f"backups/{client.backup('demo-succeeds').id}/restore"
    assert client.post(path, body, "v3").status_code == status
    assert client.simulator.ledger.restores == []


def test_the_native_restore_checks_size_and_states(client: Client) -> None:
    for backup, volume in (
        ("nightly-db-2026-11-23", "small-01"),
        ("demo-succeeds", "db-data-02"),
        ("nightly-log-failed", "db-log-01"),
    ):
        answer = client.native_restore(backup, volume)
        assert (answer.status_code, list(answer.json())) == (400, ["badRequest"])


def test_the_same_seed_makes_the_same_cloud(clock: HandClock) -> None:
    worlds = [Simulator(clock=clock, seed=seed).world for seed in (4, 4, 5)]
    ids = [[backup.id for backup in world.projects[0].backups] for world in worlds]
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]
