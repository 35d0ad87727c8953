"""Columns and cells of the backups pane, and a backup's details."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from vbs_tui.cloud.resources import Backup
from vbs_tui.times import ago, local
from vbs_tui.ui.render.formatting import short_id, size_text, status_cell
from vbs_tui.ui.render.table import Cell, Column

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _when(backup: Backup) -> datetime:
    return backup.taken_at or _LONG_AGO


COLUMNS = (
    Column("", 1, gap=1),
    Column(
        "Name",
        None,
        min_width=20,
        wanted=26,
        max_width=60,
        share=3,
        sort_key=lambda backup: backup.name.casefold(),
    ),
    Column(
        "Taken",
        12,
        sort_key=_when,
        descending_first=True,
        words=("oldest first", "newest first"),
    ),
    Column("At", 16, priority=6),
    Column(
        "GiB",
        6,
        align="right",
        sort_key=lambda backup: backup.size or 0,
        descending_first=True,
        priority=2,
        words=("smallest first", "largest first"),
    ),
    Column("Source disk", None, min_width=16, max_width=40, share=2, priority=3),
    Column("Status", 15, sort_key=lambda backup: backup.status, priority=1),
    Column("Kind", 22, priority=7),
    Column("Id", 36, priority=8),
)


def backup_row(
    backup: Backup,
    *,
    now: datetime,
    zone: tzinfo | None,
    source: str,
    is_chosen: bool,
    is_namesake: bool,
) -> tuple[Cell, ...]:
    """The cells of a backup. *source*: its disk's name. A namesake shows the start of its id."""
    told_apart = is_namesake or not backup.name
    taken = backup.taken_at
    plain = "accent" if is_chosen else ""
    return (
        Cell("→" if is_chosen else "", plain),
        Cell(
            backup.name or "(no name)",
            plain,
            tail=f" · {short_id(backup.id)}" if told_apart else "",
        ),
        Cell(ago(taken, now), plain),
        Cell("–" if taken is None else local(taken, zone)[:16], "dim"),
        Cell(size_text(backup.size), plain),
        Cell(source, "dim" if source.startswith("(") else plain),
        status_cell(backup.status),
        Cell(backup_kind(backup), "dim"),
        Cell(backup.id, "dim"),
    )


def backup_text(backup: Backup, source: str) -> str:
    """The text that the filter searches."""
    return f"{backup.name} {source} {backup.status} {backup.id} {backup.description}"


def backup_kind(backup: Backup) -> str:
    """The kind of backup, in a few words."""
    words = []
    if backup.incremental is not None:
        words.append("incremental" if backup.incremental else "full")
    if backup.bootable:
        words.append("system")
    if backup.encrypted:
        words.append("encrypted")
    if backup.of_server:
        words.append("server")
    return ", ".join(words)


def _moment(moment: datetime | None, zone: tzinfo | None) -> str:
    return "" if moment is None else local(moment, zone)


def backup_pairs(
    backup: Backup, *, now: datetime, zone: tzinfo | None, source: str
) -> list[tuple[str, str]]:
    """The details of a backup."""
    size = "unknown" if backup.size is None else f"{backup.size:,} GiB"
    return [
        ("Name", backup.name or "(no name)"),
        ("Id", backup.id),
        ("Status", backup.status),
        ("Why it failed", backup.fail_reason),
        ("Size of the source disk", size),
        ("Source disk", source),
        ("Source disk's id", backup.volume_id or "unknown"),
        ("Taken", f"{_moment(backup.taken_at, zone)} · {ago(backup.taken_at, now)}"),
        ("Created", _moment(backup.created_at, zone)),
        ("Changed", _moment(backup.updated_at, zone)),
        ("Kind", backup_kind(backup)),
        ("Zone", backup.availability_zone),
        ("Type of the source disk", backup.source_type),
        ("Project that owns it", backup.owner_id),
        ("Description", backup.description),
    ]
