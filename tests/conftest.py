"""For all tests."""

from __future__ import annotations

import gc

_LONGEST = 60


def pytest_make_parametrize_id(val: object) -> str | None:
    """Long texts name a test by their beginning: ids travel between processes."""
    if isinstance(val, bytes):
        val = val.decode("ascii", "backslashreplace")
    if not isinstance(val, str) or len(val) <= _LONGEST:
        return None
    return ascii(val[:_LONGEST])[1:-1]


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no need to look through it again and again."""
    gc.collect()
    gc.freeze()
    # Each test makes an app, which is large and short-lived: it need not be looked through often.
    gc.set_threshold(100_000, 50, 1000)
