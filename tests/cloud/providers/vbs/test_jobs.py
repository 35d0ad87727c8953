"""What a job's answer tells beside its state: whose it is, and what of it failed."""

from __future__ import annotations

import json

import pytest

from tests.support.toy_cloud import BACKUP, JOB, VOLUME
from vbs_tui.cloud.providers.vbs.job_decoding import parse_job
from vbs_tui.cloud.resources import Job


def job(**fields: object) -> Job:
    return parse_job({"status": "SUCCESS", "job_id": JOB, **fields}, JOB)


def test_a_job_tells_which_backup_and_volume_it_is_about() -> None:
    entities = {"backup_id": BACKUP, "volume_id": VOLUME}
    for told in (entities, json.dumps(entities)):
        found = job(entities=told, job_type="bksRestoreBackup")
        assert (found.backup_id, found.volume_id) == (BACKUP, VOLUME)
        assert found.job_type == "bksRestoreBackup"


@pytest.mark.parametrize(
    "entities",
    [
        None,
        "",
        [],
        [BACKUP],
        "x",
        {},
        {"volume_id": ""},
        {"volume_id": None},
        {"volume_id": [VOLUME]},
        {"volume_id": "«hidden»", "backup_id": {"id": BACKUP}},
    ],
)
def test_entities_that_are_absent_or_odd_name_nothing(entities: object) -> None:
    found = job(entities=entities)
    assert (found.backup_id, found.volume_id) == ("", "")


def test_what_speaks_against_success_is_there_to_see() -> None:
    fine = {"job_id": "a", "status": "SUCCESS", "error_code": None}
    parts = [{"job_id": "b", "status": "FAIL"}, {"job_id": "c", "error_code": "VolumeBackup.0200"}]
    found = job(sub_jobs=[fine], entities={"sub_jobs": parts}, error_code="VolumeBackup.0064")
    assert found.error_code == "VolumeBackup.0064"
    assert [part.id for part in found.failed_sub_jobs] == ["b", "c"]
    assert job(sub_jobs=[fine]).failed_sub_jobs == ()


@pytest.mark.parametrize("nothing", [None, "", " ", 0, "0", "null", "None"])
def test_no_error_code_is_none(nothing: object) -> None:
    assert job(error_code=nothing).error_code == ""
