"""Gates that hold requests until they are released, so that a test can stop one half-way."""

from __future__ import annotations

import asyncio
import re
import threading

from vbs_tui.simulator.http.messages import Call


class Gate:
    """Holds every request whose path (or ``METHOD path``) the pattern is found in.

    With ``before`` the request waits before it is executed, otherwise after that and before its
    answer. As a context manager it is released at the end of the block.
    """

    def __init__(self, pattern: str, *, before: bool) -> None:
        self.before = before
        self.waiting = threading.Event()
        """Set once a request has come to the gate."""
        self._pattern = re.compile(pattern)
        self._lock = threading.Lock()
        self._open = False
        self._held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._reached = 0

    @property
    def reached(self) -> int:
        """How many requests have come to the gate so far."""
        with self._lock:
            return self._reached

    def wait_reached(self, timeout: float = 30.0) -> bool:
        """Wait until a request stands at the gate; False after ``timeout`` seconds."""
        return self.waiting.wait(timeout)

    def release(self) -> None:
        """Release what waits, and hold nothing from now on."""
        with self._lock:
            self._open = True
            held, self._held = self._held, []
        for loop, event in held:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release()

    async def pass_through(self, call: Call) -> None:
        """Wait at the gate if the request matches."""
        if not (
            self._pattern.search(call.path) or self._pattern.search(f"{call.method} {call.path}")
        ):
            return
        with self._lock:
            if self._open:
                return
            event = asyncio.Event()
            self._held.append((asyncio.get_running_loop(), event))
            self._reached += 1
        self.waiting.set()
        await event.wait()
