"""The code table: what a code or an HTTP status means, its likely cause, what to do. No network."""

from vbs_tui.codes.lookup import (
    explain,
    explain_status,
    known_codes,
    known_statuses,
    leaves_outcome_open,
)
from vbs_tui.codes.table import Explanation, StatusExplanation

__all__ = [
    "Explanation",
    "StatusExplanation",
    "explain",
    "explain_status",
    "known_codes",
    "known_statuses",
    "leaves_outcome_open",
]
