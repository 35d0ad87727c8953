"""A clock that is wrong: signed requests are refused when it differs too much."""

from __future__ import annotations

SKEW_REFUSED = 900.0
"""Seconds a clock may differ before signed requests are refused."""


def describe_skew(seconds: float) -> str:
    """``20 min behind the server's``; *seconds* this machine's clock is ahead."""
    which = "ahead of" if seconds > 0 else "behind"
    return f"{abs(seconds) / 60:.0f} min {which} the server's"


def signature_advice(seconds: float) -> str:
    """What to do when a signed request was not accepted; empty when the clock is right.

    *seconds* as above.
    """
    if abs(seconds) >= SKEW_REFUSED:
        return (
            f"This machine's clock is {describe_skew(seconds)}, and requests signed 15 minutes off"
            " are refused. Set this machine's clock (NTP), then try again."
        )
    return ""
