"""The code table: what an error code or an HTTP status means, its likely cause, what to do.

The texts are in ``data``, one file for each service: ``vbs_restoring.toml``, ``vbs_creating.toml``,
``vbs_deleting.toml``, ``vbs_policies.toml`` and ``vbs_shared.toml`` (codes of any VBS call),
``evs.toml``, ``iam.toml``, ``api_gateway.toml``, ``cinder.toml`` (errors with a name in place of a
code), ``cbr_and_csbs.toml``; and ``http_statuses.toml``. Imports nothing of the other rooms.
"""

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
