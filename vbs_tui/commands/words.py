"""Restores and failures as plain lines for a terminal or a pipe."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from vbs_tui.cloud.errors import Executed, Failure
from vbs_tui.codes import explain, explain_status
from vbs_tui.restore.records import LogEntry, Restore
from vbs_tui.restore.rows import entry_to_dict, plain, restore_to_dict
from vbs_tui.restore.states import State
from vbs_tui.times import local, span

EXIT = {
    State.SUCCEEDED: 0,
    State.FAILED: 1,
    State.REFUSED: 1,
    State.NOT_SENT: 4,
}
"""Exit status by final state; anything else is 2: unknown, or the watch was lost."""


def out(text: str) -> None:
    """One line for people or pipes, at once."""
    print(text, flush=True)


def err(text: str) -> None:
    """One line beside the output."""
    print(text, file=sys.stderr, flush=True)


def out_json(data: Any) -> None:
    """One JSON document on one line."""
    out(json.dumps(data, ensure_ascii=False))


def names(restore: Restore) -> str:
    """``backup → volume``, by name where there is one."""
    backup = restore.backup.name or restore.backup.id
    return f"{backup} → {restore.volume.name or restore.volume.id}"


def table_line(restore: Restore) -> str:
    """A restore on one line."""
    return (
        f"{restore.id[:8]}  {restore.state.value:<9}  {local(restore.created_at)}  "
        f"{restore.cloud}/{restore.project_name}  {names(restore)}"
    )


def details(restore: Restore, log: tuple[LogEntry, ...], now: datetime) -> str:
    """Everything on record about a restore, for people."""
    took = span(((restore.ended_at or now) - restore.created_at).total_seconds())
    pairs = [
        ("Restore", restore.id),
        ("State", f"{restore.state.value}: {restore.summary}"),
        ("Cloud", f"{restore.cloud}, region {restore.region or '–'}"),
        ("Project", f"{restore.project_name} ({restore.project_id})"),
        ("Backup", f"{restore.backup.name or '(no name)'} ({restore.backup.id})"),
        ("Volume", f"{restore.volume.name or '(no name)'} ({restore.volume.id})"),
        ("Operator", restore.operator),
        ("Confirmed", local(restore.created_at)),
        ("Sent", local(restore.sent_at) if restore.sent_at else "never"),
        ("Took" if restore.ended_at else "So far", took),
        ("Job", restore.job_id or "none known"),
        ("Request id", restore.request_id or "none given"),
    ]
    lines = [f"{label:<11}{text}" for label, text in pairs]
    if restore.failure is not None:
        lines += ["", *failure_lines(restore.failure)]
    return "\n".join([*lines, "", *(log_line(entry) for entry in log)])


def log_line(entry: LogEntry) -> str:
    """One line of a log, for people."""
    return f"{local(entry.at)}  {entry.source.value:<8}  {entry.text}"


def failure_lines(failure: Failure) -> list[str]:
    """A failure in words: what, where, what it means, what to do."""
    lines = [" ".join(part for part in (failure.what, failure.target) if part) + ": failed"]
    if failure.status:
        status = explain_status(failure.status)
        lines.append(f"  HTTP     {failure.status} {status.reason}: {status.meaning}")
    remedy = failure.hint
    if failure.code:
        known = explain(failure.code)
        lines.append(f"  Code     {failure.code}: {known.meaning}")
        lines.append(f"  Cause    {known.cause}")
        remedy = remedy or known.remedy
    if not remedy and failure.status:
        remedy = explain_status(failure.status).remedy
    if failure.message:
        who = "Server" if failure.status or failure.code else "Why"
        lines.append(f"  {who:<8} {failure.message}")
    if failure.executed is Executed.UNKNOWN:
        lines.append("  Beware   the cloud may have executed it all the same")
    if remedy:
        lines.append(f"  Do       {remedy}")
    if failure.request_id:
        lines.append(f"  Request  {failure.request_id}")
    lines += [f"  {name:<8} {value}" for name, value in failure.extra]
    return lines


def event_data(restore: Restore, entries: tuple[LogEntry, ...]) -> dict[str, Any]:
    """A change of a restore as one JSON document."""
    return {
        "restore": restore_to_dict(restore),
        "log": [entry_to_dict(entry) for entry in entries],
    }


def failure_data(failure: Failure) -> dict[str, Any]:
    """A failure as one JSON document."""
    from dataclasses import asdict  # noqa: PLC0415

    data: dict[str, Any] = plain(asdict(failure))
    del data["raw_body"]
    return data
