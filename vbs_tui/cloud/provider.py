"""The seam between a restore and a cloud: what a restore needs, and nothing more.

VBS is the first service behind it; native Cinder and CBR fit the same protocols. Every method
that speaks to the cloud raises :class:`~vbs_tui.cloud.errors.CloudError` and nothing else.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.resources import Backup, Job, Project, Volume


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """The exact request of a restore: the same object is shown and sent."""

    method: str
    url: str
    body: str
    """JSON text, sent byte for byte as UTF-8."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The cloud accepted the restore."""

    job_id: str
    """Opaque. Empty for services without jobs (native Cinder): then only the states tell."""
    request_id: str = ""


class QuestionKind(enum.Enum):
    """What is asked of the operator."""

    PASSWORD = "password"
    PASSCODE = "passcode"
    VISIT = "browser"
    """To log in with a browser, on any device. The answer only says that it is done."""


@dataclass(frozen=True, slots=True)
class LogInQuestion:
    """A question to the operator during a log-in. The answer is kept in memory only."""

    kind: QuestionKind
    prompt: str
    cloud: str = ""
    """Which cloud asks; empty where that is not known yet."""
    why: str = ""
    """Why it is asked now, as a sentence; empty where that is not known."""
    address: str = ""
    """Of a visit: the URL to open in the browser, cleaned."""
    code: str = ""
    """Of a visit: what to enter there, cleaned."""


DONE = "done"
"""The answer to a visit. It is no secret and proves nothing."""

Ask = Callable[[LogInQuestion], Awaitable[str | None]]
"""Asks the operator; ``None`` means that they declined."""


class Provider(Protocol):
    """The backup service of one project: lists, single objects, the restore, its job."""

    @property
    def service(self) -> str:
        """``vbs`` (later ``cinder``, ``cbr``)."""
        ...

    @property
    def project(self) -> Project: ...

    @property
    def endpoints(self) -> tuple[tuple[str, str, str], ...]:
        """(service, url, why it was chosen) for each endpoint in use."""
        ...

    @property
    def region(self) -> str:
        """The region of the endpoints; empty where the catalog has none."""
        ...

    @property
    def regions(self) -> tuple[str, ...]:
        """All regions of the catalog that have the service."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last readings of the lists left out, as sentences."""
        ...

    def backups(self) -> AsyncIterator[tuple[Backup, ...]]:
        """All backups, page by page, newest first."""
        ...

    def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        """All volumes, page by page."""
        ...

    async def backup(self, backup_id: str) -> Backup:
        """One backup, read now."""
        ...

    async def volume(self, volume_id: str) -> Volume:
        """One volume, read now."""
        ...

    def restore_request(self, backup_id: str, volume_id: str) -> RestoreRequest:
        """The request :meth:`submit` would send. Raises ``ValueError`` for an unusable id."""
        ...

    async def prepare(self) -> None:
        """Get a valid token now, so that a submission need not get one first."""
        ...

    async def submit(
        self, backup_id: str, volume_id: str, *, may_send: Callable[[], bool] | None = None
    ) -> Accepted:
        """Send the restore, once. Never retried here, whatever happens.

        *may_send* is called when the connection is open, before the first byte is sent. If it
        says no, nothing is sent: ``NOT_SENT``.
        """
        ...

    async def restoring(self) -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
        """All backups and volumes that a restore is using at this moment.

        Raises ``CloudError``, also where the list may be incomplete.
        """
        ...

    async def job(self, job_id: str) -> Job:
        """The job, as it is now."""
        ...


class Connection(Protocol):
    """One cloud and one user: logs in and opens projects."""

    @property
    def cloud(self) -> str:
        """The cloud's name to show: that of the configuration, or the IAM host."""
        ...

    @property
    def identity(self) -> str:
        """What identifies this cloud in the journal: the IAM URL, normalised."""
        ...

    @property
    def region(self) -> str:
        """Empty when none is configured."""
        ...

    @property
    def user(self) -> str:
        """The cloud user's name, as logged in."""
        ...

    @property
    def preferred_project(self) -> str:
        """Name or id of the configured project, else the log-in's own."""
        ...

    @property
    def token_expires_at(self) -> datetime | None: ...

    @property
    def insecure(self) -> str:
        """What is not protected (plain HTTP, no certificate check), in words; else empty."""
        ...

    @property
    def request_log(self) -> RequestLog: ...

    async def projects(self) -> tuple[Project, ...]:
        """Log in if need be; the usable projects of this user, by name."""
        ...

    async def open(self, project: Project, region: str = "") -> Provider:
        """The provider for *project*: scoped token, catalog, endpoints. The same object each time.

        *region*: another one than the connection's own, to watch a restore there.
        """
        ...

    async def aclose(self) -> None: ...
