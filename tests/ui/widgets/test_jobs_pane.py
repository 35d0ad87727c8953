"""The jobs pane: order, cursor, log, and the error of the selected restore."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.restore.makers import NOW, restore
from tests.ui.consoles import console
from tests.ui.fake_backend import FAILURE
from vbs_tui.restore.events import RestoreChanged, WatchChanged
from vbs_tui.restore.journal.records import UNTRACED, LogEntry, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen


async def test_hostile_words_in_an_error_are_shown_not_obeyed() -> None:
    async with console() as c:
        c.main.show_failure(FAILURE, "[red]x[/nope]")
        await c.settle()
        assert "[/nope]" in c.main.error.text
        assert "[red]x[/nope]" in c.app.export_screenshot().replace("&#160;", " ")
        await c.press("5", "d")
        assert "[/nope]" in c.app.export_screenshot().replace("&#160;", " ")
        await c.press("escape", "y")
        assert "VolumeBackup.0209" in c.notices[-1]


async def test_open_restores_come_first_and_the_selected_one_is_open() -> None:
    async with console() as c:
        for number, state in enumerate((State.SUCCEEDED, State.RUNNING, State.FAILED)):
            begun = NOW + timedelta(minutes=number)
            one = restore(number, state=state, created_at=begun, sent_at=begun)
            log = (LogEntry(begun, Source.JOB, f"log of {state.value}", None, number + 1),)
            c.backend.tell(RestoreChanged(replace(one, log=log), log, replayed=True))
        await c.settle()
        jobs = c.main.jobs
        assert [one.state for one in jobs.restores] == [
            State.RUNNING,
            State.FAILED,
            State.SUCCEEDED,
        ]
        assert "log of running" in jobs.text
        await c.press("4", "j")
        assert "log of failed" in jobs.text
        assert "log of running" not in jobs.text


async def test_an_unknown_outcome_says_what_the_operator_can_do() -> None:
    async with console() as c:
        summary = f"{UNTRACED}: Neither disk nor backup shows any trace of this restore."
        one = restore(state=State.UNKNOWN, sent_at=NOW, summary=summary, failure=FAILURE)
        c.backend.tell(RestoreChanged(one))
        c.backend.tell(WatchChanged(Watch(one.id, looked_at=NOW)))
        await c.settle()
        assert "never sent again by itself" in c.main.jobs.text
        await c.press("4", "u")
        assert [type(screen) for screen in c.app.screen_stack][1:] == [SettleScreen]
        await c.press("escape")
        assert len(c.app.screen_stack) == 1


async def test_a_log_longer_than_the_pane_keeps_its_head_in_sight() -> None:
    async with console((80, 24)) as c:
        log = tuple(LogEntry(NOW, Source.JOB, f"line {n}", None, n + 1) for n in range(100))
        one = restore(state=State.RUNNING, sent_at=NOW, log=log)
        c.backend.tell(RestoreChanged(one, log))
        await c.press("4")
        await c.settle()
        shown = c.app.export_screenshot().replace("&#160;", " ")
        assert "nightly → db-data-01" in shown
        assert "line 99" in shown
        assert "earlier lines" in shown


async def test_a_restore_that_others_begin_takes_no_cursor_from_under_the_keys() -> None:
    own = restore(1, state=State.UNKNOWN, created_at=NOW)
    theirs = restore(2, state=State.RUNNING, created_at=NOW + timedelta(seconds=1))
    async with console() as c:
        await c.open_prod()
        c.backend.tell(RestoreChanged(own, own.log))
        await c.settle()
        await c.press("4")
        c.backend.tell(RestoreChanged(theirs, theirs.log))
        c.backend.tell(RestoreChanged(replace(theirs, id="far", cloud="other"), theirs.log))
        await c.settle()
        assert c.main.jobs.selected_restore == own


async def test_another_clouds_failure_is_told_with_that_clouds_name() -> None:
    failed = replace(restore(2, state=State.FAILED), cloud="other", failure=FAILURE)
    async with console() as c:
        await c.open_prod()
        c.backend.tell(RestoreChanged(failed, failed.log))
        await c.settle()
        assert c.main.error.current_title.endswith(" on other")
        await c.press("4", "e")
        assert c.main.error.current == FAILURE
        assert c.main.error.current_title.endswith(" on other")
