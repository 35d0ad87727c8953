"""Any failure on the wire as one :class:`CloudError`.

The question that decides what may happen next is *was the request executed?*::

    CloudError
    ├── NOT_SENT      DNS, connection refused, TLS handshake, no free connection      no
    ├── BROKEN        read time-out, reset after sending, connection lost             cannot know
    ├── REFUSED       400 401 403 404 405 406 407 409 413 415 429 …                   no
    ├── SERVER        408, 5xx                                                        cannot know
    ├── UNUSABLE      2xx that is not what the call promises                          cannot know
    ├── LOG_IN        credentials refused or missing: nothing else was sent           no
    └── JOB           the request was executed, and its job ended in FAIL            yes

``REFUSED`` with a code whose meaning is "it may have started" (``VolumeBackup.0014``, ``.0201`` …)
counts as *cannot know*: the code table carries that mark.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime


class ErrorKind(enum.Enum):
    """At which stage a request failed; see the table above."""

    NOT_SENT = "not sent"
    BROKEN = "connection lost"
    REFUSED = "refused"
    SERVER = "server failure"
    UNUSABLE = "unusable answer"
    LOG_IN = "log-in"
    JOB = "job failed"


class Executed(enum.Enum):
    """Whether the cloud may have executed the request."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Failure:
    """The facts of one failed call. All text is cleaned, cut and free of secrets."""

    kind: ErrorKind
    executed: Executed
    what: str
    """What was being done, in words: ``list backups``, ``submit the restore``."""
    target: str = ""
    """Which object it was done to, in words, when there is one."""
    method: str = ""
    url: str = ""
    """Scheme, host and path, no query."""
    status: int | None = None
    code: str = ""
    """The service's own code (``VolumeBackup.0209``), empty when it gave none."""
    message: str = ""
    """The server's own words, or those of the transport error."""
    request_id: str = ""
    retry_after: float | None = None
    """Seconds the server asked to wait."""
    raw_body: str = ""
    """The response's body, cleaned and cut, with known secrets hidden."""
    at: datetime | None = None
    hint: str = ""
    """What to do, where more is known than in the code table."""
    meaning: str = ""
    """What it means, as sentences, where the response says more than its code or status."""
    extra: tuple[tuple[str, str], ...] = field(default=())
    """Further facts worth showing, as (label, text)."""
    declined: bool = False
    """Whether the operator did not answer a question, so that it can be asked again."""


class CloudError(Exception):
    """A failed call to the cloud; all facts are in :attr:`failure`."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message or failure.kind.value)

    def __str__(self) -> str:
        f = self.failure
        parts = [f.what, f.code or (f"HTTP {f.status}" if f.status else f.kind.value), f.message]
        return ": ".join(part for part in parts if part)

    def about(self, what: str, target: str = "") -> CloudError:
        """The same failure of another action: what was done, and to which object."""
        return CloudError(replace(self.failure, what=what, target=target or self.failure.target))
