"""From the keys of a configured cloud to credentials, by ``auth_type``."""

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
from vbs_tui.cloud.auth.plugins.loading import (
    MakePlugin,
    PluginCredentials,
    UnusablePlugin,
    plugin_credentials,
)
from vbs_tui.cloud.config.keys import secret_of, text_of
from vbs_tui.cloud.secrets import Secret

PASSWORD_TYPES = frozenset({"password", "v3password"})
_TOKEN_TYPES = frozenset({"token", "v3token"})
_APPLICATION_TYPES = frozenset({"v3applicationcredential", "application_credential"})
BUILT_IN_TYPES = PASSWORD_TYPES | _TOKEN_TYPES | _APPLICATION_TYPES | {"v3totp", "v3multifactor"}
"""What needs no plugin of keystoneauth."""

_PLUGIN_SCOPES = ("trust_id", "system_scope")
"""Scopes that only keystoneauth's plugins know."""

_LABELS = {
    **dict.fromkeys(PASSWORD_TYPES, "password"),
    **dict.fromkeys(_TOKEN_TYPES, "token"),
    **dict.fromkeys(_APPLICATION_TYPES, "app credential"),
    "v3totp": "passcode",
    "v3multifactor": "with passcode",
}
_TOTP = {"v3totp", "totp"}
_USER = "username or user_id"


class IncompleteLogIn(Exception):  # noqa: N818 - a finding, named for what it says
    """What the configuration lacks for its ``auth_type``; the text names the keys."""

    def __init__(self, text: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.keys = keys
        """The missing keys; alternatives joined by `` or ``."""


def label_of(values: Mapping[str, Any]) -> str:
    """How a configured cloud logs in, in a word or two, for a list to choose from."""
    kind = _auth_type(values)
    return "access key" if _is_access_key(values, kind) else _LABELS.get(kind, kind)


def credentials_of(
    values: Mapping[str, Any], make_plugin: MakePlugin
) -> Credentials | PluginCredentials:
    """Credentials by ``auth_type``; *make_plugin* is for the types that are not built in.

    ``default_domain`` among the *values* is the id of the domain to assume. A missing password or
    passcode is asked for at the log-in. Raises :class:`IncompleteLogIn`.
    """
    kind, user, methods = _auth_type(values), _user(values), _methods(values)
    if _is_access_key(values, kind):
        return _access_key(values)
    is_built_in = kind in BUILT_IN_TYPES and not text_of(values, *_PLUGIN_SCOPES)
    if not is_built_in or (kind == "v3multifactor" and not methods <= PASSWORD_TYPES | _TOTP):
        return _plugin(values, kind, user, make_plugin)
    if kind in _TOKEN_TYPES:
        _demand(values, kind, "token")
        return TokenCredentials(Secret(text_of(values, "token")))
    if kind in _APPLICATION_TYPES:
        return _application(values, kind, user)
    _demand(values, kind, _USER)
    password = secret_of(values, "password")
    if kind == "v3totp":
        return PasscodeCredentials(user, alone=True)
    if kind == "v3multifactor" and (methods & _TOTP or not methods):
        return PasscodeCredentials(user, password)
    return PasswordCredentials(user, password)


def _application(values: Mapping[str, Any], kind: str, user: User) -> ApplicationCredentials:
    key_id = text_of(values, "application_credential_id")
    name = text_of(values, "application_credential_name")
    by_id_or_name = "application_credential_id or application_credential_name"
    _demand(
        values,
        kind,
        *("application_credential_secret", by_id_or_name),
        *((_USER,) if name and not key_id else ()),
    )
    secret = secret_of(values, "application_credential_secret") or Secret("")
    return ApplicationCredentials(secret, id=key_id, name=name, user=user)


def _demand(values: Mapping[str, Any], kind: str, *keys: str) -> None:
    """*keys*: with `` or `` between alternatives. Raises :class:`IncompleteLogIn`."""
    values = {**values, "username": text_of(values, "username", "user_name")}
    missing = tuple(one for one in keys if not text_of(values, *one.split(" or ")))
    if missing:
        raise IncompleteLogIn(f"auth_type {kind} needs {', '.join(missing)}", missing)


def _plugin(
    values: Mapping[str, Any], kind: str, user: User, make_plugin: MakePlugin
) -> PluginCredentials:
    try:
        return plugin_credentials(kind, user.label, values, make_plugin)
    except UnusablePlugin as reason:
        problem = str(reason)
    raise IncompleteLogIn(problem)


def _auth_type(values: Mapping[str, Any]) -> str:
    return text_of(values, "auth_type").lower() or "password"


def _is_access_key(values: Mapping[str, Any], kind: str) -> bool:
    # Beside a user, or another way to log in, a key is for other services (object storage).
    is_other = kind != "password" or bool(text_of(values, "username", "user_name", "user_id"))
    return not is_other and bool(text_of(values, "ak", "access_key", "sk", "secret_key"))


def _access_key(values: Mapping[str, Any]) -> AccessKeyCredentials:
    access, secret = text_of(values, "ak", "access_key"), text_of(values, "sk", "secret_key")
    if not access:
        raise IncompleteLogIn("an access key needs ak (or access_key), too", ("access_key",))
    if not secret:
        raise IncompleteLogIn("an access key needs sk (or secret_key), too", ("secret_key",))
    form = text_of(values, "signature_form").lower() or "access"
    if form not in ("access", "credential"):
        raise IncompleteLogIn("signature_form is access or credential")
    token = secret_of(values, "security_token")
    return AccessKeyCredentials(access, Secret(secret), token, scoped=form == "credential")


def _user(values: Mapping[str, Any]) -> User:
    name = text_of(values, "username", "user_name")
    user_id = text_of(values, "user_id")
    for key in ("user_domain", "domain", "default_domain"):
        domain_id, domain_name = text_of(values, f"{key}_id"), text_of(values, f"{key}_name")
        if domain_id or domain_name:
            return User(name, user_id, domain_name, domain_id)
    if user_id:
        return User(name, user_id)
    assumed = text_of(values, "default_domain") or ASSUMED_DOMAIN
    return User(name, "", "", assumed, is_domain_assumed=True)


def _methods(values: Mapping[str, Any]) -> set[str]:
    found = values.get("auth_methods") or ()
    parts = found.split(",") if isinstance(found, str) else found
    return {str(part).strip().lower() for part in parts}
