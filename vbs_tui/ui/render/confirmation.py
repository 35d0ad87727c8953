"""What the confirmation says: pure functions over an examination."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual.content import Content

from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks import Hazard, Level
from vbs_tui.restore.desk import Examination
from vbs_tui.times import ago, local

_LABEL = 9


def _size(gib: int | None) -> str:
    return "size unknown" if gib is None else f"{gib} GiB"


def _line(label: str, text: str, style: str = "") -> Content:
    return Content.assemble((label.ljust(_LABEL), "$text-muted"), (text, style))


def place_line(place: tuple[str, ...]) -> Content:
    """Where it happens: cloud, region, project, as far as there are names."""
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
    when = (
        f"taken {local(taken, zone)} ({ago(taken, now)})" if taken else "taken at an unknown time"
    )
    facts = [_size(backup.size), backup.status, backup.availability_zone]
    return [
        _line("Backup", backup.name or "(no name)", "bold"),
        _line("", when),
        _line("", " · ".join(fact for fact in facts if fact)),
        _line("", backup.id, "$text-muted"),
    ]


def volume_lines(volume: Volume, now: datetime, zone: tzinfo | None) -> list[Content]:
    """The volume: name, size, state, zone, type, last change, who holds it, id."""
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
    """What will happen, in one plain sentence."""
    backup, volume = examination.backup, examination.volume
    taken = f"of {local(backup.taken_at, zone)}" if backup.taken_at else "of that backup"
    disk = volume.name or volume.id
    return Content.assemble(
        "Everything on ",
        (disk, "bold"),
        f" is overwritten with the data {taken}. There is no undo and no way to stop it.",
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
    """What must be typed, and why that."""
    word = (examination.word, "bold")
    if examination.confirmation.volume_is_name:
        return Content.assemble("Type the disk's name to restore: ", word)
    volume = examination.volume
    if not volume.name:
        why = "This disk has no name"
    elif not volume.name_is_typeable:
        why = "Its name cannot be typed as it is"
    else:
        why = "Another disk bears the same name"
    return Content.assemble(f"{why}, so type the beginning of its id: ", word)


def differences(backup: Backup, volume: Volume, examination: Examination) -> list[Content]:
    """What the fresh look found otherwise than the lists had it."""
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
) -> list[Content]:
    """All that has to be seen before the name is typed. *changed*: what differs from the lists."""
    cloud, region, project = place
    facts = [
        # Where the request goes is the examination's word, whatever is on the screen behind.
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
    if not hazards and not changed:
        said = "No hazard found: its own source, free, and fitting."
        facts.append(Content.assemble(("√ ", "$text-success"), said))
    return [*facts, Content(""), consequence(found, zone)]
