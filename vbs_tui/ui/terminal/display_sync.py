"""Finds out when the terminal has shown what was drawn.

Output passes through a thread, the kernel and often a slow line before anybody sees it. A terminal
answers a question about its cursor only after it has shown everything before the question, and
sends the keys that were typed before that ahead of its answer. So the answer separates keys that
were pressed over an older screen from keys that can be about the new one. Where a terminal has
never answered, the moment counts at which the kernel took the last byte.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App

DisplayCallback = Callable[[float], None]
"""Called with a moment of ``time.monotonic``."""


class DisplaySync(App[int]):
    """Mixed into the app, after the mixin that holds keys back."""

    _terminal_answers = False
    """Whether this terminal is known to answer."""
    _display_callbacks: deque[DisplayCallback]

    def call_after_display(self, callback: DisplayCallback) -> None:
        """Call *callback* with the moment at which all that was drawn so far is on the terminal."""
        driver: Any = self._driver
        after_written = getattr(driver, "after_written", None)
        if after_written is None:  # no terminal, as in tests
            callback(time.monotonic())
            return
        if self._terminal_answers:
            self._ask_cursor(callback)
            return
        loop, here = asyncio.get_running_loop(), contextvars.copy_context()
        after_written(lambda at: loop.call_soon_threadsafe(callback, at, context=here))

    def on_ready(self) -> None:
        """Find out whether the terminal answers, before anything depends on it."""
        if hasattr(self._driver, "ask_cursor"):
            self._ask_cursor(lambda _: None)

    def _ask_cursor(self, callback: DisplayCallback) -> None:
        if not hasattr(self, "_display_callbacks"):
            self._display_callbacks = deque(maxlen=20)
        self._display_callbacks.append(callback)
        driver: Any = self._driver
        driver.ask_cursor()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.CursorPosition):
            self._terminal_answers = True
            if getattr(self, "_display_callbacks", None):
                self._display_callbacks.popleft()(event.time)
            return
        await super().on_event(event)
