"""A log-in that is done in a browser: address and code in full, and no key by chance."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.ui.consoles import Console, console, screen_text
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.restore.events import SecretWanted
from vbs_tui.ui.screens.dialogs.browser_prompt import BrowserPrompt

ADDRESS = "https://login.company.example/realms/operations/device?[b]lang[/nope]=en"


async def ask(c: Console, address: str = ADDRESS) -> Future[str | None]:
    reply: Future[str | None] = Future()
    question = LogInQuestion(
        *(QuestionKind.VISIT, "Log in with a browser, on any device", "otc-prod"),
        why="The last log-in has run out.",
        address=address,
        code="WDJB-MJHT",
    )
    c.backend.tell(SecretWanted(question, reply))
    await c.settle()
    return reply


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_all_that_is_needed_fits(size: tuple[int, int]) -> None:
    async with console(size) as c:
        await ask(c)
        text = screen_text(c.app)
        bare = "".join(text.replace("│", "").split())
        assert ADDRESS in bare
        for words in ("for otc-prod", "The last log-in has run out.", "WDJB-MJHT", "Esc declines"):
            assert words in text


@pytest.mark.parametrize(("key", "answer"), [("enter", "done"), ("escape", None)])
async def test_enter_goes_on_and_escape_declines(key: str, answer: str | None) -> None:
    async with console() as c:
        reply = await ask(c)
        await c.press("x", "space")
        assert isinstance(c.app.screen, BrowserPrompt)
        await c.press(key)
        assert reply.result(0) == answer
        assert c.on_main()


async def test_an_enter_on_its_way_to_something_else_is_not_the_answer() -> None:
    async with console() as c:
        await c.press("j")
        reply = await ask(c)
        await c.press("enter", "escape")
        assert not reply.done()
        await c.until_keys_are_taken()
        await c.press("enter")
        assert reply.result(0) == "done"


async def test_the_address_is_copied() -> None:
    async with console() as c:
        await ask(c)
        await c.press("y")
        assert c.app.clipboard == ADDRESS


async def test_it_waits_until_nothing_is_being_typed() -> None:
    async with console() as c:
        await c.press("2", "slash", "d")
        reply = await ask(c)
        assert c.notices == ["The log-in of otc-prod asks for a browser, once you are done here."]
        await c.press("escape")
        await c.until_keys_are_taken()
        await c.press("enter")
        assert reply.result(0) == "done"
