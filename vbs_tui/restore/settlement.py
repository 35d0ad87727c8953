"""How an operator settles a restore whose outcome is unknown: what is typed, what is recorded."""

from __future__ import annotations

from vbs_tui.restore.journal.records import Restore

NOT_SENT_TEXT = "not sent"
"""What is typed to declare that it was not sent."""

CLOSED_TEXT = "closed"
"""What is typed to close one that the cloud accepted, where nothing proves how it ended."""


def settlement_text(restore: Restore, *, is_watched: bool) -> str:
    """What must be typed to settle *restore*.

    *is_watched*: whether its cloud is the one that is logged in to. If not, the text also names
    the cloud: nobody polls it from here, and logging in there may settle it by what is seen.
    """
    text = CLOSED_TEXT if restore.was_accepted else NOT_SENT_TEXT
    if is_watched:
        return text
    cloud = restore.cloud if restore.cloud.isascii() else ""
    return f"{text} on {cloud or restore.id[:8]}"


def settlement_record(restore: Restore, operator: str) -> tuple[str, str]:
    """The log line and the summary of *restore* once *operator* has settled it."""
    if restore.was_accepted:
        return f"closed by {operator}", "Closed by the operator; how it ended is not known."
    return f"declared not sent by {operator}", "Declared not sent by the operator."
