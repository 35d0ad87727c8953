"""The text to type is as short as possible and names exactly one disk, backup and project."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.restore.makers import BACKUP, PROJECT, VOLUME, backup, volume
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.checks.required_text import ListedResources, confirmation_of

NIGHT = datetime(2026, 11, 22, 2, 0, 13, tzinfo=UTC)
HERE = Project(PROJECT, "eu-de_prod")
THERE = Project("f" * 32, "eu-de_staging")
TAKEN = backup(data_timestamp=NIGHT)


def text(
    *,
    others: tuple[Backup, ...] = (),
    volumes: tuple[Volume, ...] = (),
    there: tuple[Volume, ...] | None = (),
    of: Backup = TAKEN,
    onto: Volume | None = None,
    project: Project = HERE,
    projects: tuple[Project, ...] = (HERE, THERE),
    whole: bool = True,
    zone: str = "UTC",
) -> str:
    """The text to type; *there*: the other project's volumes, ``None`` while not listed."""
    target = onto or volume()
    here = ListedResources(
        {one.id: one for one in (target, *volumes)},
        {one.id: one for one in (of, *others)},
        all_volumes=True,
        all_backups=whole,
    )
    listed = {project.id: here}
    if there is not None:
        listed[THERE.id] = ListedResources({one.id: one for one in there}, {}, all_volumes=True)
    return confirmation_of(
        of, target, project, projects=projects, listed=listed, zone=ZoneInfo(zone)
    ).text


def night(**changes: object) -> Backup:
    return replace(TAKEN, id="another", **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, "db-data-01"),
        ({"others": (night(volume_id="elsewhere", name="nightly-web"),)}, "db-data-01"),
        (
            {"others": (night(data_timestamp=NIGHT - timedelta(days=1)),)},
            "db-data-01 2026-11-22",
        ),
        (
            {"others": (night(data_timestamp=NIGHT + timedelta(hours=3)),)},
            "db-data-01 2026-11-22 02:00",
        ),
        (
            {"others": (night(data_timestamp=NIGHT + timedelta(seconds=20)),)},
            "db-data-01 2026-11-22 02:00:13",
        ),
        (
            {"others": (night(data_timestamp=NIGHT),)},
            f"db-data-01 2026-11-22 {BACKUP[:8]}",
        ),
        (
            {"others": (night(volume_id="", name="?", data_timestamp=NIGHT - timedelta(hours=1)),)},
            "db-data-01 2026-11-22 02:00",
        ),
        ({"whole": False}, "db-data-01 2026-11-22"),
        ({"of": backup(data_timestamp=NIGHT, volume_id="")}, "db-data-01 2026-11-22"),
        (
            {"of": backup(data_timestamp=None, created_at=None), "whole": False},
            f"db-data-01 {BACKUP[:8]}",
        ),
        ({"there": None}, "prod/db-data-01"),
        ({"there": (volume(id="other"),)}, "prod/db-data-01"),
        ({"there": (volume(id="other", name="db-data-02"),)}, "db-data-01"),
        ({"there": None, "projects": (HERE,)}, "db-data-01"),
        (
            {"there": None, "projects": (HERE, Project("e" * 32, "eu-nl_prod"))},
            "eu-de_prod/db-data-01",
        ),
        (
            {"there": None, "project": Project(PROJECT, "größe"), "projects": (HERE, THERE)},
            f"{PROJECT[:8]}/db-data-01",
        ),
        ({"volumes": (volume(id="twin"),), "there": None}, VOLUME[:8]),
        ({"onto": volume(name="", name_is_typeable=False)}, VOLUME[:8]),
        (
            {
                "there": None,
                "others": (night(data_timestamp=NIGHT + timedelta(hours=3)),),
                "zone": "Europe/Berlin",
            },
            "prod/db-data-01 2026-11-22 03:00",
        ),
    ],
)
def test_it_says_as_much_as_is_needed(asked: dict[str, object], wanted: str) -> None:
    assert text(**asked) == wanted  # type: ignore[arg-type]
