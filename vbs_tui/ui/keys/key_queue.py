"""One key after the other: a key acts only when what the one before it did has taken effect.

Over a slow link keys come in bursts. Textual hands every key of a burst to the widget that has the
focus when the burst arrives; so the ``r`` of a fast ``Enter r`` would still see the backup chosen
before, and the letters behind a ``/`` would be commands. Here a key waits until the messages that
the one before it caused have been handled, by the widget it went to and by all that hold it.

A screen that takes no key before a moment of its own has a method ``drops``. It is asked with the
key, whose ``time`` says when it came: after a stall that is well before it is handled.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from textual import events
from textual.message_pump import MessagePump

PATIENCE = 0.25
"""Seconds that a key waits for the one before it, at the most."""

TYPING_PAUSE = 0.7
"""Seconds after which a key is an answer to what is on the screen, and no longer one to what was
there before."""

_TYPING = frozenset({"backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k"})
"""Keys that are part of typing, besides letters, digits and signs."""


class KeyQueue:
    """Mixed into the app."""

    typed_at = float("-inf")
    """When something was typed, deleted or pasted last, in seconds of ``time.monotonic``."""
    pressed_at = float("-inf")
    """When any key was pressed last."""
    acting_at = float("-inf")
    """When the key that is acted on now was pressed."""
    _held_keys: deque[events.Key]
    _settling: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.pressed_at = event.time
            if isinstance(event, events.Paste) or event.is_printable or event.key in _TYPING:
                self.typed_at = self.pressed_at
        if not isinstance(event, events.Key) or event.is_forwarded:
            await self._hand_on(event)
            return
        if self._settling is not None:
            self._held_keys.append(event)
        else:
            self._held_keys = deque()
            self._settling = asyncio.create_task(self._settle(self._holders()))
            await self._hand_on(event)

    async def _hand_on(self, event: events.Event) -> None:
        app: Any = self
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            drops = getattr(app.screen, "drops", None) if app._screen_stack else None
            if drops is not None and drops(event):
                return
            self.acting_at = event.time
        await super().on_event(event)  # type: ignore[misc]

    async def _settle(self, holders: list[MessagePump]) -> None:
        app: Any = self
        try:
            while True:
                await _drain([*holders, *self._holders()])
                if not self._held_keys:
                    return
                holders = self._holders()
                await self._hand_on(self._held_keys.popleft())
        except Exception as error:
            app._handle_exception(error)
        finally:
            self._settling = None

    def _holders(self) -> list[MessagePump]:
        """Who handles a key that comes now, innermost first."""
        app: Any = self
        if not app._screen_stack:
            return [app]
        return list((app.focused or app.screen).ancestors_with_self)


async def _drain(pumps: list[MessagePump]) -> None:
    """Wait until each pump has handled what it was sent so far; a message that bubbles goes the
    same way. Never longer than :data:`PATIENCE`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE):
            for pump in pumps:
                handled: asyncio.Future[None] = loop.create_future()
                if pump.call_later(_set, handled):
                    await handled
    except TimeoutError:
        pass


def _set(handled: asyncio.Future[None]) -> None:
    if not handled.done():
        handled.set_result(None)
