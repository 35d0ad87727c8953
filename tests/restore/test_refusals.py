"""Why a confirmed examination is not sent, one condition at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.restore.makers import NOW, PROJECT, backup, volume
from vbs_tui.clock import Instant
from vbs_tui.cloud.provider import RestoreRequest
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.checks.examination import Examination
from vbs_tui.restore.checks.hazard_rules import find_hazards
from vbs_tui.restore.checks.required_text import Confirmation
from vbs_tui.restore.refusals import refusal_reason

DAY = "2026-11-22"
WORD = f"db-data-01 {DAY}"
OTHER = "Not sent: what was typed does not name this disk and this backup."
OLD = "Not sent: backup and disk were read too long ago. Read them again."


def examined(*, word: str = "db-data-01", moment: str = DAY, **changes: Any) -> Examination:
    disk = replace(volume(), **changes)
    return Examination(
        project=Project(PROJECT, "eu-de_prod"),
        region="eu-de",
        backup=backup(),
        volume=disk,
        hazards=find_hazards(backup(), disk, project_id=PROJECT),
        request=RestoreRequest("POST", "https://vbs.example/restore", disk.id),
        read=Instant(NOW, 0.0),
        confirmation=Confirmation(word, volume_is_name=True, moment=moment),
    )


@pytest.mark.parametrize(
    ("typed", "is_named", "age", "why"),
    [
        (WORD, False, 0.0, ""),
        (WORD, True, 0.0, ""),
        ("db-data-01", True, 0.0, ""),
        ("db-data-01", False, 0.0, OTHER),
        (DAY, True, 0.0, OTHER),
        (WORD.upper(), False, 0.0, OTHER),
        (f"{WORD} ", False, 0.0, OTHER),
        ("", True, 0.0, OTHER),
        (WORD, False, 120.0, ""),
        (WORD, False, 120.001, OLD),
        ("db-data-01", True, 120.001, OLD),
        ("", False, 999.0, OTHER),
    ],
)
def test_what_is_typed_and_when(typed: str, is_named: bool, age: float, why: str) -> None:
    assert refusal_reason(examined(), typed, backup_is_named=is_named, age=age) == why


@pytest.mark.parametrize("is_named", [True, False])
def test_nothing_typed_is_never_right(is_named: bool) -> None:
    assert (
        refusal_reason(examined(word="", moment=""), "", backup_is_named=is_named, age=0.0) == OTHER
    )


def test_what_cannot_be_restored_is_told_before_anything_else() -> None:
    attached = examined(status="in-use", multiattach=True)
    why = refusal_reason(attached, "", backup_is_named=False, age=999.0)
    assert why.startswith("Not sent. The disk is attached to a server. Stop the server,")


def test_what_an_operator_must_look_at_is_no_reason() -> None:
    shared = examined(multiattach=True)
    assert [hazard.short for hazard in shared.hazards] == ["shared disk"]
    assert refusal_reason(shared, WORD, backup_is_named=False, age=0.0) == ""
