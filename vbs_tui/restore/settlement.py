"""What an operator types to settle a restore whose outcome is unknown."""

from __future__ import annotations

from vbs_tui.restore.journal.records import Restore

NOT_SENT_WORDS = "not sent"
"""Declares that it was not sent."""

CLOSED_WORD = "closed"
"""Closes one that the cloud took, where nothing proves how it ended."""


def settling_words(restore: Restore, *, is_reached: bool) -> str:
    """The words for *restore*.

    More where its cloud is not the one that is connected to: there nobody looks, and opening that
    cloud would settle it by what is seen.
    """
    words = CLOSED_WORD if restore.was_taken else NOT_SENT_WORDS
    if is_reached:
        return words
    cloud = restore.cloud if restore.cloud.isascii() else ""
    return f"{words} on {cloud or restore.id[:8]}"
