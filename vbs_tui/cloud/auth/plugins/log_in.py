"""Log-in by a plugin of keystoneauth, in a thread: only its token comes back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vbs_tui.cloud.auth.log_in import BaseLogIn, Refused
from vbs_tui.cloud.auth.log_in_errors import log_in_failure
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials
from vbs_tui.cloud.auth.tokens import Scope, Token, new_token
from vbs_tui.cloud.errors import CloudError, ErrorKind, Failure
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret
from vbs_tui.threads import ThreadFailed, in_thread
from vbs_tui.times import iso

if TYPE_CHECKING:
    from vbs_tui.cloud.auth.plugins.transport import PluginTransport

LOG_IN_SECONDS = 180.0
"""For all requests of one log-in together, without the time that the operator needs."""


class PluginLogIn(BaseLogIn[PluginCredentials]):
    """Whatever logs the openstack client in logs this program in."""

    _plugin: tuple[Any, Any, set[str]] | None = None
    """The plugin, its keystoneauth session, and the origins that may receive secrets."""

    async def by_credentials(self, scope: Scope, why: str = "") -> Token:
        token = await self._configured(why)
        if not scope.is_project or scope.fits(token):
            return token
        return await self._rescoped(token, scope)

    def forget_typed(self) -> None:
        super().forget_typed()
        if self._credentials.lacks_password:
            self._plugin = None

    async def _configured(self, why: str) -> Token:
        """A token of the scope that is configured. Raises :class:`Refused`, ``CloudError``."""
        made = self._plugin or await self._make(why)
        # Not used again before the thread has ended: one that was abandoned may still use it.
        self._plugin = None
        from vbs_tui.cloud.auth.plugins.transport import PluginTransport  # noqa: PLC0415

        plugin, session, origins = made
        if getattr(plugin, "idp_otp_key", None):
            passcode = await self._ask(QuestionKind.PASSCODE, "Passcode", why)
            # Where the plugin looks before it would ask on the terminal.
            session.otp = "".join(passcode.reveal().split())

        async def ask(question: LogInQuestion, why_again: str) -> None:
            deadline.reschedule(None)
            await self._prompt.ask(question, why_again or why)
            deadline.reschedule(asyncio.get_running_loop().time() + LOG_IN_SECONDS)

        label = self._credentials.label
        transport = PluginTransport(self._session, label, plugin, origins, ask)
        session.redirect = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, transport)
        try:
            async with asyncio.timeout(LOG_IN_SECONDS) as deadline:
                token = await in_thread(lambda: _token(plugin, session, self._now()))
        except Exception as error:
            self._plugin = None if isinstance(error, TimeoutError) else made
            failure = self._why_failed(error, transport)
        else:
            self._plugin = made
            self._session.redactor.add(token.secret, temporary=True)
            return token
        finally:
            transport.close()
        # Outside of the handler, and without the frames of the thread, which hold secrets.
        raise (Refused if transport.is_refusal else CloudError)(failure)

    async def _make(self, why: str) -> tuple[Any, Any, set[str]]:
        password = Secret("")
        if self._credentials.lacks_password:
            password = await self._ask(QuestionKind.PASSWORD, "Password", why)

        def work() -> tuple[Any, Any, set[str]]:
            from vbs_tui.cloud.auth.plugins.transport import origins_of  # noqa: PLC0415

            plugin, session = self._credentials.make(password.reveal())
            return plugin, session, origins_of(plugin)

        try:
            return await in_thread(work)
        except Exception as error:
            text = f"{self._credentials.kind} cannot be made ({type(error).__name__})"
        raise CloudError(log_in_failure(self._now(), text, kind=ErrorKind.NOT_SENT))

    async def _ask(self, kind: QuestionKind, what: str, why: str) -> Secret:
        label = self._credentials.label
        return await self._prompt.ask(
            LogInQuestion(kind, f"{what} of {label}" if label else what), why
        )

    def _why_failed(self, error: Exception, transport: PluginTransport) -> Failure:
        from keystoneauth1 import exceptions  # noqa: PLC0415 - start-up time

        kind, host = self._credentials.kind, transport.host
        if isinstance(error, CloudError):
            failure = error.failure
        else:
            reason = transport.reason
            text = f"{kind} cannot read the answer of {host}: "
            text += reason or f"{type(error).__name__}: {error}"
            if isinstance(error, exceptions.HttpError):
                text = f"{host} answered HTTP {error.http_status}: {reason or error.message}"
            elif isinstance(error, TimeoutError):
                text = f"{kind} came to no end within {LOG_IN_SECONDS:g} s"
            elif isinstance(error, ThreadFailed):
                text = f"{kind}: {error}"
            failure = transport.failure(text)
        if failure.declined:
            return failure
        hint = (
            f"The log-in is done by keystoneauth's {kind} plugin: "
            "try the openstack client with the same cloud."
        )
        return replace(failure, hint=failure.hint or hint, url=self._url)


def _token(plugin: Any, session: Any, now: datetime) -> Token:
    """A fresh token, of the scope that is configured. Blocking; raises what the plugin raises."""
    plugin.invalidate()
    access = plugin.get_access(session)
    user = {"id": access.user_id, "name": access.username}
    data = {
        "expires_at": _moment(access.expires),
        "issued_at": _moment(access.issued),
        "user": user,
        "project": {"id": access.project_id, "name": access.project_name},
        "catalog": access.service_catalog.catalog if access.has_service_catalog() else None,
    }
    token = new_token(str(access.auth_token), data, now)
    if token is None:
        raise ValueError("the token cannot be sent in a header")
    return token


def _moment(value: object) -> str | None:
    if not isinstance(value, datetime):
        return None
    return iso(value if value.tzinfo else value.replace(tzinfo=UTC))
