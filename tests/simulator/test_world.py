"""The demo world: what is first seen, what lies further down, and that the room stands apart."""

from __future__ import annotations

import ast
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

import vbs_tui.simulator
from tests.simulator.client import Client
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.world.demo import demo_world


def test_the_first_rows_look_plain_and_the_odd_ones_come_later(client: Client) -> None:
    for path, key in (("backups/detail", "backups"), ("volumes/detail", "volumes")):
        names = [row["name"] for row in client.get(path).json()[key]]
        assert all(name and name.isascii() and name.isprintable() for name in names[:20])
        odd = names[20:]
        assert None in odd
        assert "" in odd
        assert any(name and "[red]" in name for name in odd)
        assert any(name and "\x1b" in name for name in odd)
        assert any(name and "\u202e" in name for name in odd)
        assert any(name and len(name) == 255 for name in odd)
        assert any("CJK" in unicodedata.name(c, "") for name in odd for c in name or "")


def test_every_hazard_of_a_target_is_there(client: Client) -> None:
    rows = client.get("volumes/detail").json()["volumes"]
    names = [row["name"] for row in rows]
    assert {row["status"] for row in rows} >= {
        "available",
        "in-use",
        "error",
        "error_restoring",
        "backing-up",
        "restoring-backup",
    }
    assert {row["availability_zone"] for row in rows} == {"eu-de-01", "eu-de-02"}
    assert names.count("data") == 2
    backups = client.get("backups/detail").json()["backups"]
    statuses = {row["status"] for row in backups}
    assert statuses >= {"available", "creating", "error", "restoring"}
    key = "os-bak-tenant-attr:tenant_id"
    assert sum(row[key] != client.project.id for row in backups) == 1
    present = {row["id"] for row in rows}
    assert any(row["volume_id"] not in present for row in backups)


@pytest.mark.parametrize("hour", [0, 2, 3, 23])
def test_nothing_is_from_the_future(hour: int) -> None:
    now = datetime(2026, 11, 23, hour, 10, tzinfo=UTC)
    project = demo_world(now).projects[0]
    newest = max(backup.created_at for backup in project.backups)
    assert newest <= now
    assert (now - newest).total_seconds() < 25 * 3600
    assert max(volume.created_at for volume in project.volumes) < now


def test_further_projects_are_smaller(simulator: Simulator) -> None:
    sizes = [(len(one.backups), len(one.volumes)) for one in simulator.world.projects]
    assert sizes == [(60, 40), (20, 13), (6, 6)]


def test_a_world_needs_a_project() -> None:
    with pytest.raises(ValueError, match="at least one project"):
        Simulator(projects=0)


def test_the_room_imports_nothing_of_the_others() -> None:
    for path in Path(vbs_tui.simulator.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                is_ours = module.startswith("vbs_tui")
                assert not is_ours or module.startswith("vbs_tui.simulator"), path.name
