"""What a failed log-in means for the caller: nothing was executed, why, and what to do.

Clouds send the same 401 for a wrong user, domain, password and project. All that can be added is
what this program assumed, and what else the cloud demands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from vbs_tui.cloud.auth.credentials import AnyCredentials, User
from vbs_tui.cloud.auth.tokens import Scope, Token
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.messages import Response
from vbs_tui.text import clean

_ALIKE = (
    "User, domain, password or project is wrong: clouds answer all of these alike. "
    "Look at the configuration before trying again; too many tries lock the account."
)
_FORBIDDEN = (
    "The identity service knows you, and does not let you in: the account may be disabled or"
    " locked, its password over, or log-ins allowed from certain networks only. Ask whoever"
    " manages the users."
)
_NOT_UNDERSTOOD = (
    "The identity service does not understand the log-in as it was sent: something in it is"
    " missing or of the wrong form. No password was looked at."
)
_CORRECT_NAMES = (
    "Go by the server's words. Mostly a name is without its domain (user_domain_name,"
    " project_domain_name), or an id stands where a name belongs, in clouds.yaml or the OS_*"
    " variables."
)
_MALFORMED = re.compile(
    r"expecting to find|required property|malformed|missing|invalid input|failed to validate"
    r"|could not read|not valid under any"
)
_OF_CREDENTIALS = re.compile(r"password|passcode|credential|authenticat|unauthori[sz]ed|locked")
_NO_VERDICTS = frozenset({"iam.0004", "iam.0011", "iam.0012", "iam.0020"})
KEEPS_USER = (
    "Restores may be running as the one before, so nothing is switched. Leave and start again, or"
    " open it from the list of clouds."
)
"""What to do when a configuration or a log-in is another user's."""

_NO_IDENTITY = "Look at auth_url: that address does not answer as an identity service."


def log_in_failure(
    at: datetime,
    message: str,
    hint: str = "",
    *,
    target: str = "",
    kind: ErrorKind = ErrorKind.LOG_IN,
    declined: bool = False,
) -> Failure:
    """A log-in that failed, without a response that gives a reason. *target*: the user's name."""
    return Failure(
        kind,
        Executed.NO,
        "log in",
        target,
        message=message,
        hint=hint,
        at=at,
        declined=declined,
    )


def as_log_in(failure: Failure, assumed: str = "") -> Failure:
    """*failure* of a log-in. *assumed*: a sentence on what was not configured but assumed."""
    status, hint, kind = failure.status, failure.hint, failure.kind
    is_refused = kind is ErrorKind.REFUSED
    if is_refused and status == 400 and not hint and not is_credential_refusal(failure):
        hint, failure = _CORRECT_NAMES, replace(failure, meaning=_NOT_UNDERSTOOD)
    if is_refused and status != 429:
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
    return replace(failure, kind=kind, executed=Executed.NO, what="log in", hint=hint)


def is_credential_refusal(failure: Failure) -> bool:
    """Whether the identity service looked at the credentials, and refused them.

    Clouds send 401 or 403 for that, some of them 400. They also send 400 for a log-in that they
    cannot read, which is no refusal of a password.
    """
    if failure.status in (401, 403):
        return True
    code, text = failure.code.lower(), failure.message.lower()
    if failure.status != 400 or code in _NO_VERDICTS or _MALFORMED.search(text):
        return False
    return code.startswith("iam.") or bool(_OF_CREDENTIALS.search(text))


def is_dead_token(response: Response) -> bool:
    """Whether a log-in by a token was refused because of the token.

    Keystone answers a token that it does not know, or no longer, with 404.
    """
    error = response.data.get("error") if isinstance(response.data, Mapping) else None
    return response.status in (401, 404) and isinstance(error, Mapping)


def dead_token(failure: Failure) -> Failure:
    """*failure* of a log-in by a token that is not valid."""
    hint = (
        "The token is not valid (any more), or not for this project. Get a new one (`openstack"
        " token issue` gives one) and put it where this one is configured."
    )
    return replace(as_log_in(failure), code="", hint=hint)


def _busy(seconds: float | None) -> str:
    """What to do when the identity service has no time; *seconds*: what it asks to wait."""
    wait = "a little" if not seconds else f"{seconds:.0f} s, as it asks"
    return f"The identity service cannot log anybody in just now: wait {wait}, then try again."


def with_required_methods(failure: Failure, response: Response) -> Failure:
    """*failure* with the log-in methods that the cloud requires in addition, if it names them.

    Keystone answers a right password with 401 and ``required_auth_methods`` where rules want more.
    """
    data = response.data if isinstance(response.data, Mapping) else {}
    rules = data.get("required_auth_methods")
    wanted = " or ".join(
        " + ".join(clean(method, 32) for method in rule[:5])
        for rule in (rules if isinstance(rules, list) else [])[:3]
        if isinstance(rule, list)
    )
    if response.status != 401 or not wanted:
        return failure
    return replace(
        failure,
        message=f"the cloud demands more than it was given: {wanted}",
        hint="What was sent was right, and is not enough. For password and passcode: "
        "auth_type: v3multifactor with auth_methods: [v3password, v3totp].",
    )


def bound_to(token: Token, now: datetime) -> Failure:
    """An application credential gave *token*, which is for another project than the one wanted."""
    own = token.grant.project or token.grant.project_id
    message = f"this application credential is good for the project {own} alone"
    hint = (
        "An application credential is good for the project it was made in. Open that one, or"
        " choose a cloud with another log-in."
    )
    return replace(log_in_failure(now, message, hint), what="open the project")


def assumptions(credentials: AnyCredentials, scope: Scope) -> str:
    """What of *credentials* and *scope* was not configured but guessed, as a sentence."""
    user = getattr(credentials, "user", User())
    if user.is_domain_assumed:
        return f"No user domain is configured, “{clean(user.domain_id, 64)}” was assumed."
    domain = clean(scope.domain_name or scope.domain_id, 64)
    if scope.is_domain_assumed and domain:
        return f"No project domain is configured, the user's own (“{domain}”) was assumed."
    return ""


def another_user(before: str, now: str, at: datetime) -> Failure:
    """A log-in succeeded, and its token is not used: it is that of *now*, and not of *before*."""
    message = f"the log-in is another user's now: {now} in place of {before}"
    return log_in_failure(at, message, KEEPS_USER, target=before)
