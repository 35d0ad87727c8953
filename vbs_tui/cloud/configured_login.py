"""From the keys of a configured cloud to credentials: one row for each ``auth_type``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vbs_tui.cloud.credentials import (
    AccessKeyCredentials,
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.foreign import ForeignCredentials
from vbs_tui.cloud.secret import Secret

_SECRET_KEYS = ("password", "client_secret", "access_token", "passcode", "secret", "token")


class IncompleteLogIn(Exception):  # noqa: N818 - something is missing, nothing broke
    """What the configuration lacks for its way to log in; the text names the keys."""


def credentials_of(
    values: Mapping[str, Any], plugin: Callable[[], tuple[Any, Any]]
) -> Credentials | ForeignCredentials:
    """Credentials by ``auth_type``; *plugin* serves the types that this program does not know.

    Raises :class:`IncompleteLogIn`. A missing password or passcode is none: it can be asked for.
    """
    kind = _text(values, "auth_type").lower() or "password"
    access = _text(values, "ak", "access_key")
    if access or _text(values, "sk", "secret_key"):
        return _access_key(values, access)
    user = User(
        name=_text(values, "username", "user_name"),
        id=_text(values, "user_id"),
        domain_name=_text(values, "user_domain_name", "domain_name", "default_domain_name"),
        domain_id=_text(values, "user_domain_id", "domain_id", "default_domain"),
    )
    match kind:
        case "token" | "v3token":
            _need(values, kind, "token")
            return TokenCredentials(Secret(_text(values, "token")))
        case "v3applicationcredential" | "application_credential":
            return _application(values, kind, user)
        case "password" | "v3password":
            _need_user(user, kind)
            return PasswordCredentials(user, _secret(values, "password"))
        case "v3totp":
            _need_user(user, kind)
            return PasscodeCredentials(user, alone=True)
        case "v3multifactor" if _methods(values) <= {"v3password", "password", "v3totp", "totp"}:
            _need_user(user, kind)
            if _methods(values) & {"v3totp", "totp"} or not _methods(values):
                return PasscodeCredentials(user, _secret(values, "password"))
            return PasswordCredentials(user, _secret(values, "password"))
    known = tuple(Secret(_text(values, key)) for key in _SECRET_KEYS if _text(values, key))
    return ForeignCredentials(kind, user.label, known, plugin)


def _access_key(values: Mapping[str, Any], access: str) -> AccessKeyCredentials:
    secret = _text(values, "sk", "secret_key")
    if not access or not secret:
        missing = "sk (or secret_key)" if access else "ak (or access_key)"
        raise IncompleteLogIn(f"an access key needs {missing}, too")
    form = _text(values, "signature_form").lower() or "access"
    if form not in ("access", "credential"):
        raise IncompleteLogIn("signature_form is access or credential")
    return AccessKeyCredentials(
        access,
        Secret(secret),
        _secret(values, "security_token"),
        scoped=form == "credential",
    )


def _application(values: Mapping[str, Any], kind: str, user: User) -> ApplicationCredentials:
    _need(values, kind, "application_credential_secret")
    key_id = _text(values, "application_credential_id")
    name = _text(values, "application_credential_name")
    if not key_id:
        if not name:
            raise IncompleteLogIn(
                f"auth_type {kind} needs application_credential_id or application_credential_name"
            )
        _need_user(user, kind)
    secret = Secret(_text(values, "application_credential_secret"))
    return ApplicationCredentials(secret, id=key_id, name=name, user=user)


def _methods(values: Mapping[str, Any]) -> set[str]:
    found = values.get("auth_methods") or ()
    parts = found.split(",") if isinstance(found, str) else found
    return {str(part).strip().lower() for part in parts}


def _need(values: Mapping[str, Any], kind: str, key: str) -> None:
    if not _text(values, key):
        raise IncompleteLogIn(f"auth_type {kind} needs {key}")


def _need_user(user: User, kind: str) -> None:
    if not user.label:
        raise IncompleteLogIn(f"auth_type {kind} needs username or user_id")
    if not user.id and not (user.domain_name or user.domain_id):
        raise IncompleteLogIn(f"auth_type {kind} needs user_domain_name or user_domain_id")


def _secret(values: Mapping[str, Any], key: str) -> Secret | None:
    # Not stripped: blanks may be part of a password.
    value = values.get(key)
    return Secret(str(value)) if value not in (None, "") else None


def _text(values: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        if value not in (None, ""):
            return str(value).strip()
    return ""
