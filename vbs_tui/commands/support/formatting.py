"""Restores and failures as plain lines for a terminal or a pipe."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vbs_tui.commands.support.exit_status import NOT_SENT
from vbs_tui.commands.support.failures import (
    failure_lines,
    for_command_line,
    local_failure,
    print_failure,
)
from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.journal.rows import entry_to_dict, restore_to_dict
from vbs_tui.restore.journal.states import State
from vbs_tui.text import clean, clean_block
from vbs_tui.times import local, span

_LONGEST = 4_000_000
"""Characters of a restore with its whole log."""


def backup_to_volume(restore: Restore) -> str:
    """``backup → volume``, by name where there is one."""
    backup = restore.backup.name or restore.backup.id
    return f"{backup} → {restore.volume.name or restore.volume.id}"


def location(cloud: str, region: str, project: str) -> str:
    """``cloud · region · project``: where something is, the widest first."""
    return f"{cloud or '–'} · {region or 'no region'} · {project or 'no project'}"


def location_of(restore: Restore) -> str:
    """:func:`place` of a restore."""
    return location(restore.cloud, restore.region, restore.project_name)


def watch_command(restore: Restore, cloud: Sequence[str]) -> str:
    """The command to follow *restore*. *cloud*: the options that name its cloud, not yet quoted.

    They may come from the journal, and so must be clean.
    """
    return f"vbs-tui {shlex.join(['watch', *cloud, restore.id[:8]])}"


def table_line(restore: Restore) -> str:
    """A restore on one line."""
    return clean(
        f"{restore.id[:8]}  {restore.state.value:<9}  {local(restore.created_at)}  "
        f"{restore.cloud}/{restore.project_name}  {backup_to_volume(restore)}",
        2000,
    )


def restore_text(restore: Restore, log: tuple[LogEntry, ...], now: datetime) -> str:
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
    failure = restore.failure
    if failure is not None and restore.state is State.SUCCEEDED:
        what = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
        pairs.append(("On the way", f"{failure.what}: {what}; the restore succeeded all the same"))
        failure = None
    lines = [f"{label:<11}{text}" for label, text in pairs]
    if failure is not None:
        lines += ["", *failure_lines(failure, restore)]
    # Anything may have written to the user's file.
    return clean_block("\n".join([*lines, "", *(log_line(entry) for entry in log)]), _LONGEST)


def log_line(entry: LogEntry) -> str:
    """One line of a log, for people."""
    return f"{local(entry.at)}  {entry.source.value:<8}  {entry.text}"


def event_to_dict(restore: Restore, entries: tuple[LogEntry, ...]) -> dict[str, Any]:
    """A change of a restore as one JSON document."""
    told = restore_to_dict(restore)
    if restore.failure is not None:
        told["failure"] = {**told["failure"], "hint": for_command_line(restore.failure.hint)}
    return {
        "restore": told,
        "log": [entry_to_dict(entry) for entry in entries],
    }


def print_no_single_match(
    beginning: str, found: tuple[Restore, ...], *, as_json: bool = False
) -> int:
    """Print that no restore has an id that begins so, or that several have; the exit status."""
    status = NOT_SENT if as_json else None
    target = f"restore {clean(beginning, 60)!r}"
    if not found:
        means = f"No restore on record has an id that begins with {clean(beginning, 60)!r}."
        print_failure(
            local_failure("find", target, means, "vbs-tui jobs lists those on record."), status
        )
    else:
        means = f"{len(found)} restores have ids that begin with {clean(beginning, 60)!r}."
        rows = tuple(("One", table_line(restore)) for restore in found)
        print_failure(local_failure("find", target, means, "Give more of the id.", rows), status)
    return NOT_SENT
