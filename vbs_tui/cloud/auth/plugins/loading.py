"""keystoneauth's plugins, made from a configuration, or why one cannot be made."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials
from vbs_tui.cloud.auth.plugins.identity import addresses_of, owner_of
from vbs_tui.cloud.secrets import Secret

_EXTRAS = {
    "v3kerberos": "kerberos",
    "v3fedkerb": "kerberos",
    "v3samlpassword": "saml2",
    "v3adfspassword": "saml2",
    "v3oauth1": "oauth1",
}
"""``auth_type`` to the extra of keystoneauth1 that it needs; the extras' own names."""

_UNKNOWN_KEY = re.compile(r"unexpected keyword argument '(\w+)'")

_ON_THIS_MACHINE = frozenset({"v3websso"})
"""They open a browser on the machine that they run on, and wait for it at a port of theirs."""

_STAND_IN = "not typed yet"
"""In place of a password that is asked for later, so that all the rest is checked at once."""

_ENDINGS = (Exception, SystemExit, GeneratorExit, asyncio.CancelledError)
"""What foreign code may raise while it is set up; an interrupt is the operator's own."""


class UnusablePlugin(Exception):  # noqa: N818 - an answer, told by its text
    """A plugin that cannot even be made; the text says what is missing, and holds no value."""


Make = Callable[[str], tuple[Any, Any]]
"""A plugin and its session, of a configuration and a password that is put in; empty: none is."""


def plugin_credentials(
    kind: str,
    label: str,
    known: tuple[Secret, ...],
    make: Make,
    *,
    lacks_password: bool = False,
    allow_plain_http: bool = False,
) -> PluginCredentials:
    """Credentials by the plugin and session of *make*. Raises :class:`UnusablePlugin`.

    *lacks_password*: the operator is to be asked for it at the log-in.
    """
    if kind in _ON_THIS_MACHINE:
        raise UnusablePlugin(
            f"auth_type {kind} opens a browser on this very machine; "
            "get a token with `openstack token issue`, and use auth_type v3token with it"
        )
    problem = _missing_library(kind)
    try:
        plugin, session = (None, None) if problem else make(_STAND_IN if lacks_password else "")
    except _ENDINGS as error:
        problem = _why_not_made(kind, error)
    if problem:
        raise UnusablePlugin(problem)
    if not hasattr(plugin, "get_access"):
        raise UnusablePlugin(f"auth_type {kind} gives no token, which this program works with")
    made = PluginCredentials(
        kind,
        label,
        known,
        plugin,
        session,
        allow_plain_http,
        owner=owner_of(kind, plugin, session, known),
        # Now, since a plugin keeps what servers tell it, too.
        addresses=addresses_of(plugin),
    )
    return replace(made, complete=make) if lacks_password else made


def _missing_library(kind: str) -> str:
    """What has to be installed for *kind*; empty when nothing is known to be missing."""
    from keystoneauth1 import exceptions, loading  # noqa: PLC0415 - start-up time

    extra = _EXTRAS.get(kind)
    try:
        if loading.get_plugin_loader(kind).available:
            return ""
    except exceptions.AuthPluginException:
        return ""  # making it says why
    except _ENDINGS:
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
