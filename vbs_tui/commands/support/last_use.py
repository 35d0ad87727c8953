"""When each configured cloud was last used: a small file beside the journal, no secret in it."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from vbs_tui.times import iso, parse_time

FILE = "clouds.json"

_MOST = 1.0
"""Seconds that the end of the program waits for a disk that may hang."""

_one_at_a_time = threading.Lock()
"""Two threads of one program may record two regions of one cloud almost at once."""


def last_uses(directory: Path) -> dict[str, dict[str, datetime]]:
    """Cloud name to region to moment (UTC). A file that is missing or odd counts as empty."""
    try:
        data = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: _moments(regions) for name, regions in _items(data)}


def record_use(directory: Path, cloud: str, region: str, now: datetime) -> None:
    """Record that *cloud* was used in *region* (empty: in the one it is configured for).

    An error of the disk is ignored.
    """
    with _one_at_a_time:
        _record(directory, cloud, region, now)


def record_at_exit(directory: Path, cloud: str, regions: Iterable[str], now: datetime) -> None:
    """The same for *regions*, without making an operator wait who leaves."""

    def record() -> None:
        for region in regions:
            record_use(directory, cloud, region, now)

    recording = threading.Thread(target=record, name="vbs-last-use", daemon=True)
    recording.start()
    recording.join(_MOST)


def _record(directory: Path, cloud: str, region: str, now: datetime) -> None:
    uses = {
        name: {one: iso(moment) for one, moment in regions.items()}
        for name, regions in last_uses(directory).items()
    }
    uses.setdefault(cloud, {})[region] = iso(now)
    with contextlib.suppress(OSError):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = directory / f".{FILE}.{os.getpid()}"
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(uses, file)
        draft.replace(directory / FILE)


def _moments(regions: object) -> dict[str, datetime]:
    return {one: moment for one, text in _items(regions) if (moment := parse_time(text))}


def _items(data: object) -> list[tuple[str, Any]]:
    return list(data.items()) if isinstance(data, dict) else []
