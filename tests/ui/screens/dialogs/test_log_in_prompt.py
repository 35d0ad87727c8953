"""A question of the log-in never cuts into what is being typed, and takes an answer whole."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from tests.restore.makers import restore
from tests.ui.consoles import Console, console, screen_text
from tests.ui.fake_backend import NOW, failure
from tests.ui.screens.dialogs.test_confirm_restore import OWN, dialog, examination
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.restore.events import SecretWanted
from vbs_tui.restore.journal.records import UNTRACED
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.keys.key_queue import TYPING_PAUSE
from vbs_tui.ui.screens.dialogs.confirm_quit import QuitScreen
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.dialogs.log_in_prompt import LogInPrompt
from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen
from vbs_tui.ui.screens.help import HelpScreen
from vbs_tui.ui.widgets.secret_input import SecretInput

UNKNOWN = restore(state=State.UNKNOWN, sent_at=NOW, summary=f"{UNTRACED}: no trace of it.")
WAITS = "The log-in of otc-prod asks for a passcode, once you are done here."
SENT = restore(state=State.SENDING)


async def ask(c: Console, kind: QuestionKind = QuestionKind.PASSCODE) -> Future[str | None]:
    reply: Future[str | None] = Future()
    prompt = f"{kind.value.capitalize()} of ops-jane"
    question = LogInQuestion(kind, prompt, "otc-prod", "The last log-in has run out.")
    c.backend.tell(SecretWanted(question, reply))
    await c.settle()
    return reply


def is_asking(c: Console) -> bool:
    return isinstance(c.app.screen, SecretPrompt)


def line(c: Console) -> SecretInput:
    return c.app.screen.query_one(SecretInput)


async def paste(c: Console, text: str, moment: float | None = None) -> None:
    pasted = events.Paste(text)
    pasted.time = pasted.time if moment is None else moment
    c.app.post_message(pasted)
    await c.settle()


async def answer(c: Console, reply: Future[str | None], *keys: str) -> None:
    """Wait for the box, and type the answer into it."""
    await c.until_keys_are_taken()
    assert line(c).value == ""
    await c.press(*keys, "enter")
    assert reply.result(0) == "".join(keys)


async def press_at(c: Console, moment: float, *keys: str) -> None:
    """Keys that came at that moment, however busy the machine was since."""
    for name in keys:
        key = events.Key(name, name if len(name) == 1 else None)
        key.time = moment
        c.app.post_message(key)
    await c.settle()


def just_before_the_pause_ends(c: Console) -> float:
    """The moment of the last key that is no answer yet, however slow the machine."""
    screen = c.app.screen
    assert isinstance(screen, LogInPrompt)
    return screen.accepts_keys_from - 0.01


# Keys in flight


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_name_that_is_being_typed_is_typed_to_its_end(size: tuple[int, int]) -> None:
    async with dialog(size=size) as d:
        await d.examined(examination())
        await d.press(*OWN.name[:4])
        reply = await ask(d.con)
        await d.con.pilot.pause(1.5 * TYPING_PAUSE)  # a mere pause is not enough here
        assert isinstance(d.con.app.screen, ConfirmScreen)
        assert " ".join(d.text.replace("│", " ").split()).count(WAITS) == 1
        assert f"Type the disk's name to restore: {OWN.name}" in d.text
        assert d.con.notices == []
        await d.press(*OWN.name[4:])
        assert d.word.value == OWN.name
        await d.press("enter")
        assert len(d.submitted) == 1
        d.con.backend.submissions[0].set_result(SENT)
        await answer(d.con, reply, *"123456")
        assert d.con.on_main()


async def test_a_question_that_the_confirmation_waits_for_lies_on_top_of_it() -> None:
    async with dialog() as d:
        reply = await ask(d.con)
        await answer(d.con, reply, *"123456")
        assert d.con.app.screen is d.screen
        await d.examined(examination())
        await d.press(*OWN.name[:4], "f5")
        again = await ask(d.con)  # what was typed stays, and is not added to
        await answer(d.con, again, *"654321")
        await d.examined(examination())
        assert d.word.value == OWN.name[:4]
        await d.press(*OWN.name[4:])
        assert d.is_live
        assert d.submitted == []


@pytest.mark.parametrize("declined", [True, False])
async def test_in_the_confirmation_f5_logs_in_and_then_reads(declined: bool) -> None:
    async with dialog() as d:
        lacking = failure(kind=ErrorKind.LOG_IN, status=None if declined else 401)
        found = d.con.backend.examinations[-1]
        found.set_exception(CloudError(replace(lacking, declined=declined)))
        await d.con.settle()
        assert "F5 logs in, Esc leaves." in d.text
        await d.press("f5")
        assert d.con.backend.asked[-1] == ("connect",)
        assert len(d.con.backend.examinations) == 1
        reply = await ask(d.con)
        await answer(d.con, reply, *"123456")
        assert "F5 reads both" in d.text
        await d.press("f5")
        assert len(d.con.backend.examinations) == 2
        await d.examined(examination())
        await d.name_it()
        assert d.is_live


async def test_a_filter_gets_its_letters_and_then_the_question_comes() -> None:
    async with console() as c:
        await c.open_prod()
        await c.press("2", "slash", "n")
        reply = await ask(c)
        await c.press(*"ight")
        assert not is_asking(c)
        assert c.main.backups.list.filter_text == "night"
        await c.press("enter")
        await answer(c, reply, *"123456")
        assert c.main.backups.list.filter_text == "night"


async def test_the_word_that_settles_is_left_alone() -> None:
    async with console() as c:
        c.main.open_settle(UNKNOWN)
        await c.press(*"not")
        reply = await ask(c)
        assert isinstance(c.app.screen, SettleScreen)
        await c.press("space", *"sent", "enter")
        assert c.backend.asked[-1] == ("declare", UNKNOWN.id, "not sent")
        c.backend.declarations[0].set_result(UNKNOWN)
        await answer(c, reply, *"123456")


async def test_keys_on_their_way_to_a_list_are_dropped_until_a_pause() -> None:
    async with console() as c:
        await c.open_prod()
        await c.press("tab", "f5")
        before = list(c.backend.asked)
        reply = await ask(c)
        assert is_asking(c)
        on_their_way = time.monotonic() - TYPING_PAUSE
        await press_at(c, on_their_way, "r", "enter", "q", "escape", *"abc", "backspace")
        await paste(c, "half", on_their_way)
        await press_at(c, on_their_way, "enter")
        assert is_asking(c)
        assert "not taken yet" in screen_text(c.app)
        assert not reply.done()
        await answer(c, reply, *"123456")
        assert c.backend.asked == before
        assert c.on_main()


async def test_letters_that_are_commands_put_the_question_off_for_a_moment() -> None:
    async with console() as c:
        await c.open_prod()
        await c.press("2", "j", "j")
        reply = await ask(c)
        await c.press("j")
        assert c.on_main()
        assert c.notices == []  # it comes by itself in a moment
        await answer(c, reply, *"123456")


async def test_before_any_key_and_after_an_answer_the_box_takes_keys_at_once() -> None:
    async with console() as c:
        password = await ask(c, QuestionKind.PASSWORD)
        await c.press(*"hush", "enter")
        assert password.result(0) == "hush"
        passcode = await ask(c)
        await c.press(*"123456", "enter")
        assert passcode.result(0) == "123456"


# Other dialogs, other questions


async def test_leaving_is_decided_first() -> None:
    async with console() as c:
        c.backend.sending = 1
        await c.press("q")
        reply = await ask(c)
        assert isinstance(c.app.screen, QuitScreen)
        assert c.notices == [WAITS]
        await c.press("n")
        await answer(c, reply, *"123456")
        assert c.on_main()


async def test_the_program_leaves_with_a_question_that_waits() -> None:
    async with console() as c:
        c.backend.sending = 1
        await c.press("q")
        reply = await ask(c)
        await c.press("y")
        assert c.app._exit
        assert not reply.done()


async def test_help_stays_beneath_and_its_escape_is_no_answer() -> None:
    async with console() as c:
        await c.press("question_mark")
        reply = await ask(c)
        while not is_asking(c):  # noqa: ASYNC110 - the box comes by a timer
            await asyncio.sleep(0.02)
        await press_at(c, time.monotonic() - TYPING_PAUSE, "escape")
        assert is_asking(c)
        assert not reply.done()
        await answer(c, reply, *"123456")
        assert isinstance(c.app.screen, HelpScreen)


async def test_keys_from_before_the_pause_are_dropped_however_late_they_are_handled() -> None:
    async with console() as c:
        await c.press("tab")
        reply = await ask(c)
        await c.until_keys_are_taken()
        # The program stood still meanwhile; its own timer was the first to go on.
        await press_at(c, just_before_the_pause_ends(c), *"db-data", "enter", "escape")
        assert is_asking(c)
        assert line(c).value == ""
        assert "not taken yet" in screen_text(c.app)
        assert not reply.done()
        await press_at(c, just_before_the_pause_ends(c), *"01", "enter")
        assert not reply.done()
        await answer(c, reply, *"123456")


async def test_two_questions_come_one_after_the_other() -> None:
    async with console() as c:
        first = await ask(c, QuestionKind.PASSWORD)
        second = await ask(c)
        assert "Password of" in screen_text(c.app)
        await c.press(*"hush", "enter")
        assert first.result(0) == "hush"
        assert not second.done()
        assert "Passcode of" in screen_text(c.app)
        await c.press("escape")
        assert second.result(0) is None
        assert c.on_main()


async def test_a_question_that_waits_and_is_given_up_never_comes() -> None:
    async with console() as c:
        await c.open_prod()
        await c.press("2", "slash")
        reply = await ask(c)
        assert reply.cancel()
        await c.settle()
        assert c.notices == ["The log-in does not wait for that answer any more."]
        await c.press("n", "enter")
        later = await ask(c, QuestionKind.PASSWORD)
        await answer(c, later, *"hush")


# The answer


@pytest.mark.parametrize(
    ("kind", "pasted", "taken"),
    [
        (QuestionKind.PASSWORD, "s3 cret-[/x]", "s3 cret-[/x]"),
        (QuestionKind.PASSWORD, "s3cret\n", "s3cret"),
        (QuestionKind.PASSWORD, "\r\ns3cret\r\n", "s3cret"),
        (QuestionKind.PASSCODE, " 123 456\n", "123456"),
        (QuestionKind.PASSCODE, "123\u00a0456", "123456"),
    ],
)
async def test_one_pasted_line_is_taken_whole(kind: QuestionKind, pasted: str, taken: str) -> None:
    async with console() as c:
        reply = await ask(c, kind)
        await paste(c, pasted)
        assert not reply.done()  # the end of the line is no Enter
        assert line(c).value == taken
        await c.press("enter")
        assert reply.result(0) == taken


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "The pasted text is empty."),
        ("\n", "The pasted text is empty."),
        ("first\nsecond", "the text has several lines"),
        ("x" * 5000, "the text has 5,000 characters"),
        ("a\u00a0b", "has a character that cannot be typed"),
        ("a\x1b[31mb", "has a character that cannot be typed"),
    ],
)
async def test_any_other_paste_is_refused_whole_with_a_word(pasted: str, said: str) -> None:
    async with console((80, 24)) as c:
        reply = await ask(c, QuestionKind.PASSWORD)
        await c.press("a")
        await paste(c, pasted)
        assert line(c).value == "a"
        assert said in screen_text(c.app)
        await c.press("b")
        assert said not in screen_text(c.app)
        await c.press("enter")
        assert reply.result(0) == "ab"


@pytest.mark.parametrize("keys", [(), ("space", "space")])
async def test_nothing_typed_is_no_answer_and_that_is_said(keys: tuple[str, ...]) -> None:
    async with console((80, 24)) as c:
        reply = await ask(c, QuestionKind.PASSWORD)
        await c.press(*keys, "enter")
        assert "Nothing is typed yet. Esc declines." in screen_text(c.app)
        assert not reply.done()


async def test_a_secret_is_not_copied_to_the_terminal() -> None:
    async with console() as c:
        await ask(c, QuestionKind.PASSWORD)
        await c.press(*"hush", "home", "shift+end")
        await c.press("ctrl+c", "ctrl+x")
        assert c.app.clipboard == ""
        assert c.app.screen.query_one(Input).value == "hush"


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_who_asks_and_why_fits(size: tuple[int, int]) -> None:
    async with console(size) as c:
        reply = await ask(c)
        text = screen_text(c.app)
        for words in ("Passcode of ops-jane", "for otc-prod", "The last log-in has run out."):
            assert words in text
        await c.press("escape")
        assert reply.result(0) is None
