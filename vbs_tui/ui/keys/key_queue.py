"""Keys in order: a key acts only after what the key before it did has taken effect.

Over a slow link keys come in bursts. Textual hands every key of a burst to the widget that has the
focus when the burst arrives; so the ``r`` of a fast ``Enter r`` would still see the backup chosen
before, and the letters behind a ``/`` would be commands. Here a key waits until the messages that
the key before it caused have been handled, by the widget it went to and by all its ancestors.

A screen may refuse keys: it has a method ``drops_key``, see :class:`DropsKeys`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

PATIENCE = 0.25
"""Seconds that a key waits for the one before it, at most."""

TYPING_PAUSE = 0.7
"""Seconds without a key after which the next one is meant for what is on the screen now."""

_TYPING = frozenset({"backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k"})
"""Keys that are part of typing, besides letters, digits and signs."""


@runtime_checkable
class DropsKeys(Protocol):
    """A screen that does not accept every key."""

    def drops_key(self, event: events.Key | events.Paste) -> bool:
        """Whether *event* must be ignored. Its ``time`` says when it was pressed, which may be
        well before it is handled."""


class KeyQueue(App[int]):
    """Mixed into the app."""

    typed_at = float("-inf")
    """When something was typed, deleted or pasted last, in seconds of ``time.monotonic``."""
    pressed_at = float("-inf")
    """When any key was pressed last."""
    acting_at = float("-inf")
    """When the key that is handled now was pressed."""
    _held_keys: deque[events.Key]
    _draining: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self.pressed_at = event.time
            if isinstance(event, events.Paste) or event.is_printable or event.key in _TYPING:
                self.typed_at = self.pressed_at
        if not isinstance(event, events.Key) or event.is_forwarded:
            await self._dispatch_key(event)
            return
        if self._draining is not None:
            self._held_keys.append(event)
        else:
            self._held_keys = deque()
            self._draining = asyncio.create_task(self._handle_held(self._receivers()))
            await self._dispatch_key(event)

    async def _dispatch_key(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            screen: object = self.screen if self._screen_stack else None
            if isinstance(screen, DropsKeys) and screen.drops_key(event):
                return
            self.acting_at = event.time
        await super().on_event(event)

    async def _handle_held(self, receivers: list[MessagePump]) -> None:
        try:
            while True:
                await _drain([*receivers, *self._receivers()])
                if not self._held_keys:
                    return
                receivers = self._receivers()
                await self._dispatch_key(self._held_keys.popleft())
        except Exception as error:
            self._handle_exception(error)
        finally:
            self._draining = None

    def _receivers(self) -> list[MessagePump]:
        """The widgets that a key reaches now, innermost first."""
        if not self._screen_stack:
            return [self]
        return list((self.focused or self.screen).ancestors_with_self)


async def _drain(pumps: list[MessagePump]) -> None:
    """Wait until each pump has handled what it was sent so far; a message that bubbles goes the
    same way. Never longer than :data:`PATIENCE`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE):
            for pump in pumps:
                handled: asyncio.Future[None] = loop.create_future()
                if pump.call_later(_set_done, handled):
                    await handled
    except TimeoutError:
        pass


def _set_done(handled: asyncio.Future[None]) -> None:
    if not handled.done():
        handled.set_result(None)
