"""A restore by keys alone, and over a link that stalls in the middle of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

from tests.pty.conftest import Operator
from tests.pty.terminal import ENTER, MOST
from vbs_tui.simulator import Simulator


def eventually(seen: Callable[[], bool], what: str, most: float = MOST) -> None:
    """Wait for what a file tells, and nothing announces."""
    until = time.monotonic() + most
    pause = threading.Event()
    while not seen():
        assert time.monotonic() < until, what
        pause.wait(0.05)


def assert_one_exact_post(simulator: Simulator) -> None:
    """Exactly one restore request came, and it is the one that was on the screen."""
    [post] = simulator.ledger.restore_posts()
    backup = max(
        (one for one in simulator.world.projects[0].backups if _is_nightly_db(one.name)),
        key=lambda one: one.created_at,
    )
    project = simulator.world.project("eu-de_prod")
    disk = simulator.world.volume("db-data-01", "eu-de_prod")
    assert post.path == f"/v2/{project.id}/cloudbackups/{backup.id}/restore"
    assert json.loads(post.body) == {"restore": {"volume_id": disk.id}}
    [restore] = simulator.ledger.restores
    assert restore.outcome == "succeeded"


def _is_nightly_db(name: str | None) -> bool:
    return bool(name) and str(name).startswith("nightly-db")


def test_the_first_restore_of_the_readme(operator: Operator, simulator: Simulator) -> None:
    with operator.named() as terminal:
        assert simulator.ledger.restore_posts() == []
        terminal.send(ENTER)
        terminal.wait_for_text("› ", "nightly-db", "succeeded")
        assert_one_exact_post(simulator)
        assert [state for state, _ in operator.states()] == ["succeeded"]
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_stalled_link_stops_no_restore(operator: Operator, simulator: Simulator) -> None:
    with operator.named() as terminal:
        terminal.pause()
        terminal.send(ENTER)
        assert simulator.ledger.wait_for(lambda ledger: ledger.restores)
        # Only now: before, they would go into the dialog.
        terminal.fill(b"z")
        eventually(
            lambda: [state for state, _ in operator.states()] == ["succeeded"],
            "the verdict in the journal",
        )
        assert terminal.is_full
        terminal.resume()
        terminal.wait_for_text("succeeded", "db-data-01")
        assert_one_exact_post(simulator)
        terminal.send("q")
        assert terminal.ended() == 0
