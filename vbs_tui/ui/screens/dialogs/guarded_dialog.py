"""Dialogs that take no key which was pressed before the operator could read them.

Over a slow line keys come late and in bursts. A key that was pressed for something else, or typed
ahead blindly, must confirm nothing. A dialog counts as readable once the terminal shows all of it
and no key has come for a moment. Keys before that are dropped, except those that do no harm.
"""

from __future__ import annotations

import math
import time
from typing import TypeVar

from textual import events
from textual.timer import Timer

from vbs_tui.ui.console_app import console_app_of
from vbs_tui.ui.keys.key_queue import TYPING_PAUSE
from vbs_tui.ui.screens.dialogs.dialog import Dialog

R = TypeVar("R")

KEYS_BLOCKED = "keys are not taken yet: pause a second"

_ASK_AGAIN = 1.0
"""Seconds without an answer from the terminal after which a key makes the dialog ask again."""


class GuardedDialog(Dialog[R]):
    """A dialog whose keys are blocked until it can be read.

    :meth:`block_keys` while there is nothing to decide about; :meth:`unblock_after_display` once
    what must be read is on the screen.
    """

    accepts_keys = False
    """Whether keys are accepted, as the screen shows it."""
    accepts_keys_from = math.inf
    """The moment, of ``time.monotonic``, before which no key counts."""
    is_unblocking = False
    """Whether keys will be accepted once the terminal has shown the dialog."""
    always_accepted: frozenset[str] = frozenset()
    """Keys that are accepted at any time."""
    _pause: Timer | None = None
    _turn = 0
    """Counts calls of :meth:`block_keys`: an answer to an older display is ignored."""
    _asked_at = math.inf

    def accepts_keys_changed(self) -> None:
        """Called when :attr:`accepts_keys` changed."""

    def block_keys(self) -> None:
        """Accept no key until :meth:`unblock_after_display`, and what follows from it."""
        self._turn += 1
        self.is_unblocking = False
        self.accepts_keys_from = math.inf
        self._asked_at = math.inf
        self._stop_pause()
        self._set_accepts_keys(False)

    def unblock_after_display(self) -> None:
        """Accept keys again once the terminal shows the present screen and a pause has passed. Has
        no effect while keys are accepted."""
        if self.accepts_keys_from < math.inf:
            return
        self.is_unblocking = True
        # Twice: a layout that depends on the first one's sizes is drawn by the second.
        self.call_after_refresh(self.call_after_refresh, self._ask_terminal, self._turn)

    def drops_key(self, event: events.Key | events.Paste) -> bool:
        """Whether *event* came before the dialog was readable."""
        if getattr(event, "key", "") in self.always_accepted:
            return False
        if event.time >= self.accepts_keys_from:
            self._accept_keys()
            return False
        if math.isfinite(self.accepts_keys_from):
            # From when it was pressed: a key that is handled late says nothing about later ones.
            if event.time + TYPING_PAUSE > self.accepts_keys_from:
                self._start_pause(event.time)
        elif time.monotonic() - self._asked_at > _ASK_AGAIN:
            self._ask_terminal(self._turn)  # the answer may have been lost on the way
        return True

    def _ask_terminal(self, turn: int) -> None:
        if turn == self._turn and self.is_attached:
            self._asked_at = time.monotonic()
            console_app_of(self).call_after_display(lambda at: self._displayed(turn, at))

    def _displayed(self, turn: int, at: float) -> None:
        if turn == self._turn and math.isinf(self.accepts_keys_from):
            self._start_pause(at)

    def _start_pause(self, since: float) -> None:
        self.accepts_keys_from = since + TYPING_PAUSE
        self._set_accepts_keys(False)
        self._stop_pause()
        self._pause = self.set_timer(
            max(0.01, self.accepts_keys_from - time.monotonic()), self._accept_keys
        )

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()

    def _accept_keys(self) -> None:
        # Without a delay: the key that finds the pause over is the first that counts.
        self._set_accepts_keys(True)

    def _set_accepts_keys(self, accepted: bool) -> None:
        if accepted is not self.accepts_keys:
            self.accepts_keys = accepted
            self.accepts_keys_changed()
