"""Why the backend does not do what it was asked: failures that no cloud answered, and sentences."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.restore.checks.examination import MAX_AGE, Examination
from vbs_tui.restore.journal.records import Restore
from vbs_tui.text import clean


def defect_failure(what: str, error: Exception, at: datetime) -> Failure:
    """An unexpected *error* as a failure. Its own text stays out, because it may hold a secret."""
    named = getattr(error, "name", None) if isinstance(error, ImportError) else None
    about = f" {clean(named, 100)}" if named else ""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what=what,
        message=f"a defect of this program, or of a library it uses: {type(error).__name__}{about}",
        hint="Nothing was restored by this. Try again; if it fails again, reinstall the program"
        " and report the defect.",
        at=at,
    )


def invalid_request_failure(message: str) -> Failure:
    """A backup and a disk that cannot be put into one request."""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what="prepare the restore",
        message=message,
        hint="Refresh the lists and choose again.",
    )


def refusal_reason(
    examination: Examination, typed: str, *, backup_is_named: bool, age: float
) -> str:
    """Why a confirmed examination is not sent, as a sentence; empty when it can be.

    *backup_is_named*: the operator named the backup in another way than by what was typed. *age*:
    of the examination, in seconds.
    """
    if not examination.is_possible:
        return f"Not sent. {examination.hazards[0].sentence}"
    accepted = {examination.required_text}
    if backup_is_named:
        accepted.add(examination.confirmation.volume)
    if not typed or typed not in accepted:
        return "Not sent: what was typed does not name this disk and this backup."
    if age > MAX_AGE:
        return "Not sent: backup and disk were read too long ago. Read them again."
    return ""


def conflict_sentence(other: Restore, wanted: Examination, cloud: str) -> str:
    """That the open restore *other* already has the disk or the backup, as a sentence.

    *cloud*: the one that is logged in to, which is not named.
    """
    same_disk = other.volume.id == wanted.volume.id
    what = (
        f"the disk {other.volume.name or other.volume.id}"
        if same_disk
        else f"the backup {other.backup.name or other.backup.id}"
    )
    where = f" of cloud {other.cloud}" if other.cloud != cloud else ""
    return (
        f"Not sent: {what} is already in a restore{where} that has not ended (restore"
        f" {other.id[:8]}, {other.state.value}, {other.operator}). Wait for its end, or settle"
        " it in the jobs pane."
    )
