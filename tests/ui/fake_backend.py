"""A backend without a thread and a cloud: records what it is asked, emits what a test tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Attachment, Backup, Project, Volume
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.checks.examination import Examination
from vbs_tui.restore.events import (
    Connected,
    Event,
    ListFailed,
    ListKind,
    ListPage,
    ListStarted,
    ProjectOpened,
)
from vbs_tui.restore.journal.records import LogEntry, Restore

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 9, 14, 2, tzinfo=UTC)


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - NOW).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class FakeBackend:
    """Stands where a :class:`Backend` stands."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    read_only: bool = False
    sending: int = 0
    request_log: RequestLog = field(default_factory=RequestLog)
    _listener: Callable[[Event], None] = lambda event: None
    _generation: int = 0
    examinations: list[Future[Examination]] = field(default_factory=list)
    """What was asked for and the test has to answer, oldest first; so the others below."""
    submissions: list[Future[Restore]] = field(default_factory=list)
    histories: list[Future[tuple[Restore, ...]]] = field(default_factory=list)
    logs: list[Future[tuple[LogEntry, ...]]] = field(default_factory=list)
    declarations: list[Future[Restore]] = field(default_factory=list)
    out_of_reach: set[str] = field(default_factory=set)
    """Ids of the restores on other clouds."""

    def as_backend(self) -> Backend:
        return cast(Backend, self)

    # What the console asks

    def start(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self.asked.append(("start",))

    def connect(self) -> None:
        self.asked.append(("connect",))

    def open_project(self, project: Project) -> None:
        self.asked.append(("open", project.id))

    def use_region(self, region: str) -> None:
        self.asked.append(("region", region))

    def refresh(self, project: Project, kind: ListKind) -> None:
        self.asked.append(("refresh", project.id, kind.value))

    def examine(self, project: Project, backup_id: str, volume_id: str) -> Future[Examination]:
        self.asked.append(("examine", project.id, backup_id, volume_id))
        return _later(self.examinations)

    def submit(
        self,
        examination: Examination,
        typed: str,
        *,
        backup_is_named: bool = False,
        retry_throttled: bool = False,
    ) -> Future[Restore]:
        self.asked.append(("submit", examination.volume.id, typed, str(examination.read_at)))
        return _later(self.submissions)

    def can_watch(self, restore: Restore) -> bool:
        return restore.id not in self.out_of_reach

    def settlement_text(self, restore: Restore) -> str:
        return "not sent" if self.can_watch(restore) else f"not sent on {restore.cloud}"

    def settle(self, restore_id: str, typed: str) -> Future[Restore]:
        self.asked.append(("declare", restore_id, typed))
        return _later(self.declarations)

    def log_of(self, restore_id: str) -> Future[tuple[LogEntry, ...]]:
        return _later(self.logs)

    def history(self) -> Future[tuple[Restore, ...]]:
        return _later(self.histories)

    def poll_now(self, restore_id: str) -> None:
        self.asked.append(("look", restore_id))

    def stop(self, grace: float) -> None:
        self.asked.append(("stop",))

    def reopen_journal(self) -> None:
        self.asked.append(("mend journal",))

    # What a test lets the cloud say

    def tell(self, event: Event) -> None:
        self._listener(event)

    def log_in(self, projects: Sequence[Project], preferred: str = "") -> None:
        self.tell(Connected("otc-prod", "eu-de", "ops", tuple(projects), preferred, "", NOW))

    def opened(self, project: Project) -> None:
        self.tell(ProjectOpened(project, "vbs", (), None))

    def started(self, project: Project, kind: ListKind) -> int:
        self._generation += 1
        self.tell(ListStarted(project.id, kind, self._generation, NOW))
        return self._generation

    def page(
        self,
        project: Project,
        kind: ListKind,
        generation: int,
        rows: Iterable[Backup] | Iterable[Volume],
        *,
        last: bool = True,
        at: datetime = NOW,
    ) -> None:
        some = cast("tuple[Backup, ...]", tuple(rows))
        self.tell(ListPage(project.id, kind, generation, some, last, at))

    def listed(
        self,
        project: Project,
        kind: ListKind,
        rows: Iterable[Backup] | Iterable[Volume],
        at: datetime = NOW,
    ) -> None:
        """A whole list at once."""
        self.page(project, kind, self.started(project, kind), rows, at=at)

    def list_fails(self, project: Project, kind: ListKind, failed: Failure) -> None:
        self.tell(ListFailed(project.id, kind, self.started(project, kind), failed))


def _later(kept: list[Future[T]]) -> Future[T]:
    future: Future[T] = Future()
    kept.append(future)
    return future


PROD = Project("0391e4486e864c26be5654c522f440f2", "eu-de_prod")
PROJECTS = (
    PROD,
    Project("1391e4486e864c26be5654c522f440f2", "eu-de_staging"),
    Project("2391e4486e864c26be5654c522f440f2", "eu-de_sandbox"),
    Project("3391e4486e864c26be5654c522f440f2", "eu-de_dr"),
)


def identifier(number: int) -> str:
    """A made-up id, different for each number from its first character on."""
    return f"{(number * 2654435761) % 2**32:08x}-6990-4f12-9dcc-{number:012x}"


def backup(number: int, name: str, **more: object) -> Backup:
    values: dict[str, object] = {
        "status": "available",
        "size": 100,
        "volume_id": identifier(1000),
        "availability_zone": "eu-de-01",
        "created_at": NOW - timedelta(hours=2 + 24 * number),
        "owner_id": PROD.id,
    }
    return Backup(id=identifier(number), name=name, **{**values, **more})  # type: ignore[arg-type]


def volume(number: int, name: str, **more: object) -> Volume:
    values: dict[str, object] = {
        "status": "available",
        "size": 100,
        "availability_zone": "eu-de-01",
        "volume_type": "SSD",
        "owner_id": PROD.id,
        "name_is_typeable": True,
        "created_at": NOW - timedelta(days=400),
        "updated_at": NOW - timedelta(days=3),
    }
    made = {**values, **more}
    return Volume(id=identifier(number), name=name, **made)  # type: ignore[arg-type]


def held_by(server: str) -> tuple[Attachment, ...]:
    return (Attachment("7a7b0b58-1d2f-4f2e-8a14-3c9c2c0f3a11", "/dev/vdb", server),)


BACKUPS = (
    backup(1, "nightly-db-2026-11-22", incremental=True),
    backup(2, "nightly-db-2026-11-21", incremental=True),
    backup(3, "nightly-db-2026-11-20", status="restoring", incremental=False),
    backup(5, "before-upgrade-db", size=80),
    backup(9, "weekly-db-2026-w46", size=80),
    backup(30, "nightly-web", volume_id=identifier(1002), size=40, bootable=True),
    backup(31, "nightly-web", volume_id=identifier(1002), size=40, bootable=True),
    backup(340, "db-archive-2025", size=500, status="error", volume_id=identifier(1004)),
    backup(400, "db-staging-copy", size=40, volume_id=identifier(4444)),
)
VOLUMES = (
    volume(1001, "scratch-07", size=200, availability_zone="eu-de-02"),
    volume(1002, "web-01", size=40, status="in-use", attachments=held_by("web-01"), bootable=True),
    volume(1003, "db-data-02", status="in-use", attachments=held_by("db-2")),
    volume(1000, "db-data-01"),
    volume(1004, "db-archive", size=500, encrypted=True),
    volume(1005, "", size=120),
    volume(1006, "broken-disk", status="error_restoring"),
)

FAILURE = Failure(
    ErrorKind.REFUSED,
    Executed.NO,
    "submit the restore",
    "web-01",
    method="POST",
    url="https://vbs.example/v2/p/cloudbackups/b/restore",
    status=400,
    code="VolumeBackup.0209",
    message="too small [/nope] \\x1b[31m",
    request_id="req-1",
    at=NOW,
)
"""A refused restore, with every field that the error pane shows."""


def failure(**more: object) -> Failure:
    values: dict[str, object] = {
        "kind": ErrorKind.SERVER,
        "executed": Executed.UNKNOWN,
        "what": "list backups",
        "method": "GET",
        "url": "https://vbs.eu-de.example.com/v2/p/backups/detail",
        "status": 503,
        "message": "The service is unavailable.",
        "request_id": "req-1cf12a74-7525-4971",
        "at": NOW,
    }
    return Failure(**{**values, **more})  # type: ignore[arg-type]


def ready(backend: FakeBackend) -> None:
    """Logged in, the first project open, both lists there."""
    backend.log_in(PROJECTS, PROD.name)


def lists(backend: FakeBackend) -> None:
    backend.opened(PROD)
    backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
    backend.listed(PROD, ListKind.VOLUMES, VOLUMES)
