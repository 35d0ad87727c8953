"""The other dialogs: they close when they should, fit, and tell what went wrong."""

from __future__ import annotations

import csv
import json
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.restore.makers import restore
from tests.ui.consoles import Console, console, lines, screen_text
from tests.ui.fake_backend import NOW, failure
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.request_log import Call
from vbs_tui.restore.backend import Refusal
from vbs_tui.restore.events import RestoreChanged, SecretWanted
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.records import UNTRACED, LogEntry, Restore, Source
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.screens.dialogs.confirm_quit import QuitScreen
from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt
from vbs_tui.ui.screens.dialogs.settle_outcome import SettleScreen
from vbs_tui.ui.screens.history import HistoryScreen
from vbs_tui.ui.screens.request_log import RequestLogScreen
from vbs_tui.ui.screens.restore_details import RestoreScreen

SIZES = [(120, 40), (80, 24), (60, 16)]
UNKNOWN = restore(state=State.UNKNOWN, sent_at=NOW, summary=f"{UNTRACED}: no trace of it.")
PAST = tuple(
    restore(number, state=state, created_at=NOW - timedelta(hours=number), sent_at=NOW)
    for number, state in enumerate((State.FAILED, State.SUCCEEDED, State.UNKNOWN), 1)
)
LOG = (
    LogEntry(NOW, Source.OPERATOR, "confirmed by jane", State.PLANNED, 1),
    LogEntry(NOW, Source.JOB, "INIT → RUNNING [/red]", None, 2),
)


async def ask(c: Console, kind: QuestionKind = QuestionKind.PASSWORD) -> Future[str | None]:
    reply: Future[str | None] = Future()
    c.backend.tell(SecretWanted(LogInQuestion(kind, "Password of [b]ops[/nope]"), reply))
    await c.settle()
    return reply


# A secret


@pytest.mark.parametrize("size", SIZES)
async def test_a_secret_is_masked_and_goes_only_to_who_asked(size: tuple[int, int]) -> None:
    async with console(size) as c:
        reply = await ask(c)
        await c.press(*"hush")
        text = screen_text(c.app)
        assert "hush" not in text
        assert "••••" in text
        assert "Password of [b]ops[/nope]" in text
        await c.press("enter")
        assert reply.result(0) == "hush"
        assert c.on_main()


async def test_an_empty_secret_is_no_answer_and_escape_declines() -> None:
    async with console() as c:
        reply = await ask(c, QuestionKind.PASSCODE)
        await c.press("enter")
        assert isinstance(c.app.screen, SecretPrompt)
        assert not reply.done()
        await c.press("escape")
        assert reply.result(0) is None


async def test_an_answer_that_nobody_waits_for_any_more_is_told() -> None:
    async with console() as c:
        reply = await ask(c)
        await c.press(*"hal")
        assert reply.cancel()
        await c.settle()
        assert c.on_main()
        assert c.notices == ["The log-in does not wait for that answer any more."]


async def test_a_question_given_up_beneath_another_screen_goes_when_that_closes() -> None:
    async with console() as c:
        reply = await ask(c)
        c.main.open_details("Anything", [("Name", "x")])
        await c.settle()
        assert reply.cancel()
        await c.settle()
        assert not isinstance(c.app.screen, SecretPrompt)
        await c.press("escape")
        await c.settle()
        assert c.on_main()


async def test_a_question_says_for_which_cloud_and_why() -> None:
    async with console((80, 24)) as c:
        question = LogInQuestion(
            QuestionKind.PASSCODE, "Passcode of jane", "otc-[/prod]", "It was refused before."
        )
        c.backend.tell(SecretWanted(question, Future()))
        await c.settle()
        text = screen_text(c.app)
        assert "for otc-[/prod]" in text
        assert "It was refused before." in text


# Shutdown


async def test_leaving_asks_while_a_request_has_no_answer() -> None:
    async with console() as c:
        c.backend.sending = 1
        await c.press("q")
        assert isinstance(c.app.screen, QuitScreen)
        assert "recorded as unknown" in screen_text(c.app)
        await c.press("enter")
        assert c.on_main()
        await c.press("q", "y")
        assert c.app._exit


# An unknown outcome


async def test_only_the_words_settle_and_a_refusal_is_told() -> None:
    async with console() as c:
        c.main.open_settle(UNKNOWN)
        await c.press(*"nope", "enter")
        assert c.backend.asked[-1] == ("declare", UNKNOWN.id, "nope")
        c.backend.declarations[0].set_exception(Refusal("Nothing changed: type “not sent”."))
        await c.settle()
        assert "Nothing changed" in screen_text(c.app)
        c.app.screen.query_one("#word", Input).value = "not sent"
        await c.press("enter")
        c.backend.declarations[1].set_result(UNKNOWN)
        await c.settle()
        assert c.on_main()


@pytest.mark.parametrize("size", SIZES)
async def test_an_unknown_restore_of_another_cloud_is_named_with_its_place(
    size: tuple[int, int],
) -> None:
    async with console(size) as c:
        c.main.open_settle(UNKNOWN)
        await c.settle()
        text = screen_text(c.app)
        assert f"on {UNKNOWN.cloud} › {UNKNOWN.region} › {UNKNOWN.project_name}" in text
        assert UNKNOWN.volume.id in text
        assert "not watched from here" not in text
        await c.press("escape")
        c.backend.out_of_reach.add(UNKNOWN.id)
        c.main.open_settle(UNKNOWN)
        await c.settle()
        text = " ".join(screen_text(c.app).replace("│", " ").split())
        assert "It is not watched from here. Open that cloud (C)" in text
        assert f"Type “not sent on {UNKNOWN.cloud}” to declare it." in text


async def test_f5_says_why_a_restore_is_not_looked_at_from_here() -> None:
    running = restore(state=State.RUNNING)
    async with console() as c:
        c.backend.tell(RestoreChanged(running, ()))
        await c.settle()
        await c.press("4", "f5")
        assert c.backend.asked[-1] == ("look", running.id)
        c.backend.out_of_reach.add(running.id)
        await c.press("f5")
        assert c.notices[-1].startswith(f"It is watched from {running.place}: C ")


async def test_a_defect_while_settling_is_told() -> None:
    async with console() as c:
        c.main.open_settle(UNKNOWN)
        await c.press("x", "enter")
        c.backend.declarations[0].set_exception(LookupError("s3cr3t"))
        await c.settle()
        assert isinstance(c.app.screen, SettleScreen)
        assert "defect" in c.notices[-1]
        assert "LookupError" in c.main.error.text
        assert "s3cr3t" not in c.main.error.text


# History


async def open_history(c: Console, found: tuple[Restore, ...] = PAST) -> HistoryScreen:
    c.main.action_open_screen("history.HistoryScreen")
    await c.settle()
    screen = c.app.screen
    assert isinstance(screen, HistoryScreen)
    c.backend.histories[-1].set_result(found)
    await c.settle()
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_history_names_backup_and_volume_at_every_size(size: tuple[int, int]) -> None:
    async with console(size) as c:
        screen = await open_history(c)
        head, *rows = lines(screen.pane.list)
        assert "Backup" in head
        assert "Volume" in head
        assert len(rows) == len(PAST)
        assert all("nightly" in row and "db-data-01" in row for row in rows)
        assert "Esc back" in screen_text(c.app)


async def test_history_is_filtered_and_opens_the_whole_log() -> None:
    async with console() as c:
        screen = await open_history(c)
        await c.press("slash", *"failed", "enter")
        await c.settle()
        assert screen.pane.list.shown == 1
        await c.press("enter")
        assert isinstance(c.app.screen, RestoreScreen)
        c.backend.logs[-1].set_result(LOG)
        await c.settle()
        assert "INIT → RUNNING [/red]" in screen_text(c.app)
        await c.press("escape", "escape", "escape")
        assert c.on_main()


async def test_a_journal_that_cannot_be_read_is_told() -> None:
    async with console() as c:
        c.main.action_open_screen("history.HistoryScreen")
        await c.settle()
        c.backend.histories[-1].set_exception(JournalError("The journal cannot be read."))
        await c.settle()
        assert "The journal cannot be read." in screen_text(c.app)
        await c.press("f5")
        c.backend.histories[-1].set_result(PAST)
        await c.settle()
        assert "nightly" in screen_text(c.app)


async def test_a_defect_while_reading_the_journal_is_told() -> None:
    async with console() as c:
        c.main.action_open_screen("history.HistoryScreen")
        await c.settle()
        c.backend.histories[-1].set_exception(LookupError("x"))
        await c.settle()
        assert "LookupError" in c.notices[-1]


def assert_exported(folder: Path, key: str) -> None:
    """One file, readable by its owner, with every restore and, as JSON, their logs."""
    [path] = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    rows = json.loads(text) if key == "x" else list(csv.DictReader(text.splitlines()))
    assert [row["id"] for row in rows] == [one.id for one in PAST]
    if key == "x":
        assert len(rows[0]["log"]) == len(LOG)


@pytest.mark.parametrize("key", ["x", "X"])
async def test_history_is_exported_for_its_owner_alone(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with console() as c:
        await open_history(c)
        await c.press(key)
        c.backend.histories[-1].set_result(PAST)
        for number in range(len(PAST)):
            await c.settle()
            c.backend.logs[number].set_result(LOG)
        while not c.notices:
            await c.pilot.pause(0.01)
        assert "3 restores written to" in c.notices[-1]
    assert_exported(tmp_path, key)


# The request log


def call(number: int, status: int | None = 200) -> Call:
    return Call(
        number,
        NOW,
        "GET",
        "https://vbs.example.com/v2/0391e4486e864c26be5654c522f440f2/backups/detail?limit=50",
        status,
        12.5,
        f"req-{number}",
        response_body='{"backups": "[/red]"}',
    )


async def test_the_request_log_is_live_and_opens_a_call() -> None:
    async with console() as c:
        c.backend.request_log.add(call(1))
        c.main.action_open_screen("request_log.RequestLogScreen")
        await c.settle()
        screen = c.app.screen
        assert isinstance(screen, RequestLogScreen)
        assert screen.pane.list.total == 1
        c.backend.request_log.add(call(2, 503))
        screen._look()
        await c.settle()
        _, first, _ = lines(screen.pane.list)
        assert "× 503" in first
        assert "/backups/detail?limit=50" in first
        await c.press("g", "enter")
        assert "req-2" in screen_text(c.app)
        assert '{"backups": "[/red]"}' in screen_text(c.app)


# The jobs pane


@pytest.mark.parametrize("size", SIZES)
async def test_an_unknown_outcome_shows_its_head_and_all_of_its_advice(
    size: tuple[int, int],
) -> None:
    async with console(size) as c:
        summary = f"{UNTRACED}: neither disk nor backup shows a trace of it."
        log = tuple(LogEntry(NOW, Source.JOB, f"line {n}", None, n + 1) for n in range(9))
        c.backend.tell(RestoreChanged(replace(UNKNOWN, summary=summary, log=log), log))
        await c.settle()
        await c.press("4")
        await c.settle()
        text = " ".join(screen_text(c.app).replace("│", " ").split())
        assert "? nightly → db-data-01 outcome unknown" in text
        assert "Look at the disk; then keep" in text
        assert "not sent." in text


# Help, and the error panel


@pytest.mark.parametrize("size", SIZES)
async def test_help_begins_with_the_pane_in_use_and_scrolls(size: tuple[int, int]) -> None:
    async with console(size) as c:
        await c.press("4", "question_mark")
        text = screen_text(c.app)
        assert "What to do next" in text
        assert "In the jobs" in text
        await c.press(*("j" * 12))
        assert screen_text(c.app) != text or size == (120, 40)
        await c.press("escape")
        assert c.on_main()


async def test_the_ticket_has_what_support_asks_for() -> None:
    async with console() as c:
        c.main.show_failure(failure(code="VolumeBackup.0209"), "nightly → web-01")
        await c.settle()
        ticket = c.main.error.ticket
        for word in ("nightly → web-01", "VolumeBackup.0209", "req-1cf12a74", "503", "2026-11-23"):
            assert word in ticket
        c.main.error.clear()
        assert c.main.error.text == "No error."
        assert c.main.error.ticket == ""
