"""Dialogs that confirm something take no key from before they could be read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from textual import events
from textual.widgets import Input

from tests.restore.makers import restore
from tests.ui.consoles import Console, console, screen_text, until_read
from tests.ui.fake_backend import NOW
from tests.ui.screens.dialogs.test_confirm_restore import OWN, dialog, examination
from vbs_tui.clock import Instant
from vbs_tui.restore.events import JournalChanged
from vbs_tui.restore.journal.records import UNTRACED
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.screens.dialogs.confirm_quit import QuitScreen
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen

UNKNOWN = restore(state=State.UNKNOWN, sent_at=NOW, summary=f"{UNTRACED}: no trace of it.")


async def burst(con: Console, *keys: str, at: float | None = None) -> None:
    """Keys of one reading: they share the moment at which they were pressed."""
    moment = time.monotonic() if at is None else at
    for name in keys:
        key = events.Key(name, name if len(name) == 1 else None)
        key.time = moment
        con.app.post_message(key)
    await con.settle()


async def test_what_was_typed_ahead_is_not_in_the_field_and_sends_nothing() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("2", "g", "enter")
        pressed = time.monotonic()
        await burst(con, "r", *["down"] * 10, *OWN.name, "enter", at=pressed)
        con.backend.examinations[-1].set_result(examination())
        await con.settle()
        await burst(con, *OWN.name, "enter", at=pressed)
        assert "not ready: pause a second" in screen_text(con.app)
        await until_read(con.app)
        # Late ones of the burst find the dialog ready, and are older than it all the same.
        await burst(con, *OWN.name, "enter", at=pressed)
        assert con.app.screen.query_one("#word", Input).value == ""
        assert not [one for one in con.backend.asked if one[0] == "submit"]
        await con.press(*OWN.name, "enter")
        assert [one[2] for one in con.backend.asked if one[0] == "submit"] == [OWN.name]


async def test_while_it_reads_the_field_says_so_and_takes_nothing() -> None:
    async with dialog() as d:
        assert "not ready: still reading" in d.text
        await d.press(*OWN.name, "enter")
        assert d.word.value == ""
        await d.examined(examination())
        assert "not ready" not in d.text
        assert d.word.has_focus
        await d.press("f5")
        assert "not ready: still reading" in d.text
        assert d.word.disabled


async def test_scrolling_ahead_makes_nothing_read() -> None:
    async with dialog(size=(60, 16)) as d:
        pressed = time.monotonic()
        d.con.backend.examinations[-1].set_result(examination())
        await d.con.settle()
        await burst(d.con, *["pagedown"] * 5, at=pressed)
        await until_read(d.con.app)
        await d.name_it()
        await d.press("enter")
        assert d.submitted == []
        assert "There is more to read" in d.text


async def test_case_counts() -> None:
    async with dialog() as d:
        await d.examined(examination())
        await d.press(*OWN.name.upper(), "enter")
        assert not d.is_live
        assert d.submitted == []
        assert "is not the one that is asked for" in d.text


@pytest.mark.parametrize("by", ["wall clock", "other clock"])
async def test_a_reading_grows_old_by_the_clock_that_says_more(by: str) -> None:
    async with dialog() as d:
        old = Instant(NOW - timedelta(seconds=61), d.con.clock.monotonic())
        if by == "other clock":
            d.con.clock.moment -= timedelta(hours=1)  # set back, and both count from it here
            old = Instant(NOW, d.con.clock.monotonic() - 61.0)
        await d.examined(replace(examination(), read=old))
        await d.name_it()
        await d.press("enter")
        assert d.submitted == []
        assert len(d.con.backend.examinations) == 2


async def test_leaving_is_not_confirmed_by_a_key_typed_ahead() -> None:
    async with console() as con:
        con.backend.sending = 1
        await burst(con, "q", "y")
        assert isinstance(con.app.screen, QuitScreen)
        assert not con.app._exit
        assert "keys are not taken yet" in screen_text(con.app)
        await burst(con, "n")
        assert con.on_main()
        await con.press("q", "y")
        assert con.app._exit


async def test_an_unknown_outcome_is_not_settled_by_keys_typed_ahead() -> None:
    async with console() as con:
        pressed = time.monotonic()
        con.main.open_settle(UNKNOWN)
        await con.pilot.pause()
        await burst(con, *"not", "space", *"sent", "enter", at=pressed)
        assert isinstance(con.app.screen, SettleScreen)
        assert not [one for one in con.backend.asked if one[0] == "declare"]
        assert "not ready yet" in screen_text(con.app)
        await con.press(*"not", "space", *"sent", "enter")
        assert [one[2] for one in con.backend.asked if one[0] == "declare"] == ["not sent"]


# A journal that cannot be used


TROUBLE = "The journal cannot be opened: /net/home/jane is on NFS without locks."


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_an_unusable_journal_is_told_for_as_long_as_it_lasts(size: tuple[int, int]) -> None:
    async with console(size) as con:
        await con.open_prod()
        con.backend.tell(JournalChanged(TROUBLE))
        await con.press("2", "enter", "4")
        text = " ".join(screen_text(con.app).replace("│", " ").split())
        assert "journal" in con.main.title_bar.text
        assert "4 Jobs · ! the journal cannot be used" in text
        assert TROUBLE in text
        assert "XDG_STATE_HOME" in text
        assert "No restore yet" not in text
        con.backend.tell(JournalChanged(""))
        await con.settle()
        assert "journal" not in screen_text(con.app)


async def test_the_confirmation_says_at_once_that_nothing_can_be_sent() -> None:
    async with console((120, 40)) as con:
        await con.open_prod()
        con.backend.tell(JournalChanged(TROUBLE))
        await con.press("2", "g", "enter", "r")
        assert con.backend.asked.count(("mend journal",)) == 1
        assert "Nothing can be sent" in screen_text(con.app)
        con.backend.examinations[-1].set_result(examination())
        await con.settle()
        text = screen_text(con.app)
        assert "Nothing can be sent" in text
        assert TROUBLE in text
        assert "XDG_STATE_HOME" in text
        assert "No hazard found" not in text
        assert "to restore:" not in text
        await con.press("f5")
        assert con.backend.asked.count(("mend journal",)) == 2
        con.backend.tell(JournalChanged(""))
        await con.settle()
        con.backend.examinations[-1].set_result(examination())
        await con.settle()
        assert f"Type the disk's name to restore: {OWN.name}" in screen_text(con.app)
