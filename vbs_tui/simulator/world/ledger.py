"""A record of what a simulator received and executed. Can be read from any thread."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

_SECRET_HEADERS = frozenset(
    {"authorization", "x-auth-token", "x-subject-token", "x-security-token", "cookie"}
)
_WAIT_SECONDS = 0.02
_KEPT_REQUESTS = 20_000


@dataclass(slots=True, eq=False)
class RequestRecord:
    """One request. ``status`` is what was answered, ``None`` while unanswered or when dropped."""

    time: datetime
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Lower-case names; credentials left out."""
    body: bytes
    """Empty for log-ins, since those carry passwords."""
    authenticated: bool = False
    """Whether valid credentials came with it."""
    status: int | None = None
    fault: str = ""
    """The names of the faults that were applied to it, joined by commas."""
    finished: bool = False
    """Whether it was answered or dropped."""

    @property
    def dropped(self) -> bool:
        return self.finished and self.status is None

    @property
    def is_restore(self) -> bool:
        return self.method == "POST" and self.path.endswith("/restore")


@dataclass(slots=True, eq=False)
class RestoreRecord:
    """One restore that was accepted and run. ``outcome``: running, succeeded, failed."""

    backup_id: str
    volume_id: str
    project_id: str
    job_id: str
    """Empty for the native call, which has no job."""
    accepted_at: datetime
    outcome: str = "running"
    ended_at: datetime | None = None
    error_code: str = ""


class Ledger:
    """Requests in order of arrival (the last 20,000), restores in order of acceptance."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: deque[RequestRecord] = deque(maxlen=_KEPT_REQUESTS)
        self._restores: list[RestoreRecord] = []
        self._deleted: list[str] = []
        self._errors: list[BaseException] = []
        self.settle: Callable[[], None] = lambda: None
        """Brings the world up to the clock; set by the simulator."""

    @property
    def requests(self) -> list[RequestRecord]:
        with self._changed:
            return list(self._requests)

    @property
    def restores(self) -> list[RestoreRecord]:
        """Every accepted restore, with its outcome as of now."""
        self.settle()
        with self._changed:
            return list(self._restores)

    @property
    def deleted_backups(self) -> list[str]:
        """Ids of the backups that were deleted, by whichever call."""
        with self._changed:
            return list(self._deleted)

    @property
    def errors(self) -> list[BaseException]:
        """Exceptions inside of the simulator; each is a bug in it."""
        with self._changed:
            return list(self._errors)

    def restore_posts(
        self, backup_id: str | None = None, volume_id: str | None = None
    ) -> list[RequestRecord]:
        """The restore requests received, executed or not, of that backup and onto that volume."""
        return [
            record
            for record in self.requests
            if record.is_restore
            and (backup_id is None or f"/{backup_id}/restore" in record.path)
            and (volume_id is None or _volume_of(record.body) == volume_id)
        ]

    def wait_for(self, predicate: Callable[[Ledger], object], timeout: float = 30.0) -> bool:
        """Wait until ``predicate(ledger)`` is true; False after ``timeout`` real seconds."""
        until = time.monotonic() + timeout
        while True:
            if predicate(self):
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                # A restore ends by the clock, without a notification: so wait briefly only.
                self._changed.wait(min(left, _WAIT_SECONDS))

    def clear(self) -> None:
        """Forget the requests; restores and deletions stay."""
        with self._changed:
            self._requests.clear()

    def open(self, record: RequestRecord) -> RequestRecord:
        with self._changed:
            self._requests.append(record)
            self._changed.notify_all()
        return record

    def close(self, record: RequestRecord, status: int | None, fault: str) -> None:
        with self._changed:
            record.status = status
            record.fault = fault
            record.finished = True
            self._changed.notify_all()

    def add_restore(self, record: RestoreRecord) -> RestoreRecord:
        with self._changed:
            self._restores.append(record)
            self._changed.notify_all()
        return record

    def end_restore(self, record: RestoreRecord, outcome: str, at: datetime, code: str) -> None:
        with self._changed:
            record.outcome = outcome
            record.ended_at = at
            record.error_code = code
            self._changed.notify_all()

    def add_deletion(self, backup_id: str) -> None:
        with self._changed:
            self._deleted.append(backup_id)
            self._changed.notify_all()

    def add_error(self, error: BaseException) -> None:
        with self._changed:
            self._errors.append(error)
            self._changed.notify_all()

    @staticmethod
    def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
        """``headers`` without credentials."""
        return {name: value for name, value in headers.items() if name not in _SECRET_HEADERS}


def _volume_of(body: bytes) -> str | None:
    try:
        value = json.loads(body)["restore"]["volume_id"]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) else None
