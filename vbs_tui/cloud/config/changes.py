"""What became of the configuration of a cloud while it was open."""

from __future__ import annotations

from datetime import datetime

from vbs_tui.cloud.auth.credentials import ApplicationCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.text import clean

STAYS = (
    "Restores may be running as the one before, so nothing is switched. Leave and start again, or"
    " open it from the list of clouds."
)
"""What to do about :func:`changes`."""


def changes(before: CloudSettings, now: CloudSettings) -> str:
    """What is another user's or another cloud's, as a sentence; empty when at most the secret is.

    The texts of the configuration are cleaned.
    """
    old, new = identity_root(before.auth_url), identity_root(now.auth_url)
    if old != new:
        return f"the configuration names another auth_url now: {clean(new, 200)}"
    if _who(before) != _who(now):
        was, is_now = (clean(one.credentials.label, 64) or "?" for one in (before, now))
        named = f"{is_now} in place of {was}" if was != is_now else f"not the {was} of before"
        return f"the configuration names another user now: {named}"
    return ""


def another_user(before: str, now: str, at: datetime) -> Failure:
    """Why a log-in that succeeded is not used: its token is *now*'s, and not *before*'s."""
    return Failure(
        ErrorKind.LOG_IN,
        Executed.NO,
        "log in",
        before,
        message=f"the log-in is another user's now: {now} in place of {before}",
        hint=STAYS,
        at=at,
    )


def _who(settings: CloudSettings) -> tuple[object, ...]:
    """Whose log-in it is, without any secret."""
    one = settings.credentials
    user: User = getattr(one, "user", User())
    credential = (one.id, one.name) if isinstance(one, ApplicationCredentials) else ()
    return (getattr(one, "owner", ""), getattr(one, "access", ""), user.reference(), credential)
