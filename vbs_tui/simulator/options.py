"""How the simulated cloud behaves, as far as that can be set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Options:
    """Settings of one simulator; may be changed while it runs. Durations are at speed 1."""

    token_seconds: float = 86_400.0
    """How long a token lives, by the simulator's clock. Not touched by the speed."""
    queue_seconds: float = 1.5
    """How long a vendor restore waits as INIT before states move."""
    native_race_seconds: float = 0.0
    """For how long after a native restore was accepted a second one still is, states unmoved."""
    restore_seconds: float = 20.0
    seconds_per_gib: float = 0.2
    jitter: float = 0.1
    """By which share a duration varies from backup to backup, under the seed."""
    expired_token_is_400: bool = False
    """Jobs answer an expired token with 400 ``Common.0013`` in place of 401."""
    internal_links: bool = False
    """``next`` links name an internal host and leave the version out, as some real ones do."""
    row_cap: int = 1000
    """The most rows of one page."""
