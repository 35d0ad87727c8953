"""Dialogs that take no key which was pressed before they could be read.

Over a slow line keys come in bursts and late; what was typed for something else, or blindly ahead,
must confirm nothing. A dialog counts as readable once the terminal shows it whole and no key has
come for a moment. Keys before that are dropped, all but those that cannot do any harm.
"""

from __future__ import annotations

import math
import time
from typing import Any

from textual import events
from textual.timer import Timer

from vbs_tui.ui.keys.key_queue import TYPING_PAUSE

KEYS_BLOCKED = "keys are not taken yet: pause a second"

_ASK_AGAIN = 1.0
"""Seconds without a word that the dialog is shown after which a key asks for it again."""


class GuardedDialog:
    """Mixed into a screen, before Textual's own class.

    :meth:`shut` while there is nothing to decide about; :meth:`accept_keys_after_display` when
    what is to be read was put on the screen.
    """

    accepts_keys = False
    """Whether keys are taken, as the screen shows it."""
    accepts_keys_from = math.inf
    """The moment, of ``time.monotonic``, before which no key counts."""
    is_opening = False
    """Whether keys will be taken once the terminal has shown it."""
    always_accepted: frozenset[str] = frozenset()
    """Keys that are taken at any time."""
    _pause: Timer | None = None
    _turn = 0
    _asked_at = math.inf

    def accepts_keys_changed(self) -> None:
        """Called when :attr:`accepts_keys` changed."""

    def shut(self) -> None:
        """Take no key until :meth:`accept_keys_after_display`, and what follows from it."""
        self._turn += 1
        self.is_opening = False
        self.accepts_keys_from = math.inf
        self._asked_at = math.inf
        self._stop_pause()
        self._set_takes_keys(False)

    def accept_keys_after_display(self) -> None:
        """Take keys again, once the terminal shows what is on the screen by now and a pause has
        passed. Without effect while keys are taken."""
        if self.accepts_keys_from < math.inf:
            return
        self.is_opening = True
        screen: Any = self
        # Twice: a layout that depends on the first one's sizes is drawn by the second.
        screen.call_after_refresh(screen.call_after_refresh, self._ask, self._turn)

    def drops(self, event: events.Key | events.Paste) -> bool:
        """Whether *event* came before the dialog was readable."""
        if getattr(event, "key", "") in self.always_accepted:
            return False
        if event.time >= self.accepts_keys_from:
            self._take_keys()
            return False
        if math.isfinite(self.accepts_keys_from):
            # From when it was pressed: one that is handled late says nothing about those behind it.
            if event.time + TYPING_PAUSE > self.accepts_keys_from:
                self._wait(event.time)
        elif time.monotonic() - self._asked_at > _ASK_AGAIN:
            self._ask(self._turn)  # the answer may have been lost on the way
        return True

    def _ask(self, turn: int) -> None:
        screen: Any = self
        if turn == self._turn and screen.is_attached:
            self._asked_at = time.monotonic()
            screen.app.call_after_display(lambda at: self._shown(turn, at))

    def _shown(self, turn: int, at: float) -> None:
        if turn == self._turn and math.isinf(self.accepts_keys_from):
            self._wait(at)

    def _wait(self, since: float) -> None:
        screen: Any = self
        self.accepts_keys_from = since + TYPING_PAUSE
        self._set_takes_keys(False)
        self._stop_pause()
        self._pause = screen.set_timer(
            max(0.01, self.accepts_keys_from - time.monotonic()), self._take_keys
        )

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()

    def _take_keys(self) -> None:
        # At once: the key that finds the pause over is the first that counts.
        self._set_takes_keys(True)

    def _set_takes_keys(self, taken: bool) -> None:
        if taken is not self.accepts_keys:
            self.accepts_keys = taken
            self.accepts_keys_changed()
