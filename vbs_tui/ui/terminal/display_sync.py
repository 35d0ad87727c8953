"""When the terminal has shown what was drawn.

What is drawn goes through a thread, the kernel and mostly a long line before anybody sees it. A
terminal answers a question about its cursor only after it has shown everything before it; and what
was typed before that comes before the answer. So the answer parts the keys that were pressed over
an older picture from those that can be about the new one, however long the line stalls. Where a
terminal has never answered, the moment counts at which the kernel took the last byte.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from textual import events

Told = Callable[[float], None]
"""Called with a moment of ``time.monotonic``."""


class DisplaySync:
    """Mixed into the app, after whoever holds keys back."""

    _answers = False
    """Whether this terminal answers, as far as is known."""
    _waiting: deque[Told]

    def call_after_display(self, told: Told) -> None:
        """Call *told* with the moment at which all that was drawn so far is on the terminal."""
        app: Any = self
        after_written = getattr(app._driver, "after_written", None)
        if after_written is None:  # no terminal, as in tests
            told(time.monotonic())
            return
        if self._answers:
            self._ask(told)
            return
        loop, here = asyncio.get_running_loop(), contextvars.copy_context()
        after_written(lambda at: loop.call_soon_threadsafe(told, at, context=here))

    def on_ready(self) -> None:
        """Find out whether it answers, before anything hangs on it."""
        app: Any = self
        if hasattr(app._driver, "ask_cursor"):
            self._ask(lambda _: None)

    def _ask(self, told: Told) -> None:
        app: Any = self
        self._queue.append(told)
        app._driver.ask_cursor()

    @property
    def _queue(self) -> deque[Told]:
        if not hasattr(self, "_waiting"):
            self._waiting = deque(maxlen=20)
        return self._waiting

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.CursorPosition):
            self._answers = True
            if self._queue:
                self._queue.popleft()(event.time)
            return
        await super().on_event(event)  # type: ignore[misc]
