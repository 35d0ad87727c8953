"""A cloud behind the provider seam, for tests of the engine in virtual time.

It keeps a ledger of what it executed, and answers each POST as the script says.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.restore.makers import PROJECT, nightly, volume
from tests.restore.virtual_time import VirtualClock
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.provider import Accepted, RestoreRequest
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Backup, Job, Project, SubJob, Volume, plain_id


class Answer(enum.Enum):
    """How the cloud treats one POST: (executed?, kind of error, status)."""

    OK = (True, None, 200)
    NO_JOB_ID = (True, ErrorKind.UNUSABLE, 200)
    LOST_AFTER = (True, ErrorKind.BROKEN, None)
    LOST_BEFORE = (False, ErrorKind.BROKEN, 0)
    ERROR_AFTER = (True, ErrorKind.SERVER, 502)
    ERROR_BEFORE = (False, ErrorKind.SERVER, 500)
    NEVER_LEFT = (False, ErrorKind.NOT_SENT, None)
    TOO_MANY = (False, ErrorKind.REFUSED, 429)
    BAD_TOKEN = (False, ErrorKind.REFUSED, 401)
    REFUSED = (False, ErrorKind.REFUSED, 400)
    REFUSED_AFTER = (True, ErrorKind.REFUSED, 400)

    @property
    def executes(self) -> bool:
        return bool(self.value[0])

    def error(self, refusal_code: str = "") -> CloudError | None:
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
                code="VolumeBackup.0205" if self is Answer.REFUSED_AFTER else refusal_code,
                message=self.name,
            )
        )


@dataclass
class Post:
    """One restore request that reached the cloud, or would have (``NEVER_LEFT``)."""

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
    job_type: str = "bksRestoreBackup"
    sub_jobs: tuple[SubJob, ...] = ()
    error_code: str = ""
    fail_reason: str = ""
    about_volume: str = ""
    """What the job says it is about, when that is another disk."""

    def phase(self, now: datetime) -> str:
        age = (now - self.begun).total_seconds()
        if age < self.waits:
            return "INIT"
        if age < self.waits + self.works:
            return "RUNNING"
        return "FAIL" if self.fails else "SUCCESS"

    @property
    def started(self) -> datetime:
        return self.begun + timedelta(seconds=self.waits)

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
    """While it exists and is not set, no read is answered."""
    delay: float = 0.05
    works: float = 20.0
    forgets_jobs: bool = False
    posts: list[Post] = field(default_factory=list)
    executed: list[Execution] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    """``src_backup_id`` of volumes that have one."""
    renamed: dict[str, str] = field(default_factory=dict)
    refusal_code: str = ""
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
        if not (plain_id(backup_id) and plain_id(volume_id)):
            raise ValueError
        return RestoreRequest("POST", f"https://vbs.example/{backup_id}/restore", volume_id)

    async def prepare(self) -> None:
        return None

    async def backup(self, backup_id: str) -> Backup:
        await self._read()
        mine = [e for e in self.executed if e.backup_id == backup_id]
        return self._backup(backup_id, mine)

    async def volume(self, volume_id: str) -> Volume:
        await self._read()
        return self.volume_now(volume_id)

    def volume_now(self, volume_id: str) -> Volume:
        """The volume as it is, whether it can be read or not."""
        return self._volume(volume_id, [e for e in self.executed if e.volume_id == volume_id])

    def _backup(self, backup_id: str, runs: list[Execution]) -> Backup:
        found = nightly(backup_id)
        for run in runs:
            phase = run.phase(self.clock.now())
            if phase == "RUNNING":
                found = replace(found, status="restoring", updated_at=run.started)
            elif phase != "INIT":
                found = replace(found, status="available", updated_at=run.ended)
        return found

    def _volume(self, volume_id: str, runs: list[Execution]) -> Volume:
        found = volume(id=volume_id, src_backup_id=self.marks.get(volume_id, ""))
        if volume_id in self.renamed:
            found = replace(found, name=self.renamed[volume_id], updated_at=self.clock.now())
        for run in runs:
            phase = run.phase(self.clock.now())
            if phase == "RUNNING":
                found = replace(found, status="restoring-backup", updated_at=run.started)
            elif phase != "INIT":
                status = "error_restoring" if phase == "FAIL" else "available"
                found = replace(found, status=status, updated_at=run.ended)
        return found

    def other_operator(
        self, backup_id: str, volume_id: str, *, works: float = 20.0, fails: bool = False
    ) -> Execution:
        """A restore that another operator begins now."""
        run = Execution(
            f"other{len(self.executed)}", backup_id, volume_id, self.clock.now(), fails, works=works
        )
        self.executed.append(run)
        return run

    async def job(self, job_id: str) -> Job:
        await self._read()
        for run in self.executed:
            if run.job_id == job_id and not self.forgets_jobs:
                phase = run.phase(self.clock.now())
                return Job(
                    job_id,
                    phase,
                    run.job_type,
                    end_time=run.ended if phase == "SUCCESS" else None,
                    error_code=run.error_code,
                    fail_reason=run.fail_reason,
                    sub_jobs=run.sub_jobs,
                    volume_id=run.about_volume,
                )
        raise CloudError(
            Failure(ErrorKind.REFUSED, Executed.NO, "job", status=400, code="Common.0011")
        )

    async def restoring(self) -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
        await self._read()
        busy = self.running()
        backups = {e.backup_id: self._backup(e.backup_id, [e]) for e in busy}
        volumes = {e.volume_id: self._volume(e.volume_id, [e]) for e in busy}
        return tuple(backups.values()), tuple(volumes.values())

    async def submit(
        self, backup_id: str, volume_id: str, *, may_send: Callable[[], bool] | None = None
    ) -> Accepted:
        if may_send is not None and not may_send():
            raise CloudError(Failure(ErrorKind.NOT_SENT, Executed.NO, "submit", message="held"))
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
        error = answer.error(self.refusal_code)
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
