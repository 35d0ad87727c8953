"""The clock: whether this machine's and the server's agree."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.http.errors.clock_skew import SKEW_REFUSED, describe_skew
from vbs_tui.doctor.finding import Finding, failed, ok, warning
from vbs_tui.times import local, parse_http_date

SKEW_WARNING = 60.0
"""Seconds a clock may differ before a warning is given: tokens tolerate a lot."""


def check_clock(date: str | None, now: datetime, *, signs: bool) -> Finding:
    """*date*: the header ``Date`` of a response.

    *signs*: requests will be signed, so that a wrong clock is a failure and no mere warning.
    """
    there = parse_http_date(date)
    if there is None:
        return warning("clock", "not compared: the server sends no date", "Compare it by hand.")
    seconds = (now - there).total_seconds()
    size = abs(seconds)
    shown = f"{local(now)} here"
    if size < SKEW_WARNING:
        return ok("clock", f"{shown}, within {max(2, round(size))} s of the server's")
    seen = f"{shown}, {describe_skew(seconds)}, {local(there)}"
    if signs and size >= SKEW_REFUSED:
        do = "Set this machine's clock (NTP): requests signed 15 minutes off are refused."
        return failed("clock", seen, do)
    do = "Set this machine's clock (NTP): certificates, signatures and the journal go by it."
    return warning("clock", seen, do)
