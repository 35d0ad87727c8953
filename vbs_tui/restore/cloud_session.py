"""Work in one cloud: log in, open projects, choose the region, read the lists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future

from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.provider import Connection, LogInQuestion, Provider
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.checks.required_text import ListedResources
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Connecting,
    Event,
    ListKind,
    Notice,
    ProjectFailed,
    ProjectOpened,
    RegionChanged,
    SecretWanted,
)
from vbs_tui.restore.list_reader import ListReader
from vbs_tui.restore.refusals import defect_failure
from vbs_tui.restore.shared_connection import Connector, SharedConnection


class CloudSession:
    """Belongs to the engine's event loop. Tells what happens as events."""

    def __init__(
        self,
        connector: Connector,
        *,
        cloud_name: str,
        region: str,
        request_log: RequestLog,
        clock: Clock,
        emit: Callable[[Event], None],
        on_log_in: Callable[[Connection], Awaitable[None]],
    ) -> None:
        """*on_log_in* is called after each log-in, once the listeners have been told."""
        self.region = region
        """The region that the operator changed to; empty for the configured one."""
        self.identity = ""
        """The identity of the cloud that is logged in to; empty before the first log-in."""
        self.projects: tuple[Project, ...] = ()
        self._connection = SharedConnection(connector, self._ask, request_log)
        self._cloud_name = cloud_name
        self._clock = clock
        self._emit = emit
        self._on_log_in = on_log_in
        self._lists = ListReader(clock, emit)
        self._is_logging_in = False

    async def connection(self) -> Connection:
        """The connection, made if there is none. Raises ``CloudError``."""
        return await self._connection.get()

    async def provider(self, project: Project) -> Provider:
        """The provider of *project*, in the present region. Raises ``CloudError``."""
        return await (await self.connection()).open(project, self.region)

    def listed(self) -> Mapping[str, ListedResources]:
        """What was listed so far, by project id."""
        return self._lists.listed()

    async def connect(self) -> None:
        """Log in and list projects: ``Connected`` or ``ConnectFailed``."""
        if self._is_logging_in:
            return  # the log-in under way answers this call, too
        self._is_logging_in = True
        try:
            await self._log_in()
        finally:
            self._is_logging_in = False

    async def use_region(self, region: str) -> None:
        """Work in another region: ``RegionChanged``."""
        self.region = region
        self._lists.clear()
        self._emit(RegionChanged(region))

    async def open_project(self, project: Project) -> None:
        """``ProjectOpened`` and both lists, or ``ProjectFailed``."""
        await self._open_project(project, tuple(ListKind))

    async def refresh(self, project: Project, kind: ListKind) -> None:
        """Read one list again, or ``ProjectFailed``."""
        await self._open_project(project, (kind,), quiet=True)

    async def aclose(self) -> None:
        """Close the connection, if there is one."""
        await self._connection.aclose()

    async def _ask(self, question: LogInQuestion) -> str | None:
        reply: Future[str | None] = Future()
        self._emit(SecretWanted(question, reply))
        return await asyncio.wrap_future(reply)

    async def _log_in(self) -> None:
        self._emit(Connecting(self._cloud_name))
        failure: Failure | None = None
        try:
            if not self.identity and (
                changed := await self._connection.replace_if_never_logged_in()
            ):
                self._emit(Notice(changed))
            connection = await self.connection()
            projects = await connection.projects()
        except CloudError as error:
            failure = error.failure
        except Exception as error:
            failure = defect_failure("log in", error, self._clock.now())
        if failure is not None:
            self._emit(ConnectFailed(failure))
            return
        self.projects = projects
        # Set before the event: its listeners ask which restores can be watched.
        self.identity = connection.identity
        self._emit(
            Connected(
                cloud=connection.cloud,
                region=self.region or connection.region,
                user=connection.user,
                projects=projects,
                preferred_project=connection.preferred_project,
                insecure=connection.insecure,
                at=self._clock.now(),
            )
        )
        await self._on_log_in(connection)

    async def _open_project(
        self, project: Project, kinds: tuple[ListKind, ...], *, quiet: bool = False
    ) -> None:
        region = self.region
        failure: Failure | None = None
        try:
            connection = await self.connection()
            provider = await connection.open(project, region)
        except CloudError as error:
            failure = error.failure
        except Exception as error:
            failure = defect_failure("open the project", error, self._clock.now())
        if region != self.region:
            return
        if failure is not None:
            self._emit(ProjectFailed(project, failure))
            return
        if not quiet:
            self._emit(
                ProjectOpened(
                    project,
                    provider.service,
                    provider.endpoints,
                    connection.token_expires_at,
                    connection.insecure,
                    provider.region,
                    provider.regions,
                )
            )
        for kind in kinds:
            self._lists.start(provider, kind)
