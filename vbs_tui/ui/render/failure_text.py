"""A failure in words: what happened, to which object, what it means, what to do, the request id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.codes import explain, explain_status
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State
from vbs_tui.times import local
from vbs_tui.ui.render.advice_by_state import advice_for_state, depends_on_state

_KINDS = {
    ErrorKind.NOT_SENT: (
        "The request never left this machine.",
        "Check the network, the address and the certificates; then try again.",
    ),
    ErrorKind.BROKEN: (
        "The connection was lost before an answer came.",
        "Check the link. Reading is tried again by itself.",
    ),
    ErrorKind.UNUSABLE: (
        "The response is not one that this call gives; a proxy in between may have sent it.",
        "Look at the raw response (d). A portal or proxy may answer in the cloud's place.",
    ),
    ErrorKind.LOG_IN: ("The log-in was refused.", "Check user, domain, project and password."),
    ErrorKind.REFUSED: ("The cloud refused the request.", "Read the server's message."),
    ErrorKind.SERVER: (
        "The cloud failed while it worked on the request.",
        "Wait, then look again.",
    ),
    ErrorKind.JOB: ("The cloud took the restore, and its job failed.", "Look at the disk."),
}

_EXECUTED = {
    Executed.NO: "no, nothing was started",
    Executed.UNKNOWN: "it may have been",
    Executed.YES: "yes",
}

_JOB_RAN = "the cloud took it, and its job ran and failed"

_DOUBTFUL = (
    "Do not send it again: it may be running. The jobs pane looks at disk and backup for traces,"
    " and tells what it finds."
)

_READS = frozenset({"GET", "HEAD", ""})


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled paragraph of the error pane."""

    label: str
    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A failure in words."""

    code: str
    """The error code, else the HTTP status or the kind of failure."""
    where: str
    """During which call, with which status."""
    headline: str
    """What it means, in one sentence."""
    parts: tuple[Part, ...]


def decode(failure: Failure, zone: tzinfo | None, restore: Restore | None = None) -> Decoded:
    """All that the error pane says about *failure*. *restore*: the one it belongs to, in its
    present state."""
    meaning, cause, remedy = _meaning(failure)
    if restore is not None:
        remedy = _by_state(remedy, restore)
    if failure.method not in _READS and failure.executed is Executed.UNKNOWN:
        remedy = _doubtful(restore)
    parts = [Part("What to do", f"{_again(failure)}{failure.hint or remedy}", "bold")]
    if cause is not None:
        parts.append(cause)
    if failure.message and not _is_own_word(failure):
        parts.append(Part("Server", f"“{failure.message}”"))
    if failure.method not in _READS or failure.kind is ErrorKind.JOB:
        style = "warn" if failure.executed is Executed.UNKNOWN else ""
        parts.append(Part("Executed", _executed(failure, restore), style))
    if failure.status is not None and failure.code:
        status = explain_status(failure.status)
        parts.append(Part("HTTP", f"{failure.status} {status.reason}: {status.meaning}"))
    if failure.target:
        parts.append(Part("Object", failure.target))
    if failure.url:
        parts.append(Part("Call", f"{failure.method} {failure.url}"))
    parts += [Part(label, text) for label, text in failure.extra]
    parts.append(Part("Id", failure.request_id or "the cloud gave none"))
    if failure.at is not None:
        parts.append(Part("When", local(failure.at, zone)))
    return Decoded(failure.code or _stand_in(failure), _where(failure), meaning, tuple(parts))


def _by_state(remedy: str, restore: Restore) -> str:
    """Of advice that differs by state, the part for the state seen last."""
    if not depends_on_state(remedy):
        return remedy
    of_disk = advice_for_state(remedy, "disk", restore.volume_status)
    of_backup = advice_for_state(remedy, "backup", restore.backup_status)
    return of_backup if "backup" in remedy.partition(".")[0] else of_disk


def _doubtful(restore: Restore | None) -> str:
    if restore is None or restore.state in (State.PLANNED, State.SENDING):
        return _DOUBTFUL
    if restore.needs_settlement:
        from vbs_tui.ui.render.job_lines import settle_advice  # noqa: PLC0415 - start-up time of scripts

        return settle_advice(restore, " in the jobs")
    if restore.state is State.UNKNOWN:
        return _DOUBTFUL
    return "Nothing: the outcome is known by now, see above."


def _executed(failure: Failure, restore: Restore | None) -> str:
    if failure.kind is not ErrorKind.JOB or failure.executed is not Executed.YES:
        return _EXECUTED[failure.executed]
    if failure.meaning:  # the meaning says how it ended, which the job did not
        return "the cloud took it"
    if restore is None:
        return _JOB_RAN
    if restore.disk_seen_busy or restore.volume_status == "error_restoring":
        return f"{_JOB_RAN}; the disk was seen being written to"
    return f"{_JOB_RAN}; the disk was never seen being written to"


def _again(failure: Failure) -> str:
    """The key to press, where a log-in waits for the operator."""
    if not failure.declined:
        return ""
    from vbs_tui.ui.keys.bindings import key_for  # noqa: PLC0415 - start-up time of scripts

    return f"Press {key_for('refresh')} to log in. "


def _is_own_word(failure: Failure) -> bool:
    """Whether the message is this program's own: no server has said anything."""
    if failure.kind is ErrorKind.BROKEN:
        return True  # there may be a status line, and nothing readable after it
    return failure.status is None and not failure.code and failure.kind is not ErrorKind.JOB


def _own_words(failure: Failure, meaning: str) -> str:
    """What happened, and what that means where there was a request."""
    said = failure.message
    if said.partition(" ")[0] in ("the", "no", "a", "nothing"):  # a host's name stays as it is
        said = said[:1].upper() + said[1:]
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    # That a request was not sent must be said; everything else is in the message.
    return f"{said} {meaning}" if failure.url and failure.kind is ErrorKind.NOT_SENT else said


def _meaning(failure: Failure) -> tuple[str, Part | None, str]:
    """Meaning, cause (when one is known) and remedy: by code, else by status, else by kind."""
    meaning, remedy = _KINDS[failure.kind]
    if failure.meaning:
        return failure.meaning, None, remedy
    if failure.message and _is_own_word(failure):
        return _own_words(failure, meaning), None, remedy
    if failure.code:
        told = explain(failure.code)
        if told.known:
            return told.meaning, Part("Cause", told.cause), told.remedy
        near = Part("Like", f"Known codes: {', '.join(told.nearest)}.") if told.nearest else None
        said = f"The code {failure.code} is not in the table. {meaning}"
        return said, near, told.remedy or remedy
    if failure.status is not None and failure.kind is not ErrorKind.JOB:
        status = explain_status(failure.status)
        if failure.kind in (ErrorKind.UNUSABLE, ErrorKind.LOG_IN) and failure.status < 300:
            return _KINDS[ErrorKind.UNUSABLE][0], None, remedy
        return status.meaning, None, status.remedy
    return meaning, None, remedy


def _stand_in(failure: Failure) -> str:
    if failure.status is not None:
        return f"HTTP {failure.status}"
    return failure.kind.value


def _where(failure: Failure) -> str:
    if failure.kind is ErrorKind.JOB:
        return "the job failed"
    status = f", HTTP {failure.status}" if failure.status is not None and failure.code else ""
    return f"{failure.what}{status}"


def ticket(
    failure: Failure, title: str, zone: tzinfo | None, restore: Restore | None = None
) -> str:
    """The failure as plain text that can be pasted into a ticket. No secret is ever in it."""
    decoded = decode(failure, zone, restore)
    lines = [f"{title}", f"{decoded.code}: {decoded.headline}", f"While: {decoded.where}"]
    lines += [f"{part.label}: {part.text}" for part in decoded.parts]
    return "\n".join(lines)
