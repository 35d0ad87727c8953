"""Columns and cells of the volumes pane, and a volume's details."""

from __future__ import annotations

from datetime import datetime, tzinfo

from vbs_tui.cloud.resources import Volume
from vbs_tui.times import ago, local
from vbs_tui.ui.render.formatting import short_id, size_text, status_cell
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.render.volume_ranking import Rank

COLUMNS = (
    Column("", 1, gap=1),
    Column(
        "Name",
        None,
        min_width=20,
        max_width=48,
        share=2,
        sort_key=lambda volume: volume.name.casefold(),
    ),
    Column(
        "GiB",
        6,
        align="right",
        sort_key=lambda volume: volume.size or 0,
        descending_first=True,
        priority=2,
        words=("smallest first", "largest first"),
    ),
    Column("Zone", 9, sort_key=lambda volume: volume.availability_zone, priority=5),
    Column("Status", 16, sort_key=lambda volume: volume.status, priority=6),
    Column("Why", None, min_width=28, wanted=44, share=4),
    Column("Type", 8, priority=7),
    Column("Id", 36, priority=8),
)
"""Columns while a backup is chosen: the reason is never dropped. The status is dropped first, since
a possible target is always available, and of an impossible one the reason has it."""

PLAIN_COLUMNS = tuple(
    Column("Attached to", None, min_width=16, share=3, priority=7) if one.title == "Why" else one
    for one in COLUMNS
)


def volume_row(volume: Volume, found: Rank | None, *, is_namesake: bool) -> tuple[Cell, ...]:
    """The cells of a volume. *found*: its rank as a target; ``None`` while no backup is chosen."""
    told_apart = is_namesake or not volume.name
    possible = found is None or found.is_possible
    plain = "" if possible else "dim"
    if found is None:
        sign, why = Cell(""), Cell(attached_to(volume), "dim")
    else:
        sign = Cell(found.sign, found.style)
        why = Cell(found.why, found.style if possible else "")
    return (
        sign,
        Cell(
            volume.name or "(no name)",
            plain,
            tail=f" · {short_id(volume.id)}" if told_apart else "",
        ),
        Cell(size_text(volume.size), plain),
        Cell(volume.availability_zone or "–", plain),
        status_cell(volume.status, sign=False) if possible else Cell(volume.status, "dim"),
        why,
        Cell(volume.volume_type, "dim"),
        Cell(volume.id, "dim"),
    )


def volume_text(volume: Volume) -> str:
    """The text that the filter searches."""
    return (
        f"{volume.name} {volume.status} {volume.availability_zone} {volume.volume_type}"
        f" {volume.id} {attached_to(volume)} {volume.description}"
    )


def attached_to(volume: Volume) -> str:
    """The servers that hold it, in words; empty for none."""
    return ", ".join(one.host_name or one.server_id or "a server" for one in volume.attachments)


def _moment(moment: datetime | None, zone: tzinfo | None) -> str:
    return "" if moment is None else local(moment, zone)


def volume_pairs(
    volume: Volume, found: Rank | None, *, now: datetime, zone: tzinfo | None
) -> list[tuple[str, str]]:
    """The details of a volume."""
    size = "unknown" if volume.size is None else f"{volume.size:,} GiB"
    holders = [
        (f"Attached as {one.device or '?'}", one.host_name or one.server_id or "a server")
        for one in volume.attachments
    ]
    hazards = [
        ("Impossible" if hazard.level.value == "hard" else "Look", hazard.sentence)
        for hazard in (found.hazards if found is not None else ())
    ]
    kinds = (
        ("system disk", volume.bootable),
        ("encrypted", volume.encrypted),
        ("shared", volume.multiattach),
        ("under disaster recovery", volume.replicated),
    )
    return [
        ("Name", volume.name or "(no name)"),
        ("Id", volume.id),
        ("Status", volume.status),
        ("Size", size),
        *hazards,
        ("Zone", volume.availability_zone),
        ("Type", volume.volume_type),
        *holders,
        ("Kind", ", ".join(word for word, is_so in kinds if is_so) or "data disk"),
        ("Created", _moment(volume.created_at, zone)),
        ("Changed", f"{_moment(volume.updated_at, zone)} · {ago(volume.updated_at, now)}"),
        ("Last restored from backup", volume.src_backup_id),
        ("Project that owns it", volume.owner_id),
        ("Description", volume.description),
    ]
