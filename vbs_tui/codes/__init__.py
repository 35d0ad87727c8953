"""The code table: what a code or an HTTP status means, its likely cause, what to do. No network."""

from vbs_tui.codes.lookup import (
    Explanation,
    StatusExplanation,
    explain,
    explain_status,
    leaves_outcome_open,
)

__all__ = [
    "Explanation",
    "StatusExplanation",
    "explain",
    "explain_status",
    "leaves_outcome_open",
]
