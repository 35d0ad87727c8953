"""The confirmation by itself: what it shows, when it asks the backend, and only once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from textual.widget import Widget
from textual.widgets import Button, Input

from tests.restore.makers import restore
from tests.ui.consoles import Console, console, screen_text, until_read
from tests.ui.fake_backend import BACKUPS, NOW, PROD, VOLUMES, failure, volume
from vbs_tui.clock import Instant
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind, RestoreRequest
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.backend import Examination, Refusal
from vbs_tui.restore.checks.hazard_rules import find_hazards
from vbs_tui.restore.checks.required_text import Confirmation
from vbs_tui.restore.events import SecretWanted
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.render.confirmation_text import typing_line
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt

BACKUP = BACKUPS[0]
OWN, OTHER, SMALL, NAMELESS = VOLUMES[3], VOLUMES[0], VOLUMES[1], VOLUMES[5]
SIZES = [(120, 40), (80, 24), (60, 16)]
SENT = restore(state=State.SENDING)


def examination(one: Volume = OWN, of: Backup = BACKUP) -> Examination:
    return Examination(
        project=PROD,
        region="eu-de",
        backup=of,
        volume=one,
        hazards=find_hazards(of, one, project_id=PROD.id),
        request=RestoreRequest(
            "POST",
            f"https://vbs.eu-de.example.com/v2/{PROD.id}/cloudbackups/{of.id}/restore",
            f'{{"restore": {{"volume_id": "{one.id}"}}}}',
        ),
        read=Instant(NOW, 0.0),
        confirmation=Confirmation(one.name or one.id[:8], volume_is_name=bool(one.name)),
    )


@dataclass
class Dialog:
    """The open confirmation, and what the backend behind it is asked."""

    con: Console
    screen: ConfirmScreen

    @property
    def word(self) -> Input:
        return self.screen.query_one("#word", Input)

    @property
    def is_live(self) -> bool:
        return not self.screen.query_one("#go", Button).disabled

    @property
    def submitted(self) -> list[tuple[str, ...]]:
        return [asked for asked in self.con.backend.asked if asked[0] == "submit"]

    @property
    def text(self) -> str:
        return screen_text(self.con.app)

    async def examined(self, found: Examination) -> None:
        """The backend answers, and the operator has the time to read that."""
        self.con.backend.examinations[-1].set_result(found)
        await self.con.settle()
        await until_read(self.con.app)
        await self.con.settle()

    async def press(self, *keys: str) -> None:
        await self.con.press(*keys)

    async def name_it(self) -> None:
        await self.press(*OWN.name)

    @property
    def is_open(self) -> bool:
        return self.screen in self.con.app.screen_stack


@asynccontextmanager
async def dialog(one: Volume = OWN, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Dialog]:
    """The confirmation of a restore onto *one*; the backend has been asked and has not answered."""
    async with console(size) as con:
        await con.open_prod()
        con.main.open_confirmation(PROD, BACKUP, one)
        await con.settle()
        screen = con.app.screen
        assert isinstance(screen, ConfirmScreen)
        yield Dialog(con, screen)


def in_sight(widget: Widget) -> bool:
    """Whether all of *widget* is on the screen."""
    return bool(widget.region.area) and widget.screen.region.contains_region(widget.region)


# What it shows


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("one", [OWN, OTHER, NAMELESS], ids=["own", "other", "nameless"])
async def test_question_line_and_button_never_leave_the_screen(
    one: Volume, size: tuple[int, int]
) -> None:
    async with dialog(one, size) as d:
        await d.examined(examination(one))
        for keys in ((), ("x", "enter"), ("pagedown",), ("pagedown", "pagedown")):
            await d.press(*keys)
            for part in ("#typing", "#word", "#go"):
                assert in_sight(d.screen.query_one(part)), (part, keys)
        await d.con.pilot.resize_terminal(60, 16)
        await d.con.settle()
        assert in_sight(d.word)


@pytest.mark.parametrize("size", SIZES)
async def test_an_impossible_restore_has_no_line_and_no_button(size: tuple[int, int]) -> None:
    async with dialog(SMALL, size) as d:
        await d.examined(examination(SMALL))
        assert "This restore is impossible:" in d.text
        assert not d.screen.query_one("#asking").display
        await d.press("web-01"[0], "enter")
        assert d.submitted == []


@pytest.mark.parametrize("size", SIZES)
async def test_everything_must_have_been_in_sight_before_the_button_lives(
    size: tuple[int, int],
) -> None:
    async with dialog(OTHER, size) as d:
        await d.examined(examination(OTHER))
        await d.press(*OTHER.name)
        pages = 0
        while not d.is_live:
            await d.press("enter")
            assert d.submitted == []
            assert "There is more to read" in d.text
            await d.press("pagedown")
            pages += 1
            assert pages < 5
        assert "to stop it." in d.text
        assert "There is more to read" not in d.text
        assert (pages == 0) == (size == (120, 40))
        await d.press("enter")
        assert len(d.submitted) == 1


async def test_lines_scroll_too_while_the_line_has_the_focus() -> None:
    async with dialog(OTHER, (60, 16)) as d:
        await d.examined(examination(OTHER))
        facts = d.screen.query_one("#facts")
        await d.press("down", "down")
        assert facts.scroll_offset.y == 2
        await d.press("up")
        assert facts.scroll_offset.y == 1
        assert d.word.has_focus


SEVERAL = "the disk has several backups"
BY_ID = Confirmation("12ab34cd", False)
TYPED = {
    "name": (OWN, Confirmation("db-data-01", True), "the disk's name", ""),
    "night": (
        *(OWN, Confirmation("db-data-01", True, moment="2026-11-22"), "this"),
        f"2026-11-22: {SEVERAL}",
    ),
    "all": (
        *(OWN, Confirmation("db-data-01", True, "prod", "2026-11-22 02:00"), "this"),
        f"prod/: another project may have a disk of that name · 2026-11-22 02:00: {SEVERAL}",
    ),
    "nameless": (NAMELESS, BY_ID, "this", "12ab34cd: its id, as this disk has no name"),
    "odd": (
        *(volume(1, "a\\x1bb", name_is_typeable=False), BY_ID, "this"),
        "12ab34cd: its id, as its name cannot be typed as it is",
    ),
    "twin": (
        *(volume(1, "twin"), replace(BY_ID, moment="ffff0000"), "this"),
        (
            "12ab34cd: its id, as another disk has the same name · ffff0000: the backup's id, as"
            f" {SEVERAL}"
        ),
    ),
}


@pytest.mark.parametrize(("one", "parts", "what", "why"), TYPED.values(), ids=TYPED)
def test_what_to_type_is_told_with_its_reasons(
    one: Volume, parts: Confirmation, what: str, why: str
) -> None:
    found = replace(examination(one), confirmation=parts)
    first, _, rest = typing_line(found).plain.partition("\n")
    assert first == f"Type {what} to restore: {parts.text}"
    assert rest == why


async def test_a_state_other_than_the_list_had_is_told() -> None:
    async with dialog() as d:
        await d.examined(examination(replace(OWN, size=120)))
        assert "Since the list was read: the disk's size is 120, was 100." in d.text


async def test_a_failed_reading_is_decoded_in_place_and_tried_again() -> None:
    async with dialog() as d:
        d.con.backend.examinations[-1].set_exception(
            CloudError(failure(what="read the volume", code="VolumeBackup.0101"))
        )
        await d.con.settle()
        assert "VolumeBackup.0101" in d.text
        assert "req-1cf12a74-7525-4971" in d.text
        assert not d.screen.query_one("#asking").display
        await d.press("f5")
        await d.examined(examination())
        assert "No hazard found" in d.text
        assert d.word.has_focus


# When it asks the backend


async def test_only_the_exact_word_makes_the_button_live() -> None:
    async with dialog() as d:
        await d.examined(examination())
        assert not d.is_live
        for typed, live in (("db-data-0", False), ("1", True), ("1", False)):
            await d.press(*typed, *([] if live else ["enter"]))
            assert d.is_live is live
        assert d.submitted == []
        await d.press("backspace", "enter")
        assert [asked[:3] for asked in d.submitted] == [("submit", OWN.id, "db-data-01")]


async def test_impatient_hands_ask_once() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        await d.press("enter", "enter", "enter")
        await d.con.pilot.click("#go", times=3)
        await d.press("f5", "tab", "enter", "escape")
        assert len(d.submitted) == 1
        assert len(d.con.backend.examinations) == 1
        assert d.is_open
        assert "nothing has been sent" not in d.text
        d.con.backend.submissions[0].set_result(SENT)
        await d.con.settle()
        assert d.con.on_main()
        assert d.con.main.current == "jobs"


async def test_orders_that_come_late_neither_ask_again_nor_take_the_first_back() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        await d.press("enter")
        # What was on its way when line and button were closed.
        d.screen.post_message(Input.Submitted(d.word, d.word.value))
        d.screen.post_message(Button.Pressed(d.screen.query_one("#go", Button)))
        await d.con.settle()
        assert len(d.submitted) == 1
        assert not d.con.backend.submissions[0].cancelled()


async def test_a_refusal_is_told_and_the_name_can_be_typed_anew() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        await d.press("enter")
        d.con.backend.submissions[0].set_exception(Refusal("Not sent: this disk is in a restore."))
        await d.con.settle()
        assert "Not sent: this disk is in a restore." in d.text
        assert "nothing has been sent" in d.text
        await d.press("backspace")
        assert d.word.value == "db-data-0"
        await d.press("1", "enter")
        assert len(d.submitted) == 2


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "declined"])
async def test_a_question_on_top_is_left_alone_when_the_restore_begins(answered: bool) -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        await d.press("enter")
        reply: Future[str | None] = Future()
        d.con.backend.tell(SecretWanted(LogInQuestion(QuestionKind.PASSWORD, "Password"), reply))
        await d.con.until_keys_are_taken()
        d.con.backend.submissions[0].set_result(SENT)
        await d.con.settle()
        assert isinstance(d.con.app.screen, SecretPrompt)
        assert not reply.done()
        await d.press(*(["x", "enter"] if answered else ["escape"]))
        await d.con.settle()
        assert reply.result(0) == ("x" if answered else None)
        assert d.con.on_main()
        assert len(d.submitted) == 1


async def test_what_was_read_a_minute_ago_is_read_again_before_it_is_sent() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        d.con.clock.moment += timedelta(seconds=61)
        await d.press("enter")
        assert d.submitted == []
        assert len(d.con.backend.examinations) == 2
        again = replace(examination(), read=Instant.of(d.con.clock))
        await d.examined(again)
        assert [asked[3] for asked in d.submitted] == [str(again.read_at)]


@pytest.mark.parametrize("key", ["enter", "f5"])
async def test_what_changed_meanwhile_must_be_confirmed_anew(key: str) -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        d.con.clock.moment += timedelta(seconds=61)
        await d.press(key)
        changed = replace(examination(replace(OWN, size=200)), read=Instant.of(d.con.clock))
        await d.examined(changed)
        assert "Something changed meanwhile" in d.text
        assert d.submitted == []
        assert d.word.value == ""
        await d.press("enter")
        assert d.submitted == []
        await d.name_it()
        await d.press("enter")
        assert len(d.submitted) == 1


async def test_reading_again_without_a_change_keeps_what_was_typed() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.press(*"db-d")
        await d.press("f5")
        await d.examined(examination())
        assert d.word.value == "db-d"
        await d.press("a")
        assert d.word.value == "db-da"


# Defects


async def test_a_defect_while_reading_is_told_and_sends_nothing() -> None:
    async with dialog() as d:
        d.con.backend.examinations[-1].set_exception(LookupError("s3cr3t"))
        await d.con.settle()
        assert "A defect of the program stopped this (LookupError)." in d.text
        assert "s3cr3t" not in d.text
        await d.press("f5")
        await d.examined(examination())
        assert d.word.has_focus


async def test_after_a_defect_while_sending_it_never_asks_again() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.name_it()
        await d.press("enter")
        d.con.backend.submissions[0].set_exception(LookupError("s3cr3t"))
        await d.con.settle()
        assert "It may have been sent" in d.text
        assert "nothing has been sent" not in d.text
        assert not d.is_live
        await d.press("enter", "f5", "tab", "enter")
        assert len(d.submitted) == 1
        await d.press("escape")
        assert not d.is_open
        assert d.con.main.error.current is not None


async def test_leaving_while_it_reads_asks_nothing_more() -> None:
    async with dialog() as d:
        await d.press("escape")
        assert not d.is_open
        assert d.con.backend.examinations[-1].cancelled()
        assert d.submitted == []


async def test_a_disk_that_an_open_restore_holds_is_said_to_be_held_at_once() -> None:
    async with dialog() as d:
        words = "Not sent: the disk db-data-01 is already in a restore that has not ended."
        await d.examined(replace(examination(), conflict=words))
        assert "The disk db-data-01 is already in a restore" in d.text
        assert "No hazard found" not in d.text
        assert not d.screen.query_one("#asking").display
