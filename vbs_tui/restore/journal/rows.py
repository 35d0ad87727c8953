"""Restores as journal rows and back, and as plain data for JSON and CSV."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.restore.journal.records import BackupFacts, LogEntry, Restore, Source, VolumeFacts
from vbs_tui.restore.journal.states import State
from vbs_tui.times import parse_time

COLUMNS: tuple[str, ...] = (
    "id",
    "state",
    "cloud",
    "cloud_identity",
    "region",
    "project_id",
    "project_name",
    "backup_id",
    "backup",
    "volume_id",
    "volume",
    "operator",
    "created_at",
    "changed_at",
    "sent_at",
    "ended_at",
    "job_id",
    "request_id",
    "job_status",
    "volume_status",
    "backup_status",
    "summary",
    "failure",
    "tries",
    "disk_seen_busy",
    "backup_seen_busy",
    "job_lost",
    "owner",
    "revision",
    "pair_seen_busy",
    "busy_change",
    "against",
    "hazards",
)


def plain(value: Any) -> Any:
    """*value* as JSON can hold it: times as UTC ISO-8601 text, enums as their values."""
    if isinstance(value, datetime):
        # To the microsecond: a disk's last change is compared with what was seen before.
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def restore_to_dict(restore: Restore) -> dict[str, Any]:
    """Everything on record about *restore*, log lines excepted, as plain data."""
    data: dict[str, Any] = plain(asdict(restore))
    del data["log"]
    return data


def entry_to_dict(entry: LogEntry) -> dict[str, Any]:
    """A log line as plain data."""
    data: dict[str, Any] = plain(asdict(entry))
    return data


def to_row(restore: Restore) -> tuple[Any, ...]:
    """The values of :data:`COLUMNS`."""
    data = restore_to_dict(restore)
    data["backup_id"], data["volume_id"] = restore.backup.id, restore.volume.id
    for key in ("backup", "volume", "failure", "hazards"):
        data[key] = None if data[key] is None else json.dumps(data[key], ensure_ascii=False)
    return tuple(data[column] for column in COLUMNS)


def from_row(row: tuple[Any, ...], log: tuple[LogEntry, ...] = ()) -> Restore:
    """A restore from a row of :data:`COLUMNS`. Raises ``ValueError`` for an unreadable row."""
    row = tuple(_as_text(value) for value in row)
    try:
        data = dict(zip(COLUMNS, row, strict=True))
        del data["backup_id"], data["volume_id"]
        data["state"] = State(data["state"])
        data["backup"] = _facts(BackupFacts, data["backup"])
        data["volume"] = _facts(VolumeFacts, data["volume"])
        data["hazards"] = tuple(str(one) for one in json.loads(data["hazards"]))
        data["failure"] = None if data["failure"] is None else _failure(data["failure"])
        for key in ("created_at", "changed_at", "sent_at", "ended_at", "busy_change"):
            data[key] = parse_time(data[key])
        for key in ("disk_seen_busy", "backup_seen_busy", "pair_seen_busy", "job_lost"):
            data[key] = bool(data[key])
        return Restore(**data, log=log)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a journal row cannot be read: {error}") from error


def entry_from_row(row: tuple[Any, ...]) -> LogEntry:
    """A log line from (number, at, source, text, state)."""
    number, at, source, text, state = map(_as_text, row)
    moment = parse_time(at)
    if moment is None:
        raise ValueError("a log line has no time")
    return LogEntry(moment, Source(source), text, State(state) if state else None, number)


def _as_text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _facts(kind: type[Any], text: str) -> Any:
    known = {field.name for field in fields(kind)}
    data = {key: value for key, value in json.loads(text).items() if key in known}
    for key in ("taken_at", "updated_at"):
        if key in data:
            data[key] = parse_time(data[key])
    return kind(**data)


def _failure(text: str) -> Failure:
    known = {field.name for field in fields(Failure)}
    data = {key: value for key, value in json.loads(text).items() if key in known}
    data["kind"], data["executed"] = ErrorKind(data["kind"]), Executed(data["executed"])
    data["at"] = parse_time(data.get("at"))
    data["extra"] = tuple((str(a), str(b)) for a, b in data.get("extra") or ())
    return Failure(**data)
