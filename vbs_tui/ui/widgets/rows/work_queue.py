"""Work over many rows in small steps, so that the event loop runs in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

Steps = Iterator[None]
"""Each ``next`` does a limited piece of work."""

_ENDED = object()


class WorkQueue:
    """A queue of work, each piece in steps.

    A newer piece of a kind takes the place of older ones of that kind, begun or not; pieces of the
    kind ``KEEP`` are never dropped.
    """

    KEEP = "keep"

    def __init__(self, after_step: Callable[[str, bool], None]) -> None:
        """*after_step* is called with the kind, and with whether that piece has ended."""
        self._after_step = after_step
        self._waiting: deque[tuple[str, Callable[[], Steps]]] = deque()
        self._running: tuple[str, Steps] | None = None

    @property
    def is_idle(self) -> bool:
        return self._running is None and not self._waiting

    def add(self, kind: str, start: Callable[[], Steps]) -> None:
        """Append a piece of work; nothing runs yet."""
        if kind != self.KEEP:
            self._waiting = deque(one for one in self._waiting if one[0] != kind)
            if self._running is not None and self._running[0] == kind:
                self._running = None
        self._waiting.append((kind, start))

    def step(self) -> bool:
        """Run one step. Returns whether more is left."""
        if self._running is None:
            if not self._waiting:
                return False
            kind, start = self._waiting.popleft()
            self._running = (kind, start())
        kind, steps = self._running
        ended = next(steps, _ENDED) is _ENDED
        if ended:
            self._running = None
        self._after_step(kind, ended)
        return not self.is_idle


def single_step(work: Callable[[], object]) -> Steps:
    """*work* as a piece of one step."""
    work()
    return iter(())
