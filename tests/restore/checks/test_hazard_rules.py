"""Every precondition of a restore, as a hazard in words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.makers import PROJECT, backup, volume
from vbs_tui.cloud.resources import Attachment
from vbs_tui.cloud.secrets import BLOT, WHY_HIDDEN
from vbs_tui.restore.checks.hazard_rules import RULES, Hazard, Level, find_hazards, is_possible


def hazards(b: dict[str, Any] | None = None, v: dict[str, Any] | None = None) -> list[Hazard]:
    return list(find_hazards(backup(**(b or {})), volume(**(v or {})), project_id=PROJECT))


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
    ({}, {"unreadable": ("attachments",)}, "attachments unreadable"),
    ({}, {"unreadable": ("metadata", "bootable")}, "disk unreadable: metadata"),
    ({"unreadable": ("size",), "size": None}, {}, "backup unreadable: size"),
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
    ({}, {"attachments_known": False}, "attachments not told"),
    ({}, {"unreadable": ("multiattach",)}, "unclear: multiattach"),
    ({"unreadable": ("bootable",)}, {"unreadable": ("bootable",)}, "unclear: bootable"),
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


SERVERS = tuple(Attachment(f"s-{n}", "/dev/vdb", f"web-0{n}") for n in range(1, 6))
SENTENCES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {"status": "creating"},
        {},
        "The backup is creating, not available. It is still being created;",
    ),
    ({"status": "odd"}, {}, "The backup is odd, not available. Only a backup in state available"),
    ({"status": f"x{BLOT}"}, {}, f"The backup is x{BLOT}, not available. {WHY_HIDDEN}"),
    ({"owner_id": "f" * 32}, {}, f"The backup belongs to project {'f' * 32} and is only shared"),
    ({}, {"owner_id": "f" * 32}, f"The disk belongs to project {'f' * 32}."),
    ({}, {"status": "extending"}, "The disk is extending, not available. It is being extended;"),
    ({}, {"status": "odd"}, "The disk is odd, not available. Only a disk in state available"),
    ({}, {"status": "error_x"}, "The disk is error_x, not available. A disk in an error state"),
    ({}, {"status": "error_restoring"}, "not available. An earlier restore onto it failed."),
    ({}, {"status": f"x{BLOT}"}, f"The disk is x{BLOT}, not available. {WHY_HIDDEN}"),
    ({}, {"status": f"error{BLOT}"}, f"not available. {WHY_HIDDEN}"),
    ({}, {"status": "in-use"}, "The disk is attached to a server. Stop the server"),
    ({}, {"attachments": SERVERS[:1]}, "The disk is attached to web-01. Stop"),
    ({}, {"attachments": SERVERS[:3]}, "attached to web-01, web-02, web-03. Stop"),
    ({}, {"attachments": SERVERS[:4]}, "attached to web-01, web-02, web-03 and 1 more. Stop"),
    ({}, {"attachments": SERVERS}, "attached to web-01, web-02, web-03 and 2 more. Stop"),
    ({}, {"attachments": (Attachment("s-1", ""),)}, "The disk is attached to s-1. Stop"),
    ({}, {"attachments": (Attachment("", ""),)}, "attached to an unnamed server. Stop"),
    ({}, {"size": 40}, "The disk has 40 GiB, the backup needs 100 GiB."),
    ({}, {"size": 200}, "The disk has 200 GiB, the backup holds 100 GiB."),
    ({}, {"replicated": True}, "under disaster-recovery replication. It refuses"),
    (
        {},
        {"replicated": True, "replication": "so"},
        "disaster-recovery replication (so). It refuses",
    ),
    ({}, {"migration": "odd"}, "(migration status odd)"),
    (
        {},
        {"locks": ("a: b", "c: d")},
        "The cloud says that the disk is locked or frozen (a: b, c: d",
    ),
    ({"locks": ("a: b",)}, {}, "The cloud says that the backup is locked or frozen (a: b)"),
    ({"unreadable": ("x", "y", "bootable")}, {}, "describes the backup in a form"),
    ({"unreadable": ("x", "y", "bootable")}, {}, "(field x, y)"),
    ({}, {"read_only": True}, "in its metadata (readonly),"),
    ({}, {"marks": ("frozen", "locked")}, "in its metadata (frozen, locked),"),
    ({}, {"read_only": True, "marks": ("frozen",)}, "in its metadata (readonly, frozen),"),
    ({}, {"group": "g-1"}, "The disk belongs to the group g-1,"),
    ({"fail_reason": "half"}, {}, "reports a failure: half."),
    ({"volume_id": "other"}, {}, "taken from (that was other). Everything"),
    ({"volume_id": ""}, {}, "taken from. Everything"),
    ({}, {"availability_zone": "there"}, "The backup is in zone eu-de-01, the disk in there."),
    ({"size": None}, {}, "The cloud does not give the size of the backup,"),
    ({}, {"size": None}, "The cloud does not give the size of the disk,"),
    (
        {},
        {"unreadable": ("multiattach", "bootable")},
        "The value that the cloud gives for multiattach, bootable",
    ),
]


@pytest.mark.parametrize(("b", "v", "words"), SENTENCES)
def test_a_hazard_says_why(b: dict[str, Any], v: dict[str, Any], words: str) -> None:
    assert words in hazards(b, v)[0].sentence


NONE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"owner_id": ""}, {"owner_id": ""}),
    ({"availability_zone": ""}, {}),
    ({}, {"availability_zone": ""}),
    ({"encrypted": True}, {"encrypted": True}),
    ({}, {"replication": "so"}),
    ({}, {"attachments_known": True}),
]


@pytest.mark.parametrize(("b", "v"), NONE)
def test_what_is_no_hazard(b: dict[str, Any], v: dict[str, Any]) -> None:
    assert hazards(b, v) == []


TOGETHER: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    # Each is told once, by the rule that knows it best.
    ({}, {"status": "in-use", "attachments": SERVERS[:1]}, ["attached to web-01"]),
    ({}, {"unreadable": ("attachments",), "attachments": SERVERS[:1]}, ["attachments unreadable"]),
    ({"status": "error", "fail_reason": "half"}, {}, ["backup is error"]),
    ({"unreadable": ("size",), "size": None}, {}, ["backup unreadable: size"]),
    ({}, {"unreadable": ("size",), "size": None}, ["disk unreadable: size"]),
    ({"unreadable": ("size",), "size": None}, {"size": None}, ["backup unreadable: size"]),
    ({"size": None}, {"size": None}, ["size of the backup unknown"]),
    (
        {"unreadable": ("bootable",)},
        {"unreadable": ("bootable", "encrypted")},
        ["unclear: bootable, encrypted"],
    ),
    ({"unreadable": ("x", "bootable")}, {}, ["backup unreadable: x", "unclear: bootable"]),
    ({"unreadable": ("x",)}, {"unreadable": ("y",)}, ["disk unreadable: y"]),
    ({}, {"unreadable": ("attachments", "y")}, ["attachments unreadable", "disk unreadable: y"]),
    ({"locks": ("a: b",)}, {"locks": ("c: d",)}, ["disk is locked"]),
    ({"bootable": True}, {"bootable": True}, ["system disk"]),
    ({"volume_id": ""}, {"bootable": True}, ["another disk", "system disk of something else"]),
    ({"volume_id": ""}, {"id": ""}, ["another disk"]),
    ({}, {"read_only": True, "marks": ("frozen",)}, ["disk is marked read-only"]),
]


@pytest.mark.parametrize(("b", "v", "shorts"), TOGETHER)
def test_what_is_told_of_several(b: dict[str, Any], v: dict[str, Any], shorts: list[str]) -> None:
    assert [hazard.short for hazard in hazards(b, v)] == shorts


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
            from vbs_tui.restore.checks.hazard_rules import RestorePair

            if rule(RestorePair(backup(**b), volume(**v), PROJECT)) is not None:
                spoken.add(number)
    assert spoken == set(range(len(RULES)))
