"""Restores as lines of the jobs pane: pure functions, no widget."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo

from rich.cells import cell_len

from vbs_tui.cloud.errors import ErrorKind, Failure
from vbs_tui.restore.journal.records import LogEntry, Restore, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.times import ago, local_clock, span
from vbs_tui.ui.keys.bindings import key_for
from vbs_tui.ui.render.table import Piece, fit_text

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
_FEW = 5
_ADDRESS = re.compile(r" https?://\S+(?=, try)")
"""The URL of the request: too long for the pane; the whole log has it."""

_COUNTED: tuple[tuple[State, str], ...] = (
    (State.UNKNOWN, "unknown"),
    (State.FAILED, "failed"),
    (State.REFUSED, "refused"),
    (State.SUCCEEDED, "done"),
)
_NEVER_SENT = (State.NOT_SENT, State.ABANDONED)

_LOUD = frozenset({Source.VERDICT, Source.OPERATOR})


def names(restore: Restore) -> str:
    """``backup → volume``, by name where there is one."""
    backup = restore.backup.name or restore.backup.id
    return f"{backup} → {restore.volume.name or restore.volume.id}"


def sign_of(restore: Restore) -> Piece:
    """The state's sign and the name of its style."""
    return _SIGNS[restore.state]


def state_text(restore: Restore, now: datetime) -> str:
    """The state and how long it has lasted, in a few words."""
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
            return "closed, outcome unknown" if restore.was_accepted else "declared not sent"


JOURNAL_REMEDY = (
    "Set XDG_STATE_HOME to a folder of your own on a local disk, and start vbs-tui again."
)
"""What to do where the journal cannot be used."""

_SHORT = 60
"""The longest message of this program that fits into a line."""

_SHORTEST_NAME = 6
"""The fewest cells in which a backup's name is of use."""


def header_line(
    restore: Restore,
    now: datetime,
    room: int | None = None,
    *,
    watch: Watch | None = None,
    where: str = "",
) -> list[Piece]:
    """The line that every restore has, in *room* cells: hint and names are cut first.

    *where*: ``on`` another cloud, ``in`` another region.
    """
    sign, style = sign_of(restore)
    strong = "bold" if restore.state.is_open else ""
    told = state_text(restore, now)
    if restore.state.is_open and watch is not None:
        # No running time where nobody sees whether the restore still runs.
        if watch.blind_since is not None and watch.looked_at is not None:
            told, style = f"last seen {restore.state.value} {ago(watch.looked_at, now)}", "warn"
        elif watch.blind_since is not None:
            told, style = f"{restore.state.value} when last reported", "warn"
        if is_unwatched(watch):
            seen = told if watch.blind_since is not None and watch.looked_at is not None else ""
            told, style = f"{seen or restore.state.value}, not watched", "warn"
            told += " here" if watch.elsewhere else ""
    where = f" {where}" if where else ""
    hint = f"   {key_for('explain')} explains" if restore.failure is not None else ""
    name = names(restore)
    if room is not None:
        fixed = 2 + 3 + cell_len(told)
        if fixed + cell_len(name) + cell_len(where) + len(hint) > room:
            hint = ""
        name = _fitted(restore, max(12, room - fixed - cell_len(where)))
    return [
        (f"{sign} ", style),
        (name, strong),
        (where, "dim"),
        (f"   {told}", style),
        (hint, "dim"),
    ]


def counts(restores: Collection[Restore], watches: Mapping[str, Watch]) -> str:
    """How many restores there are in each state, in a few words."""
    states = Counter(restore.state for restore in restores)
    running = sum(states[one] for one in states if one.is_open and one is not State.UNKNOWN)
    seen = [watches.get(one.id) for one in restores if one.state.is_open]
    unwatched = sum(watch is not None and is_unwatched(watch) for watch in seen)
    parts = [(running, "running"), (unwatched, "not watched here")]
    parts += [(states[one], word) for one, word in _COUNTED]
    closed = sum(one.state is State.ABANDONED and one.was_accepted for one in restores)
    parts.append((closed, "closed"))
    parts.append((sum(states[one] for one in _NEVER_SENT) - closed, "not sent"))
    return " · ".join(f"{count} {word}" for count, word in parts if count)


def is_unwatched(watch: Watch) -> bool:
    """Whether the restore is not watched from here."""
    if watch.elsewhere or watch.blind_since is None:
        return bool(watch.elsewhere)
    lacks = watch.failure is not None and bool(log_in_needed(watch.failure))
    # Without a time of the next look this one has not ended: a prompt may be open.
    return lacks or watch.next_at is None


def _fitted(restore: Restore, room: int) -> str:
    """Its names in *room* cells: the name of the disk, which is overwritten, is cut last."""
    name = names(restore)
    if cell_len(name) <= room:
        return name
    disk = f" → {restore.volume.name or restore.volume.id[:8]}"
    left = room - cell_len(disk)
    if left < _SHORTEST_NAME:
        disk = disk.strip()
        return disk if cell_len(disk) <= room else fit_text(disk, room)
    return fit_text(restore.backup.name or restore.backup.id[:8], left) + disk


def exit_message(restores: Iterable[Restore], unnamed: str = "") -> str:
    """The message after exit: which restores go on unwatched, and how to watch them.

    *unnamed*: the cloud that variables alone configure, which ``--cloud`` cannot name.
    """
    left = [one for one in restores if one.state.is_open]
    if not left:
        return ""
    many = "restores go" if len(left) > 1 else "restore goes"
    lines = [f"{len(left)} {many} on in the cloud and nobody here watches any more:"]
    for one in left[:_FEW]:
        lines.append(f"  {names(one)} ({one.state.value})")
        cloud = "" if one.cloud == unnamed else f"--cloud {shlex.quote(one.cloud)} "
        lines.append(f"    vbs-tui watch {cloud}{one.id[:8]}")
    if len(left) > _FEW:
        lines.append(f"  and {len(left) - _FEW} more: vbs-tui jobs --open")
    return "\n".join(lines)


def log_lines(entry: LogEntry, zone: tzinfo | None, room: int) -> list[list[Piece]]:
    """One log entry of the selected restore, in as many lines of *room* cells as it needs."""
    style = "" if entry.source in _LOUD else "dim"
    source = "" if entry.source is Source.OPERATOR else f"{entry.source.value}  "
    text = _ADDRESS.sub("", source + entry.text)
    lines = textwrap.wrap(text, max(12, room - _INDENT), break_on_hyphens=False) or [""]
    first = [(f"  {local_clock(entry.at, zone)}  ", "dim"), (lines[0], style)]
    return [first, *([(" " * _INDENT + line, style)] for line in lines[1:])]


def watch_line(restore: Restore, watch: Watch | None, zone: tzinfo | None) -> list[Piece]:
    """The state of the watch; empty when there is nothing to say."""
    if not restore.state.is_open:
        return []
    if watch is not None and watch.elsewhere:
        news = local_clock(restore.changed_at, zone)
        return [(f"  {watch.elsewhere}; last update {news}", "warn")]
    if watch is None or (watch.looked_at is None and watch.blind_since is None):
        return [("  not looked at yet", "dim")]
    if watch.blind_since is not None:
        since = local_clock(watch.blind_since, zone)
        following = f", next try {local_clock(watch.next_at, zone)}" if watch.next_at else ""
        if watch.failure is not None and (lack := log_in_needed(watch.failure)):
            # Nothing happens by itself here, so there is no time of a next look.
            return [(f"  {lack}; not watched since {since}", "warn")]
        why = no_contact_reason(watch.failure)
        return [(f"  {why}, since {since}{following}", "warn")]
    if watch.looked_at is None:
        return []
    following = f", next {local_clock(watch.next_at, zone)}" if watch.next_at else ""
    return [(f"  last look {local_clock(watch.looked_at, zone)}{following}", "dim")]


def log_in_needed(failure: Failure) -> str:
    """That a log-in waits for the operator, and what to do; empty where none does."""
    if failure.declined:
        return f"log-in declined, {key_for('refresh')} asks again"
    if failure.kind is ErrorKind.LOG_IN and 400 <= (failure.status or 0) < 500:
        return f"log-in refused, {key_for('refresh')} tries again"
    return ""


def no_contact_reason(failure: Failure | None) -> str:
    """Why there is no contact, in a few words; the error pane has the rest."""
    if failure is not None and failure.kind is ErrorKind.LOG_IN:
        return "not watched: no log-in"
    if failure is not None and not failure.url and 0 < len(failure.message) <= _SHORT:
        return failure.message
    if failure is not None and failure.status is not None:
        return f"the cloud answers HTTP {failure.status}"
    return "the cloud cannot be reached"


def settle_advice(restore: Restore, where: str = "") -> str:
    """What to do about an outcome that only the operator can settle."""
    does = "close it" if restore.was_accepted else "declare that it was not sent"
    return (
        "It is never sent again by itself. Look at the disk; then keep watching, or press"
        f" {key_for('settle')}{where} to {does}."
    )


def journal_problem_lines(trouble: str, room: int) -> list[list[Piece]]:
    """Why nothing can be restored where the journal cannot be used, and what to do."""
    if not trouble:
        return []
    wide = max(24, room - 2)
    said = [("! The journal cannot be used: nothing can be restored.", "bad")]
    said += [(f"  {line}", "bad") for line in textwrap.wrap(trouble, wide)]
    said += [(f"  {line}", "") for line in textwrap.wrap(JOURNAL_REMEDY, wide)]
    return [[piece] for piece in said]


def advice_lines(restore: Restore, room: int) -> list[list[Piece]]:
    """What is known of an unknown outcome, and what the operator can do about it."""
    if restore.state is not State.UNKNOWN:
        return []
    told = [(line, "accent") for line in textwrap.wrap(restore.summary, room - 2)]
    if restore.needs_settlement:
        told += [(line, "") for line in textwrap.wrap(settle_advice(restore), room - 2)]
    return [[(f"  {line}", style)] for line, style in told]
