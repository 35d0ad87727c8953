"""The states of a restore, and the one table of which state may follow which."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """The state of a restore. The value is what the journal holds, and what operators read."""

    PLANNED = "planned"
    """Confirmed and written down; nothing has been sent."""
    SENDING = "sending"
    """The request is leaving, or has left, and no answer is on record."""
    ACCEPTED = "accepted"
    """The cloud gave a job id."""
    RUNNING = "running"
    """The job, the disk or the backup was seen at work."""
    SUCCEEDED = "succeeded"
    """The job says SUCCESS and the disk is healthy; or disk and backup alone prove it."""
    FAILED = "failed"
    """The cloud said so."""
    REFUSED = "refused"
    """The cloud refused the request; nothing was started."""
    NOT_SENT = "not sent"
    """The request certainly never left."""
    UNKNOWN = "unknown"
    """It may have been started; what is known is in the log."""
    ABANDONED = "abandoned"
    """The operator declared it not sent, or closed one that the cloud had accepted."""

    @property
    def is_open(self) -> bool:
        """Whether it still needs watching, or an operator to settle it."""
        return self in OPEN

    @property
    def is_final(self) -> bool:
        """Whether no other state can follow."""
        return not self.is_open


OPEN = frozenset({State.PLANNED, State.SENDING, State.ACCEPTED, State.RUNNING, State.UNKNOWN})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.SENDING, State.NOT_SENT, State.ABANDONED}),
    # Back to PLANNED: this try certainly never left, and another one is allowed.
    State.SENDING: frozenset(
        {State.PLANNED, State.ACCEPTED, State.REFUSED, State.NOT_SENT, State.UNKNOWN}
    ),
    State.ACCEPTED: frozenset({State.RUNNING, State.SUCCEEDED, State.FAILED, State.UNKNOWN}),
    State.RUNNING: frozenset({State.SUCCEEDED, State.FAILED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.RUNNING, State.SUCCEEDED, State.FAILED, State.ABANDONED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.REFUSED: frozenset(),
    State.NOT_SENT: frozenset(),
    State.ABANDONED: frozenset(),
}


class IllegalTransition(Exception):  # noqa: N818 - named for the broken rule
    """A transition that the table does not allow: a defect of the program, never of the cloud."""


def check_transition(before: State, after: State) -> None:
    """Raise :class:`IllegalTransition` unless *after* may follow *before*."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before.value} → {after.value}")
