"""How each observation becomes a fact that the verdict is based on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.restore.makers import NOW, facts, nightly, restore, volume
from vbs_tui.cloud.resources import Job, SubJob
from vbs_tui.restore.watch.evidence import collect_facts, left_no_trace
from vbs_tui.restore.watch.job_evidence import job_contradiction, job_mismatch
from vbs_tui.restore.watch.observation import Observation

OURS = restore(job_id="job0001", job_status="RUNNING")
DISK = volume(id=OURS.volume.id)
JOB = Job("job0001", "RUNNING", "bksRestoreBackup")
OBSERVED = Observation(
    job=JOB,
    job_missing=False,
    volume=DISK,
    volume_status="available",
    backup=nightly(OURS.backup.id),
    backup_status="available",
    failure=None,
)
PLAIN = facts(disk_set_back=True)
LATER, EARLIER = NOW + timedelta(microseconds=1), NOW - timedelta(microseconds=1)
MARK = "f" * 36
FOREIGN = f"The disk's metadata says that another backup ({MARK}) was restored onto it."


def disk(**changes: Any) -> dict[str, Any]:
    return {"volume": replace(DISK, **changes)}


def confirmed(**changes: Any) -> dict[str, Any]:
    return {"volume": replace(OURS.volume, **changes)}


CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({}, {}, {}),
    # The job's word.
    ({}, {"job": replace(JOB, status="SUCCESS")}, {"job_status": "SUCCESS"}),
    ({"job_status": "INIT"}, {"job": None}, {"job_status": "INIT"}),
    ({"job_status": "SUCCESS"}, {"job": None}, {"job_status": ""}),
    ({"job_status": "FAIL"}, {"job": None}, {"job_status": ""}),
    ({"job_id": ""}, {}, {"job_is_askable": False}),
    ({"job_lost": True}, {}, {"job_is_askable": False}),
    (
        {},
        {"job": replace(JOB, job_type="bksDeleteBackup")},
        {"job_mismatch": "it is a job of another type (bksDeleteBackup)"},
    ),
    (
        {},
        {"job": replace(JOB, error_code="X.1")},
        {"job_contradiction": "it carries the error code X.1"},
    ),
    # What is seen now, and what was seen before.
    ({}, {"volume_status": "error"}, {"volume_status": "error"}),
    ({}, {"backup_status": ""}, {"backup_status": ""}),
    ({"disk_seen_busy": True}, {}, {"disk_seen_busy": True}),
    ({"backup_seen_busy": True}, {}, {"backup_seen_busy": True}),
    ({"pair_seen_busy": True}, {}, {"pair_seen_busy": True}),
    # The disk's time of last change: against that of the confirmation, and of the work.
    ({}, disk(updated_at=LATER), {"disk_changed": True, "disk_set_back": False}),
    ({}, disk(updated_at=EARLIER), {}),
    ({}, disk(updated_at=None), {"disk_set_back": False}),
    ({}, {"volume": None}, {"disk_set_back": False}),
    (confirmed(updated_at=None), {}, {"disk_set_back": False}),
    ({"busy_change": NOW} | confirmed(updated_at=None), {}, {"disk_set_back": False}),
    ({"busy_change": LATER} | confirmed(updated_at=None), {}, {}),
    ({"busy_change": LATER}, {"volume": None}, {"disk_set_back": False}),
    (
        {"busy_change": LATER},
        disk(updated_at=LATER),
        {"disk_changed": True, "disk_set_back": False},
    ),
    (
        {"busy_change": LATER + timedelta(seconds=1)},
        disk(updated_at=LATER),
        {"disk_changed": True},
    ),
    # The mark in the disk's metadata.
    ({}, disk(src_backup_id=OURS.backup.id), {"traced": True}),
    (confirmed(src_backup_id=OURS.backup.id), disk(src_backup_id=OURS.backup.id), {}),
    (confirmed(src_backup_id=MARK), disk(src_backup_id=OURS.backup.id), {"traced": True}),
    ({}, disk(src_backup_id=MARK), {"against": FOREIGN}),
    (confirmed(src_backup_id=MARK), disk(src_backup_id=MARK), {}),
    (confirmed(src_backup_id=MARK), {}, {}),
    ({"against": "Seen."}, {}, {"against": "Seen."}),
    ({"against": "Seen."}, disk(src_backup_id=MARK), {"against": "Seen."}),
]


@pytest.mark.parametrize(("on_record", "seen", "changed"), CASES)
def test_what_was_seen_as_facts(
    on_record: dict[str, Any], seen: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert collect_facts(replace(OURS, **on_record), replace(OBSERVED, **seen)) == replace(
        PLAIN, **changed
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, ""),
        ({"job_type": ""}, ""),
        ({"job_type": "BKSRESTOREBACKUP"}, ""),
        ({"job_type": "bksCreateBackup"}, "it is a job of another type (bksCreateBackup)"),
        ({"volume_id": OURS.volume.id, "backup_id": OURS.backup.id}, ""),
        ({"volume_id": MARK}, f"it is about another disk ({MARK})"),
        ({"backup_id": MARK}, f"it is about another backup ({MARK})"),
    ],
)
def test_a_job_that_cannot_be_this_restores(said: dict[str, Any], why: str) -> None:
    assert job_mismatch(OURS, replace(JOB, **said)) == why


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, ""),
        ({"sub_jobs": (SubJob("s1", "part", "SUCCESS"),)}, ""),
        ({"error_code": "X.1"}, "it carries the error code X.1"),
        ({"sub_jobs": (SubJob("s1", "part", "FAIL", "X.2"),)}, "its part part failed (X.2)"),
        ({"sub_jobs": (SubJob("s1", "part", "FAIL"),)}, "its part part failed"),
        ({"sub_jobs": (SubJob("s1", "", "FAIL"),)}, "its part s1 failed"),
        ({"sub_jobs": (SubJob("", "", "FAIL"),)}, "its part ? failed"),
        ({"sub_jobs": (SubJob("", "", "FAIL"),), "error_code": "X.1"}, "its part ? failed"),
    ],
)
def test_a_job_against_its_own_success(said: dict[str, Any], why: str) -> None:
    assert job_contradiction(replace(JOB, **said)) == why


NOTHING = replace(PLAIN, job_is_askable=False, disk_set_back=False)


@pytest.mark.parametrize("status", ["available", "in-use", "attaching", "detaching"])
def test_nothing_seen_on_a_healthy_disk_is_no_trace(status: str) -> None:
    assert left_no_trace(replace(NOTHING, volume_status=status))


@pytest.mark.parametrize(
    "seen",
    [
        {"disk_changed": True},
        {"disk_seen_busy": True},
        {"backup_seen_busy": True},
        {"traced": True},
        {"job_is_askable": True},
        {"against": "Seen."},
        {"volume_status": "error"},
        {"volume_status": ""},
    ],
    ids=str,
)
def test_whatever_was_seen_is_a_trace(seen: dict[str, Any]) -> None:
    assert not left_no_trace(replace(NOTHING, **seen))
