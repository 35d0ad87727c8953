"""Plain backups, volumes, restores and facts for tests, with the fields that a test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks.preconditions import backup_facts, volume_facts
from vbs_tui.restore.journal.records import LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.verdict import Facts

NOW = datetime(2026, 11, 23, 9, 14, 2, 466123, tzinfo=UTC)
PROJECT = "0391e4486e864c26be5654c522f440f2"
BACKUP = "87566ed6-72cb-4053-aa6e-6f6216b3d507"
VOLUME = "5024a06e-6990-4f12-9dcc-8fe26b01a710"
LINE = LogEntry(NOW, Source.OPERATOR, "confirmed by jane", State.PLANNED)


def backup(**changes: Any) -> Backup:
    plain = Backup(
        id=BACKUP,
        name="nightly-db-2026-11-22",
        status="available",
        size=100,
        volume_id=VOLUME,
        availability_zone="eu-de-01",
        created_at=NOW,
        updated_at=NOW,
        owner_id=PROJECT,
    )
    return replace(plain, **changes)


def nightly(backup_id: str) -> Backup:
    """The backup of a :func:`restore`, as the cloud returns it."""
    return backup(id=backup_id, name="nightly", volume_id="")


def volume(**changes: Any) -> Volume:
    plain = Volume(
        id=VOLUME,
        name="db-data-01",
        status="available",
        size=100,
        availability_zone="eu-de-01",
        volume_type="SSD",
        updated_at=NOW,
        owner_id=PROJECT,
        name_is_typeable=True,
    )
    return replace(plain, **changes)


def restore(number: int = 1, **changes: Any) -> Restore:
    """A planned restore; *number* makes its id, backup and volume its own."""
    tail = f"{number:012d}"
    plain = Restore(
        id=f"00000000-0000-4000-8000-{tail}",
        state=State.PLANNED,
        cloud="otc-prod",
        cloud_identity="https://iam.example/v3",
        region="eu-de",
        project_id=PROJECT,
        project_name="eu-de_prod",
        backup=backup_facts(nightly(f"bbbbbbbb-0000-4000-8000-{tail}")),
        volume=volume_facts(volume(id=f"aaaaaaaa-0000-4000-8000-{tail}")),
        hazards=("another disk",),
        operator="jane as ops-jane",
        created_at=NOW,
        changed_at=NOW,
    )
    return replace(plain, **changes)


def facts(**changes: Any) -> Facts:
    """Those of a restore whose job runs, with nothing seen of it so far."""
    plain = Facts(
        job_status="RUNNING",
        job_is_askable=True,
        volume_status="available",
        backup_status="available",
        disk_seen_busy=False,
        backup_seen_busy=False,
        pair_seen_busy=False,
        disk_changed=False,
        disk_set_back=False,
        traced=False,
    )
    return replace(plain, **changes)
