"""Any failure on the wire as one :class:`CloudError`.

The question that decides what may happen next is *was the request executed?*::

    CloudError
    ├── NOT_SENT      DNS, connection refused, TLS handshake, no free connection      no
    ├── BROKEN        read time-out, reset after sending, connection lost             cannot know
    ├── REFUSED       400 401 403 404 405 406 407 409 413 415 429 …                   no
    ├── SERVER        408, 5xx                                                        cannot know
    ├── NONSENSE      2xx that is not what the call promises                          cannot know
    ├── LOG_IN        credentials refused or missing: nothing else was even tried     no
    └── JOB           the request was executed, and its job ended in FAIL            yes

``REFUSED`` with a code whose meaning is "it may have started" (``VolumeBackup.0014``, ``.0201`` …)
counts as *cannot know*: the code table carries that mark.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime


class ErrorKind(enum.Enum):
    """Where on the way a request failed; see the picture above."""

    NOT_SENT = "not sent"
    BROKEN = "connection lost"
    REFUSED = "refused"
    SERVER = "server failure"
    NONSENSE = "unusable answer"
    LOG_IN = "log-in"
    JOB = "job failed"


class Executed(enum.Enum):
    """Whether the cloud may have carried the request out."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Failure:
    """The facts of one failed call: all text cleaned and bounded, no secret in any of it."""

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
    """The server's own words, or the transport's."""
    request_id: str = ""
    retry_after: float | None = None
    """Seconds the server asked to wait."""
    raw_body: str = ""
    """The answer as it came, cleaned and bounded, known secrets blotted out."""
    at: datetime | None = None
    hint: str = ""
    """What to do, when the place that failed knows better than the code table."""
    meaning: str = ""
    """What it means, where the answer says more than its code or status, as sentences."""
    extra: tuple[tuple[str, str], ...] = field(default=())
    """Further facts worth showing, as (label, text)."""
    declined: bool = False
    """Whether it is for want of an answer of the operator: they can be asked again."""


class CloudError(Exception):
    """A call to the cloud that failed; everything there is to know is in :attr:`failure`."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message or failure.kind.value)

    def __str__(self) -> str:
        f = self.failure
        parts = [f.what, f.code or (f"HTTP {f.status}" if f.status else f.kind.value), f.message]
        return ": ".join(part for part in parts if part)

    def about(self, what: str, target: str = "") -> CloudError:
        """The same failure, told of another deed: what was done, and to which object."""
        return CloudError(replace(self.failure, what=what, target=target or self.failure.target))
