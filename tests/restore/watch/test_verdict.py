"""The table of verdicts, row by row, and the two promises that hold in every row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.restore.makers import facts
from vbs_tui.restore.watch.verdict import BROKEN, GONE, HEALTHY, Conclusion, Facts, Verdict, judge

PLAIN = facts()
NO_JOB = replace(PLAIN, job_is_askable=False, job_status="")
OURS = replace(
    NO_JOB, disk_seen_busy=True, backup_seen_busy=True, pair_seen_busy=True, disk_changed=True
)

ROWS = [
    (replace(PLAIN, job_status="SUCCESS"), Conclusion.SUCCEEDED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="in-use"), Conclusion.SUCCEEDED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="error_restoring"), Conclusion.FAILED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="error"), Conclusion.FAILED),
    (replace(PLAIN, job_status="SUCCESS", volume_status="restoring-backup"), Conclusion.PENDING),
    (replace(PLAIN, job_status="SUCCESS", backup_status="restoring"), Conclusion.PENDING),
    (replace(PLAIN, job_status="SUCCESS", volume_status=""), Conclusion.PENDING),
    (replace(PLAIN, job_status="SUCCESS", volume_status=GONE), Conclusion.UNDETERMINED),
    (replace(PLAIN, job_status="FAIL"), Conclusion.FAILED),
    (replace(PLAIN, job_status="FAIL", disk_seen_busy=True), Conclusion.FAILED),
    (replace(PLAIN, job_status="FAIL", volume_status="error_restoring"), Conclusion.FAILED),
    (replace(PLAIN, job_status="FAIL", volume_status="restoring-backup"), Conclusion.PENDING),
    (replace(PLAIN, job_status="FAIL", volume_status=""), Conclusion.PENDING),
    (replace(PLAIN, job_status="FAIL", volume_status=GONE), Conclusion.FAILED),
    (PLAIN, Conclusion.PENDING),
    (replace(PLAIN, job_status="INIT"), Conclusion.PENDING),
    (replace(PLAIN, job_status="A_NEW_WORD"), Conclusion.PENDING),
    (replace(PLAIN, volume_status="error_restoring"), Conclusion.PENDING),
    (replace(PLAIN, job_status="SUCCESS", job_contradiction="x"), Conclusion.UNDETERMINED),
    (
        replace(PLAIN, job_status="SUCCESS", job_contradiction="x", volume_status="error"),
        Conclusion.FAILED,
    ),
    (replace(PLAIN, job_status="FAIL", job_contradiction="x"), Conclusion.FAILED),
    (replace(PLAIN, job_status="SUCCESS", job_mismatch="x"), Conclusion.UNDETERMINED),
    (replace(PLAIN, job_status="FAIL", job_mismatch="x"), Conclusion.UNDETERMINED),
    (
        replace(PLAIN, job_status="FAIL", job_mismatch="x", volume_status="restoring-backup"),
        Conclusion.PENDING,
    ),
    (replace(PLAIN, job_mismatch="x", job_contradiction="x"), Conclusion.PENDING),
    (OURS, Conclusion.SUCCEEDED),
    (replace(OURS, against="Another."), Conclusion.UNDETERMINED),
    (replace(OURS, disk_changed=False), Conclusion.UNDETERMINED),
    (replace(OURS, disk_set_back=True), Conclusion.UNDETERMINED),
    (replace(OURS, backup_status=""), Conclusion.PENDING),
    (replace(OURS, backup_status=GONE), Conclusion.SUCCEEDED),
    (replace(OURS, backup_status="restoring"), Conclusion.PENDING),
    (replace(OURS, volume_status="in-use"), Conclusion.UNDETERMINED),
    (replace(OURS, volume_status="restoring-backup"), Conclusion.PENDING),
    (replace(OURS, volume_status="extending"), Conclusion.PENDING),
    (replace(OURS, volume_status="error_restoring"), Conclusion.FAILED),
    (replace(OURS, volume_status="error"), Conclusion.FAILED),
    (replace(OURS, volume_status="error", against="Another."), Conclusion.UNDETERMINED),
    (replace(OURS, pair_seen_busy=False), Conclusion.UNDETERMINED),
    (replace(NO_JOB, disk_seen_busy=True, disk_changed=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, disk_seen_busy=True, disk_set_back=True), Conclusion.UNDETERMINED),
    (NO_JOB, Conclusion.UNDETERMINED),
    (replace(NO_JOB, disk_changed=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, traced=True, disk_changed=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, backup_seen_busy=True, disk_changed=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, backup_seen_busy=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, backup_status="restoring"), Conclusion.PENDING),
    (replace(NO_JOB, volume_status="restoring-backup"), Conclusion.PENDING),
    (replace(NO_JOB, volume_status="error_restoring"), Conclusion.UNDETERMINED),
    (
        replace(NO_JOB, volume_status="error_restoring", disk_seen_busy=True),
        Conclusion.UNDETERMINED,
    ),
    (replace(NO_JOB, volume_status="error", disk_seen_busy=True), Conclusion.UNDETERMINED),
    (replace(NO_JOB, volume_status=""), Conclusion.PENDING),
    (replace(NO_JOB, volume_status=GONE), Conclusion.UNDETERMINED),
]


@pytest.mark.parametrize(("seen", "conclusion"), ROWS)
def test_the_table(seen: Facts, conclusion: Conclusion) -> None:
    verdict = judge(seen)
    assert verdict.conclusion is conclusion
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    "status", ["available", "in-use", "attaching", "detaching", "reserved", "backing-up"]
)
def test_a_disk_that_a_restore_lets_go_of_is_healthy(status: str) -> None:
    assert judge(replace(PLAIN, job_status="SUCCESS", volume_status=status)) == Verdict(
        Conclusion.SUCCEEDED, f"The job says SUCCESS and the disk is {status}."
    )
    assert judge(replace(NO_JOB, volume_status=status)).conclusion is Conclusion.UNDETERMINED


@pytest.mark.parametrize(
    "status",
    [
        *("creating", "deleting", "downloading", "error_extending", "extending", "maintenance"),
        *("managing", "restoring-backup", "retyping", "rollbacking", "uploading", "odd", ""),
    ],
)
def test_any_other_state_is_waited_for(status: str) -> None:
    success = replace(PLAIN, job_status="SUCCESS", volume_status=status)
    assert judge(success).conclusion is Conclusion.PENDING
    assert judge(replace(OURS, volume_status=status)).conclusion is Conclusion.PENDING


SENTENCES = [
    (replace(PLAIN, job_status="FAIL"), "probably untouched"),
    (replace(PLAIN, job_status="FAIL", disk_seen_busy=True), "do not trust its content"),
    (replace(PLAIN, job_status="FAIL", volume_status="error"), "neither old nor new"),
    (replace(PLAIN, job_status="FAIL", volume_status=GONE), "no longer exists"),
    (replace(PLAIN, job_status="FAIL", volume_status=""), "has not been read since"),
    (replace(PLAIN, job_status="SUCCESS", volume_status="error"), "content is undefined"),
    (replace(PLAIN, job_status="SUCCESS", volume_status=GONE), "nothing can be checked"),
    (replace(PLAIN, job_status="SUCCESS", volume_status=""), "could not be read yet"),
    (replace(PLAIN, job_status="SUCCESS", volume_status="odd"), "is still odd"),
    (replace(PLAIN, job_status="SUCCESS", backup_status="restoring"), "still being read"),
    (replace(PLAIN, job_status="SUCCESS", job_contradiction="its part failed"), "its part failed"),
    (replace(PLAIN, job_status="SUCCESS", job_mismatch="it is other"), "SUCCESS, but it is other"),
    (replace(PLAIN, job_status=""), "waits for its turn"),
    (replace(PLAIN, job_status="INIT"), "waits for its turn"),
    (replace(PLAIN, job_status="ODD"), "The job is ODD"),
    (replace(PLAIN, volume_status="error"), "has not ended yet"),
    (replace(OURS, against="Another."), "Another."),
    (replace(OURS, disk_set_back=True), "reset to an earlier state"),
    (replace(OURS, disk_changed=False), "nothing proves how it ended"),
    (replace(OURS, volume_status="error"), "busy at the same time, and the disk is error"),
    (replace(OURS, volume_status="restoring-backup"), "The disk is being written."),
    (replace(OURS, volume_status="restoring-backup", against="Another."), "written. Another."),
    (replace(NO_JOB, volume_status=""), "The disk could not be read."),
    (replace(NO_JOB, backup_status=""), "The backup could not be read."),
    (replace(NO_JOB, volume_status="restoring-backup"), "may be another restore"),
    (
        replace(NO_JOB, volume_status="restoring-backup", backup_status="restoring"),
        "nothing proves by which restore",
    ),
    (replace(NO_JOB, backup_status="restoring"), "this disk is not being written"),
    (replace(NO_JOB, disk_seen_busy=True, disk_set_back=True), "reset to an earlier state"),
    (replace(NO_JOB, disk_seen_busy=True), "may have been another restore"),
    (replace(NO_JOB, backup_seen_busy=True), "onto another disk"),
    (replace(NO_JOB, traced=True), "metadata names this backup"),
    (replace(NO_JOB, disk_changed=True), "nothing shows whether by this restore"),
    (replace(NO_JOB, volume_status="error"), "The disk is error. Nothing shows whether"),
    (replace(NO_JOB, volume_status=GONE), "no longer exists"),
    (replace(NO_JOB, volume_status="extending"), "The disk is extending."),
    (NO_JOB, "any trace of this restore"),
]


@pytest.mark.parametrize(("seen", "words"), SENTENCES)
def test_a_verdict_says_why(seen: Facts, words: str) -> None:
    assert words in judge(seen).sentence


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
    pair_seen_busy=st.booleans(),
    disk_changed=st.booleans(),
    disk_set_back=st.booleans(),
    traced=st.booleans(),
    against=st.sampled_from(["", "Another."]),
    job_mismatch=st.sampled_from(["", "it is another job"]),
    job_contradiction=st.sampled_from(["", "a part failed"]),
)


@given(ANY)
def test_success_needs_a_healthy_disk_and_a_reason(seen: Facts) -> None:
    if judge(seen).conclusion is Conclusion.SUCCEEDED:
        assert seen.volume_status in HEALTHY
        assert seen.backup_status != "restoring"
        if seen.job_is_askable:
            assert seen.job_status == "SUCCESS"
            assert not seen.job_mismatch
            assert not seen.job_contradiction
        else:
            assert seen.pair_seen_busy
            assert not seen.against
            assert seen.disk_changed
            assert not seen.disk_set_back


@given(ANY)
def test_failure_needs_the_clouds_word(seen: Facts) -> None:
    if judge(seen).conclusion is Conclusion.FAILED:
        if seen.job_is_askable:
            assert not seen.job_mismatch
            said = seen.job_status == "FAIL"
            assert said or (seen.job_status == "SUCCESS" and seen.volume_status in BROKEN)
        else:
            assert seen.volume_status in BROKEN
            assert seen.pair_seen_busy
            assert not seen.against


@given(ANY)
def test_silence_is_never_a_verdict(seen: Facts) -> None:
    silent = replace(seen, volume_status="", job_status="")
    assert judge(silent).conclusion is Conclusion.PENDING
