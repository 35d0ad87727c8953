"""Log-ins that failed, told as what they are for the caller: nothing was executed, and why.

Clouds answer a wrong user, domain, password and project with the same 401. What this program
assumed on its own, and what the cloud demands besides, is all that can be added to that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from vbs_tui.cloud.auth.credentials import Credentials, User
from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials, PluginRefusal
from vbs_tui.cloud.auth.tokens import Scope
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.response_advice import Advice
from vbs_tui.cloud.http.messages import Response
from vbs_tui.text import clean

WHAT = "log in"

_ALIKE = (
    "User, domain, password or project is wrong: clouds answer all of these alike. "
    "Look at the configuration before trying again; too many tries lock the account."
)
_FORBIDDEN = (
    "The identity service knows you, and does not let you in: the account may be disabled or"
    " locked, its password over, or log-ins allowed from certain networks only. Ask whoever"
    " manages the users."
)
_NOT_UNDERSTOOD = Advice(
    meaning="The identity service does not understand the log-in as it was sent: something in it is"
    " missing or of the wrong form. No password was looked at.",
    what_to_do="Go by the server's words. Mostly a name is without its domain (user_domain_name,"
    " project_domain_name), or an id stands where a name belongs, in clouds.yaml or the OS_*"
    " variables.",
)
_MALFORMED = re.compile(
    r"expecting to find|required property|malformed|missing|invalid input|failed to validate"
    r"|could not read|not valid under any"
)
_OF_CREDENTIALS = re.compile(r"password|passcode|credential|authenticat|unauthori[sz]ed|locked")
_NO_VERDICTS = frozenset({"iam.0004", "iam.0011", "iam.0012", "iam.0020"})
_NO_IDENTITY = "Look at auth_url: that address does not answer as an identity service."


def as_log_in(failure: Failure, assumed: str = "") -> Failure:
    """*failure* of a log-in. *assumed*: a sentence on what was not configured but guessed."""
    status, hint, kind = failure.status, failure.hint, failure.kind
    if status == 400 and kind is ErrorKind.REFUSED and not hint and not judges(failure):
        hint = _NOT_UNDERSTOOD.what_to_do
        failure = replace(failure, meaning=_NOT_UNDERSTOOD.meaning)
    if kind is ErrorKind.REFUSED and status != 429:
        kind = ErrorKind.LOG_IN
        if status == 401 and not hint:
            hint = f"{_ALIKE} {assumed}".strip()
        elif status in (404, 405):
            hint = _NO_IDENTITY
        elif status == 403:
            hint = hint or _FORBIDDEN
    elif kind is ErrorKind.UNUSABLE:
        kind = ErrorKind.LOG_IN
    if not hint and (status in (408, 413, 429) or (status or 0) >= 500):
        hint = _busy(failure.retry_after)
    return replace(failure, kind=kind, executed=Executed.NO, what=WHAT, hint=hint)


def judges(failure: Failure) -> bool:
    """Whether the identity service looked at what was to prove who logs in, and said no.

    Clouds say so with 401 or 403, some with 400: that is also what they answer to a log-in that
    they cannot read, which is no refusal of a password.
    """
    if failure.status in (401, 403):
        return True
    code, text = failure.code.lower(), failure.message.lower()
    if failure.status != 400 or code in _NO_VERDICTS or _MALFORMED.search(text):
        return False
    return code.startswith("iam.") or bool(_OF_CREDENTIALS.search(text))


def is_dead_token(answer: Response) -> bool:
    """Whether a log-in by a token was refused for the token's sake.

    Keystone answers a token that it does not know, or no longer, with 404.
    """
    error = answer.data.get("error") if isinstance(answer.data, Mapping) else None
    return answer.status in (401, 404) and isinstance(error, Mapping)


def dead_token(failure: Failure) -> Failure:
    """*failure* of a log-in by a token that does not serve."""
    hint = (
        "The token is not valid (any more), or not for this project. Get a new one (`openstack"
        " token issue` gives one) and put it where this one is configured."
    )
    return replace(as_log_in(failure), code="", hint=hint)


def _busy(seconds: float | None) -> str:
    """What to do when the identity service has no time; *seconds*: what it asks to wait."""
    wait = "a little" if not seconds else f"{seconds:.0f} s, as it asks"
    return f"The identity service cannot log anybody in just now: wait {wait}, then try again."


def demanding(failure: Failure, answer: Response) -> Failure:
    """*failure* with what the cloud wants besides, where it says so.

    Keystone answers a right password with 401 and ``required_auth_methods`` where rules want more.
    """
    rules = answer.data.get("required_auth_methods") if isinstance(answer.data, Mapping) else None
    ways = [
        " + ".join(clean(method, 32) for method in rule[:5])
        for rule in (rules if isinstance(rules, list) else [])[:3]
        if isinstance(rule, list)
    ]
    if answer.status != 401 or not ways:
        return failure
    wanted = " or ".join(ways)
    return replace(
        failure,
        message=f"the cloud demands more than it was given: {wanted}",
        hint="What was sent was right, and is not enough. For password and passcode: "
        "auth_type: v3multifactor with auth_methods: [v3password, v3totp].",
    )


def assumptions(credentials: Credentials | PluginCredentials, scope: Scope) -> str:
    """What of *credentials* and *scope* was not configured but guessed, as a sentence."""
    user = getattr(credentials, "user", User())
    if user.is_domain_assumed:
        return f"No user domain is configured, “{clean(user.domain_id, 64)}” was assumed."
    domain = clean(scope.domain_name or scope.domain_id, 64)
    if scope.is_domain_assumed and domain:
        return f"No project domain is configured, the user's own (“{domain}”) was assumed."
    return ""


def by_plugin(
    credentials: PluginCredentials, refusal: PluginRefusal, url: str, message: str, at: datetime
) -> Failure:
    """What keystoneauth's plugin ended with. *message*: its words, without secrets."""
    status = refusal.status
    kind = ErrorKind.LOG_IN
    if status is None:
        # What was sent may have been counted as a try, though nobody answered.
        kind = ErrorKind.BROKEN if refusal.was_asked else ErrorKind.NOT_SENT
    elif status == 429 or status >= 500:
        kind = ErrorKind.REFUSED if status == 429 else ErrorKind.SERVER
    return Failure(
        kind,
        Executed.NO,
        WHAT,
        credentials.label,
        url=url,
        status=status,
        message=message,
        hint=refusal.hint
        or f"The log-in is done by keystoneauth's {credentials.kind} plugin: "
        "try the openstack client with the same cloud.",
        at=at,
    )
