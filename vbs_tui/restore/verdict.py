"""What job, disk and backup together prove: the table of the contract's section 9, as a function.

Never a false verdict: *succeeded* needs a healthy disk beside the job's SUCCESS (or states that
prove it where no job can be asked), *failed* needs the cloud's own word. Everything else is
``WATCH`` (something is going on) or ``UNDETERMINED`` (nothing tells).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

GONE = "deleted"
"""Pseudo-status of a disk or backup that the cloud no longer knows (404)."""

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
    disk_changed: bool
    """The disk's ``updated_at`` is later than the one seen at confirmation."""
    disk_set_back: bool
    """The disk's ``updated_at`` is still, or again, the one seen at confirmation, or older."""
    traced: bool
    """The disk's metadata names this backup, and did not before."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A standing and why, in one sentence."""

    standing: Standing
    sentence: str


def judge(facts: Facts) -> Verdict:
    """The verdict that *facts* allow."""
    if facts.volume_status == "restoring-backup":
        return Verdict(Standing.WATCH, "The disk is being written.")
    if facts.job_is_askable:
        if facts.job_status == "SUCCESS":
            return _after_success(facts)
        if facts.job_status == "FAIL":
            return _after_fail(facts)
        return _while_running(facts)
    return _by_states(facts)


def _after_success(facts: Facts) -> Verdict:
    volume = facts.volume_status
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
    if facts.backup_status == "restoring":
        return Verdict(Standing.WATCH, "The job says SUCCESS; the backup is still being read.")
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
    volume = facts.volume_status
    if volume == "":
        return Verdict(Standing.WATCH, "The disk could not be read.")
    if volume == "error_restoring" or (volume == "error" and facts.disk_seen_busy):
        return Verdict(
            Standing.FAILED, f"The disk is {volume}: a restore onto it was started and failed."
        )
    if volume == "error":
        return Verdict(
            Standing.UNDETERMINED, "The disk is in error, but nothing shows that by a restore."
        )
    if facts.backup_status == "restoring":
        return Verdict(Standing.WATCH, "The backup is being read.")
    if volume in HEALTHY:
        if facts.disk_seen_busy and not facts.disk_set_back:
            return Verdict(
                Standing.SUCCEEDED,
                f"The disk was being written and is {volume} again; no job could be asked.",
            )
        if facts.traced:
            return Verdict(
                Standing.SUCCEEDED,
                f"The disk's metadata names this backup, and it is {volume}; no job could be"
                " asked.",
            )
        if facts.backup_seen_busy and facts.disk_changed:
            return Verdict(
                Standing.SUCCEEDED,
                f"The backup was being read, the disk changed and is {volume}; no job could be"
                " asked.",
            )
        if facts.disk_seen_busy:
            return Verdict(
                Standing.UNDETERMINED,
                "The disk was being written, but is back at its state from before the request:"
                " the cloud itself may have been set back.",
            )
        if facts.disk_changed:
            return Verdict(
                Standing.UNDETERMINED,
                "The disk changed after the request left, but nothing shows whether by this"
                " restore.",
            )
        if facts.backup_seen_busy:
            return Verdict(
                Standing.UNDETERMINED, "The backup was being read, but this disk did not change."
            )
        return Verdict(
            Standing.UNDETERMINED, "Neither disk nor backup shows any trace of this restore."
        )
    if volume == GONE:
        return Verdict(Standing.UNDETERMINED, "The disk no longer exists.")
    return Verdict(Standing.WATCH, f"The disk is {volume}.")
