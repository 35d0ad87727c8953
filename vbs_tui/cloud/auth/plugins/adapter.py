"""Log-ins that this program does not know: by keystoneauth's own plugins (OIDC, SAML, Kerberos …).

Whatever logs the openstack client in logs this program in. The plugins block, and speak through
their own HTTP client, so that they run in a thread; only the token comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from vbs_tui.cloud.auth.plugins.device_code import DeviceCode, begin, go_on, is_by_device
from vbs_tui.cloud.auth.plugins.limits import Limits
from vbs_tui.cloud.auth.tokens import Token, end_of
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.resources import plain_id
from vbs_tui.cloud.secrets import Secret
from vbs_tui.text import clean
from vbs_tui.threads import NobodyWaits, SharedThreadWork, in_thread

T = TypeVar("T")

_LOOK_AT_BROWSER = 12.0
"""Seconds after which the operator is asked again whether they are done there."""

_RAN_OUT = "the code for the browser ran out before the log-in there was done"
_NEW_CODE = "Another try shows a new code."

Answer = Callable[[LogInQuestion], Awaitable[Secret]]
"""Asks the operator; raises when there is no answer."""


class PluginRefusal(Exception):  # noqa: N818 - an answer, told by its text
    """The plugin gave no token; the text is cleaned, what the plugin sent and got blotted out."""

    def __init__(
        self,
        text: str,
        *,
        answered: bool,
        status: int | None = None,
        was_asked: bool = True,
        hint: str = "",
        is_pending: bool = False,
    ) -> None:
        super().__init__(text)
        self.hint = hint
        """What to do, where that is known."""
        self.status = status
        """HTTP's, where there was an answer."""
        self.answered = answered
        """Whether somebody looked at the credentials and said, in so many words, no."""
        self.was_asked = was_asked
        """Whether anything may have reached anybody."""
        self.is_pending = is_pending
        """Whether the log-in in the browser is not done yet."""


@dataclass(frozen=True, slots=True)
class PluginCredentials:
    """A plugin of keystoneauth, and what it still lacks."""

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
    complete: Callable[[str], tuple[Any, Any]] | None = field(default=None, repr=False)
    """Makes plugin and session with a password; ``None`` where none is missing."""
    device: DeviceCode | None = field(default=None, repr=False)
    """What the operator was shown to log in with, by the flows that work so."""
    named: set[str] = field(default_factory=set, repr=False, compare=False)
    """Origins that the configured discovery document named; plugins read it only once."""
    calls: SharedThreadWork[Token] = field(
        default_factory=SharedThreadWork, repr=False, compare=False
    )

    def secrets(self) -> tuple[Secret, ...]:
        return self.known

    @property
    def asks(self) -> bool:
        """Whether :meth:`ready` asks anything."""
        by_code = getattr(self.plugin, "idp_otp_key", None) or is_by_device(self.plugin)
        return self.complete is not None or bool(by_code)

    async def ready(self, answer: Answer) -> PluginCredentials:
        """The same with all that only the operator knows, or can do in a browser.

        Raises what *answer* raises, and :class:`PluginRefusal`.
        """
        made = self
        if self.complete is not None:
            prompt = f"Password of {self.label}" if self.label else "Password"
            password = await answer(LogInQuestion(QuestionKind.PASSWORD, prompt))
            made = await self._told(in_thread(lambda: self._with_password(password)))
        if getattr(made.plugin, "idp_otp_key", None):
            prompt = f"Passcode of {self.label}" if self.label else "Passcode"
            passcode = await answer(LogInQuestion(QuestionKind.PASSCODE, prompt))
            made = replace(made, known=(*made.known, passcode))
            # Where the plugin looks before it would ask on the terminal.
            made.session.otp = "".join(passcode.reveal().split())
        if is_by_device(made.plugin):
            asked = made
            code = await self._told(in_thread(lambda: asked._guarded(lambda: True, asked._begin)))
            await answer(code.question())
            # One run of its own: nobody is to wait for what an earlier code came to.
            known = (*made.known, *code.secrets())
            limits = replace(made.limits, log_in=_LOOK_AT_BROWSER)
            made = replace(made, device=code, known=known, limits=limits, calls=SharedThreadWork())
        return made

    async def token(self, now: datetime) -> Token:
        """A fresh token, one log-in for all who ask at the same time.

        Only of credentials that are :meth:`ready`. Raises :class:`PluginRefusal`.
        """
        patience = self.limits.log_in + self.limits.grace
        work = self.calls.result(lambda: self.log_in(now, self.calls.is_wanted), patience)
        return await self._told(work)

    def log_in(self, now: datetime, is_wanted: Callable[[], bool] = lambda: True) -> Token:
        """A fresh token, of the scope that is configured. Blocking.

        *is_wanted* is asked before each request. Raises :class:`PluginRefusal`, and
        :class:`NobodyWaits` when nobody wants the token any more.
        """
        if self.complete is not None:
            raise PluginRefusal(f"{self.kind} has no password", answered=False, was_asked=False)
        if self.device is not None and self.device.is_over():
            raise PluginRefusal(_RAN_OUT, answered=False, hint=_NEW_CODE)
        return self._guarded(is_wanted, lambda: _token(self._access(), now))

    async def _told(self, work: Awaitable[T]) -> T:
        """What *work* returns; why it failed, as :class:`PluginRefusal`."""
        try:
            return await work
        except PluginRefusal as refusal:
            told = refusal
        except TimeoutError:
            patience = self.limits.log_in + self.limits.grace
            text = f"{self.kind} came to no end within {patience:g} s"
            told = PluginRefusal(text, answered=False)
        except Exception as error:
            text = f"{self.kind} cannot be asked ({type(error).__name__})"
            told = PluginRefusal(text, answered=False, was_asked=False)
        # Outside of the handlers, and without the frames of the thread; several may wait for it.
        raise PluginRefusal(
            str(told),
            answered=told.answered,
            status=told.status,
            was_asked=told.was_asked,
            hint=told.hint,
            is_pending=told.is_pending,
        )

    def _with_password(self, password: Secret) -> PluginCredentials:
        if self.complete is None:
            return self
        plugin, session = self.complete(password.reveal())
        known = (*self.known, password)
        return replace(self, plugin=plugin, session=session, known=known, complete=None)

    def _begin(self) -> DeviceCode:
        return begin(self.plugin, self.session)

    def _access(self) -> Any:
        self.plugin.invalidate()
        if self.device is not None:
            return go_on(self.plugin, self.session, self.device)
        return self.plugin.get_access(self.session)

    def _of_browser(self, error: str, status: int | None = None) -> PluginRefusal | None:
        """What an OAuth 2 *error* says of the log-in in the browser (RFC 8628, section 3.5)."""
        is_over = self.device is not None and self.device.is_over()
        if error == "expired_token" or (error == "authorization_pending" and is_over):
            return PluginRefusal(_RAN_OUT, answered=False, status=status, hint=_NEW_CODE)
        if error == "access_denied":
            text = "the log-in was denied in the browser"
            return PluginRefusal(text, answered=True, status=status, hint=_NEW_CODE)
        if error == "authorization_pending":
            text = "the log-in in the browser is not done yet"
            return PluginRefusal(text, answered=False, status=status, is_pending=True)
        return None

    def _guarded(self, is_wanted: Callable[[], bool], work: Callable[[], T]) -> T:
        """What *work* of the plugin returns, its requests watched over. Raises as :meth:`log_in`"""
        from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

        from vbs_tui.cloud.auth.plugins.http import Wire  # noqa: PLC0415 - start-up time

        wire = Wire(
            self.session,
            self.known,
            self.addresses,
            self.limits,
            is_wanted,
            discovery=str(getattr(self.plugin, "discovery_endpoint", None) or ""),
            named=self.named,
            allow_plain_http=self.allow_plain_http,
        )
        try:
            return work()
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
            raise NobodyWaits
        if self.device is not None and (told := self._of_browser(wire.error, wire.status)):
            raise told
        raise PluginRefusal(
            clean(wire.blot(wire.trouble or text), 600),
            answered=wire.is_refusal and not wire.trouble,
            status=wire.status,
            was_asked=wire.was_asked,
            hint=wire.hint,
        )


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
        ends_at=end_of(life, now),
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
