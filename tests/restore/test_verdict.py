"""The table of verdicts, row by row, and the two promises that hold in every row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbs_tui.restore.verdict import BROKEN, GONE, HEALTHY, Facts, Standing, judge

PLAIN = Facts(
    job_status="RUNNING",
    job_is_askable=True,
    volume_status="available",
    backup_status="available",
    disk_seen_busy=False,
    backup_seen_busy=False,
    disk_changed=False,
    disk_set_back=False,
    traced=False,
)
STATELY = replace(PLAIN, job_is_askable=False, job_status="")

ROWS = [
    (replace(PLAIN, job_status="SUCCESS"), Standing.SUCCEEDED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="in-use"), Standing.SUCCEEDED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="error_restoring"), Standing.FAILED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="error"), Standing.FAILED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="restoring-backup"), Standing.WATCH),
    (replace(PLAIN, job_status="SUCCESS", backup_status="restoring"), Standing.WATCH),
    (replace(PLAIN, job_status="SUCCESS", volume_status=""), Standing.WATCH),
    (replace(PLAIN, job_status="SUCCESS", volume_status=GONE), Standing.UNDETERMINED),
    (replace(PLAIN, job_status="FAIL"), Standing.FAILED),
    (replace(PLAIN, job_status="FAIL", volume_status="error_restoring"), Standing.FAILED),
    (replace(PLAIN, job_status="FAIL", volume_status="restoring-backup"), Standing.WATCH),
    (replace(PLAIN, job_status="FAIL", volume_status=""), Standing.WATCH),
    (replace(PLAIN, job_status="FAIL", volume_status=GONE), Standing.FAILED),
    (PLAIN, Standing.WATCH),
    (replace(PLAIN, job_status="INIT"), Standing.WATCH),
    (replace(PLAIN, job_status="A_NEW_WORD"), Standing.WATCH),
    (replace(PLAIN, volume_status="error_restoring"), Standing.WATCH),
    (replace(STATELY, disk_seen_busy=True), Standing.SUCCEEDED),
    (replace(STATELY, disk_seen_busy=True, disk_changed=True), Standing.SUCCEEDED),
    (replace(STATELY, disk_seen_busy=True, disk_set_back=True), Standing.UNDETERMINED),
    (STATELY, Standing.UNDETERMINED),
    (replace(STATELY, disk_changed=True), Standing.UNDETERMINED),
    (replace(STATELY, traced=True), Standing.SUCCEEDED),
    (replace(STATELY, backup_seen_busy=True, disk_changed=True), Standing.SUCCEEDED),
    (replace(STATELY, backup_seen_busy=True), Standing.UNDETERMINED),
    (replace(STATELY, backup_status="restoring"), Standing.WATCH),
    (replace(STATELY, volume_status="restoring-backup"), Standing.WATCH),
    (replace(STATELY, volume_status="error_restoring"), Standing.FAILED),
    (replace(STATELY, volume_status="error"), Standing.UNDETERMINED),
    (replace(STATELY, volume_status="error", disk_seen_busy=True), Standing.FAILED),
    (replace(STATELY, volume_status=""), Standing.WATCH),
    (replace(STATELY, volume_status=GONE), Standing.UNDETERMINED),
]


@pytest.mark.parametrize(("facts", "standing"), ROWS)
def test_the_table(facts: Facts, standing: Standing) -> None:
    verdict = judge(facts)
    assert verdict.standing is standing
    assert verdict.sentence.endswith(".")


WORDS = st.sampled_from(
    ["", "available", "restoring", "restoring-backup", "error", "error_restoring", "x", GONE]
)
ANY = st.builds(
    Facts,
    job_status=st.sampled_from(["", "INIT", "RUNNING", "SUCCESS", "FAIL", "ODD"]),
    job_is_askable=st.booleans(),
    volume_status=WORDS,
    backup_status=WORDS,
    disk_seen_busy=st.booleans(),
    backup_seen_busy=st.booleans(),
    disk_changed=st.booleans(),
    disk_set_back=st.booleans(),
    traced=st.booleans(),
)


@given(ANY)
def test_success_needs_a_healthy_disk_and_a_reason(facts: Facts) -> None:
    if judge(facts).standing is Standing.SUCCEEDED:
        assert facts.volume_status in HEALTHY
        assert facts.backup_status != "restoring"
        busy = facts.disk_seen_busy and not facts.disk_set_back
        reason = busy or facts.traced or facts.backup_seen_busy
        assert facts.job_status == "SUCCESS" if facts.job_is_askable else reason


@given(ANY)
def test_failure_needs_the_clouds_word(facts: Facts) -> None:
    if judge(facts).standing is Standing.FAILED:
        said = facts.job_is_askable and facts.job_status == "FAIL"
        assert said or facts.volume_status in BROKEN


@given(ANY)
def test_silence_is_never_a_verdict(facts: Facts) -> None:
    silent = replace(facts, volume_status="", job_status="")
    assert judge(silent).standing is Standing.WATCH
