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
from vbs_tui.ui.keys.key_queue import QUIET

if TYPE_CHECKING:
    from vbs_tui.ui.screens.dialogs.log_in_prompt import QuestionScreen

_LOOK_AGAIN = 0.1
_DAY = 86400.0


class NoLongerAsked(Message):
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
    _box: QuestionScreen | None = None
    _waiting_line: Notification | None = None

    def ask_secret(self, wanted: SecretWanted) -> None:
        """Put the question as soon as it disturbs nothing."""
        app: Any = self
        if not hasattr(self, "_questions"):
            self._questions = deque()
        self._questions.append(wanted)

        def settled(reply: concurrent.futures.Future[str | None]) -> None:
            if reply.cancelled():
                app.post_message(NoLongerAsked(wanted))

        wanted.reply.add_done_callback(settled)
        self._ask_next()

    def on_no_longer_asked(self, message: NoLongerAsked) -> None:
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
            self._drop_line()
        elif self._is_disturbing():
            app.set_timer(_LOOK_AGAIN, self._ask_next)
        else:
            self._drop_line()
            self._open(self._questions[0])

    def _is_disturbing(self) -> bool:
        """Whether a question would cut into something; if that may last, a line tells."""
        app: Any = self
        may_be_asked = getattr(app.screen, "may_be_asked", None)
        if may_be_asked is None:
            may_be_asked = not isinstance(app.focused, Input | Button)
        if not may_be_asked:
            self._tell_that_it_waits()
        return not may_be_asked or time.monotonic() - self.typed_at < QUIET

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

    def _tell_that_it_waits(self) -> None:
        app: Any = self
        asked = self._questions[0].question
        cloud = f" of {asked.cloud}" if asked.cloud else ""
        text = f"The log-in{cloud} asks for a {asked.kind.value}, once you are done here."
        if hasattr(app.screen, "tell_of_question"):
            app.screen.tell_of_question(text)
        elif self._waiting_line is None:
            self._waiting_line = Notification(text, severity="warning", timeout=_DAY)
            app.post_message(Notify(self._waiting_line))

    def _drop_line(self) -> None:
        app: Any = self
        for screen in app.screen_stack:
            if hasattr(screen, "tell_of_question"):
                screen.tell_of_question("")
        if self._waiting_line is not None:
            app._unnotify(self._waiting_line)
            self._waiting_line = None


def _box_of(question: LogInQuestion, *, in_flight: bool) -> QuestionScreen:
    from vbs_tui.ui.screens.dialogs.browser_prompt import VisitScreen  # noqa: PLC0415
    from vbs_tui.ui.screens.dialogs.secret_prompt import SecretScreen  # noqa: PLC0415 - when first needed

    kind = VisitScreen if question.kind is QuestionKind.VISIT else SecretScreen
    return kind(question, in_flight=in_flight)
