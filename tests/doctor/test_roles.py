"""The check of the user's roles."""

from __future__ import annotations

import pytest

from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.doctor.cloud.roles import check_roles
from vbs_tui.doctor.finding import Health


def granted(*roles: str) -> Grant:
    return Grant("jane", "ops", "0" * 32, "eu-de_prod", "ops", roles, None)


@pytest.mark.parametrize(
    ("roles", "health", "words"),
    [
        (("te_admin",), Health.OK, "te_admin should suffice"),
        (("readonly", "VBS Administrator"), Health.OK, "VBS Administrator should suffice"),
        (("reader", "member"), Health.OK, "member should suffice"),
        (("readonly",), Health.WARNING, "not restore"),
        (("EVS Viewer", "VBS Viewer"), Health.WARNING, "VBS Administrator"),
        (("guest", "reader"), Health.WARNING, "not restore"),
        (("backup-crew",), Health.OK, "cannot be known before it is tried"),
        (("readonly", "backup-crew"), Health.OK, "cannot be known before it is tried"),
        ((), Health.OK, "cannot be known before it is tried"),
    ],
)
def test_roles_and_what_they_let_expect(roles: tuple[str, ...], health: Health, words: str) -> None:
    told, restore = check_roles(granted(*roles))
    assert restore.health is health
    assert words in f"{restore.seen} {restore.do}"
    assert all(name in told.seen for name in roles)


def test_an_access_key_has_no_roles_to_tell() -> None:
    told, restore = check_roles(None)
    assert "no token" in told.seen
    assert restore.health is Health.OK
