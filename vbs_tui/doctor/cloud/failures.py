"""A call to the cloud that failed, as a finding."""

from __future__ import annotations

from vbs_tui.cloud.errors import CloudError
from vbs_tui.doctor.finding import Finding, failed
from vbs_tui.ui.render.failure_text import decode


def failed_call(step: str, error: CloudError) -> Finding:
    """*error* with the same words and advice as on the screen."""
    failure = error.failure
    decoded = decode(failure, None)
    do = next((part.text for part in decoded.parts if part.label == "What to do"), "")
    seen = f"{failure.what}: {decoded.code}" + (f": {failure.message}" if failure.message else "")
    return failed(step, seen, do or "Try again; if it stays so, tell whoever runs the cloud.")
