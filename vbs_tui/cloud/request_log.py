"""The request log: the last calls to the cloud, for the operator. It never holds a secret."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

KEPT = 2000
"""How many calls are remembered."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP exchange. Text is cleaned; bodies are cut, with secrets hidden."""

    number: int
    at: datetime
    method: str
    url: str
    """With its query, whose values are never secrets here."""
    status: int | None
    """``None`` for a call without a response."""
    milliseconds: float | None
    request_id: str = ""
    outcome: str = ""
    """Empty for a response; else what went wrong, in a few words."""
    attempt: int = 1
    request_body: str = ""
    response_body: str = ""


class RequestLog:
    """The last calls: written by the network thread, read by the screen."""

    def __init__(self, kept: int = KEPT) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._lock = threading.Lock()
        self._count = 0
        self.on_change: Callable[[], None] | None = None

    def next_number(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)
        if self.on_change is not None:
            self.on_change()

    def calls(self) -> tuple[Call, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._calls)
