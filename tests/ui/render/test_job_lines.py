"""Restores as lines: every state has a sign and words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests.restore.makers import NOW, restore
from tests.ui.fake_backend import FAILURE
from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.restore.journal.records import LogEntry, Source, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.render.job_lines import (
    counts,
    exit_message,
    header_line,
    is_unwatched,
    log_lines,
    state_text,
    watch_line,
)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sign_and_words(state: State) -> None:
    one = restore(state=state, sent_at=NOW)
    line = "".join(text for text, _ in header_line(one, NOW + timedelta(seconds=192)))
    assert line[0] in "►√×·?"
    assert "nightly → db-data-01" in line
    assert state_text(one, NOW) in line or "3 m 12 s" in line


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


def test_a_look_without_an_end_is_no_watch() -> None:
    one = restore(state=State.RUNNING)
    slow = replace(FAILURE, kind=ErrorKind.NOT_SENT, status=None, url="", message="no answer yet")
    watch = Watch(one.id, blind_since=NOW, failure=slow)
    assert is_unwatched(watch)
    assert not is_unwatched(replace(watch, next_at=NOW))
    assert counts([one], {one.id: watch}) == "1 running · 1 not watched here"
