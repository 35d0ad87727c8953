"""Restores as lines of the jobs pane: pure functions, no widget."""

from __future__ import annotations

import re
import textwrap
from datetime import datetime, tzinfo

from rich.cells import cell_len

from vbs_tui.restore.records import LogEntry, Restore, Source, Watch
from vbs_tui.restore.states import State
from vbs_tui.times import local_clock, span
from vbs_tui.ui.commands import key_for
from vbs_tui.ui.render.table import Piece

_SIGNS: dict[State, tuple[str, str]] = {
    State.PLANNED: ("►", "warn"),
    State.SENDING: ("►", "warn"),
    State.ACCEPTED: ("►", "warn"),
    State.RUNNING: ("►", "warn"),
    State.SUCCEEDED: ("√", "good"),
    State.FAILED: ("×", "bad"),
    State.REFUSED: ("×", "bad"),
    State.NOT_SENT: ("·", "dim"),
    State.UNKNOWN: ("?", "accent"),
    State.ABANDONED: ("·", "dim"),
}

_INDENT = 12
_ADDRESS = re.compile(r" https?://\S+(?=, try)")
"""The address of the request, too long for the pane; the whole log has it."""

_LOUD = frozenset({Source.VERDICT, Source.OPERATOR})


def names(restore: Restore) -> str:
    """``backup → volume``, by name where there is one."""
    backup = restore.backup.name or restore.backup.id
    return f"{backup} → {restore.volume.name or restore.volume.id}"


def sign_of(restore: Restore) -> Piece:
    """The state's sign and the name of its style."""
    return _SIGNS[restore.state]


def standing(restore: Restore, now: datetime) -> str:
    """The state with how long it has been so, in a few words."""
    begun = restore.sent_at or restore.created_at
    lasted = span(((restore.ended_at or now) - begun).total_seconds())
    match restore.state:
        case State.PLANNED:
            return "about to be sent"
        case State.SENDING:
            return "sending"
        case State.ACCEPTED:
            return f"accepted, waiting {lasted}"
        case State.RUNNING:
            return f"running {lasted}"
        case State.SUCCEEDED:
            return f"restored in {lasted}"
        case State.FAILED:
            return f"failed after {lasted}"
        case State.REFUSED:
            return "refused, nothing was started"
        case State.NOT_SENT:
            return "not sent"
        case State.UNKNOWN:
            return f"outcome unknown for {lasted}"
        case State.ABANDONED:
            return "declared not sent"


def header_line(restore: Restore, now: datetime, room: int | None = None) -> list[Piece]:
    """The one line that every restore has; in *room* cells the hint gives way before all else."""
    sign, style = sign_of(restore)
    strong = "bold" if restore.state.is_open else ""
    pieces = [
        (f"{sign} ", style),
        (names(restore), strong),
        (f"   {standing(restore, now)}", style),
    ]
    if restore.failure is not None:
        hint = "   e explains"
        if room is None or sum(cell_len(text) for text, _ in pieces) + len(hint) <= room:
            pieces.append((hint, "dim"))
    return pieces


def log_lines(entry: LogEntry, zone: tzinfo | None, room: int) -> list[list[Piece]]:
    """One entry of the selected restore's log, in as many lines of *room* cells as it needs."""
    style = "" if entry.source in _LOUD else "dim"
    source = "" if entry.source is Source.OPERATOR else f"{entry.source.value}  "
    text = _ADDRESS.sub("", source + entry.text)
    lines = textwrap.wrap(text, max(12, room - _INDENT), break_on_hyphens=False) or [""]
    first = [(f"  {local_clock(entry.at, zone)}  ", "dim"), (lines[0], style)]
    return [first, *([(" " * _INDENT + line, style)] for line in lines[1:])]


def watch_line(restore: Restore, watch: Watch | None, zone: tzinfo | None) -> list[Piece]:
    """How the looking goes; empty when there is nothing to say."""
    if not restore.state.is_open:
        return []
    if watch is not None and watch.elsewhere:
        return [(f"  {watch.elsewhere}", "warn")]
    if watch is None or (watch.looked_at is None and watch.blind_since is None):
        return [("  not looked at yet", "dim")]
    if watch.blind_since is not None:
        since = local_clock(watch.blind_since, zone)
        following = f", next try {local_clock(watch.next_at, zone)}" if watch.next_at else ""
        return [(f"  the cloud cannot be reached since {since}{following}", "warn")]
    if watch.looked_at is None:
        return []
    following = f", next {local_clock(watch.next_at, zone)}" if watch.next_at else ""
    return [(f"  last look {local_clock(watch.looked_at, zone)}{following}", "dim")]


def advice_lines(restore: Restore, room: int) -> list[list[Piece]]:
    """What is known of an unknown outcome, and what the operator can do about it."""
    if restore.state is not State.UNKNOWN:
        return []
    told = [(line, "accent") for line in textwrap.wrap(restore.summary, room - 2)]
    if restore.needs_a_word:
        advice = (
            "It is never sent again by itself. Look at the disk; then keep watching, or press"
            f" {key_for('settle')} to declare that it was not sent."
        )
        told += [(line, "") for line in textwrap.wrap(advice, room - 2)]
    return [[(f"  {line}", style)] for line, style in told]
