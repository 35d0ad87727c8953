"""The token: for which project and user it is valid, and until when."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.doctor.finding import Finding, ok, warning
from vbs_tui.times import local


def check_token_scope(grant: Grant | None, now: datetime) -> Finding:
    """*grant*: ``None`` for access keys, which need no token."""
    if grant is None:
        return ok("scope", "no token: each signed request names its project")
    user = grant.user + (f" of domain {grant.user_domain}" if grant.user_domain else "")
    if grant.project_id:
        domain = f", domain {grant.project_domain}" if grant.project_domain else ""
        place = f"project {grant.project} ({grant.project_id}{domain})"
    else:
        place = "no project"
    until = ""
    if grant.expires_at is not None:
        hours = (grant.expires_at - now).total_seconds() / 3600
        until = f", until {local(grant.expires_at)} ({hours:.1f} h)"
        if hours <= 0:
            do = "Compare the clocks of this machine and of the cloud; look at the next log-in."
            return warning("scope", f"{place} for {user}{until}: it has expired", do)
    return ok("scope", f"{place} for {user}{until}")
