"""Every precondition of a restore, as a hazard in words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.makers import PROJECT, backup, volume
from vbs_tui.cloud.resources import Attachment
from vbs_tui.restore.checks import RULES, Hazard, Level, assess, is_possible


def hazards(b: dict[str, Any] | None = None, v: dict[str, Any] | None = None) -> list[Hazard]:
    return list(assess(backup(**(b or {})), volume(**(v or {})), project_id=PROJECT))


def test_its_own_free_disk_has_no_hazard() -> None:
    assert hazards() == []


HARD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"status": "creating"}, {}, "backup is creating"),
    ({"status": "restoring"}, {}, "backup is restoring"),
    ({"status": "whatever"}, {}, "backup is whatever"),
    ({"owner_id": "f" * 32}, {}, "backup of another project"),
    ({}, {"owner_id": "f" * 32}, "disk of another project"),
    ({}, {"status": "in-use"}, "attached to a server"),
    ({}, {"attachments": (Attachment("s-1", "/dev/vdb", "web-01"),)}, "attached to web-01"),
    ({}, {"status": "error"}, "disk is error"),
    ({}, {"status": "error_restoring"}, "disk is error_restoring"),
    ({}, {"status": "backing-up"}, "disk is backing-up"),
    ({}, {"status": "restoring-backup"}, "disk is restoring-backup"),
    ({}, {"status": "maintenance"}, "disk is maintenance"),
    ({}, {"size": 40}, "60 GiB too small"),
    ({}, {"replicated": True}, "under disaster recovery"),
    ({}, {"migration": "migrating"}, "migration is migrating"),
    ({}, {"migration": "whatever"}, "migration is whatever"),
    ({}, {"locks": ("frozen: true",)}, "disk is locked"),
    ({"locks": ("locked: yes",)}, {}, "backup is locked"),
    ({}, {"odd": ("attachments",)}, "attachments unreadable"),
    ({}, {"odd": ("metadata", "bootable")}, "disk unreadable: metadata"),
    ({"odd": ("size",), "size": None}, {}, "backup unreadable: size"),
]


@pytest.mark.parametrize(("b", "v", "short"), HARD)
def test_what_makes_a_restore_impossible(b: dict[str, Any], v: dict[str, Any], short: str) -> None:
    found = hazards(b, v)
    assert not is_possible(tuple(found))
    assert found[0].level is Level.HARD
    assert found[0].short == short
    assert found[0].sentence.endswith(".")


SOFT: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"volume_id": "other"}, {}, "another disk"),
    ({"volume_id": ""}, {}, "another disk"),
    ({}, {"size": 200}, "100 GiB larger"),
    ({}, {"availability_zone": "eu-de-02"}, "other zone"),
    ({"encrypted": True}, {}, "disk is not encrypted"),
    ({}, {"encrypted": True}, "disk is encrypted"),
    ({}, {"multiattach": True}, "shared disk"),
    ({}, {"bootable": True}, "system disk"),
    ({"bootable": True}, {}, "backup of a system disk"),
    ({}, {"dedicated_storage": "d-1"}, "dedicated storage"),
    ({"size": None}, {}, "size of the backup unknown"),
    ({}, {"size": None}, "size of the disk unknown"),
    ({}, {"attachments_told": False}, "attachments not told"),
    ({}, {"odd": ("multiattach",)}, "unclear: multiattach"),
    ({"odd": ("bootable",)}, {"odd": ("bootable",)}, "unclear: bootable"),
    ({}, {"read_only": True}, "disk is marked read-only"),
    ({}, {"marks": ("frozen",)}, "disk is marked locked"),
    ({}, {"internal": True}, "disk of the cloud itself"),
    ({}, {"group": "g-1"}, "member of a group"),
    ({"fail_reason": "half of it"}, {}, "backup reports a failure"),
]


@pytest.mark.parametrize(("b", "v", "short"), SOFT)
def test_what_an_operator_must_look_at(b: dict[str, Any], v: dict[str, Any], short: str) -> None:
    found = hazards(b, v)
    assert is_possible(tuple(found))
    assert [hazard.short for hazard in found] == [short]
    assert found[0].sentence.endswith(".")


def test_hard_hazards_come_first() -> None:
    found = hazards({"volume_id": "other"}, {"status": "error", "availability_zone": "eu-de-02"})
    assert [hazard.level for hazard in found] == [Level.HARD, Level.SOFT, Level.SOFT]


def test_a_foreign_system_disk_is_told_apart_from_ones_own() -> None:
    found = hazards({"volume_id": "other"}, {"bootable": True})
    assert "system disk of something else" in [hazard.short for hazard in found]


def test_every_rule_is_seen_by_a_case_above() -> None:
    spoken = set()
    for b, v, _ in HARD + SOFT:
        for number, rule in enumerate(RULES):
            from vbs_tui.restore.checks import Pair

            if rule(Pair(backup(**b), volume(**v), PROJECT)) is not None:
                spoken.add(number)
    assert spoken == set(range(len(RULES)))
