"""The present state of a restore, for the error pane; its failure is explained below that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from vbs_tui.cloud.errors import Failure
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.times import local, local_clock
from vbs_tui.ui.render.job_lines import is_unwatched, log_in_needed, names, no_contact_reason

Line = tuple[str, str]
"""Text, and the name of its colour in the theme; empty for the plain one."""


@dataclass(frozen=True, slots=True)
class RestoreStatus:
    """What the pane says of a restore."""

    lines: tuple[Line, ...]
    """The first lines: its present state."""
    failure: Failure | None
    """The failure to explain below, if any."""
    is_trouble: bool
    """Whether the operator should look."""
    title: str = ""
    """What the title adds to the names."""


def restore_status(restore: Restore, watch: Watch | None, zone: tzinfo | None) -> RestoreStatus:
    """The present state of *restore*; *watch*: the watch over it, if any."""
    failure, state = restore.failure, restore.state
    if state.is_open and watch is not None and watch.blind_since is not None:
        return _out_of_contact(restore, watch, zone)
    if state.is_open and watch is not None and watch.elsewhere and failure is None:
        line = (f"Last reported: {state.value}; {watch.elsewhere}.", "$text-warning")
        return RestoreStatus((line,), None, False)
    if state is State.UNKNOWN:
        return RestoreStatus(((f"Known now: {restore.summary}", "$text-warning"),), failure, True)
    if state in (State.FAILED, State.REFUSED, State.NOT_SENT):
        lines = () if failure is not None else ((restore.summary, "$text-warning"),)
        return RestoreStatus(lines, failure, state is State.FAILED or failure is not None)
    calm: list[Line] = [("No error.", "$text-muted"), (f"{names(restore)}: {state.value}.", "")]
    if restore.summary:
        calm.append((restore.summary, ""))
    if failure is not None:
        code = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
        at = f", {local(failure.at, zone)}" if failure.at else ""
        ident = f", request {failure.request_id}" if failure.request_id else ""
        calm.append((f"Error before that: {code}{at}{ident}.", "$text-muted"))
    return RestoreStatus(tuple(calm), None, False)


def _out_of_contact(restore: Restore, watch: Watch, zone: tzinfo | None) -> RestoreStatus:
    since = "" if watch.blind_since is None else local(watch.blind_since, zone)
    why = log_in_needed(watch.failure) if watch.failure is not None else ""
    said: list[Line] = [
        (f"No contact since {since}: {why or no_contact_reason(watch.failure)}.", "$text-warning"),
    ]
    seen = "it has not been seen from here yet"
    if watch.looked_at is not None:
        seen = f"last seen {restore.state.value}, {local(watch.looked_at, zone)}"
    said.append((f"Its present state is unknown: {seen}. It goes on in the cloud.", ""))
    if is_unwatched(watch):
        said.append(("Nothing is watched until then.", ""))
    elif watch.next_at is not None:
        following = local_clock(watch.next_at, zone)
        said.append((f"The next look is at {following}.", ""))
    if restore.state is State.UNKNOWN:
        said.append((f"Before that: {restore.summary}", ""))
    return RestoreStatus(tuple(said), watch.failure, True, "no contact")
