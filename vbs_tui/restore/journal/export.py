"""Exports restores on record to a JSON or CSV file."""

from __future__ import annotations

import csv
import enum
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from vbs_tui.restore.journal.records import LogEntry, Restore
from vbs_tui.restore.journal.rows import entry_to_dict, plain, restore_to_dict

_COLUMNS = (
    *("id", "state", "summary", "cloud", "region", "project_name", "project_id"),
    *("backup_name", "backup_id", "volume_name", "volume_id", "operator"),
    *("created_at", "sent_at", "ended_at", "job_id", "request_id", "tries", "error_code"),
)


class Format(enum.Enum):
    """What to write; the value is the file's ending."""

    JSON = "json"
    CSV = "csv"


FORMATS = {form.value: form for form in Format}


def export(
    folder: Path,
    form: Format,
    restores: Sequence[Restore],
    logs: Mapping[str, Sequence[LogEntry]],
    now: datetime,
) -> Path:
    """Write *restores* to a new file in *folder*, readable by its owner alone. Returns its path.

    JSON has everything, the logs included; CSV one line a restore. Never overwrites a file.
    Blocks. Raises ``OSError``.
    """
    text = _json(restores, logs) if form is Format.JSON else _csv(restores)
    path = folder / f"vbs-tui-restores-{now:%Y%m%dT%H%M%SZ}.{form.value}"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def _json(restores: Sequence[Restore], logs: Mapping[str, Sequence[LogEntry]]) -> str:
    rows = [
        {**restore_to_dict(one), "log": [entry_to_dict(entry) for entry in logs.get(one.id, ())]}
        for one in restores
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _csv(restores: Sequence[Restore]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for one in restores:
        data = restore_to_dict(one) | {
            "backup_name": one.backup.name,
            "backup_id": one.backup.id,
            "volume_name": one.volume.name,
            "volume_id": one.volume.id,
            "error_code": one.failure.code if one.failure else "",
        }
        writer.writerow(_harmless(plain(data[column])) for column in _COLUMNS)
    return out.getvalue()


def _harmless(value: object) -> object:
    """A cell that a spreadsheet does not take for a formula: names come from the cloud."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
