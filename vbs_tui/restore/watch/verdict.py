"""What job, disk and backup together prove, as a function of what was seen.

Never a false verdict: *succeeded* needs a healthy disk beside the job's SUCCESS, and nothing in
the job that contradicts it. *Failed* needs the cloud's own word. Where no job can be asked, the
disk and the backup must have been seen busy at the same time, with nothing that speaks for another
restore: anybody can restore onto a disk. Everything else is ``WATCH`` (something is going on) or
``UNDETERMINED`` (nothing tells).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

GONE = "deleted"
"""Pseudo-status of a disk or backup that the cloud no longer knows (404)."""

WRITTEN = "restoring-backup"
"""The state of a disk that a restore is writing."""

READ = "restoring"
"""The state of a backup that a restore is reading."""

HEALTHY = frozenset({"available", "in-use", "attaching", "detaching", "reserved", "backing-up"})
"""Disk states that a disk can reach only when no restore is, or failed, on it."""

BROKEN = frozenset({"error_restoring", "error"})
"""Disk states that a failed restore leaves."""


class Standing(enum.Enum):
    """What the facts allow to say."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WATCH = "watch"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment. A status is empty when it could not be read."""

    job_status: str
    """``INIT``, ``RUNNING``, ``SUCCESS``, ``FAIL``, another word, or empty."""
    job_is_askable: bool
    """Whether there is a job id that the cloud still answers for."""
    volume_status: str
    backup_status: str
    disk_seen_busy: bool
    """The disk was seen in ``restoring-backup`` since the request left."""
    backup_seen_busy: bool
    """The backup was seen in ``restoring`` since the request left."""
    pair_seen_busy: bool
    """Both were seen so at the same time, by nobody's restore but this one."""
    disk_changed: bool
    """The disk's ``updated_at`` is later than the one seen at confirmation."""
    disk_set_back: bool
    """The disk's ``updated_at`` is still, or again, the one seen at confirmation, or older; or it
    is older than the one seen while the disk was being written."""
    traced: bool
    """The disk's metadata names this backup, and did not before."""
    against: str = ""
    """What speaks for another's work, as a sentence; empty for nothing."""
    job_mismatch: str = ""
    """Why the job cannot be this restore's, in words; empty for nothing."""
    job_contradiction: str = ""
    """What the job itself says against its SUCCESS, in words; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A standing and why, in one sentence."""

    standing: Standing
    sentence: str


def judge(facts: Facts) -> Verdict:
    """The verdict that *facts* allow."""
    if facts.job_is_askable:
        if facts.volume_status == WRITTEN:
            return Verdict(Standing.WATCH, "The disk is being written.")
        if facts.job_mismatch and facts.job_status in ("SUCCESS", "FAIL"):
            return Verdict(
                Standing.UNDETERMINED,
                f"The job says {facts.job_status}, but {facts.job_mismatch}.",
            )
        if facts.job_status == "SUCCESS":
            return _after_success(facts)
        if facts.job_status == "FAIL":
            return _after_fail(facts)
        return _while_running(facts)
    return _by_states(facts)


def _after_success(facts: Facts) -> Verdict:
    volume = facts.volume_status
    if facts.against and volume != "":
        return Verdict(
            Standing.UNDETERMINED,
            f"The job says SUCCESS, and the disk is {volume}; but another restore was seen since."
            f" {facts.against}",
        )
    if volume in BROKEN:
        return Verdict(
            Standing.FAILED,
            f"The job says SUCCESS, but the disk is {volume}: its content is undefined.",
        )
    if volume == GONE:
        return Verdict(
            Standing.UNDETERMINED,
            "The job says SUCCESS, but the disk no longer exists, so nothing can be checked.",
        )
    if volume not in HEALTHY:
        return Verdict(
            Standing.WATCH, f"The job says SUCCESS; the disk is {volume or 'not readable'} yet."
        )
    if facts.backup_status == READ:
        return Verdict(Standing.WATCH, "The job says SUCCESS; the backup is still being read.")
    if facts.job_contradiction:
        return Verdict(
            Standing.UNDETERMINED,
            f"The job says SUCCESS, but {facts.job_contradiction}. The disk is {volume}: check its"
            " content before it is used.",
        )
    return Verdict(Standing.SUCCEEDED, f"The job says SUCCESS and the disk is {volume}.")


def _after_fail(facts: Facts) -> Verdict:
    volume = facts.volume_status
    if volume == "":
        return Verdict(Standing.WATCH, "The job says FAIL; the disk has not been read since.")
    if volume in BROKEN:
        return Verdict(
            Standing.FAILED,
            f"The job says FAIL and the disk is {volume}: its content is neither old nor new.",
        )
    if volume == GONE:
        return Verdict(Standing.FAILED, "The job says FAIL, and the disk no longer exists.")
    if facts.disk_seen_busy:
        return Verdict(
            Standing.FAILED,
            f"The job says FAIL. The disk was being written and is {volume} again: do not trust"
            " its content.",
        )
    return Verdict(
        Standing.FAILED,
        f"The job says FAIL. The disk is {volume} and was not seen being written: it is probably"
        " untouched.",
    )


def _while_running(facts: Facts) -> Verdict:
    if facts.volume_status in BROKEN:
        return Verdict(
            Standing.WATCH,
            f"The disk is already {facts.volume_status}, but the job has not ended yet.",
        )
    if facts.job_status in ("", "INIT"):
        return Verdict(Standing.WATCH, "The job waits for its turn.")
    return Verdict(Standing.WATCH, f"The job is {facts.job_status}.")


def _by_states(facts: Facts) -> Verdict:
    """Without a job: only what can have been nobody else's work counts."""
    volume, is_ours = facts.volume_status, facts.pair_seen_busy and not facts.against
    if volume == "" or facts.backup_status == "":
        which = "disk" if volume == "" else "backup"
        return Verdict(Standing.WATCH, f"The {which} could not be read.")
    if volume == WRITTEN or facts.backup_status == READ:
        return Verdict(Standing.WATCH, _at_work(facts))
    if volume in BROKEN:
        if is_ours:
            return Verdict(
                Standing.FAILED,
                f"Disk and backup were at work together, and the disk is {volume}: its content is"
                " neither old nor new.",
            )
        return Verdict(Standing.UNDETERMINED, f"The disk is {volume}. {_whose(facts)}")
    if volume == GONE:
        return Verdict(Standing.UNDETERMINED, "The disk no longer exists.")
    if volume not in HEALTHY:
        return Verdict(Standing.WATCH, f"The disk is {volume}.")
    if is_ours and volume == "available" and facts.disk_changed and not facts.disk_set_back:
        return Verdict(
            Standing.SUCCEEDED,
            "Disk and backup were at work together, and the disk is available again; no job could"
            " be asked.",
        )
    return Verdict(Standing.UNDETERMINED, _whose(facts))


def _at_work(facts: Facts) -> str:
    if facts.volume_status != WRITTEN:
        return "The backup is being read, but this disk is not being written."
    if facts.against:
        return f"The disk is being written. {facts.against}"
    if facts.pair_seen_busy:
        return "The disk is being written."
    if facts.backup_status == READ:
        return "The disk is being written and the backup is being read; by whom is not proven."
    return (
        "The disk is being written, but this backup is not being read: it may be another restore."
    )


def _whose(facts: Facts) -> str:
    """Why nothing can be said, in one sentence: the strongest of what was seen."""
    if facts.against:
        return facts.against
    if facts.disk_set_back and (facts.pair_seen_busy or facts.disk_seen_busy):
        return (
            "The disk was being written, but is back at its state from before the request: the"
            " cloud itself may have been set back."
        )
    if facts.pair_seen_busy:
        return (
            f"Disk and backup were at work together, but the disk is {facts.volume_status}, or"
            " its time of last change is not told: nothing proves how it ended."
        )
    if facts.disk_seen_busy:
        return (
            "The disk was being written, but this backup was not seen being read at the same time:"
            " it may have been another restore."
        )
    if facts.traced:
        return (
            "The disk's metadata names this backup, so it was restored onto the disk, but nothing"
            " shows whether by this request."
        )
    if facts.backup_seen_busy:
        return (
            "The backup was being read, but this disk was not seen being written at the same time:"
            " it may have been restored onto another disk."
        )
    if facts.disk_changed:
        return "The disk changed after the request left, but nothing shows whether by this restore."
    if facts.volume_status in BROKEN:
        return "Nothing shows whether by this restore."
    return "Neither disk nor backup shows any trace of this restore."
