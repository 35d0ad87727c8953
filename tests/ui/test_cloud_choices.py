"""The choices of clouds and regions: which rows there are, and which one is open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.ui.fake_backend import NOW
from vbs_tui.ui.cloud_choices import Choice, OpenCloud, mark_open_cloud


def choice(cloud: str, region: str = "", **more: Any) -> Choice:
    return Choice(
        cloud, region, "iam", "password", "", None, raw_cloud=cloud, raw_region=region, **more
    )


def told(choices: list[Choice]) -> list[tuple[str, str, bool, bool]]:
    return [(one.cloud, one.raw_region, one.is_open, one.is_near) for one in choices]


OPENED = OpenCloud("prod", "prod", "eu-de", ("eu-de", "eu-nl"))


def test_regions_of_the_open_cloud_stand_in_its_place() -> None:
    rows = [choice("a"), choice("prod"), choice("z", "r")]
    assert told(mark_open_cloud(rows, OPENED)) == [
        ("a", "", False, False),
        ("prod", "eu-de", True, True),
        ("prod", "eu-nl", False, True),
        ("z", "r", False, False),
    ]


def test_a_region_that_is_configured_is_listed_even_if_the_cloud_does_not_tell_it() -> None:
    rows = [choice("prod", "eu-de"), choice("prod", "far")]
    assert told(mark_open_cloud(rows, OPENED)) == [
        ("prod", "eu-de", True, True),
        ("prod", "far", False, False),
        ("prod", "eu-nl", False, True),
    ]


def test_a_region_with_settings_of_its_own_is_opened_anew() -> None:
    rows = [choice("prod", "eu-de"), choice("prod", "eu-nl", is_apart=True)]
    assert told(mark_open_cloud(rows, OPENED)) == [
        ("prod", "eu-de", True, False),
        ("prod", "eu-nl", False, False),
    ]


def test_a_cloud_of_variables_alone_has_a_row() -> None:
    assert told(mark_open_cloud([choice("a")], replace(OPENED, raw_name="iam.example.com"))) == [
        ("prod", "eu-de", True, True),
        ("prod", "eu-nl", False, True),
        ("a", "", False, False),
    ]
    assert told(mark_open_cloud([], OpenCloud("x", "x", "", ()))) == [("x", "", True, False)]


def test_the_open_cloud_is_marked_while_its_region_is_not_known_yet() -> None:
    logging_in = OpenCloud("prod", "prod", "", ())
    rows = [choice("a"), choice("prod", "eu-de")]
    assert [one.is_open for one in mark_open_cloud(rows, logging_in)] == [False, True]
    # Of several it cannot be told which.
    rows.append(choice("prod", "eu-nl"))
    assert not any(one.is_open for one in mark_open_cloud(rows, logging_in))


def test_last_use_is_each_regions_own() -> None:
    rows = [replace(choice("prod"), used_at=NOW, used_in={"eu-nl": NOW})]
    assert [one.used_at for one in mark_open_cloud(rows, OPENED)] == [None, NOW]
