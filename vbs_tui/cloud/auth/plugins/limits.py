"""How much and how long a plugin of keystoneauth may talk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds, but for ``answer``."""

    connect: float = 10.0
    read: float = 60.0
    """For each piece of an answer."""
    request: float = 90.0
    """From a request's beginning to the end of its answer."""
    log_in: float = 180.0
    """For all requests of one log-in together."""
    grace: float = 5.0
    """What a plugin that is past all that is waited for, before it is left alone."""
    answer: int = 4 * 1024 * 1024
    """Bytes of one answer, unpacked."""
