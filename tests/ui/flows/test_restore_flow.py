"""The whole way through the real app on the simulated cloud: keys in, one POST out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.ui.flows.consoles import FlowConsole, console
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.restore_details import RestoreScreen


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=20.0) as one:
        yield one
        assert one.ledger.errors == []


async def test_from_project_to_success(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        screen = await c.confirm()
        assert "No hazard found" in c.said(screen)
        assert screen.word.startswith("prod/db-data-01 20")
        await c.keys(*screen.word[:-1], "enter")
        assert simulator.ledger.restore_posts() == []
        assert isinstance(c.app.screen, ConfirmScreen)
        await c.keys(screen.word[-1], "enter")
        # The dialog ignores a second Enter until the journal has the restore, which takes a moment;
        # after that it opens the whole log of the restore.
        await c.until(lambda: c.app.screen is c.main)
        await c.keys("enter")
        await c.until(lambda: isinstance(c.app.screen, RestoreScreen))
        await c.keys("escape")
        assert await c.ended() is State.SUCCEEDED
        assert c.main.current == "jobs"
        assert "job  RUNNING → SUCCESS" in c.main.jobs.text or "SUCCESS" in c.main.jobs.text
    (post,) = simulator.ledger.restore_posts()
    assert re.fullmatch(r"/v2/[0-9a-f]{32}/cloudbackups/[0-9a-f-]{36}/restore", post.path)
    volume = simulator.world.volume("db-data-01").id
    assert post.body == b'{"restore": {"volume_id": "%s"}}' % volume.encode()


async def test_a_failing_backup_is_explained(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.choose("fails-while-writing")
        screen = await c.confirm()
        await c.keys(*screen.word, "enter")
        assert await c.ended() is State.FAILED
        await c.keys("e")
        text = c.main.error.text
        assert "VolumeBackup.0200" in text
        assert "Leave the disk alone" in text
        assert "error_restoring" in text


async def test_a_disk_that_is_too_small_cannot_be_confirmed(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        screen = await c.confirm("small-01")
        said = c.said(screen)
        assert "This restore is impossible" in said
        assert "20 GiB, the backup needs 100 GiB" in said
        assert not screen.query_one("#asking").display
        await c.keys(*screen.word, "enter", "escape")
        assert c.app.screen is c.main
    assert simulator.ledger.restore_posts() == []


async def test_escape_leaves_without_sending(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        await c.confirm()
        await c.keys(*"db-data-01", "escape")
        assert c.app.screen is c.main
    assert simulator.ledger.restore_posts() == []


async def test_read_only_says_so_and_opens_nothing(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path, read_only=True) as c:
        await c.open_production()
        await c.keys("enter", "r")
        assert c.app.screen is c.main
        assert "READ-ONLY" in c.main.title_bar.text
    assert simulator.ledger.restore_posts() == []


@pytest.mark.parametrize("held", [r"/backups/detail", r"/volumes/detail"])
async def test_keys_answer_while_the_cloud_does_not(
    simulator: Simulator, tmp_path: Path, held: str
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        gate = simulator.hold(held)
        await c.keys("2", "f5", "3", "f5")
        await c.until(lambda: gate.reached)
        # The answer is held for as long as this takes; every key must act meanwhile.
        await c.keys("2", "g", "down", "down")
        assert c.main.backups.list.cursor_row == 2
        await c.keys("slash", *"web")
        await c.until(lambda: c.main.backups.list.shown < 60)
        await c.keys("escape", "tab")
        assert c.main.current == "volumes"
        await c.keys("1", "j")
        assert c.main.projects.list.cursor_row >= 1
        assert gate.reached >= 1
        gate.release()


async def test_keys_answer_while_the_confirmation_reads(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        gate = simulator.hold(r"GET .*/volumes/[0-9a-f-]{36}$")
        await c.keys("r")
        await c.until(lambda: gate.reached)
        await c.keys("escape")
        assert c.app.screen is c.main
        await c.keys("2", "down")
        assert c.main.backups.list.cursor_row == 1
        gate.release()
    assert simulator.ledger.restore_posts() == []


async def test_keys_answer_while_the_post_waits(simulator: Simulator, tmp_path: Path) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        screen = await c.confirm()
        gate = simulator.hold(r"POST .*/restore$", before=False)
        await c.keys(*screen.word, "enter")
        await c.until(lambda: gate.reached)
        await c.until(lambda: c.app.screen is c.main)
        assert c.app.backend.sending == 1
        await c.keys("2", "down", "3", "down", "4")
        assert c.main.current == "jobs"
        # A second restore of the same backup is refused here, not sent.
        await c.keys("q")
        assert "Leave now?" in c.everything_shown().replace("&#160;", " ")
        await c.keys("n")
        gate.release()
        assert await c.ended() is State.SUCCEEDED
    assert len(simulator.ledger.restore_posts()) == 1


GARBAGE = [
    "html@list=1",
    "truncate@list=1",
    "wrong-types@list=1",
    "empty@list=1",
    "error-200@list=1",
    "500-before@list=1",
    "drop-before@list=1",
    "cut@list=1",
    "redirect@list=1",
    "403-before@list=1",
]


async def test_garbage_in_a_list_is_told_and_the_list_stays(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        for faults in GARBAGE:
            before = c.main.error.current
            simulator.faults = faults
            await c.keys("2", "f5")
            await c.until(lambda before=before: c.main.error.current is not before)  # type: ignore[misc]
            assert "What to do" in c.main.error.text
            assert c.main.backups.list.total == 60
            simulator.faults = None
            await c.keys("2", "f5", "g", "down")
            assert c.main.backups.list.cursor_row == 1
            await c.until(lambda: not c.main.store.failed_lists)


async def test_a_refused_log_in_is_explained_and_not_repeated(
    tmp_path: Path, simulator: Simulator
) -> None:
    simulator.faults = "401-before@iam=1"
    async with console(simulator, tmp_path) as c:
        await c.until(lambda: c.main.error.current is not None)
        assert "401" in c.main.error.text
        assert len(simulator.ledger.requests) == 1


async def test_the_confirmation_reads_again_when_it_is_old(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("enter")
        screen = await c.confirm()
        await c.keys(*"db-data-01")
        # Somebody attaches the disk while the dialog stands open.
        with simulator.world.lock:
            simulator.world.volume("db-data-01").status = "in-use"
        await c.keys("f5")
        await c.until(lambda: "impossible" in c.said(screen))
        assert screen.query_one("#go").disabled
        assert screen.query_one("#word", Input).value == "db-data-01"
        await c.keys("enter", "escape")
    assert simulator.ledger.restore_posts() == []


async def _burst(c: FlowConsole, *keys: str) -> None:
    """Keys as a slow link delivers them: all at once, none waiting for the one before."""
    for key in keys:
        character = key if len(key) == 1 else None
        name = {"/": "slash", "-": "minus"}.get(key, key)
        c.app.post_message(events.Key(name, character))


async def test_a_burst_of_keys_acts_one_after_the_other(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("2", "g", "enter", "2", "down")
        first = c.main.backups.chosen
        await _burst(c, "enter", "r")
        await c.until(lambda: isinstance(c.app.screen, ConfirmScreen))
        screen = c.app.screen
        assert isinstance(screen, ConfirmScreen)
        await c.until(lambda: c.is_read(screen))
        assert first is not None
        assert c.main.backups.chosen != first
        chosen = c.main.backups.chosen
        assert chosen is not None
        assert chosen.name in c.said(screen)
        await c.keys("escape")
    assert simulator.ledger.restore_posts() == []


async def test_letters_behind_a_slash_are_never_commands(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with console(simulator, tmp_path) as c:
        await c.open_production()
        await c.keys("2", "g")
        await _burst(c, "/", *"markup", "enter")
        await c.until(lambda: c.main.backups.list.filter_text == "markup")
        await c.until(lambda: c.main.focused is c.main.backups.list)
        assert c.app.screen is c.main
        assert c.main.current == "backups"
        assert c.main.backups.chosen is None
