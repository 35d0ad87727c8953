"""A defect of the program: told by kind and place, with nothing secret, on a terminal restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pty.conftest import Start
from tests.pty.test_leaving import is_as_before

F6, F7, F8, F9 = b"\x1b[17~", b"\x1b[18~", b"\x1b[19~", b"\x1b[20~"
SCRIPT = ("-m", "tests.pty.crashing")


@pytest.mark.parametrize("key", [F6, F8, F9], ids=["handler", "worker", "timer"])
def test_a_defect_is_told_without_its_values(start: Start, tmp_path: Path, key: bytes) -> None:
    with start(*SCRIPT, str(tmp_path)) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send(key)
        assert terminal.ended() == 1
        assert is_as_before(terminal)
        rest = terminal.rest()
    report = rest[rest.rindex(b"\x1b[?1049l") :]
    assert b"stopped because of a defect: LookupError" in report
    assert b"in action_crash" in report
    assert report.count(b"because of a defect") == 1
    assert b"s3cr3t-token" not in rest
    assert b"\x1b]0;" not in rest


def test_a_worker_that_fails_does_not_end_the_console(start: Start, tmp_path: Path) -> None:
    with start(*SCRIPT, str(tmp_path)) as terminal:
        terminal.wait_for_text("eu-de_prod")
        terminal.send(F7)
        terminal.wait_for_text("LookupError")
        terminal.send("q")
        assert terminal.ended() == 0
        assert b"s3cr3t-token" not in terminal.rest()
