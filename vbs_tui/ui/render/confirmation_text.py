"""The words of the confirmation, as pure functions of an examination."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual.content import Content

from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.backend import Examination
from vbs_tui.restore.checks.hazard_rules import Hazard, Level
from vbs_tui.times import ago, local
from vbs_tui.ui.render.job_lines import JOURNAL_REMEDY

_LABEL = 9


def _size(gib: int | None) -> str:
    return "size unknown" if gib is None else f"{gib} GiB"


def _line(label: str, text: str, style: str = "") -> Content:
    return Content.assemble((label.ljust(_LABEL), "$text-muted"), (text, style))


def place_line(place: tuple[str, ...]) -> Content:
    """Cloud, region and project, as far as they have names."""
    *way, project = place
    steps = " › ".join(step for step in way if step)
    return Content.assemble(
        ("Where".ljust(_LABEL), "$text-muted"),
        f"{steps} › " if steps else "",
        (project, "bold $text-primary"),
    )


def backup_lines(backup: Backup, now: datetime, zone: tzinfo | None) -> list[Content]:
    """The backup: name, when taken, size, state, id."""
    taken = backup.taken_at
    when = f"{local(taken, zone)} ({ago(taken, now)})" if taken else "at an unknown time"
    facts = [_size(backup.size), backup.status, backup.availability_zone]
    return [
        _line("Backup", backup.name or "(no name)", "bold"),
        _line("Taken", when, "bold"),
        _line("", " · ".join(fact for fact in facts if fact)),
        _line("", backup.id, "$text-muted"),
    ]


def volume_lines(volume: Volume, now: datetime, zone: tzinfo | None) -> list[Content]:
    """The disk: name, size, state, zone, type, last change, id, attachments."""
    facts = [_size(volume.size), volume.status, volume.availability_zone, volume.volume_type]
    lines = [
        _line("→ Disk", volume.name or "(no name)", "bold"),
        _line("", " · ".join(fact for fact in facts if fact)),
    ]
    if volume.updated_at:
        changed = f"{local(volume.updated_at, zone)} ({ago(volume.updated_at, now)})"
        lines.append(_line("", f"last changed {changed}"))
    lines.append(_line("", volume.id, "$text-muted"))
    for held in volume.attachments[:3]:
        where = held.host_name or held.server_id or "an unnamed server"
        lines.append(_line("", f"attached to {where} as {held.device or 'unknown device'}"))
    return lines


def hazard_lines(hazards: tuple[Hazard, ...]) -> list[Content]:
    """The hazards, each a sentence with its sign; hard ones first."""
    lines = []
    for hazard in hazards:
        hard = hazard.level is Level.HARD
        sign, style = ("×", "$text-error") if hard else ("!", "$text-warning")
        lines.append(Content.assemble((f"{sign} ", f"bold {style}"), (hazard.sentence, style)))
    return lines


def consequence(examination: Examination, zone: tzinfo | None) -> Content:
    """What will happen, in one sentence."""
    backup, volume = examination.backup, examination.volume
    taken = local(backup.taken_at, zone) if backup.taken_at else "that backup"
    disk = volume.name or volume.id
    return Content.assemble(
        "Everything on ",
        (disk, "bold"),
        " is overwritten with the data of ",
        (taken, "bold"),
        ". There is no undo and no way to stop it.",
    )


def request_lines(examination: Examination) -> list[Content]:
    """The exact request, its address in pieces that fit a narrow screen."""
    request = examination.request
    scheme, _, rest = request.url.partition("://")
    host, _, path = rest.partition("/")
    head, mark, tail = path.partition("/cloudbackups/")
    pieces = [f"{request.method} {scheme}://{host}", f"/{head}{mark}", tail, request.body]
    labels = ["Request", "", "", "Body"]
    pairs = zip(labels, pieces, strict=True)
    return [_line(label, piece, "$text-muted") for label, piece in pairs if piece]


def typing_line(examination: Examination) -> Content:
    """What must be typed, and in a second line why it is more than the disk's name."""
    parts, volume = examination.confirmation, examination.volume
    why = []
    if parts.project:
        why.append(f"{parts.project}/: another project may have a disk of that name")
    if not parts.volume_is_name:
        why.append(f"{parts.volume}: its id, as {_why_not_by_name(volume)}")
    if parts.moment:
        kind = "" if parts.moment.count("-") == 2 else "the backup's id, as "
        why.append(f"{parts.moment}: {kind}the disk has several backups")
    what = "the disk's name" if not why else "this"
    lines = [Content.assemble(f"Type {what} to restore: ", (examination.required_text, "bold"))]
    if why:
        lines.append(Content(" · ".join(why)).stylize("$text-muted"))
    return Content("\n").join(lines)


def _why_not_by_name(volume: Volume) -> str:
    if not volume.name:
        return "this disk has no name"
    if not volume.name_is_typeable:
        return "its name cannot be typed as it is"
    return "another disk has the same name"


def note_lines(note: str) -> list[Content]:
    """*note* as a warning; nothing for an empty one."""
    return [Content.assemble(("! ", "bold $text-warning"), (note, "$text-warning"))] if note else []


def journal_lines(trouble: str) -> list[Content]:
    """Why nothing can be sent, where the journal cannot be used."""
    if not trouble:
        return []
    said = "Nothing can be sent: a restore is written into the journal before it is sent."
    return [
        Content.assemble(("× ", "bold $text-error"), (said, "bold $text-error")),
        Content(trouble).stylize("$text-error"),
        Content(JOURNAL_REMEDY),
        Content(""),
    ]


def differences(backup: Backup, volume: Volume, examination: Examination) -> list[Content]:
    """What has changed since the lists were read."""
    pairs = [
        ("backup is", backup.status, examination.backup.status),
        ("disk is", volume.status, examination.volume.status),
        ("disk is named", volume.name, examination.volume.name),
        ("disk's size is", str(volume.size), str(examination.volume.size)),
    ]
    lines = []
    for what, old, new in pairs:
        if old != new:
            said = f"Since the list was read: the {what} {new or '(nothing)'},"
            said += f" was {old or '(nothing)'}."
            lines.append(Content.assemble(("! ", "bold $text-warning"), said))
    return lines


def examined_lines(
    found: Examination,
    place: tuple[str, str, str],
    changed: Sequence[Content],
    now: datetime,
    zone: tzinfo | None,
    *,
    can_be_sent: bool = True,
) -> list[Content]:
    """All that must be read before anything is typed. *changed*: what differs from the lists.
    Where nothing *can_be_sent*, the consequence is left out."""
    cloud, region, project = place
    facts = [
        # The region of the request is that of the examination, not that of the screen behind.
        place_line((cloud, found.region or region, project)),
        *backup_lines(found.backup, now, zone),
        *volume_lines(found.volume, now, zone),
        Content(""),
    ]
    hazards = hazard_lines(found.hazards)
    if not found.is_possible:
        facts.append(Content("This restore is impossible:").stylize("bold $text-error"))
        return [*facts, *hazards, *changed]
    facts += [*changed, *hazards]
    if not can_be_sent:
        return facts
    if not hazards and not changed:
        said = "No hazard found: source disk, free, large enough."
        facts.append(Content.assemble(("√ ", "$text-success"), said))
    return [*facts, Content(""), consequence(found, zone)]
