"""Why the backend does not do what it was asked: failures that no cloud answered, and sentences."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.restore.checks.examination import FRESH, Examination
from vbs_tui.restore.journal.records import Restore
from vbs_tui.text import clean


def defect(what: str, error: Exception, at: datetime) -> Failure:
    """What nobody foresaw, as an answer. The error's own words stay out: they may be secret."""
    named = getattr(error, "name", None) if isinstance(error, ImportError) else None
    about = f" {clean(named, 100)}" if named else ""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what=what,
        message=f"a defect of this program, or of a library it uses: {type(error).__name__}{about}",
        hint="Nothing was restored by this. Try again; when it stays so, install the program anew"
        " and report it.",
        at=at,
    )


def unfit(message: str) -> Failure:
    """Backup and disk that cannot be put into one request."""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what="prepare the restore",
        message=message,
        hint="Refresh the lists and choose again.",
    )


def why_not(examination: Examination, typed: str, *, backup_is_named: bool, age: float) -> str:
    """Why a confirmed examination is not sent, as a sentence; empty when it can be.

    *backup_is_named*: the operator named the backup in another way than by what was typed. *age*:
    of the examination, in seconds.
    """
    if not examination.is_possible:
        return f"Not sent. {examination.hazards[0].sentence}"
    right = {examination.word}
    if backup_is_named:
        right.add(examination.confirmation.volume)
    if not typed or typed not in right:
        return "Not sent: what was typed does not name this disk and this backup."
    if age > FRESH:
        return "Not sent: backup and disk were read too long ago. Read them again."
    return ""


def occupied(holder: Restore, wanted: Examination, cloud: str) -> str:
    """Another restore that has the disk or the backup, as a sentence.

    *cloud*: the one that is connected to, which needs no mention.
    """
    same_disk = holder.volume.id == wanted.volume.id
    what = (
        f"the disk {holder.volume.name or holder.volume.id}"
        if same_disk
        else f"the backup {holder.backup.name or holder.backup.id}"
    )
    where = f" of cloud {holder.cloud}" if holder.cloud != cloud else ""
    return (
        f"Not sent: {what} is already in a restore{where} that has not ended (restore"
        f" {holder.id[:8]}, {holder.state.value}, {holder.operator}). Wait for its end, or settle"
        " it in the jobs pane."
    )
