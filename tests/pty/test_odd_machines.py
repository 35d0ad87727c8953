"""The console on terminals and machines that lack something."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands.odd_machines import nobody, with_start
from tests.pty.conftest import CONSOLE, Operator, Start, open_project
from tests.pty.terminal import ENTER, Terminal

ENCODINGS = [
    {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "iso-8859-1"},
]


@pytest.mark.parametrize("env", ENCODINGS, ids=["C", "latin-1"])
def test_what_an_encoding_lacks_takes_no_more_room_than_it_should(
    start: Start, env: dict[str, str]
) -> None:
    with start(*CONSOLE, "--demo", env=env) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send(ENTER)
        terminal.wait_for_text("nightly-db", "app-data-01", "newest first", "choose a backup first")
        lines = terminal.shown.splitlines()
        edge = lines[1].index("++")
        assert {line[edge : edge + 2] for line in lines[2:13]} == {"||"}
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_user_without_a_home_can_practise(tmp_path: Path) -> None:
    env = nobody(tmp_path / "start") | {"TERM": "xterm-256color", "TMPDIR": str(tmp_path)}
    with Terminal([sys.executable, *CONSOLE, "--demo"], env) as terminal:
        terminal.wait_for_text("eu-de_prod", "DEMO")
        terminal.send("q")
        assert terminal.ended() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["start"]


def test_a_user_without_a_home_is_told_what_a_real_cloud_needs(
    operator: Operator, tmp_path: Path
) -> None:
    env = nobody(tmp_path / "start") | {"TERM": "xterm-256color"}
    cloud = {key: value for key, value in operator.env.items() if key.startswith("OS_")}
    with Terminal([sys.executable, *CONSOLE], env | cloud) as terminal:
        assert terminal.ended() == 78
        told = terminal.rest()
    assert b"no home directory" in told
    assert b"XDG_STATE_HOME" in told
    assert b"Traceback" not in told


def test_no_place_for_the_demos_journal_is_a_sentence(start: Start, tmp_path: Path) -> None:
    code = """\
import tempfile

def none(*_, **__):
    raise FileNotFoundError(2, "No usable temporary directory found")

tempfile.TemporaryDirectory = none
"""
    with start(*CONSOLE, "--demo", env=with_start(tmp_path / "start", code)) as terminal:
        assert terminal.ended() == 78
        assert b"TMPDIR" in terminal.rest()


def test_the_end_of_a_line_in_a_variable_is_told_on_the_screen(operator: Operator) -> None:
    operator.env["OS_PASSWORD"] += "\r"
    operator.env["OS_REGION_NAME"] += "\r"
    with operator.console() as terminal:
        terminal.wait_for_text("OS_PASSWORD, OS_REGION_NAME", "left off")
        open_project(terminal)
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_thread_that_fails_behind_the_screen_is_told_at_its_end(
    start: Start, tmp_path: Path
) -> None:
    code = """\
import threading
import vbs_tui.commands.console as console

target = console._target

def failing(*how):
    def fail():
        while not started.wait(60):
            pass
        raise LookupError("\\x1b]0;owned s3cr3t-token\\x07")

    thread = threading.Thread(target=fail, name="behind", daemon=True)
    thread.start()
    from vbs_tui.ui.app import VbsTui
    ready = VbsTui.on_ready

    def now(app):
        ready(app)
        started.set()
        thread.join()

    VbsTui.on_ready = now
    return target(*how)

started = threading.Event()
console._target = failing
"""
    with start(*CONSOLE, "--demo", env=with_start(tmp_path / "start", code)) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send("q")
        assert terminal.ended() == 0
        rest = terminal.rest()
    after = rest[rest.rindex(b"\x1b[?1049l") :]
    assert b"defect in the thread behind: LookupError" in after
    assert b"s3cr3t" not in rest
    assert b"\x1b]0;" not in rest


def test_variables_of_textual_press_no_key_and_write_none_down(
    operator: Operator, tmp_path: Path
) -> None:
    log, keys = tmp_path / "textual.log", tmp_path / "keys"
    operator.env |= {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_PRESS": "q",
        "TEXTUAL_LOG": str(log),
        "TEXTUAL_DRIVER": "no.such:Driver",
        "SSLKEYLOGFILE": str(keys),
    }
    with operator.console() as terminal:
        open_project(terminal)
        terminal.send("/", "s3cr3t", ENTER)
        terminal.wait_for_text("s3cr3t")
        terminal.send("q")
        assert terminal.ended() == 0
    assert not log.exists()
    assert not keys.exists()
