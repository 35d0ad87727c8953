"""keystoneauth's plugins, made from a configuration, or the reason why one cannot be made."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vbs_tui.cloud.secrets import Secret

_EXTRAS = {
    "v3kerberos": "kerberos",
    "v3fedkerb": "kerberos",
    "v3samlpassword": "saml2",
    "v3adfspassword": "saml2",
    "v3oauth1": "oauth1",
}
"""``auth_type`` to the extra of keystoneauth1 that it needs."""

_UNKNOWN_KEY = re.compile(r"unexpected keyword argument '(\w+)'")

_LOCAL_BROWSER = frozenset({"v3websso"})
"""They open a browser on the machine that they run on, and listen on one of its ports."""

_PLACEHOLDER = "not typed yet"
"""In place of a password that is asked for later, so that all other options are checked now."""

_RAISED = (Exception, SystemExit, GeneratorExit, asyncio.CancelledError)
"""What a plugin's code may raise. ``KeyboardInterrupt`` comes from the operator."""

_SECRET_ENDINGS = ("password", "secret", "token", "passcode", "code", "_key", "assertion")
_ISSUED_ELSEWHERE = re.compile(r"(token|assertion)\Z|\A(auth(orization)?_?)?code\Z")
"""Options that hold a proof from elsewhere: only the cloud knows which user it is for."""

_USER_OPTIONS = frozenset({"username", "user_name", "user_id", "application_credential_id"})
_CLIENT_OPTIONS = {"v3oidcclientcredentials": "client_id"}
"""``auth_type`` to the option that names the user, where a program logs in for itself."""

_TICKETS = ("kerb", "krb", "gss", "negotiate", "oauth1")
"""Parts of ``auth_type`` where the user is that of a ticket or key, whatever is configured."""

MakePlugin = Callable[[str], tuple[Any, Any]]
"""Makes a plugin and its keystoneauth session. Takes a password to put in; empty: none. Blocking.

Raises what the plugin's loader raises.
"""


class UnusablePlugin(Exception):  # noqa: N818 - a finding, named for what it says
    """A plugin that cannot be made; the text says what is missing, and holds no value."""


@dataclass(frozen=True, slots=True)
class PluginCredentials:
    """Credentials that a plugin of keystoneauth logs in with."""

    kind: str
    """The ``auth_type``."""
    label: str
    """The user's name; empty where none is configured."""
    known: tuple[Secret, ...]
    """The secrets of the configuration."""
    make: MakePlugin = field(repr=False)
    lacks_password: bool = False
    """Whether the operator is to be asked for the password."""
    prompts: bool = False
    """Whether a log-in asks the operator for anything."""
    owner: str = ""
    """Digest of who logs in where and how, without secrets; empty where that is not known."""

    def secrets(self) -> tuple[Secret, ...]:
        return self.known


def is_secret_option(name: str) -> bool:
    """Whether a configuration key called *name* holds a secret, in any plugin's options."""
    return name.lower().replace("-", "_").endswith(_SECRET_ENDINGS)


def is_device_flow(plugin: Any) -> bool:
    """Whether *plugin* logs in with a browser on any device (RFC 8628)."""
    return hasattr(plugin, "device_authorization_endpoint")


def plugin_credentials(
    kind: str, label: str, values: Mapping[str, Any], make: MakePlugin
) -> PluginCredentials:
    """Credentials by the plugin that *make* makes. *values*: the keys of the configured cloud.

    A missing password is asked for at the log-in. Raises :class:`UnusablePlugin`.
    """
    if kind in _LOCAL_BROWSER:
        raise UnusablePlugin(
            f"auth_type {kind} opens a browser on this very machine; "
            "get a token with `openstack token issue`, and use auth_type v3token with it"
        )
    # Plugins that take a password are called so; the openstack client goes by that, too.
    lacks_password = kind.endswith("password") and not values.get("password")
    plugin, problem = None, _missing_library(kind)
    if not problem:
        try:
            plugin = make(_PLACEHOLDER if lacks_password else "")[0]
        except _RAISED as error:
            problem = _why_not_made(kind, error)
    # Outside of the handler, so that no frame with a value hangs on the error.
    if problem:
        raise UnusablePlugin(problem)
    if not hasattr(plugin, "get_access"):
        raise UnusablePlugin(f"auth_type {kind} gives no token, which this program works with")
    # As written, and as plugins take it: a blank at its end may be part of a password.
    secrets = [str(value) for key, value in values.items() if value and is_secret_option(key)]
    texts = {*secrets, *(text.strip() for text in secrets)}
    return PluginCredentials(
        kind,
        label,
        tuple(map(Secret, texts)),
        make,
        lacks_password,
        bool(lacks_password or getattr(plugin, "idp_otp_key", None) or is_device_flow(plugin)),
        owner_of(kind, values, texts),
    )


def owner_of(kind: str, values: Mapping[str, Any], secrets: set[str]) -> str:
    """Digest of who logs in where and how, by the plugin's options that are no secrets.

    Empty where the options do not distinguish users: tickets, tokens issued elsewhere, no user at
    all, or a value that is a secret at the same time.
    """
    options: list[Any] = _load(kind).get_options()
    names = {name.dest for one in options for name in (one, *one.deprecated)}
    secret_names = {one.dest for one in options if one.secret}
    options_set = {name: str(values[name]).strip() for name in names if values.get(name)}
    if any(_ISSUED_ELSEWHERE.search(name) for name in options_set):
        return ""
    public = {
        name: text
        for name, text in options_set.items()
        if name not in secret_names and not is_secret_option(name)
    }
    users = _USER_OPTIONS | {_CLIENT_OPTIONS.get(kind, "oauth2_client_id")}
    has_user = any(public.get(name) for name in users)
    if not has_user or secrets & set(public.values()) or any(part in kind for part in _TICKETS):
        return ""
    more = {
        name: str(values.get(name))
        for name in ("cert", "key", "verify", "insecure", "cacert", "default_domain")
    }
    return hashlib.sha256(json.dumps([kind, public, more], sort_keys=True).encode()).hexdigest()


def _load(kind: str) -> Any:
    from keystoneauth1 import loading  # noqa: PLC0415 - start-up time

    return loading.get_plugin_loader(kind)


def _missing_library(kind: str) -> str:
    """What has to be installed for *kind*; empty when nothing is known to be missing."""
    from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

    extra = _EXTRAS.get(kind)
    try:
        if _load(kind).available:
            return ""
    except exceptions.AuthPluginException:
        return ""  # making it says why
    except _RAISED:
        if not extra:
            return ""
    how = f": pip install 'keystoneauth1[{extra}]'" if extra else ""
    return f"auth_type {kind} needs a library that is not installed here{how}"


def _why_not_made(kind: str, error: BaseException) -> str:
    from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

    if isinstance(error, exceptions.MissingRequiredOptions):
        return f"auth_type {kind} needs {', '.join(str(one.dest) for one in error.options)}"
    if isinstance(error, ImportError):
        name = error.name or "of its own"
        return f"auth_type {kind} needs the library {name}, which is not installed here"
    if isinstance(error, exceptions.NoMatchingPlugin):
        return (
            f"nothing installed here knows auth_type {kind}; "
            "install the package that brings it, next to keystoneauth1"
        )
    if isinstance(error, exceptions.AuthPluginException):
        return f"auth_type {kind}: {error}"
    unknown = _UNKNOWN_KEY.search(str(error)) if isinstance(error, TypeError) else None
    if unknown:
        return f"auth_type {kind} does not know the key {unknown[1]}"
    # The text of any other error may quote a value, and that value may be a secret.
    return f"auth_type {kind} cannot be used with these keys ({type(error).__name__})"
