"""The jobs pane and the error panel: every state in words, every failure with a way on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests.restore.makers import NOW, restore
from tests.ui.consoles import console
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.restore.events import RestoreChanged, WatchChanged
from vbs_tui.restore.journal.records import UNTRACED, LogEntry, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.render.failure_text import decode, ticket
from vbs_tui.ui.render.job_lines import (
    counts,
    exit_message,
    header_line,
    is_unwatched,
    log_lines,
    standing,
    watch_line,
)
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen

FAILURE = Failure(
    ErrorKind.REFUSED,
    Executed.NO,
    "submit the restore",
    "web-01",
    method="POST",
    url="https://vbs.example/v2/p/cloudbackups/b/restore",
    status=400,
    code="VolumeBackup.0209",
    message="too small [/nope] \\x1b[31m",
    request_id="req-1",
    at=NOW,
)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sign_and_words(state: State) -> None:
    one = restore(state=state, sent_at=NOW)
    line = "".join(text for text, _ in header_line(one, NOW + timedelta(seconds=192)))
    assert line[0] in "►√×·?"
    assert "nightly → db-data-01" in line
    assert standing(one, NOW) in line or "3 m 12 s" in line


def test_signs_tell_good_from_bad_from_unknown_without_colour() -> None:
    signs = {state: header_line(restore(state=state), NOW)[0][0] for state in State}
    assert signs[State.SUCCEEDED] not in (signs[State.FAILED], signs[State.UNKNOWN])
    assert signs[State.FAILED] != signs[State.UNKNOWN]


def test_long_log_lines_are_wrapped_not_cut() -> None:
    entry = LogEntry(NOW, Source.VERDICT, "failed: " + "word " * 40 + "end")
    lines = log_lines(entry, UTC, 60)
    assert all(sum(len(text) for text, _ in line) <= 60 for line in lines)
    assert "".join(text for line in lines for text, _ in line).rstrip().endswith("end")


def test_silence_and_other_watchers_are_told() -> None:
    one = restore(state=State.RUNNING)
    blind = Watch(one.id, NOW, NOW + timedelta(seconds=30), blind_since=NOW)
    assert "cannot be reached, since 09:14:02" in watch_line(one, blind, UTC)[0][0]
    for lacking, words in (
        (replace(FAILURE, kind=ErrorKind.LOG_IN, status=401), "log-in refused, F5 tries again"),
        (replace(FAILURE, kind=ErrorKind.LOG_IN, declined=True), "log-in declined, F5 asks again"),
    ):
        told = replace(blind, failure=lacking)
        shown = watch_line(one, told, UTC)[0][0]
        assert shown.strip() == f"{words}; not watched since 09:14:02"
        assert len(shown) <= 76
    told = replace(blind, failure=replace(FAILURE, kind=ErrorKind.LOG_IN, status=None))
    assert "no log-in, since 09:14:02" in watch_line(one, told, UTC)[0][0]
    told = replace(blind, failure=replace(FAILURE, kind=ErrorKind.SERVER, status=503))
    assert "answers HTTP 503, since 09:14:02" in watch_line(one, told, UTC)[0][0]
    elsewhere = Watch(one.id, elsewhere="connect to otc to watch")
    assert "connect to otc" in watch_line(one, elsewhere, UTC)[0][0]
    assert watch_line(replace(one, state=State.FAILED), blind, UTC) == []


def test_a_head_fits_and_says_where_it_runs_and_that_nobody_looks() -> None:
    one = replace(restore(state=State.RUNNING), cloud="otc")
    away = Watch(one.id, elsewhere="connect to otc to watch")
    for room in (52, 60, 100):
        pieces = header_line(one, NOW, room, watch=away, where="on otc")
        text = "".join(part for part, _ in pieces)
        assert len(text) <= room
        assert f"{one.volume.name} on otc   running, not watched here" in text
    declined = replace(FAILURE, kind=ErrorKind.LOG_IN, declined=True)
    blind = Watch(one.id, blind_since=NOW, failure=declined)
    text = "".join(part for part, _ in header_line(one, NOW, 60, watch=blind))
    assert "running, not watched" in text
    assert "here" not in text
    failed = replace(restore(state=State.FAILED), failure=FAILURE)
    assert "e explains" in "".join(part for part, _ in header_line(failed, NOW, 100))
    assert "e explains" not in "".join(part for part, _ in header_line(failed, NOW, 40))


def test_who_leaves_is_told_what_goes_on() -> None:
    running = replace(restore(state=State.RUNNING), cloud="my cloud")
    done = replace(restore(1, id="done"), state=State.SUCCEEDED)
    words = exit_message([running, done])
    assert words.startswith("1 restore goes on")
    assert f"vbs-tui watch --cloud 'my cloud' {running.id[:8]}" in words
    assert exit_message([done]) == ""
    many = exit_message([replace(running, id=f"{n:08}") for n in range(9)])
    assert "9 restores go on" in many
    assert "4 more" in many


@pytest.mark.parametrize("kind", ErrorKind)
@pytest.mark.parametrize("status", [None, 200, 400, 401, 503, 599])
@pytest.mark.parametrize("code", ["", "VolumeBackup.0200", "VolumeBackup.9999", "Odd.1"])
def test_every_failure_says_what_it_means_and_what_to_do(
    kind: ErrorKind, status: int | None, code: str
) -> None:
    decoded = decode(replace(FAILURE, kind=kind, status=status, code=code), UTC)
    parts = {part.label: part.text for part in decoded.parts}
    assert decoded.headline.endswith(".")
    assert parts["What to do"]
    assert parts["Id"] == "req-1"
    assert code in decoded.code
    assert "Traceback" not in ticket(FAILURE, "x", UTC)


def test_an_unknown_code_is_said_to_be_unknown_and_near_ones_are_named() -> None:
    decoded = decode(replace(FAILURE, code="VolumeBackup.0212"), UTC)
    assert "not in the table" in decoded.headline
    assert any("VolumeBackup.0211" in part.text for part in decoded.parts)


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


def test_an_answer_that_broke_off_is_no_word_of_the_server() -> None:
    broken = replace(FAILURE, kind=ErrorKind.BROKEN, status=200, code="", method="GET")
    decoded = decode(replace(broken, message="iam.test broke off the answer"), UTC)
    told = repr(decoded)
    assert decoded.headline == "iam.test broke off the answer."
    assert "carried out" not in told
    assert "Server" not in told


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


def test_a_look_without_an_end_is_no_watch() -> None:
    one = restore(state=State.RUNNING)
    slow = replace(FAILURE, kind=ErrorKind.NOT_SENT, status=None, url="", message="no answer yet")
    watch = Watch(one.id, blind_since=NOW, failure=slow)
    assert is_unwatched(watch)
    assert not is_unwatched(replace(watch, next_at=NOW))
    assert counts([one], {one.id: watch}) == "1 running · 1 not watched here"
