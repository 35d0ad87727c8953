"""The verdict on a restore: what job, disk and backup together prove.

Never a false verdict. *Succeeded* needs the job's SUCCESS and a healthy disk, and nothing in the
job that contradicts it. *Failed* needs a job or a disk that says so. Where no job can be asked,
disk and backup must have been seen busy at the same time, with no sign of another restore, because
other operators may restore onto the same disk. Everything else is ``PENDING`` (something is going
on) or ``UNDETERMINED`` (nothing proves the end).
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
"""States that a disk can have only while no restore runs on it, and none failed on it."""

BROKEN = frozenset({"error_restoring", "error"})
"""Disk states that a failed restore leaves."""


class Conclusion(enum.Enum):
    """What the facts prove."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"
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
    """Both were seen so at the same time, by no other restore than this one."""
    disk_changed: bool
    """The disk's ``updated_at`` is later than the one seen at confirmation."""
    disk_set_back: bool
    """The disk's ``updated_at`` is not later than the one seen at confirmation, or it is older than
    the one seen while the disk was being written."""
    traced: bool
    """The disk's metadata names this backup, and did not before."""
    against: str = ""
    """What shows that another restore wrote the disk, as a sentence; empty for nothing."""
    job_mismatch: str = ""
    """Why the job cannot be this restore's, in words; empty for nothing."""
    job_contradiction: str = ""
    """What the job itself says against its SUCCESS, in words; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the facts prove, and why."""

    conclusion: Conclusion
    sentence: str
    """The reason, for the operator."""


def judge(facts: Facts) -> Verdict:
    """The verdict that *facts* allow."""
    if facts.job_is_askable:
        if facts.volume_status == WRITTEN:
            return Verdict(Conclusion.PENDING, "The disk is being written.")
        if facts.job_mismatch and facts.job_status in ("SUCCESS", "FAIL"):
            return Verdict(
                Conclusion.UNDETERMINED,
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
            Conclusion.UNDETERMINED,
            f"The job says SUCCESS, and the disk is {volume}; but another restore was seen since."
            f" {facts.against}",
        )
    if volume in BROKEN:
        return Verdict(
            Conclusion.FAILED,
            f"The job says SUCCESS, but the disk is {volume}: its content is undefined.",
        )
    if volume == GONE:
        return Verdict(
            Conclusion.UNDETERMINED,
            "The job says SUCCESS, but the disk no longer exists, so nothing can be checked.",
        )
    if volume not in HEALTHY:
        now = f"is still {volume}" if volume else "could not be read yet"
        return Verdict(Conclusion.PENDING, f"The job says SUCCESS; the disk {now}.")
    if facts.backup_status == READ:
        return Verdict(Conclusion.PENDING, "The job says SUCCESS; the backup is still being read.")
    if facts.job_contradiction:
        return Verdict(
            Conclusion.UNDETERMINED,
            f"The job says SUCCESS, but {facts.job_contradiction}. The disk is {volume}: check its"
            " content before it is used.",
        )
    return Verdict(Conclusion.SUCCEEDED, f"The job says SUCCESS and the disk is {volume}.")


def _after_fail(facts: Facts) -> Verdict:
    volume = facts.volume_status
    if volume == "":
        return Verdict(Conclusion.PENDING, "The job says FAIL; the disk has not been read since.")
    if volume in BROKEN:
        return Verdict(
            Conclusion.FAILED,
            f"The job says FAIL and the disk is {volume}: its content is neither old nor new.",
        )
    if volume == GONE:
        return Verdict(Conclusion.FAILED, "The job says FAIL, and the disk no longer exists.")
    if facts.disk_seen_busy:
        return Verdict(
            Conclusion.FAILED,
            f"The job says FAIL. The disk was being written and is {volume} again: do not trust"
            " its content.",
        )
    return Verdict(
        Conclusion.FAILED,
        f"The job says FAIL. The disk is {volume} and was not seen being written: it is probably"
        " untouched.",
    )


def _while_running(facts: Facts) -> Verdict:
    if facts.volume_status in BROKEN:
        return Verdict(
            Conclusion.PENDING,
            f"The disk is already {facts.volume_status}, but the job has not ended yet.",
        )
    if facts.job_status in ("", "INIT"):
        return Verdict(Conclusion.PENDING, "The job waits for its turn.")
    return Verdict(Conclusion.PENDING, f"The job is {facts.job_status}.")


def _by_states(facts: Facts) -> Verdict:
    """Without a job: only what no other restore can have done counts."""
    volume, is_ours = facts.volume_status, facts.pair_seen_busy and not facts.against
    if volume == "" or facts.backup_status == "":
        which = "disk" if volume == "" else "backup"
        return Verdict(Conclusion.PENDING, f"The {which} could not be read.")
    if volume == WRITTEN or facts.backup_status == READ:
        return Verdict(Conclusion.PENDING, _busy_sentence(facts))
    if volume in BROKEN:
        if is_ours:
            return Verdict(
                Conclusion.FAILED,
                f"Disk and backup were busy at the same time, and the disk is {volume}: its content"
                " is neither old nor new.",
            )
        return Verdict(
            Conclusion.UNDETERMINED, f"The disk is {volume}. {_undetermined_sentence(facts)}"
        )
    if volume == GONE:
        return Verdict(Conclusion.UNDETERMINED, "The disk no longer exists.")
    if volume not in HEALTHY:
        return Verdict(Conclusion.PENDING, f"The disk is {volume}.")
    if is_ours and volume == "available" and facts.disk_changed and not facts.disk_set_back:
        return Verdict(
            Conclusion.SUCCEEDED,
            "Disk and backup were busy at the same time, and the disk is available again; no job"
            " could be asked.",
        )
    return Verdict(Conclusion.UNDETERMINED, _undetermined_sentence(facts))


def _busy_sentence(facts: Facts) -> str:
    if facts.volume_status != WRITTEN:
        return "The backup is being read, but this disk is not being written."
    if facts.against:
        return f"The disk is being written. {facts.against}"
    if facts.pair_seen_busy:
        return "The disk is being written."
    if facts.backup_status == READ:
        return (
            "The disk is being written and the backup is being read; nothing proves by which"
            " restore."
        )
    return (
        "The disk is being written, but this backup is not being read: it may be another restore."
    )


def _undetermined_sentence(facts: Facts) -> str:
    """Why nothing is proven, in one sentence, by the strongest sign that was seen."""
    if facts.against:
        return facts.against
    if facts.disk_set_back and (facts.pair_seen_busy or facts.disk_seen_busy):
        return (
            "The disk was being written, but shows its state from before the request again: the"
            " cloud itself may have been reset to an earlier state."
        )
    if facts.pair_seen_busy:
        return (
            f"Disk and backup were busy at the same time, but the disk is {facts.volume_status}, or"
            " its time of last change is unknown: nothing proves how it ended."
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
