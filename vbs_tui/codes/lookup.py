"""Look-up of error codes and HTTP statuses in the tables beside this file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one error code. All text is ours, fit to show as it is."""

    code: str
    """In the table's spelling when known, else as asked."""
    known: bool
    service: str
    """``VBS``, ``EVS``, ``IAM``, ``API gateway``, …; a guess by family for an unknown code."""
    module: str
    """The part of the service the table lists it under."""
    meaning: str
    cause: str
    remedy: str
    restore_related: bool = False
    """Whether a restore can meet it."""
    outcome_open: bool = False
    """Whether something may have started although this code came back."""
    nearest: tuple[str, ...] = ()
    """For an unknown code: known ones that are spelt alike or stand next to it."""


@dataclass(frozen=True, slots=True)
class StatusExplanation:
    """What is known of one HTTP status."""

    status: int
    known: bool
    reason: str
    meaning: str
    remedy: str


def explain(code: str) -> Explanation:
    """*code* in words. Case does not matter; ``APIGW.`` is read as ``APIG.``. Never raises."""
    raise NotImplementedError


def explain_status(status: int) -> StatusExplanation:
    """An HTTP status in words. Never raises."""
    raise NotImplementedError


def leaves_outcome_open(code: str) -> bool:
    """Whether *code* may come back although something was started."""
    raise NotImplementedError
