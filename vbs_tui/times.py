"""Moments and durations: read from clouds, written for machines (UTC) and people (local)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_FRACTION = re.compile(r"(\.\d{1,6})\d*")


def parse_time(value: object) -> datetime | None:
    """A cloud's time stamp as an aware UTC datetime, or ``None`` when it cannot be read.

    Accepts ``2026-11-20T02:00:13.123456`` (no zone means UTC), ``…Z`` and ``…+01:00``.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    text = _FRACTION.sub(r"\1", value.strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def parse_http_date(value: object) -> datetime | None:
    """An HTTP ``Date`` header as an aware UTC datetime, or ``None`` when it cannot be read."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to load, rarely needed

    try:
        moment = parsedate_to_datetime(str(value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def iso(moment: datetime) -> str:
    """UTC ISO-8601 with milliseconds and ``Z``: the form used inside and in files."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-23 10:14:31 CET``: for people, in *zone* (``None``: the machine's)."""
    there = _in_zone(moment, zone)
    return f"{there:%Y-%m-%d %H:%M:%S} {there.tzname() or there.strftime('%z')}"


def local_minute(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-23 10:14 CET``: without seconds, where room is short."""
    there = _in_zone(moment, zone)
    return f"{there:%Y-%m-%d %H:%M} {there.tzname() or there.strftime('%z')}"


def local_day(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-23``: to be typed, so without a zone; in *zone* (``None``: the machine's)."""
    return f"{_in_zone(moment, zone):%Y-%m-%d}"


def local_day_minute(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-23 10:14``: the same with the time of day."""
    return f"{_in_zone(moment, zone):%Y-%m-%d %H:%M}"


def local_day_second(moment: datetime, zone: tzinfo | None = None) -> str:
    """``2026-11-23 10:14:31``: the same with seconds."""
    return f"{_in_zone(moment, zone):%Y-%m-%d %H:%M:%S}"


def local_clock(moment: datetime, zone: tzinfo | None = None) -> str:
    """``10:14:31``: the time of day alone, for log lines under a dated heading."""
    return f"{_in_zone(moment, zone):%H:%M:%S}"


def _in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # at the end of the calendar: some tokens never expire
        return moment.astimezone(UTC)


def span(seconds: float) -> str:
    """``42 s``, ``3 m 12 s``, ``5 h 07 m``, ``2 d 03 h``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def ago(moment: datetime | None, now: datetime) -> str:
    """``just now``, ``12 s ago``, ``2 h ago``, ``11 mo ago``; ``–`` for an unknown moment."""
    if moment is None:
        return "–"
    seconds = (now - moment).total_seconds()
    if seconds < -60:
        return "in the future"
    for size, unit in ((31557600, "y"), (2629800, "mo"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago" if seconds >= 5 else "just now"
