"""A cloud behind the provider seam, for tests of the engine in virtual time.

It keeps a ledger of what it executed, and answers each POST as the script says.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.restore.makers import PROJECT, backup, volume
from tests.restore.virtual_time import VirtualClock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Accepted, RestoreRequest
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.cloud.resources import Backup, Job, Project, Volume


class Answer(enum.Enum):
    """How the cloud treats one POST: (executed?, kind of error, status)."""

    OK = (True, None, 200)
    NO_JOB_ID = (True, ErrorKind.NONSENSE, 200)
    LOST_AFTER = (True, ErrorKind.BROKEN, None)
    LOST_BEFORE = (False, ErrorKind.BROKEN, 0)
    ERROR_AFTER = (True, ErrorKind.SERVER, 502)
    ERROR_BEFORE = (False, ErrorKind.SERVER, 500)
    NEVER_LEFT = (False, ErrorKind.NOT_SENT, None)
    TOO_MANY = (False, ErrorKind.REFUSED, 429)
    BAD_TOKEN = (False, ErrorKind.REFUSED, 401)
    REFUSED = (False, ErrorKind.REFUSED, 400)

    @property
    def executes(self) -> bool:
        return bool(self.value[0])

    def error(self) -> CloudError | None:
        _, kind, status = self.value
        if kind is None:
            return None
        sure = kind in (ErrorKind.NOT_SENT, ErrorKind.REFUSED)
        return CloudError(
            Failure(
                kind,
                Executed.NO if sure else Executed.UNKNOWN,
                "submit the restore",
                status=status or None,
                message=self.name,
            )
        )


@dataclass
class Post:
    """One restore request that reached the cloud's door, or would have (``NEVER_LEFT``)."""

    backup_id: str
    volume_id: str
    answer: Answer
    begun: datetime


@dataclass
class Execution:
    """One restore that the cloud carries out."""

    job_id: str
    backup_id: str
    volume_id: str
    begun: datetime
    fails: bool
    waits: float = 1.5
    works: float = 20.0

    def phase(self, now: datetime) -> str:
        age = (now - self.begun).total_seconds()
        if age < self.waits:
            return "INIT"
        if age < self.waits + self.works:
            return "RUNNING"
        return "FAIL" if self.fails else "SUCCESS"

    @property
    def ended(self) -> datetime:
        return self.begun + timedelta(seconds=self.waits + self.works)


@dataclass
class ScriptedCloud:
    """Connection and provider in one; ``posts`` and ``executed`` are its ledger."""

    clock: VirtualClock
    answers: list[Answer] = field(default_factory=list)
    fails: bool = False
    dark: bool = False
    gate: asyncio.Event | None = None
    """While it is there and not set, no look is answered."""
    delay: float = 0.05
    works: float = 20.0
    forgets_jobs: bool = False
    posts: list[Post] = field(default_factory=list)
    executed: list[Execution] = field(default_factory=list)
    looks: int = 0
    request_log: RequestLog = field(default_factory=RequestLog)
    project: Project = field(default_factory=lambda: Project(PROJECT, "eu-de_prod"))
    cloud: str = "scripted"
    identity: str = "https://iam.example/v3"
    region: str = "eu-de"
    user: str = "ops-jane"
    preferred_project: str = ""
    insecure: str = ""
    service: str = "vbs"
    token_expires_at: datetime | None = None
    endpoints: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    opened_in: list[str] = field(default_factory=list)

    async def projects(self) -> tuple[Project, ...]:
        return (self.project,)

    async def open(self, project: Project, region: str = "") -> ScriptedCloud:
        self.opened_in.append(region)
        return self

    async def aclose(self) -> None:
        return None

    async def backups(self) -> AsyncIterator[tuple[Backup, ...]]:
        yield ()

    async def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        yield ()

    def restore_request(self, backup_id: str, volume_id: str) -> RestoreRequest:
        return RestoreRequest("POST", f"https://vbs.example/{backup_id}/restore", volume_id)

    async def prepare(self) -> None:
        return None

    async def backup(self, backup_id: str) -> Backup:
        await self._read()
        busy = any(e.backup_id == backup_id for e in self.running())
        return backup(id=backup_id, status="restoring" if busy else "available")

    async def volume(self, volume_id: str) -> Volume:
        await self._read()
        now = self.clock.now()
        found = volume(id=volume_id)
        for run in self.executed:
            if run.volume_id != volume_id or run.phase(now) == "INIT":
                continue
            status = {"RUNNING": "restoring-backup", "FAIL": "error_restoring"}.get(run.phase(now))
            changed = min(run.ended, now) if run.phase(now) != "RUNNING" else run.begun
            found = replace(found, status=status or "available", updated_at=changed)
        return found

    async def job(self, job_id: str) -> Job:
        await self._read()
        for run in self.executed:
            if run.job_id == job_id and not self.forgets_jobs:
                phase = run.phase(self.clock.now())
                return Job(job_id, phase, end_time=run.ended if phase == "SUCCESS" else None)
        raise CloudError(
            Failure(ErrorKind.REFUSED, Executed.NO, "job", status=400, code="Common.0011")
        )

    async def submit(self, backup_id: str, volume_id: str) -> Accepted:
        answer = self.answers.pop(0) if self.answers else Answer.OK
        self.posts.append(Post(backup_id, volume_id, answer, self.clock.now()))
        job_id = f"job{len(self.posts):04d}"
        if answer.executes:
            self.executed.append(
                Execution(
                    job_id, backup_id, volume_id, self.clock.now(), self.fails, works=self.works
                )
            )
        await asyncio.sleep(self.delay)
        error = answer.error()
        if error is not None:
            raise error
        return Accepted(job_id)

    def running(self) -> list[Execution]:
        return [e for e in self.executed if e.phase(self.clock.now()) == "RUNNING"]

    async def _read(self) -> None:
        self.looks += 1
        await asyncio.sleep(0.01)
        if self.gate is not None:
            await self.gate.wait()
        if self.dark:
            raise CloudError(Failure(ErrorKind.BROKEN, Executed.UNKNOWN, "look", message="dark"))
