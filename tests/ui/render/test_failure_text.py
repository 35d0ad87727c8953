"""Failures in words: every failure says what it means and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from tests.ui.fake_backend import FAILURE
from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.ui.render.failure_text import decode, ticket


@pytest.mark.parametrize("kind", ErrorKind)
@pytest.mark.parametrize("status", [None, 200, 400, 401, 503, 599])
@pytest.mark.parametrize("code", ["", "VolumeBackup.0200", "VolumeBackup.9999", "Odd.1"])
def test_every_failure_says_what_it_means_and_what_to_do(
    kind: ErrorKind, status: int | None, code: str
) -> None:
    decoded = decode(replace(FAILURE, kind=kind, status=status, code=code), UTC)
    parts = {part.label: part.text for part in decoded.parts}
    assert decoded.headline.endswith(".")
    assert parts["What to do"]
    assert parts["Id"] == "req-1"
    assert code in decoded.code
    assert "Traceback" not in ticket(FAILURE, "x", UTC)


def test_an_unknown_code_is_said_to_be_unknown_and_near_ones_are_named() -> None:
    decoded = decode(replace(FAILURE, code="VolumeBackup.0212"), UTC)
    assert "not in the table" in decoded.headline
    assert any("VolumeBackup.0211" in part.text for part in decoded.parts)


def test_an_answer_that_broke_off_is_no_word_of_the_server() -> None:
    broken = replace(FAILURE, kind=ErrorKind.BROKEN, status=200, code="", method="GET")
    decoded = decode(replace(broken, message="iam.test broke off the answer"), UTC)
    told = repr(decoded)
    assert decoded.headline == "iam.test broke off the answer."
    assert "carried out" not in told
    assert "Server" not in told
