"""The client of the fault storm: submits every pair that is not on record yet, watches them all.

Started by :mod:`tests.fault_storm` as a process of its own, killed, and started again.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.auth.credentials import PasswordCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.cloud.secrets import Secret
from vbs_tui.restore.backend import Backend, Refusal
from vbs_tui.restore.events import (
    Connected,
    ConnectFailed,
    Event,
    ListFailed,
    ListKind,
    ListPage,
    ProjectFailed,
)
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.watch.poll_pace import PollPace

AT_ONCE = 40
STORM_PACE = PollPace(first=4.0, middle=4.0, late=4.0, max_blind_wait=8.0, retry_wait=0.5)


class JumpingClock(SystemClock):
    """The machine's clock, set an hour forward or back every few seconds."""

    def now(self) -> datetime:
        hour = (0, 1, 0, -1)[int(self.monotonic() // 7) % 4]
        return super().now() + timedelta(hours=hour)


def main(auth_url: str, password: str, domain: str, directory: str) -> int:
    """Until every pair is settled, as far as it can be."""

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        settings = CloudSettings(
            auth_url, PasswordCredentials(User("demo", domain_name=domain), Secret(password))
        )
        limiter = RateLimiter(SystemClock(), per_second=1000.0, burst=100)
        return CloudConnection(
            settings,
            ask=ask,
            request_log=log,
            clock=JumpingClock(),
            limiter=limiter,
            policy=RetryPolicy(base=0.1, throttled_base=0.2),
        )

    backend = Backend(connect, Path(directory), clock=JumpingClock(), pace=STORM_PACE)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    backend.start(events.put)
    project = _connected(backend, events)
    backups = {row.name: row.id for row in _rows(backend, events, project, ListKind.BACKUPS)}
    volumes = {
        row.name: row.id
        for row in _rows(backend, events, project, ListKind.VOLUMES)
        if row.name.startswith("disk-")
    }
    threading.Thread(target=_drain, args=(events,), daemon=True).start()
    known = {restore.volume.id for restore in backend.history().result()}
    wanted = [
        (backups[name.replace("disk", "backup")], volume)
        for name, volume in sorted(volumes.items())
        if volume not in known
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(_submit, backend, project, *pair) for pair in wanted]:
            done.result()
    while not all(_is_settled(restore) for restore in backend.history().result()):
        time.sleep(1.0)
    backend.stop(2.0)
    return 0


def _submit(backend: Backend, project: Project, backup: str, volume: str) -> None:
    while True:
        try:
            examined = backend.examine(project, backup, volume).result()
            backend.submit(examined, examined.required_text).result()
            return
        except CloudError:
            time.sleep(0.2)
        except Refusal as refusal:
            # Read too long ago by a clock that jumped; or busy with the second operator's work.
            if "too long ago" not in str(refusal) and "Not sent. The " not in str(refusal):
                raise
            time.sleep(0.2)


def _is_settled(restore: Restore) -> bool:
    return restore.state.is_final or restore.needs_settlement


def _connected(backend: Backend, events: queue.SimpleQueue[Event]) -> Project:
    backend.connect()
    while True:
        event = events.get()
        if isinstance(event, Connected):
            return event.projects[0]
        if isinstance(event, ConnectFailed):
            backend.connect()


def _rows(
    backend: Backend, events: queue.SimpleQueue[Event], project: Project, kind: ListKind
) -> list[Backup | Volume]:
    backend.refresh(project, kind)
    rows: list[Backup | Volume] = []
    while True:
        event = events.get()
        if isinstance(event, ListPage) and event.kind is kind:
            rows.extend(event.rows)
            if event.last:
                return rows
        elif isinstance(event, ProjectFailed) or (
            isinstance(event, ListFailed) and event.kind is kind
        ):
            rows.clear()
            backend.refresh(project, kind)


def _drain(events: queue.SimpleQueue[Event]) -> None:
    while True:
        events.get()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
