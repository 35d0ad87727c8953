"""Log-ins that this program does not know: by keystoneauth's own plugins (OIDC, SAML, Kerberos …).

Whatever logs the openstack client in logs this program in. The plugins block, and speak through
their own HTTP client, so that they run in a thread; only the token comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vbs_tui.cloud.resources import plain_id
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.tokens import Token
from vbs_tui.text import clean


class ForeignRefusal(Exception):  # noqa: N818 - an answer, told by its text
    """The plugin gave no token; the text is the plugin's own, uncleaned of known secrets."""

    def __init__(self, text: str, *, answered: bool) -> None:
        super().__init__(text)
        self.answered = answered
        """Whether a server refused, rather than could not be reached."""


@dataclass(frozen=True, slots=True)
class ForeignCredentials:
    """A plugin of keystoneauth, ready to be asked."""

    kind: str
    """The ``auth_type``."""
    label: str
    known: tuple[Secret, ...]
    """What the configuration holds of secrets."""
    make: Callable[[], tuple[Any, Any]] = field(repr=False)
    """Gives the plugin and its session; blocking, imports keystoneauth."""

    def secrets(self) -> tuple[Secret, ...]:
        return self.known

    def log_in(self, now: datetime) -> Token:
        """A fresh token. Blocking. Raises :class:`ForeignRefusal`."""
        from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

        try:
            plugin, session = self.make()
            plugin.invalidate()
            return _token(plugin.get_access(session), now)
        except exceptions.ConnectionError as error:
            raise ForeignRefusal(_words(error), answered=False) from None
        except Exception as error:
            raise ForeignRefusal(_words(error), answered=True) from None


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


def _words(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}", 2000)
