"""Prompts of the log-in: one at a time, and never into what the operator is typing.

A token may end while a disk's name is being typed. The box with the question takes the keyboard,
so it opens only after a pause, and not over a field that is in use: a line says meanwhile that it
waits. Once open, it takes no key before another pause (see the box itself).
"""

from __future__ import annotations

import concurrent.futures
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.notifications import Notification, Notify
from textual.widgets import Button, Input

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.restore.events import SecretWanted
from vbs_tui.ui.keys.key_queue import TYPING_PAUSE

if TYPE_CHECKING:
    from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt

_LOOK_AGAIN = 0.1
_DAY = 86400.0


class PromptCancelled(Message):
    """Nobody waits for the answer to *wanted*."""

    def __init__(self, wanted: SecretWanted) -> None:
        super().__init__()
        self.wanted = wanted


class LogInPrompts:
    """Mixed into the app, with the keys' own mixin."""

    typed_at: float
    pressed_at: float
    _questions: deque[SecretWanted]
    """The first is the one that is on the screen, if one is."""
    _box: LogInPrompt | None = None
    _waiting_notice: Notification | None = None

    def prompt_for(self, wanted: SecretWanted) -> None:
        """Put the question as soon as it disturbs nothing."""
        app: Any = self
        if not hasattr(self, "_questions"):
            self._questions = deque()
        self._questions.append(wanted)

        def settled(reply: concurrent.futures.Future[str | None]) -> None:
            if reply.cancelled():
                app.post_message(PromptCancelled(wanted))

        wanted.reply.add_done_callback(settled)
        self._ask_next()

    def on_no_longer_asked(self, message: PromptCancelled) -> None:
        """The one who asked has given up, and so does the box."""
        if message.wanted not in self._questions:
            return
        app: Any = self
        if self._box is not None and message.wanted is self._questions[0]:
            self._box.give_up()
        else:
            self._questions.remove(message.wanted)
            self._ask_next()
        app.notify("The log-in does not wait for that answer any more.", markup=False)

    def _ask_next(self) -> None:
        app: Any = self
        if self._box is not None:
            return
        if not self._questions:
            self._hide_waiting()
        elif self._would_interrupt():
            app.set_timer(_LOOK_AGAIN, self._ask_next)
        else:
            self._hide_waiting()
            self._open(self._questions[0])

    def _would_interrupt(self) -> bool:
        """Whether a question would cut into something; if that may last, a line tells."""
        app: Any = self
        allows_prompt = getattr(app.screen, "allows_prompt", None)
        if allows_prompt is None:
            allows_prompt = not isinstance(app.focused, Input | Button)
        if not allows_prompt:
            self._show_waiting()
        return not allows_prompt or time.monotonic() - self.typed_at < TYPING_PAUSE

    def _open(self, wanted: SecretWanted) -> None:
        app: Any = self
        # Whoever has pressed no key yet has none on its way, either.
        box = _box_of(wanted.question, in_flight=self.pressed_at > float("-inf"))
        self._box = box

        def answer(secret: str | None) -> None:
            # What was pressed last went into the box: nothing is on its way but the next answer.
            self.typed_at = self.pressed_at = float("-inf")
            self._box = None
            self._questions.remove(wanted)
            if not wanted.reply.cancelled():
                try:
                    wanted.reply.set_result(secret)
                except concurrent.futures.InvalidStateError:
                    app.notify("That answer came too late: nobody waits for it.", markup=False)
            self._ask_next()

        app.push_screen(box, answer)

    def _show_waiting(self) -> None:
        app: Any = self
        asked = self._questions[0].question
        cloud = f" of {asked.cloud}" if asked.cloud else ""
        text = f"The log-in{cloud} asks for a {asked.kind.value}, once you are done here."
        if hasattr(app.screen, "show_waiting_prompt"):
            app.screen.show_waiting_prompt(text)
        elif self._waiting_notice is None:
            self._waiting_notice = Notification(text, severity="warning", timeout=_DAY)
            app.post_message(Notify(self._waiting_notice))

    def _hide_waiting(self) -> None:
        app: Any = self
        for screen in app.screen_stack:
            if hasattr(screen, "show_waiting_prompt"):
                screen.show_waiting_prompt("")
        if self._waiting_notice is not None:
            app._unnotify(self._waiting_notice)
            self._waiting_notice = None


def _box_of(question: LogInQuestion, *, in_flight: bool) -> LogInPrompt:
    from vbs_tui.ui.screens.dialogs.browser_prompt import BrowserPrompt  # noqa: PLC0415
    from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt  # noqa: PLC0415 - when first needed

    kind = BrowserPrompt if question.kind is QuestionKind.VISIT else SecretPrompt
    return kind(question, in_flight=in_flight)
