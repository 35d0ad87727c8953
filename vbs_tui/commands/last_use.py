"""When each configured cloud was last opened: a small file beside the journal, no secret in it."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import datetime
from pathlib import Path

from vbs_tui.times import iso, parse_time

FILE = "clouds.json"


def last_uses(directory: Path) -> dict[str, datetime]:
    """Cloud name to moment (UTC). A file that is missing or odd counts as empty."""
    try:
        data = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = data.items() if isinstance(data, dict) else ()
    return {str(name): moment for name, text in pairs if (moment := parse_time(text)) is not None}


def note_use(directory: Path, cloud: str, now: datetime) -> None:
    """Remember that *cloud* was opened. A disk that refuses is no reason not to work."""
    uses = {name: iso(moment) for name, moment in last_uses(directory).items()}
    uses[cloud] = iso(now)
    with contextlib.suppress(OSError):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = directory / f".{FILE}.{os.getpid()}"
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(uses, file)
        draft.replace(directory / FILE)
