"""Starting on other terminals, and the question for the password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, Operator, Start, open_project
from tests.pty.terminal import ENTER, ESCAPE, F5
from vbs_tui.simulator import Simulator

LOG_IN = "/v3/auth/tokens"


@pytest.mark.parametrize(
    "env",
    [{"NO_COLOR": "1"}, {"TERM": "linux"}, {"TERM": "screen-256color"}, {"TERM": "dumb"}],
    ids=lambda env: "-".join(*env.items()),
)
def test_it_starts_on_any_terminal(start: Start, env: dict[str, str]) -> None:
    with start(*CONSOLE, "--demo", env=env, own_start=True) as terminal:
        open_project(terminal)
        terminal.wait_for_text("1 Projects", "›2 Backups", "3 Volumes", "4 Jobs", "5 Error")
        terminal.send("q")
        assert terminal.ended() == 0


def test_it_follows_the_size_of_the_window(start: Start) -> None:
    with start(*CONSOLE, "--demo", columns=80, lines=24, own_start=True) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.resize(20, 5)
        terminal.wait_for_text("Too small: 20×5")
        terminal.resize(140, 50)
        terminal.wait_for_text("1 Projects", "5 Error", "eu-de_prod")
        terminal.send("q")
        assert terminal.ended() == 0


@pytest.fixture
def without_password(start: Start, simulator: Simulator, tmp_path: Path) -> Operator:
    return Operator(start, simulator, tmp_path, without=["OS_PASSWORD"])


def log_ins(simulator: Simulator) -> list[int | None]:
    """The answers to all log-ins by password (the first of each is the unscoped one)."""
    return [
        record.status
        for record in simulator.ledger.requests
        if record.method == "POST" and record.path == LOG_IN
    ]


def test_a_password_is_asked_for_and_never_shown(
    without_password: Operator, simulator: Simulator
) -> None:
    wrong = "wr0ng-Pa55word"
    with without_password.console() as terminal:
        terminal.wait_for_text("Password", "Enter logs in")
        assert log_ins(simulator) == []
        terminal.send(wrong)
        terminal.wait_for_text("•" * len(wrong))
        terminal.send(ENTER)
        terminal.wait_for_text("401")
        terminal.wait_without("Enter logs in")
        assert log_ins(simulator) == [401]
        terminal.send("1", F5)
        terminal.wait_for_text("Enter logs in")
        assert log_ins(simulator) == [401]
        terminal.send(simulator.password)
        terminal.wait_for_text("•" * len(simulator.password))
        terminal.send(ENTER)
        terminal.wait_for_text("eu-de_prod")
        assert log_ins(simulator)[:2] == [401, 201]
        terminal.send("q")
        assert terminal.ended() == 0
        rest = terminal.rest()
    for secret in (wrong, simulator.password):
        assert secret.encode() not in rest
    for path in without_password.state.rglob("*"):
        assert path.is_dir() or simulator.password.encode() not in path.read_bytes()


def test_declining_the_password_sends_nothing(
    without_password: Operator, simulator: Simulator
) -> None:
    with without_password.console() as terminal:
        terminal.wait_for_text("Password", "Enter logs in")
        terminal.send(ESCAPE)
        terminal.wait_without("Enter logs in")
        terminal.send("1", F5)
        terminal.wait_for_text("Enter logs in")
        assert simulator.ledger.requests == []
