"""Moments and spans: read from what clouds send, written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vbs_tui.times import ago, iso, local, parse_time, span

AT = datetime(2026, 11, 20, 2, 0, 13, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T02:00:13.123456", AT),
        ("2026-11-20T02:00:13.123456Z", AT),
        (" 2026-11-20T03:00:13.123456+01:00 ", AT),
        ("2026-11-20T02:00:13.123456789Z", AT),
        ("2026-11-20T02:00:13", AT.replace(microsecond=0)),
        ("", None),
        (None, None),
        (12, None),
        ("25:61 yesterday", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_what_clouds_send(text: object, moment: datetime | None) -> None:
    assert parse_time(text) == moment


def test_inside_it_is_utc_with_milliseconds() -> None:
    assert iso(AT) == "2026-11-20T02:00:13.123Z"
    assert parse_time(iso(AT)) == AT.replace(microsecond=123000)


def test_on_screen_it_is_local_with_its_zone() -> None:
    zone = timezone(timedelta(hours=1), "CET")
    assert local(AT, zone) == "2026-11-20 03:00:13 CET"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (42, "42 s"),
        (192, "3 m 12 s"),
        (18420, "5 h 07 m"),
        (183600, "2 d 03 h"),
    ],
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2, "just now"),
        (12, "12 s ago"),
        (7300, "2 h ago"),
        (86400 * 3, "3 d ago"),
        (86400 * 340, "11 mo ago"),
        (86400 * 800, "2 y ago"),
        (-120, "in the future"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    assert ago(AT, AT + timedelta(seconds=seconds)) == text
    assert ago(None, AT) == "–"
