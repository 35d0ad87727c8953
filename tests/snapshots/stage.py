"""What the scenes are made of: a console under a pilot, and what its fake cloud says."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from textual.pilot import Pilot

from tests.restore.makers import restore
from tests.ui.consoles import until_read
from tests.ui.fake_backend import (
    BACKUPS,
    NOW,
    PROD,
    PROJECTS,
    VOLUMES,
    FakeBackend,
    identifier,
)
from vbs_tui.clock import Instant
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import RestoreRequest
from vbs_tui.cloud.resources import Backup, Project, Volume
from vbs_tui.restore.backend import Examination
from vbs_tui.restore.checks.hazard_rules import find_hazards
from vbs_tui.restore.checks.required_text import Confirmation
from vbs_tui.restore.events import (
    ListKind,
    RestoreChanged,
    WatchChanged,
)
from vbs_tui.restore.journal.records import LogEntry, Restore, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.cloud_choices import Choice

T = TypeVar("T")

REQUEST = Failure(
    ErrorKind.REFUSED,
    Executed.NO,
    "submit the restore",
    identifier(1002),
    method="POST",
    url="https://vbs.eu-de.example.com/v2/p/cloudbackups/b/restore",
    status=400,
    code="VolumeBackup.0209",
    message="The capacity of the disk does not suffice.",
    request_id="acbc548ac6f2a0dbdb9e3518a7c0ff84",
    raw_body='{"error": {"code": "VolumeBackup.0209", "message": "…"}}',
    at=NOW,
)

OTC = Choice(
    "otc-prod",
    "eu-de",
    "iam.eu-de.example.com",
    "password",
    "eu-de_prod",
    NOW,
    raw_cloud="otc-prod",
    raw_region="eu-de",
    user="ops-jane",
)
CHOICES = (
    OTC,
    replace(OTC, region="eu-nl", raw_region="eu-nl", used_at=NOW - timedelta(days=40)),
    Choice(
        *("lab", "", "192.0.2.10", "access key", "", NOW - timedelta(days=3)),
        raw_cloud="lab",
        insecure="plain HTTP",
    ),
    Choice(
        *("archive", "", "iam.archive.example.org", "app credential", "", None),
        raw_cloud="archive",
        is_read_only=True,
    ),
    Choice(
        *("sso", "eu-de", "iam.eu-de.example.com", "v3oidcpassword", "eu-de_staging", None),
        raw_cloud="sso",
        user="jane.ops@example.com",
    ),
    Choice("half", "", "", "password", "", None, "it has no auth_url", raw_cloud="half"),
)

JOB = replace(
    REQUEST,
    kind=ErrorKind.JOB,
    executed=Executed.YES,
    what="restore",
    target="nightly → db-data-01",
    status=None,
    code="VolumeBackup.0200",
    message="RestoreBackup Task-fail: the volume's status is error_restoring.",
    hint="Leave the disk alone: its content is neither old nor new. Open a ticket.",
    url="",
    method="",
)


def _done(value: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(value)
    return future


@dataclass
class Backend(FakeBackend):
    """A fake backend that also examines and remembers."""

    word_is_name: bool = True
    night: str = ""
    """What else names the backup in the text to type; then the project is in it, too."""
    reads: bool = True
    """Whether an examination is answered."""
    restores: tuple[Restore, ...] = ()
    declared: list[str] = field(default_factory=list)

    def examine(self, project: Project, backup_id: str, volume_id: str) -> Future[Examination]:
        if not self.reads:
            return Future()
        backup: Backup = next(one for one in BACKUPS if one.id == backup_id)
        volume: Volume = next(one for one in VOLUMES if one.id == volume_id)
        root = f"https://vbs.eu-de.example.com/v2/{project.id}/cloudbackups"
        return _done(
            Examination(
                project=project,
                region="eu-de",
                backup=backup,
                volume=volume,
                hazards=find_hazards(backup, volume, project_id=project.id),
                request=RestoreRequest(
                    "POST",
                    f"{root}/{backup_id}/restore",
                    f'{{"restore": {{"volume_id": "{volume_id}"}}}}',
                ),
                read=Instant(NOW, 0.0),
                confirmation=Confirmation(
                    volume.name if self.word_is_name and volume.name else volume.id[:8],
                    volume_is_name=self.word_is_name and bool(volume.name),
                    project="prod" if self.night else "",
                    moment=self.night,
                ),
            )
        )

    def log_of(self, restore_id: str) -> Future[tuple[LogEntry, ...]]:
        return _done(next(one.log for one in self.restores if one.id == restore_id))

    def history(self) -> Future[tuple[Restore, ...]]:
        return _done(tuple(reversed(self.restores)))


@dataclass
class Stage:
    """The app of one snapshot, with what a scene does to it."""

    backend: Backend
    app: VbsTui
    pilot: Pilot[int]

    async def settle(self) -> None:
        await self.pilot.pause()
        main = self.app.main
        for pane in (main.projects, main.backups, main.volumes):
            while pane.list.is_working:  # noqa: ASYNC110 - its steps run on this loop
                await asyncio.sleep(0)
        await self.pilot.pause()

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await until_read(self.app)
            await self.pilot.press(key)
        await self.settle()
        await until_read(self.app)
        await self.settle()

    async def open(self) -> None:
        self.backend.log_in(PROJECTS, "")
        await self.settle()
        await self.keys("1", "g", "enter")
        self.backend.opened(PROD)
        self.backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
        self.backend.listed(PROD, ListKind.VOLUMES, VOLUMES)
        await self.settle()

    async def choose(self) -> None:
        await self.open()
        await self.keys("2", "g", "enter")

    async def tell(self, one: Restore, watch: Watch | None = None) -> None:
        self.backend.restores = (*self.backend.restores, one)
        self.backend.tell(RestoreChanged(one, one.log))
        if watch is not None:
            self.backend.tell(WatchChanged(watch))
        await self.settle()


def _entry(number: int, second: int, source: Source, text: str) -> LogEntry:
    return LogEntry(NOW + timedelta(seconds=second - 60), source, text, None, number)


STORY = (
    _entry(1, 0, Source.OPERATOR, "confirmed by jane as ops-jane"),
    _entry(2, 0, Source.REQUEST, "sending POST https://vbs.example/restore, try 1"),
    _entry(3, 1, Source.REQUEST, "accepted as job ff8080826576401e01657b99fc444986"),
    _entry(4, 3, Source.JOB, "INIT"),
    _entry(5, 5, Source.JOB, "INIT → RUNNING"),
    _entry(6, 5, Source.VOLUME, "available → restoring-backup"),
)


def running(number: int = 1) -> Restore:
    begun = NOW - timedelta(seconds=60)
    return restore(
        number,
        state=State.RUNNING,
        job_id="ff8080826576401e01657b99fc444986",
        created_at=begun,
        sent_at=begun,
        summary="The disk is being written.",
        log=STORY,
    )


def ended(number: int, state: State, minutes: int, **changes: object) -> Restore:
    begun = NOW - timedelta(minutes=minutes)
    plain = restore(
        number,
        state=state,
        created_at=begun,
        sent_at=begun,
        ended_at=begun + timedelta(seconds=242),
        summary="The job says SUCCESS and the disk is available.",
        log=(LogEntry(begun, Source.VERDICT, state.value, state, 90 + number),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
