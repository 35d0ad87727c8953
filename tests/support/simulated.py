"""A simulated cloud and a backend on it, for tests: real HTTP on a loopback socket."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from vbs_tui.clock import Clock, SystemClock
from vbs_tui.cloud.auth.credentials import PasswordCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret
from vbs_tui.restore.backend import Backend, Connector
from vbs_tui.restore.events import Connected, Event, ListKind, ListPage, RestoreChanged
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.world.world import World

T = TypeVar("T")

BRISK = PollPace(
    first=0.05,
    middle=0.05,
    late=0.05,
    untraced_after=1.0,
    job_lost_after=0.3,
    retry_wait=0.05,
    follow_journal=0.1,
)
"""A pace for tests, together with a simulator at high speed."""


def connector(
    simulator: Simulator,
    *,
    name: str = "sim",
    project: str = "",
    clock: Clock | None = None,
    password: str = "",
) -> Connector:
    """Connects to *simulator* as its demo user, without the product's rate limit.

    *clock*: the connection's; of another day than the simulator's, it takes tokens for expired.
    """

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        settings = CloudSettings(
            auth_url=simulator.auth_url,
            credentials=PasswordCredentials(
                User(simulator.username, domain_name=simulator.domain),
                Secret(password or simulator.password),
            ),
            name=name,
            region=simulator.region,
            project_name=project,
        )
        return CloudConnection(
            settings,
            ask=ask,
            request_log=log,
            clock=clock,
            limiter=RateLimiter(SystemClock(), per_second=500.0, burst=100),
            policy=RetryPolicy(base=0.02, throttled_base=0.02),
        )

    return connect


class Listener:
    """A backend's events, to be waited for."""

    def __init__(self, backend: Backend, world: World) -> None:
        self.backend = backend
        self.world = world
        self.events: queue.Queue[Event] = queue.Queue()
        self.seen: list[Event] = []
        backend.start(self.events.put)

    def wait(self, wanted: Callable[[Event], T | None], most: float = 30.0) -> T:
        """The first thing that *wanted* makes of an event."""
        while True:
            event = self.events.get(timeout=most)
            self.seen.append(event)
            found = wanted(event)
            if found is not None:
                return found

    def connected(self) -> tuple[Project, ...]:
        self.backend.connect()
        return self.wait(lambda e: e.projects if isinstance(e, Connected) else None)

    def listed(self, project: Project, kind: ListKind) -> None:
        """Read a list to its end."""
        self.backend.refresh(project, kind)
        self.wait(lambda e: True if isinstance(e, ListPage) and e.kind is kind and e.last else None)

    def settled(self, restore_id: str) -> Restore:
        """Wait until that restore is over."""
        return self.state(restore_id, lambda state: state.is_final)

    def state(self, restore_id: str, wanted: Callable[[State], bool]) -> Restore:
        """Wait until the restore's state is as wanted."""

        def changed(event: Event) -> Restore | None:
            if isinstance(event, RestoreChanged) and event.restore.id == restore_id:
                return event.restore if wanted(event.restore.state) else None
            return None

        return self.wait(changed)


def fast_backend(
    simulator: Simulator,
    directory: Path,
    *,
    read_only: bool = False,
    project: str = "",
    password: str = "",
) -> Backend:
    """A backend on *simulator* whose patience is short."""
    connect = connector(simulator, project=project, password=password)
    return Backend(connect, directory, read_only=read_only, pace=BRISK)
