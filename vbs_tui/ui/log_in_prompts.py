"""Prompts of the log-in: one at a time, and never while the operator is typing.

A token may expire while a disk's name is being typed. A prompt takes the keyboard, so it opens only
after a pause, and not over a field that is in use: a line says meanwhile that it waits. An open
prompt takes no key before another pause, see :class:`GuardedDialog`.
"""

from __future__ import annotations

import concurrent.futures
import time
from collections import deque
from typing import TYPE_CHECKING

from textual.message import Message
from textual.notifications import Notification, Notify
from textual.widgets import Button, Input

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.restore.events import SecretWanted
from vbs_tui.ui.keys.key_queue import TYPING_PAUSE, KeyQueue

if TYPE_CHECKING:
    from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt

_LOOK_AGAIN = 0.1
"""Seconds until a prompt that waits tries again to open."""
_DAY = 86400.0


class PromptCancelled(Message):
    """Nobody waits any more for the answer to *wanted*."""

    def __init__(self, wanted: SecretWanted) -> None:
        super().__init__()
        self.wanted = wanted


class LogInPrompts(KeyQueue):
    """Mixed into the app. A screen may have ``allows_prompt``, whether a prompt may open over it,
    and ``show_waiting_prompt``, which shows on the screen itself that one waits."""

    _questions: deque[SecretWanted]
    """The first is the one whose prompt is open, if one is."""
    _open_prompt: LogInPrompt | None = None
    _waiting_notice: Notification | None = None

    def prompt_for(self, wanted: SecretWanted) -> None:
        """Open a prompt as soon as it interrupts nothing."""
        if not hasattr(self, "_questions"):
            self._questions = deque()
        self._questions.append(wanted)

        def settled(reply: concurrent.futures.Future[str | None]) -> None:
            if reply.cancelled():
                self.post_message(PromptCancelled(wanted))

        wanted.reply.add_done_callback(settled)
        self._prompt_next()

    def on_prompt_cancelled(self, message: PromptCancelled) -> None:
        """Whoever asked has given up: close the prompt."""
        if message.wanted not in self._questions:
            return
        if self._open_prompt is not None and message.wanted is self._questions[0]:
            self._open_prompt.cancel()
        else:
            self._questions.remove(message.wanted)
            self._prompt_next()
        self.notify("The log-in does not wait for that answer any more.", markup=False)

    def _prompt_next(self) -> None:
        if self._open_prompt is not None:
            return
        if not self._questions:
            self._hide_waiting()
        elif self._would_interrupt():
            self.set_timer(_LOOK_AGAIN, self._prompt_next)
        else:
            self._hide_waiting()
            self._open(self._questions[0])

    def _would_interrupt(self) -> bool:
        """Whether a prompt would interrupt something; says so where that may last."""
        allows_prompt = getattr(self.screen, "allows_prompt", None)
        if allows_prompt is None:
            allows_prompt = not isinstance(self.focused, Input | Button)
        if not allows_prompt:
            self._show_waiting()
        return not allows_prompt or time.monotonic() - self.typed_at < TYPING_PAUSE

    def _open(self, wanted: SecretWanted) -> None:
        # Before the first key press no key can be on its way.
        prompt = _prompt_of(wanted.question, in_flight=self.pressed_at > float("-inf"))
        self._open_prompt = prompt

        def answer(secret: str | None) -> None:
            # The last keys went into this prompt: those on their way answer the next one.
            self.typed_at = self.pressed_at = float("-inf")
            self._open_prompt = None
            self._questions.remove(wanted)
            if not wanted.reply.cancelled():
                try:
                    wanted.reply.set_result(secret)
                except concurrent.futures.InvalidStateError:
                    self.notify("That answer came too late: nobody waits for it.", markup=False)
            self._prompt_next()

        self.push_screen(prompt, answer)

    def _show_waiting(self) -> None:
        asked = self._questions[0].question
        cloud = f" of {asked.cloud}" if asked.cloud else ""
        text = f"The log-in{cloud} asks for a {asked.kind.value}, once you are done here."
        if hasattr(self.screen, "show_waiting_prompt"):
            self.screen.show_waiting_prompt(text)
        elif self._waiting_notice is None:
            self._waiting_notice = Notification(text, severity="warning", timeout=_DAY)
            self.post_message(Notify(self._waiting_notice))

    def _hide_waiting(self) -> None:
        for screen in self.screen_stack:
            if hasattr(screen, "show_waiting_prompt"):
                screen.show_waiting_prompt("")
        if self._waiting_notice is not None:
            self._unnotify(self._waiting_notice)
            self._waiting_notice = None


def _prompt_of(question: LogInQuestion, *, in_flight: bool) -> LogInPrompt:
    from vbs_tui.ui.screens.dialogs.browser_prompt import (  # noqa: PLC0415 - start-up time
        BrowserPrompt,
    )
    from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt  # noqa: PLC0415

    kind = BrowserPrompt if question.kind is QuestionKind.VISIT else SecretPrompt
    return kind(question, in_flight=in_flight)
