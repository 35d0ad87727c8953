"""The hazards that follow from the JSON documents of disks and backups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.makers import BACKUP, PROJECT, VOLUME
from vbs_tui.cloud.providers.vbs.backups import parse_backup
from vbs_tui.cloud.services.volumes import parse_volume
from vbs_tui.restore.checks.hazard_rules import Level, find_hazards, is_possible

DISK: dict[str, Any] = {
    "id": VOLUME,
    "name": "db-data-01",
    "status": "available",
    "size": 100,
    "attachments": [],
    "metadata": {"hw:passthrough": "false", "__system__encrypted": "0"},
    "availability_zone": "eu-de-01",
    "bootable": "false",
    "encrypted": False,
    "multiattach": False,
    "shareable": "false",
    "replication_status": "disabled",
    "migration_status": None,
    "os-vol-mig-status-attr:migstat": None,
    "os-volume-replication:extended_status": None,
    "consumes_quota": True,
    "consistencygroup_id": None,
    "service_type": "EVS",
    "os-vol-tenant-attr:tenant_id": PROJECT,
}
SAVED: dict[str, Any] = {
    "id": BACKUP,
    "name": "nightly",
    "status": "available",
    "size": 100,
    "volume_id": VOLUME,
    "availability_zone": "eu-de-01",
    "fail_reason": None,
    "os-bak-tenant-attr:tenant_id": PROJECT,
    "service_metadata": '{"ST": 0, "Type": 1, "bootable": false}',
}


def told(disk: dict[str, Any], saved: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Level and short words of the hazards, with these fields in place of the ordinary ones."""
    volume = parse_volume(DISK | disk)
    backup = parse_backup(SAVED | (saved or {}))
    found = find_hazards(backup, volume, project_id=PROJECT)
    assert all(one.sentence.endswith(".") for one in found)
    assert is_possible(found) is all(one.level is Level.SOFT for one in found)
    return [(one.level.value, one.short) for one in found]


def test_an_ordinary_disk_has_no_hazard() -> None:
    assert told({}) == []


MIGRATIONS = ("migrating", "starting", "completing", "target:5024a06e", "deleting", "whatever")


@pytest.mark.parametrize("name", ["migration_status", "os-vol-mig-status-attr:migstat"])
@pytest.mark.parametrize("word", [*MIGRATIONS, "MIGRATING "])
def test_a_disk_on_the_move_is_no_target(name: str, word: str) -> None:
    assert told({name: word}) == [("hard", f"migration is {word.strip().lower()}")]


@pytest.mark.parametrize("word", [None, "", "none", "None", "success", "error", False])
def test_a_move_that_is_over_is_no_hazard(word: object) -> None:
    assert told({"migration_status": word, "os-vol-mig-status-attr:migstat": word}) == []


@pytest.mark.parametrize(
    "fields",
    [
        *({"replication_status": word} for word in ("enabled", "active", "inactive", "copying")),
        *({"replication_status": word} for word in ("failing-over", "error", "whatever", True)),
        {"os-volume-replication:extended_status": "active"},
        {"os-volume-replication:driver_data": "pair-7"},
        {"metadata": {"replication_status": "enabled"}},
        {"metadata": {"hw:sdrs": "true"}},
        {"metadata": {"hw:sdrs": "maybe"}},
        {"metadata": {"__system__SDRS_group": "g-7"}},
    ],
)
def test_a_disk_under_replication_is_no_target(fields: dict[str, Any]) -> None:
    assert told(fields) == [("hard", "under disaster recovery")]


@pytest.mark.parametrize("word", [None, "", "disabled", "not-capable", "none"])
def test_no_replication_is_no_hazard(word: object) -> None:
    names = ("replication_status", "os-volume-replication:extended_status")
    assert told(dict.fromkeys(names, word)) == []


@pytest.mark.parametrize("name", ["locked", "frozen", "lock_status", "maintenance"])
@pytest.mark.parametrize("value", [True, "true", "frozen", "locked", 1, "whatever"])
def test_a_locked_thing_is_no_target_and_no_source(name: str, value: object) -> None:
    assert told({name: value}) == [("hard", "disk is locked")]
    assert told({}, {name: value}) == [("hard", "backup is locked")]


@pytest.mark.parametrize("value", [None, False, "false", "", 0, "normal", "unlocked", "none"])
def test_what_is_not_locked_is_free(value: object) -> None:
    assert told({"locked": value, "frozen": value}, {"locked": value}) == []


@pytest.mark.parametrize(
    "value",
    [{}, {"server_id": "s-1"}, "attached", "[]", 1, 0, True, False],
)
def test_attachments_of_an_odd_shape_count_as_attached(value: object) -> None:
    assert told({"attachments": value}) == [("hard", "attachments unreadable")]
    assert parse_volume(DISK | {"attachments": value}).attachments != ()


@pytest.mark.parametrize("value", [None, ""])
def test_attachments_that_are_not_told_are_to_be_looked_at(value: object) -> None:
    assert told({"attachments": value}) == [("soft", "attachments not told")]


@pytest.mark.parametrize("held", [None, {}, "server", 7, []])
def test_an_attachment_that_cannot_be_read_is_one(held: object) -> None:
    assert told({"attachments": [held]}) == [("hard", "attached to an unnamed server")]


@pytest.mark.parametrize(
    "size", [0, -1, "0", "", None, "big", 99.5, "99.5", "nan", "inf", "1e999", True, [100], {}]
)
def test_a_size_that_is_none_is_unknown(size: object) -> None:
    absent = size is None or size == ""
    level = "soft" if absent else "hard"
    disk, saved = (
        ("size of the disk unknown", "size of the backup unknown")
        if absent
        else ("disk unreadable: size", "backup unreadable: size")
    )
    assert told({"size": size}) == [(level, disk)]
    assert told({}, {"size": size}) == [(level, saved)]


@pytest.mark.parametrize("size", ["100", 100.0, " 100 ", "1e2"])
def test_a_size_in_other_writing_is_one(size: object) -> None:
    assert told({"size": size}) == []


@pytest.mark.parametrize(
    "status", [None, "", 1, True, ["available"], {"available": True}, "available?", "availableе"]
)
def test_a_status_that_is_no_plain_word_is_not_available(status: object) -> None:
    assert [level for level, _ in told({"status": status})] == ["hard"]
    assert [level for level, _ in told({}, {"status": status})] == ["hard"]


@pytest.mark.parametrize("metadata", [[{"key": "hw:sdrs", "value": "true"}], "x", 7, True, "{"])
def test_metadata_of_an_odd_shape_may_forbid_anything(metadata: object) -> None:
    assert told({"metadata": metadata}) == [("hard", "disk unreadable: metadata")]


@pytest.mark.parametrize("metadata", [None, [], "", {}, '{"hw:passthrough": "false"}'])
def test_metadata_that_is_empty_is_none(metadata: object) -> None:
    assert told({"metadata": metadata}) == []


@pytest.mark.parametrize("name", ["bootable", "encrypted", "multiattach", "shareable"])
@pytest.mark.parametrize("value", ["maybe", 2, [], {}, ["true"]])
def test_neither_yes_nor_no_is_to_be_looked_at(name: str, value: object) -> None:
    assert told({name: value}) == [("soft", f"unclear: {name}")]


@pytest.mark.parametrize(
    ("fields", "short"),
    [
        ({"metadata": {"readonly": "True"}}, "disk is marked read-only"),
        ({"metadata": {"frozen": "true"}}, "disk is marked locked"),
        ({"consumes_quota": False}, "disk of the cloud itself"),
        ({"group_id": "g-1"}, "member of a group"),
        ({"consistencygroup_id": "g-1"}, "member of a group"),
        ({"service_type": "DESS"}, "dedicated storage"),
        ({"metadata": {"__system__cmkid": "k-1"}}, "disk is encrypted"),
        ({"encryption_key_id": "k-1"}, "disk is encrypted"),
    ],
)
def test_what_an_operator_must_look_at(fields: dict[str, Any], short: str) -> None:
    assert told(fields) == [("soft", short)]


def test_a_migration_status_of_an_odd_shape_is_unknown() -> None:
    for name in ("migration_status", "replication_status", "locked"):
        assert told({name: {"state": "migrating"}}) == [("hard", f"disk unreadable: {name}")]


@pytest.mark.parametrize("facts", [None, "", "{}", {}, ' {"ST": 0} '])
def test_service_metadata_that_is_not_told_is_none(facts: object) -> None:
    assert told({}, {"service_metadata": facts}) == []


def test_owners_that_contradict_each_other_are_not_ours() -> None:
    other = {"os-backup-project-attr:project_id": "f" * 32}
    assert told({}, other) == [("hard", "backup of another project")]


def test_a_trace_that_is_no_id_is_still_another_backups() -> None:
    volume = parse_volume(DISK | {"metadata": {"src_backup_id": "«hidden» x"}})
    assert volume.src_backup_id == "«hidden» x"


@pytest.mark.parametrize(
    ("saved", "short"),
    [
        ({"fail_reason": "half of it is missing"}, "backup reports a failure"),
        ({"encryption_key_id": "k-1"}, "disk is not encrypted"),
        ({"service_metadata": '{"CMKID": "k-1"}'}, "disk is not encrypted"),
        ({"service_metadata": '{"bootable": "maybe"}'}, "unclear: bootable"),
        ({"service_metadata": '{"bootable": true, "CMKID": "a'}, "unclear: service_metadata"),
        ({"service_metadata": ["x"]}, "unclear: service_metadata"),
    ],
)
def test_what_an_operator_must_look_at_of_a_backup(saved: dict[str, Any], short: str) -> None:
    assert told({}, saved) == [("soft", short)]
