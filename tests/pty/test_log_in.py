"""The log-in in a terminal: asked for, declined, refused, corrected in the file, left alone."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, Start
from tests.pty.terminal import ENTER, ESCAPE, F5, Terminal
from vbs_tui.simulator import Simulator

WRONG = "not-the-password"


class Configuration:
    """A clouds.yaml with one cloud, of a user with a project, which a test changes."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.path = folder / "clouds.yaml"
        self._auth = {
            "auth_url": simulator.auth_url,
            "username": simulator.username,
            "user_domain_name": simulator.domain,
            "project_name": "eu-de_staging",
        }
        self.env = {"OS_CLIENT_CONFIG_FILE": str(self.path), "OS_CLOUD": "otc-lab"} | {
            f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")
        }
        self.write()

    def write(self, **auth: str) -> None:
        cloud: Mapping[str, object] = {"auth": {**self._auth, **auth}}
        self.path.write_text(json.dumps({"clouds": {"otc-lab": cloud}}))


@pytest.fixture
def configuration(tmp_path: Path, simulator: Simulator) -> Configuration:
    return Configuration(tmp_path, simulator)


@pytest.fixture
def console(start: Start, configuration: Configuration) -> Callable[..., Terminal]:
    return lambda *arguments, **options: start(
        *CONSOLE, *arguments, env=configuration.env, **options
    )


def refusals(simulator: Simulator) -> int:
    """How often a log-in was sent and refused."""
    answered = (one.status for one in simulator.ledger.requests if one.path == "/v3/auth/tokens")
    return sum(status == 401 for status in answered)


def wait_for_words(terminal: Terminal, *texts: str) -> None:
    """As ``wait_for_text``, across the ends of lines."""
    terminal.wait_until(lambda: all(text in _flat(terminal) for text in texts), repr(texts))


def _flat(terminal: Terminal) -> str:
    return " ".join("\n".join(terminal.screen.display).replace("│", " ").split())


@pytest.mark.parametrize("pane", ["1", "4"])
def test_declining_is_told_as_that_and_asked_again_from_any_pane(
    pane: str, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console(columns=80, lines=24) as terminal:
        wait_for_words(terminal, "Password of", "for otc-lab", "first log-in", "Enter logs in")
        terminal.send(ESCAPE)
        wait_for_words(terminal, "The log-in was declined")
        terminal.send("5")
        wait_for_words(terminal, "Press F5 to log in", "OS_PASSWORD")
        terminal.send(pane, F5)
        wait_for_words(terminal, "Password of", "Enter logs in")
        terminal.send(simulator.password, ENTER)
        terminal.wait_for_text("otc-lab › eu-de › eu-de_staging")
        terminal.send("q")
        assert terminal.ended() == 0
        assert simulator.password.encode() not in terminal.rest()


def test_wrong_answers_are_counted_and_never_repeated(
    simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console(columns=80, lines=24) as terminal:
        wait_for_words(terminal, "Password of", "Enter logs in")
        terminal.send(WRONG, ENTER)
        wait_for_words(terminal, "The log-in was refused (HTTP 401)")
        assert refusals(simulator) == 1
        terminal.send(F5)
        wait_for_words(terminal, "Refused once already", "may lock the account", "Enter logs in")
        terminal.send(WRONG, ENTER)
        wait_for_words(terminal, "The log-in was refused (HTTP 401)")
        terminal.send("5", "z")
        wait_for_words(terminal, "2 times since the start; some clouds lock an account after five")
        terminal.send(F5)
        wait_for_words(terminal, "Refused 2 times already", "Enter logs in")
        assert refusals(simulator) == 2
        terminal.send(simulator.password, ENTER)
        terminal.wait_for_text("otc-lab › eu-de › eu-de_staging")
        assert refusals(simulator) == 2
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_password_corrected_in_the_file_is_used_by_f5(
    simulator: Simulator, configuration: Configuration, console: Callable[..., Terminal]
) -> None:
    configuration.write(password=WRONG)
    with console(columns=80, lines=24) as terminal:
        wait_for_words(terminal, "The log-in was refused (HTTP 401)")
        configuration.write(password=simulator.password)
        terminal.send("3", F5)
        terminal.wait_for_text("otc-lab › eu-de › eu-de_staging")
        assert refusals(simulator) == 1
        terminal.send("q")
        assert terminal.ended() == 0


def test_another_user_in_the_file_is_told(
    simulator: Simulator, configuration: Configuration, console: Callable[..., Terminal]
) -> None:
    configuration.write(username="no-such-user", password=WRONG)
    with console(columns=80, lines=24) as terminal:
        wait_for_words(terminal, "The log-in was refused (HTTP 401)")
        configuration.write(password=simulator.password)
        terminal.send(F5)
        terminal.wait_for_text("The configuration has changed: now")
        terminal.wait_for_text("newest first")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_question_does_not_keep_the_program(
    number: signal.Signals, console: Callable[..., Terminal]
) -> None:
    with console() as terminal:
        wait_for_words(terminal, "Password of", "Enter logs in")
        terminal.send("half")
        terminal.wait_for_text("••••")
        terminal.signal(number)
        terminal.ended()
        assert b"half" not in terminal.rest()


def test_the_command_line_asks_in_one_line(
    simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    backup = ("--backup", "demo-succeeds", "--volume", "rehearsal-01")
    with console("restore", "--dry-run", *backup) as terminal:
        wait_for_words(
            terminal,
            "This is the first log-in to this cloud. Password of demo for otc-lab:",
        )
        terminal.send(ENTER)
        wait_for_words(terminal, "No password was given", "OS_PASSWORD", "clouds.yaml")
        assert terminal.ended() == 78
        assert b"F5" not in terminal.rest()
    assert refusals(simulator) == 0


def test_a_log_in_that_ends_between_lists_and_examination_asks_again(
    simulator: Simulator, start: Start, tmp_path: Path
) -> None:
    user = simulator.world.user_named("demo-mfa")
    assert user is not None
    env = {
        "OS_AUTH_URL": simulator.auth_url,
        "OS_AUTH_TYPE": "v3multifactor",
        "OS_USERNAME": "demo-mfa",
        "OS_PASSWORD": user.password,
        "OS_USER_DOMAIN_NAME": simulator.domain,
        "OS_PROJECT_NAME": "eu-de_prod",
        "XDG_STATE_HOME": str(tmp_path),
    }
    backup = ("--backup", "demo-succeeds", "--volume", "rehearsal-01")
    with (
        simulator.hold(r"GET .*/(backups|volumes)/[0-9a-f-]{36}\Z") as gate,
        start(*CONSOLE, "restore", "--dry-run", *backup, env=env) as terminal,
    ):
        wait_for_words(terminal, "Passcode")
        terminal.send(simulator.passcode(), ENTER)
        assert gate.wait_reached()
        simulator.expire_tokens()
        terminal.clear()
        gate.release()
        wait_for_words(terminal, "Passcode")
        terminal.send(simulator.passcode(), ENTER)
        wait_for_words(terminal, "Request")
        assert terminal.ended() == 0
