"""From the keys of a configured cloud to credentials: one row for each ``auth_type``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbs_tui.cloud.auth.credentials import (
    ASSUMED_DOMAIN,
    AccessKeyCredentials,
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials
from vbs_tui.cloud.auth.plugins.loading import Make, UnusablePlugin, plugin_credentials
from vbs_tui.cloud.secrets import Secret

_SECRET_ENDINGS = ("password", "secret", "token", "passcode", "code", "_key", "assertion")
"""How the keys end whose values are secret, in whatever plugin's options."""

_BEYOND = ("trust_id", "system_scope")
"""Scopes that only keystoneauth's plugins know, of the ways to log in that this program knows."""


_WORDS = {
    "password": "password",
    "v3password": "password",
    "token": "token",
    "v3token": "token",
    "v3applicationcredential": "app credential",
    "application_credential": "app credential",
    "v3totp": "passcode",
    "v3multifactor": "with passcode",
}


def way_of(values: Mapping[str, Any]) -> str:
    """How a configured cloud logs in, in a word or two, for a list to choose from."""
    kind = _text(values, "auth_type").lower() or "password"
    if _is_by_access_key(values, kind):
        return "access key"
    return _WORDS.get(kind, kind)


class IncompleteLogIn(Exception):  # noqa: N818 - something is missing, nothing broke
    """What the configuration lacks for its way to log in; the text names the keys."""


def credentials_of(
    values: Mapping[str, Any],
    plugin: Make,
    *,
    allow_plain_http: bool = False,
) -> Credentials | PluginCredentials:
    """Credentials by ``auth_type``; *plugin* serves the types that this program does not know.

    ``default_domain`` among the *values* is the id of the domain to assume. Raises
    :class:`IncompleteLogIn`. A missing password or passcode is none: it can be asked for.
    """
    kind = _text(values, "auth_type").lower() or "password"
    if _is_by_access_key(values, kind):
        return _access_key(values)
    user = _user(values)
    match kind if not _text(values, *_BEYOND) else "":
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
    # As written, and as the plugins take it: a blank at its end may be part of a password.
    secret = [str(value) for key, value in values.items() if value and _is_secret(key)]
    known = tuple(Secret(text) for text in {*secret, *(text.strip() for text in secret)})
    try:
        return plugin_credentials(
            kind,
            user.label,
            known,
            plugin,
            # Plugins that take a password are called so; the openstack client goes by that, too.
            lacks_password=kind.endswith("password") and not values.get("password"),
            allow_plain_http=allow_plain_http,
        )
    except UnusablePlugin as gap:
        problem = str(gap)
    raise IncompleteLogIn(problem)


def _is_by_access_key(values: Mapping[str, Any], kind: str) -> bool:
    # Beside a user, or another way to log in, a key is for other services (object storage).
    is_other = kind != "password" or bool(_text(values, "username", "user_name", "user_id"))
    return not is_other and bool(_text(values, "ak", "access_key", "sk", "secret_key"))


def _user(values: Mapping[str, Any]) -> User:
    name, user_id = _text(values, "username", "user_name"), _text(values, "user_id")
    for key in ("user_domain", "domain", "default_domain"):
        domain_id, domain_name = _text(values, f"{key}_id"), _text(values, f"{key}_name")
        if domain_id or domain_name:
            return User(name, user_id, domain_name, domain_id)
    assumed = _text(values, "default_domain") or ASSUMED_DOMAIN
    return User(name, user_id) if user_id else User(name, "", "", assumed, is_domain_assumed=True)


def _is_secret(key: str) -> bool:
    return key.lower().replace("-", "_").endswith(_SECRET_ENDINGS)


def _access_key(values: Mapping[str, Any]) -> AccessKeyCredentials:
    access = _text(values, "ak", "access_key")
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
    secret = _secret(values, "application_credential_secret") or Secret("")
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
