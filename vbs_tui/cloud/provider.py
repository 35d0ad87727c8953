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
    """The exact request a restore will send, for showing and for sending: one source for both."""

    method: str
    url: str
    body: str
    """JSON text, sent byte for byte as UTF-8."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The cloud took the restore."""

    job_id: str
    """Opaque; empty for services that give no job (native Cinder): watch by states then."""
    request_id: str = ""


class QuestionKind(enum.Enum):
    """What is asked of the operator."""

    PASSWORD = "password"
    PASSCODE = "passcode"
    VISIT = "browser"
    """To log in with a browser, on any device; the answer says no more than that it is done."""


@dataclass(frozen=True, slots=True)
class LogInQuestion:
    """A question that only the operator can answer; the answer stays in memory."""

    kind: QuestionKind
    prompt: str
    cloud: str = ""
    """Which cloud asks; empty where it is not known yet."""
    why: str = ""
    """Why it is asked now, as a sentence; empty where that is not known."""
    address: str = ""
    """Of a visit: what to open in the browser, cleaned."""
    code: str = ""
    """Of a visit: what to enter there, cleaned."""


DONE = "done"
"""The answer to a visit: no secret, and no proof of anything."""

Ask = Callable[[LogInQuestion], Awaitable[str | None]]
"""Asks the operator; ``None`` means that they declined."""


class Provider(Protocol):
    """One service of one project: lists, fresh looks, the restore, its job."""

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
        """The region that the endpoints are of; empty where the cloud tells none."""
        ...

    @property
    def regions(self) -> tuple[str, ...]:
        """All regions that could be worked in with this log-in, as far as the cloud tells."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the last readings of the lists could not do, as sentences (rows left out, …)."""
        ...

    def backups(self) -> AsyncIterator[tuple[Backup, ...]]:
        """All backups, page by page, newest first."""
        ...

    def volumes(self) -> AsyncIterator[tuple[Volume, ...]]:
        """All volumes, page by page."""
        ...

    async def backup(self, backup_id: str) -> Backup:
        """One backup, fresh."""
        ...

    async def volume(self, volume_id: str) -> Volume:
        """One volume, fresh."""
        ...

    def restore_request(self, backup_id: str, volume_id: str) -> RestoreRequest:
        """The request :meth:`submit` would send. Raises ``ValueError`` for an unusable id."""
        ...

    async def prepare(self) -> None:
        """Make sure that a valid token is at hand, so that a submission need not renew first."""
        ...

    async def submit(
        self, backup_id: str, volume_id: str, *, may_send: Callable[[], bool] | None = None
    ) -> Accepted:
        """Send the restore, once. Never retried here, whatever happens.

        *may_send* is asked when the connection stands and the first byte of the request is about
        to leave. If it says no, nothing leaves: ``NOT_SENT``. Without it, nothing is asked.
        """
        ...

    async def restoring(self) -> tuple[tuple[Backup, ...], tuple[Volume, ...]]:
        """All backups being read and all volumes being written by a restore at this moment.

        Raises ``CloudError``, also where the service cannot tell all of them.
        """
        ...

    async def job(self, job_id: str) -> Job:
        """How the job goes."""
        ...


class Connection(Protocol):
    """One cloud, one user: logs in and opens projects."""

    @property
    def cloud(self) -> str:
        """The cloud's name for people: that of the configuration, or the IAM host."""
        ...

    @property
    def identity(self) -> str:
        """What tells this cloud from others in the journal: the IAM URL, normalised."""
        ...

    @property
    def region(self) -> str:
        """Empty when the cloud has none, or the operator named none."""
        ...

    @property
    def user(self) -> str:
        """The cloud user's name, as logged in."""
        ...

    @property
    def preferred_project(self) -> str:
        """Name or id of the project that the configuration names, else the log-in's own."""
        ...

    @property
    def token_expires_at(self) -> datetime | None: ...

    @property
    def insecure(self) -> str:
        """Empty, or in words what is not protected (plain HTTP, no certificate check)."""
        ...

    @property
    def request_log(self) -> RequestLog: ...

    async def projects(self) -> tuple[Project, ...]:
        """Log in if need be; the usable projects of this user, by name."""
        ...

    async def open(self, project: Project, region: str = "") -> Provider:
        """A provider for *project*: scoped token, catalog, endpoints; the same one each time.

        *region*: another one than the connection's own, to watch what was begun there.
        """
        ...

    async def aclose(self) -> None: ...
