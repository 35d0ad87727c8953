"""One cloud and one user, from settings to providers."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vbs_tui.clock import Clock, SystemClock
from vbs_tui.cloud.auth.credentials import AccessKeyCredentials, ApplicationCredentials, User
from vbs_tui.cloud.auth.log_in import BaseLogIn, LogIn
from vbs_tui.cloud.auth.log_in_errors import KEEPS_USER
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials
from vbs_tui.cloud.auth.plugins.log_in import PluginLogIn
from vbs_tui.cloud.auth.prompt import LogInPrompt
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.auth.signing import SigningKey
from vbs_tui.cloud.auth.token_cache import TokenCache
from vbs_tui.cloud.auth.token_store import TokenStore
from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.messages import Request
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.http.session import Session, Timeouts
from vbs_tui.cloud.http.urls import (
    address_trouble,
    identity_root,
    is_plain_http,
    service_root,
)
from vbs_tui.cloud.provider import Ask
from vbs_tui.cloud.providers.vbs.provider import VbsProvider
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import NOTE_HIDDEN
from vbs_tui.cloud.services.catalog import Catalog, Endpoint, NoEndpoint, catalog_rows
from vbs_tui.cloud.services.identity import fetch_catalog, list_projects
from vbs_tui.text import clean

_OPTIONAL = frozenset({"ecs"})
"""Services that take no part in a restore: their address does not identify the cloud."""


class CloudConnection:
    """Logs in as *settings* say, lists projects, opens them. Belongs to one event loop."""

    def __init__(
        self,
        settings: CloudSettings,
        *,
        ask: Ask | None = None,
        request_log: RequestLog | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        timeouts: Timeouts | None = None,
        policy: RetryPolicy | None = None,
        limiter: RateLimiter | None = None,
        token_directory: Path | None = None,
        history: RefusalHistory | None = None,
        reload_settings: Callable[[], Awaitable[CloudSettings]] | None = None,
    ) -> None:
        """Nothing is sent before :meth:`projects` or :meth:`open`.

        *token_directory*: where to keep tokens for the next start; ``None``: nowhere. *history*:
        the refusals of earlier connections to the same cloud. *reload_settings* gives *settings*
        as they are configured now, and may raise ``CloudError``.
        """
        self._history = history or RefusalHistory()
        self._reload_settings = reload_settings
        self._ask = ask
        self._settings = settings
        self._log = request_log or RequestLog()
        self._clock = clock or SystemClock()
        self._root = identity_root(settings.auth_url)
        self._session = Session(
            log=self._log,
            clock=self._clock,
            rng=rng or random.Random(),
            trust=settings.tls,
            timeouts=timeouts,
            policy=policy,
            limiter=limiter,
        )
        self._session.redactor.add_public(*_public_names(settings))
        self._authorization = self._make_authorization(token_directory)
        self._providers: dict[tuple[str, str], VbsProvider] = {}
        self._opening: dict[tuple[str, str], asyncio.Lock] = {}
        self._plain_hosts: set[str] = set()

    @property
    def cloud(self) -> str:
        host = clean(urlsplit(self._root).hostname, 100)
        return clean(self._settings.name, 100) or host

    @property
    def identity(self) -> str:
        # At another address of VBS or EVS the same ids mean other things, or nothing at all.
        fixed = self._settings.endpoint_overrides.items()
        places = sorted({service_root(url) for name, url in fixed if name not in _OPTIONAL})
        return " ".join([f"{self._root}/v3", *places])

    @property
    def region(self) -> str:
        return clean(self._settings.region, 64)

    @property
    def user(self) -> str:
        return self._authorization.user or clean(self._settings.credentials.label, 128)

    @property
    def preferred_project(self) -> str:
        # The log-in's own, by its id: names are unique within a domain only. An application
        # credential has its one project, a token may, and a user a default one.
        own = self._authorization.only_project
        named = self._settings.project_id or self._settings.project_name
        return named if own is None else own.id

    @property
    def token_expires_at(self) -> datetime | None:
        return self._authorization.expires_at

    @property
    def insecure(self) -> str:
        parts = []
        if not self._settings.verify:
            parts.append("certificates are not checked")
        if is_plain_http(self._root):
            self._plain_hosts.add(clean(urlsplit(self._root).hostname, 100))
        if self._plain_hosts:
            parts.append(f"plain HTTP to {', '.join(sorted(self._plain_hosts))}")
        return "; ".join(parts)

    @property
    def is_secret_in_the_way(self) -> bool:
        """Whether a password or key is a word of the cloud's answers, where it is hidden."""
        return self._session.redactor.is_in_the_way

    @property
    def request_log(self) -> RequestLog:
        return self._log

    async def projects(self) -> tuple[Project, ...]:
        """Log in if need be, even after a refusal, and list this user's usable projects.

        After a refusal the configuration is read again: a corrected secret is used, another user
        or address is not.
        """
        self._check_identity_url()
        if self._reload_settings is not None and self._authorization.is_locked:
            self._use_corrected(await self._reload_settings())
        self._authorization.reset()
        client = ServiceClient(self._session, self._authorization.unscoped())
        try:
            await client.prepare(self._probe("log in"))
            self._demand_configured_project()
            found = await list_projects(client, self._root, self._authorization.project_paths)
        except CloudError as error:
            only = self._authorization.only_project
            if only is None or error.failure.kind is not ErrorKind.REFUSED:
                # Without the frames of the log-in, which hold the password.
                raise CloudError(error.failure) from None
            return (only,)
        if not found and self.is_secret_in_the_way:
            raise CloudError(self._failure("list projects", "none could be read", NOTE_HIDDEN))
        return found

    def _demand_configured_project(self) -> None:
        """An application credential opens its own project, even when another one is configured.

        The operator must know. Raises ``CloudError``.
        """
        own, settings = self._authorization.only_project, self._settings
        if own is None or not isinstance(settings.credentials, ApplicationCredentials):
            return
        named = [(settings.project_id, own.id), (settings.project_name, own.name)]
        for wanted, is_own in named:
            if wanted and wanted != is_own:
                text = f"this application credential is good for the project {own.name} alone"
                text += f", and {clean(wanted, 100)} is configured"
                hint = "Take the project out of the configuration, or use another log-in for it."
                kind = ErrorKind.LOG_IN
                raise CloudError(replace(self._failure("log in", text, hint), kind=kind))

    async def open(self, project: Project, region: str = "") -> VbsProvider:
        """VBS and EVS of *project*, in *region* or else the configured one; the same each time."""
        self._check_identity_url()
        key = (project.id, region)
        if key in self._providers:
            return self._providers[key]
        lock = self._opening.setdefault(key, asyncio.Lock())
        async with lock:
            if key not in self._providers:
                try:
                    found = await self._opened(project, region)
                except CloudError as error:
                    raise CloudError(error.failure) from None  # as above
                # The one that is open already may be the one that is asked for by its region.
                for known in (key, (project.id, found.region)):
                    self._providers.setdefault(known, found)
        return self._providers[key]

    def grant(self, project: Project) -> Grant | None:
        """What the cloud says of the log-in to *project*, once open; ``None`` for access keys."""
        return self._authorization.grant(project)

    async def aclose(self) -> None:
        await self._authorization.aclose()
        await self._session.aclose()

    async def _opened(self, project: Project, region: str) -> VbsProvider:
        client = ServiceClient(self._session, self._authorization.for_project(project))
        await client.prepare(self._probe("open the project"))
        received = self._authorization.catalog_of(project)
        if not received:
            received = await fetch_catalog(client, self._root)
        try:
            catalog = self._catalog(received, project, region)
            found = [catalog.endpoint(service, project.id) for service in ("vbs", "evs")]
        except NoEndpoint as reason:
            hint = f"{NOTE_HIDDEN} {reason.hint}" if self.is_secret_in_the_way else reason.hint
            failure = self._failure("find the services", str(reason), hint, project.name)
        else:
            found += _optional(catalog, "ecs", project.id)
            self._plain_hosts.update(
                clean(urlsplit(one.root).hostname, 100) for one in found if is_plain_http(one.root)
            )
            endpoints = tuple((one.service, one.root, one.why) for one in found)
            # An address that is configured is that of one region, whichever is asked for.
            regions = () if self._settings.endpoint_overrides else catalog.regions()
            return VbsProvider(client, project, endpoints, region=catalog.region, regions=regions)
        raise CloudError(failure)

    def _catalog(self, received: object, project: Project, region: str) -> Catalog:
        rows = catalog_rows(received)
        region = region or self.region
        if not region and any(row.region == project.region for row in rows):
            # A project belongs to one region; its name says to which.
            region = project.region
        catalog = Catalog(
            rows=rows,
            identity_root=self._root,
            region=region,
            interface=self._settings.interface,
            overrides=self._settings.endpoint_overrides,
            allow_plain_http=self._settings.allow_plain_http,
        )
        return catalog.in_one_region(project.id)

    def _make_authorization(self, token_directory: Path | None) -> TokenStore | SigningKey:
        settings = self._settings
        if isinstance(settings.credentials, AccessKeyCredentials):
            return SigningKey(settings.credentials, self._session, self._history)
        # What only the cloud knows the user of (a given token, a ticket) is not kept on disk.
        owner = settings.credentials.owner and json.dumps(
            [
                *(self._root, settings.name, type(settings.credentials).__name__),
                *(settings.credentials.label, settings.credentials.owner),
            ]
        )
        cache = TokenCache(token_directory, owner)
        return TokenStore(
            self._session, self._log_in(settings), cache, self._history, settings.scope
        )

    def _log_in(self, settings: CloudSettings) -> BaseLogIn[Any]:
        credentials = settings.credentials
        assert not isinstance(credentials, AccessKeyCredentials)
        prompt = LogInPrompt(self._session, credentials.label, self._ask, self.cloud, self._history)
        if isinstance(credentials, PluginCredentials):
            return PluginLogIn(self._session, self._root, credentials, prompt)
        return LogIn(self._session, self._root, credentials, prompt)

    def _use_corrected(self, now: CloudSettings) -> None:
        """Use the secret that is configured *now*, when it is the same user's."""
        if other := self._settings.other_user_in(now):
            raise CloudError(self._failure("log in", other, KEEPS_USER))
        if now.credentials == self._settings.credentials:
            return  # a typed password stays in use
        self._settings = replace(self._settings, credentials=now.credentials)
        if isinstance(self._authorization, TokenStore):
            self._authorization.use(self._log_in(now))
        else:
            assert isinstance(now.credentials, AccessKeyCredentials)
            self._authorization.use(now.credentials)

    def _check_identity_url(self) -> None:
        trouble = address_trouble(
            self._settings.auth_url.strip(), allow_plain_http=self._settings.allow_plain_http
        )
        if trouble or not self._root:
            hint = "Correct auth_url in the configuration (OS_AUTH_URL in the environment)."
            if self._root and not address_trouble(
                self._settings.auth_url.strip(), allow_plain_http=True
            ):
                hint = advice.USE_HTTPS
            where = clean(self._root.rpartition("@")[2], 200)
            raise CloudError(self._failure("log in", trouble or "no address", hint, where))
        self._check_secrets()

    def _check_secrets(self) -> None:
        """Raises ``CloudError`` for a secret that cannot be sent unchanged."""
        one = self._settings.credentials
        problem = ""
        if any(not secret.is_text for secret in one.secrets()):
            problem = "a password or key of the configuration holds bytes that are no UTF-8"
            hint = "Set it on a UTF-8 terminal, or in secure.yaml, saved as UTF-8."
        elif isinstance(one, AccessKeyCredentials) and not one.fits_headers:
            problem = "the access key or its security token cannot be sent"
            hint = advice.BAD_HEADER
        if problem:
            raise CloudError(self._failure("log in", problem, hint))

    def _probe(self, what: str) -> Request:
        return Request("GET", f"{self._root}/v3", what)

    def _failure(self, what: str, message: str, hint: str, target: str = "") -> Failure:
        return Failure(
            ErrorKind.NOT_SENT,
            Executed.NO,
            what,
            target,
            message=message,
            hint=hint,
            at=self._clock.now(),
        )


def _public_names(settings: CloudSettings) -> tuple[str, ...]:
    """Names in *settings* that are shown openly, even when a short password is the same."""
    user: User = getattr(settings.credentials, "user", User())
    return (
        settings.name,
        settings.region,
        settings.project_name,
        settings.project_domain_name,
        user.name,
        user.domain_name,
    )


def _optional(catalog: Catalog, service: str, project_id: str) -> list[Endpoint]:
    try:
        return [catalog.endpoint(service, project_id)]
    except NoEndpoint:
        return []
