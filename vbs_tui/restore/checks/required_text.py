"""The text that an operator types to confirm a restore: ``prod/db-data-01 2026-11-27``.

The volume's name alone is the same for every backup of it, and may be the same in every project. So
the text also names the time of the backup, where its disk has several backups, and the project,
where another project may have a volume of that name. A list that was not read may hold any name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.text import is_typeable
from vbs_tui.times import local_day, local_day_minute, local_day_second

_ID_PART = 8
"""Characters of an id that are typed where a name cannot be."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The parts of the text to type; :attr:`text` is the whole."""

    volume: str
    """The volume's name, or the first 8 characters of its id."""
    volume_is_name: bool
    project: str = ""
    """Empty where no other project can have a volume of that name."""
    moment: str = ""
    """The local day of the backup, with the time where the day has several; empty where the disk
    has one backup only."""

    @property
    def text(self) -> str:
        """The whole text, to be typed exactly."""
        place = f"{self.project}/{self.volume}" if self.project else self.volume
        return f"{place} {self.moment}".rstrip()


@dataclass(frozen=True, slots=True)
class ListedResources:
    """The backups and volumes of one project that were listed so far."""

    volumes: Mapping[str, Volume]
    backups: Mapping[str, Backup]
    all_volumes: bool = False
    """Whether the list of the volumes was read to its end."""
    all_backups: bool = False


NOTHING_LISTED = ListedResources({}, {})


def confirmation_of(
    backup: Backup,
    volume: Volume,
    project: Project,
    *,
    projects: Sequence[Project],
    listed: Mapping[str, ListedResources],
    zone: tzinfo | None = None,
) -> Confirmation:
    """What to type for *backup* onto *volume*.

    *projects*: all that the user can open. *listed*: what was listed of each, by project id.
    *zone*: the time zone of the text (``None``: the machine's).
    """
    here = listed.get(project.id, NOTHING_LISTED)
    namesake = any(one.name == volume.name and one.id != volume.id for one in here.volumes.values())
    by_name = volume.name_is_typeable and not namesake
    return Confirmation(
        volume=volume.name if by_name else volume.confirmation_word,
        volume_is_name=by_name,
        project=_project_part(volume, project, projects, listed) if by_name else "",
        moment=_moment_part(backup, here, zone),
    )


def _project_part(
    volume: Volume,
    project: Project,
    projects: Sequence[Project],
    listed: Mapping[str, ListedResources],
) -> str:
    others = [one for one in projects if one.id != project.id]
    if not any(_may_have(listed.get(one.id, NOTHING_LISTED), volume.name) for one in others):
        return ""
    if not is_typeable(project.name):
        return project.id[:_ID_PART]
    # All listed projects are in the same region, so ``eu-de_prod`` is shown as ``prod``.
    short = project.name.removeprefix(f"{project.region}_")
    ambiguous = any(short in (one.name, one.name.removeprefix(f"{one.region}_")) for one in others)
    return project.name if ambiguous or not short else short


def _may_have(listed: ListedResources, name: str) -> bool:
    return not listed.all_volumes or any(one.name == name for one in listed.volumes.values())


def _moment_part(backup: Backup, here: ListedResources, zone: tzinfo | None) -> str:
    others = [
        one
        for one in here.backups.values()
        if one.id != backup.id
        and (one.volume_id == backup.volume_id or not one.volume_id or one.name == backup.name)
    ]
    if here.all_backups and backup.volume_id and not others:
        return ""
    if backup.taken_at is None:
        return backup.id[:_ID_PART]
    moments = [one.taken_at for one in others if one.taken_at is not None]
    for form in (local_day, local_day_minute, local_day_second):
        text = form(backup.taken_at, zone)
        if all(form(moment, zone) != text for moment in moments):
            return text
    return f"{local_day(backup.taken_at, zone)} {backup.id[:_ID_PART]}"
