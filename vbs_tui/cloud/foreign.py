"""Log-ins that this program does not know: by keystoneauth's own plugins (OIDC, SAML, Kerberos …).

Whatever logs the openstack client in logs this program in. The plugins block, and speak through
their own HTTP client, so that they run in a thread; only the token comes back.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vbs_tui.cloud.beside import GivenUp, SharedWork
from vbs_tui.cloud.foreign_identity import addresses_of, owner_of
from vbs_tui.cloud.foreign_limits import Limits
from vbs_tui.cloud.resources import plain_id
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.tokens import Token
from vbs_tui.text import clean

_EXTRAS = {
    "v3kerberos": "kerberos",
    "v3fedkerb": "kerberos",
    "v3samlpassword": "saml2",
    "v3adfspassword": "saml2",
    "v3oauth1": "oauth1",
}
"""``auth_type`` to the extra of keystoneauth1 that it needs; the extras' own names."""

_UNKNOWN_KEY = re.compile(r"unexpected keyword argument '(\w+)'")

_TALKATIVE = frozenset({"v3oidcdeviceauthz", "v3websso"})
"""They print and wait for a browser, which a full screen cannot let them do."""

_ENDINGS = (Exception, SystemExit, GeneratorExit, asyncio.CancelledError)
"""What foreign code may raise while it is set up; an interrupt is the operator's own."""


class UnusablePlugin(Exception):  # noqa: N818 - an answer, told by its text
    """A plugin that cannot even be made; the text says what is missing, and holds no value."""


class ForeignRefusal(Exception):  # noqa: N818 - an answer, told by its text
    """The plugin gave no token; the text is cleaned, what the plugin sent and got blotted out."""

    def __init__(
        self, text: str, *, answered: bool, status: int | None = None, was_asked: bool = True
    ) -> None:
        super().__init__(text)
        self.status = status
        """HTTP's, where there was an answer."""
        self.answered = answered
        """Whether somebody looked at the credentials and said, in so many words, no."""
        self.was_asked = was_asked
        """Whether anything may have reached anybody."""


@dataclass(frozen=True, slots=True)
class ForeignCredentials:
    """A plugin of keystoneauth, ready to be asked."""

    kind: str
    """The ``auth_type``."""
    label: str
    known: tuple[Secret, ...]
    """What the configuration holds of secrets."""
    plugin: Any = field(repr=False)
    """keystoneauth's plugin."""
    session: Any = field(repr=False)
    """keystoneauth's session: the plugin's way to the network."""
    allow_plain_http: bool = False
    owner: str = ""
    """Who logs in where and how, as a digest without secrets; empty where that is not known."""
    addresses: tuple[str, ...] = field(default=(), repr=False)
    """The URLs that are configured."""
    limits: Limits = field(default_factory=Limits)
    calls: SharedWork[Token] = field(default_factory=SharedWork, repr=False, compare=False)

    def secrets(self) -> tuple[Secret, ...]:
        return self.known

    async def token(self, now: datetime) -> Token:
        """A fresh token, one log-in for all who ask at the same time. Raises ForeignRefusal."""
        patience = self.limits.log_in + self.limits.grace
        try:
            return await self.calls.result(lambda: self.log_in(now, self.calls.is_wanted), patience)
        except ForeignRefusal as refusal:
            told = refusal
        except TimeoutError:
            text = f"{self.kind} came to no end within {patience:g} s"
            told = ForeignRefusal(text, answered=False)
        except Exception as error:
            text = f"{self.kind} cannot be asked ({type(error).__name__})"
            told = ForeignRefusal(text, answered=False, was_asked=False)
        # Outside of the handlers, and without the frames of the thread; several may wait for it.
        raise ForeignRefusal(
            str(told), answered=told.answered, status=told.status, was_asked=told.was_asked
        )

    def log_in(self, now: datetime, is_wanted: Callable[[], bool] = lambda: True) -> Token:
        """A fresh token, of the scope that is configured. Blocking.

        *is_wanted* is asked before each request. Raises :class:`ForeignRefusal`, and
        :class:`GivenUp` when nobody wants the token any more.
        """
        from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

        from vbs_tui.cloud.foreign_wire import Wire  # noqa: PLC0415 - start-up time

        wire = Wire(
            self.session,
            self.known,
            self.addresses,
            self.limits,
            is_wanted,
            discovery=str(getattr(self.plugin, "discovery_endpoint", None) or ""),
            allow_plain_http=self.allow_plain_http,
        )
        try:
            self.plugin.invalidate()
            return _token(self.plugin.get_access(self.session), now)
        except exceptions.HttpError as error:
            status = int(error.http_status or 0)
            text = f"{wire.host} answered HTTP {status}: {wire.words or error.message}"
        except exceptions.ConnectionError as error:
            text = str(error)
        except Exception as error:
            text = f"{self.kind} cannot read the answer of {wire.host}: "
            text += wire.words or f"{type(error).__name__}: {error}"
        except BaseException as error:  # of a library that thinks it is the program
            text = f"{self.kind} broke off with {type(error).__name__}"
        finally:
            wire.close()
        # Outside of the handlers, so that no frame with a secret hangs on the error.
        if wire.is_given_up:
            raise GivenUp
        raise ForeignRefusal(
            clean(wire.blot(wire.trouble or text), 600),
            answered=wire.is_refusal and not wire.trouble,
            status=wire.status,
            was_asked=wire.was_asked,
        )


def foreign_credentials(
    kind: str,
    label: str,
    known: tuple[Secret, ...],
    make: Callable[[], tuple[Any, Any]],
    *,
    allow_plain_http: bool = False,
) -> ForeignCredentials:
    """Credentials by the plugin and session of *make*. Raises :class:`UnusablePlugin`."""
    if kind in _TALKATIVE:
        raise UnusablePlugin(
            f"auth_type {kind} talks with its user on the terminal and in a browser; "
            "get a token with `openstack token issue`, and use auth_type v3token with it"
        )
    problem = _missing_library(kind)
    try:
        plugin, session = (None, None) if problem else make()
    except _ENDINGS as error:
        problem = _why_not_made(kind, error)
    if problem:
        raise UnusablePlugin(problem)
    if getattr(plugin, "idp_otp_key", None):
        raise UnusablePlugin(
            "idp_otp_key makes the plugin ask for a passcode on the terminal; "
            "get a token with `openstack token issue`, and use auth_type v3token with it"
        )
    if not hasattr(plugin, "get_access"):
        raise UnusablePlugin(f"auth_type {kind} gives no token, which this program works with")
    return ForeignCredentials(
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
        names = [str(one.dest) for one in error.options]
        by_variable = " (or OS_PASSWORD)" if "password" in names else ""
        return f"auth_type {kind} needs {', '.join(names)}{by_variable}"
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


def _token(access: Any, now: datetime) -> Token:
    expires, issued = _moment(access.expires), _moment(access.issued)
    life = timedelta(hours=1)
    if expires is not None:
        life = expires - (issued or now)
    catalog = access.service_catalog.catalog if access.has_service_catalog() else None
    return Token(
        secret=Secret(str(access.auth_token)),
        got_at=now,
        expires_at=expires,
        ends_at=now + max(life, timedelta(0)),
        user_id=plain_id(access.user_id),
        user_name=clean(access.username, 128),
        project_id=plain_id(access.project_id),
        project_name=clean(access.project_name, 128),
        catalog=catalog,
    )


def _moment(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
