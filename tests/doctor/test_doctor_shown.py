"""The doctor's lines as a person sees them: fold on a terminal, whole in a pipe, summed up."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.shell import Shell
from vbs_tui.commands.support.process.output import fold
from vbs_tui.doctor.token_cache import check_token_cache
from vbs_tui.simulator import Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as one:
        yield one


def on_terminal(shell: Shell, columns: int, *arguments: str, **changes: str) -> list[str]:
    """The lines of a command whose output goes to a terminal so wide."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "vbs_tui", *arguments],
        env={**shell.env, "TERM": "xterm-256color", **changes},
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    told = b""
    try:
        while part := os.read(leader, 65536):
            told += part
    except OSError:  # what Linux says when the last writer is gone
        pass
    os.close(leader)
    child.wait(120)
    return told.decode().replace("\r\n", "\n").rstrip("\n").split("\n")


def test_on_a_terminal_lines_are_folded_under_their_text(shell: Shell) -> None:
    lines = on_terminal(shell, 80, "doctor", TZ="Europe/Berlin")
    # A path or address that is too long stays in one piece.
    assert [one for one in lines if len(one) > 80 and len(one.split()) > 1] == []
    assert any(60 < len(one) <= 80 for one in lines)
    begun = [line for line in lines if line.startswith("ok       scope")]
    after = lines[lines.index(begun[0]) + 1]
    assert after.startswith(" " * 24)
    assert after[24] != " "
    assert re.fullmatch(r"\d+ ok, \d+ warnings?, 0 failed", lines[-1])
    clock = next(line for line in lines if line.startswith("ok       clock"))
    assert re.search(r"\d\d:\d\d:\d\d CES?T here, within", clock)


def test_a_pipe_gets_whole_lines_and_the_sum_is_right(shell: Shell) -> None:
    done = shell("doctor", OS_PASSWORD="not-it")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert all(re.match(r"(ok|warning|FAILED) +\S|  +→ ", line) for line in lines[:-1])
    firsts = [line.split()[0] for line in lines[:-1]]
    warnings = firsts.count("warning")
    assert lines[-1] == (
        f"{firsts.count('ok')} ok, {warnings} warning{'s' * (warnings != 1)},"
        f" {firsts.count('FAILED')} failed"
    )
    assert firsts.count("FAILED") == 1
    assert "token cache    off: " in done.stdout


def test_an_error_of_a_script_is_folded_on_a_terminal_too(shell: Shell) -> None:
    lines = on_terminal(
        shell, 60, "restore", "--backup", "x", "--volume", "no such volume at all", "--dry-run"
    )
    begin = next(n for n, line in enumerate(lines) if line.startswith("  What to do"))
    assert lines[begin + 1].startswith(" " * 13)
    assert lines[begin + 1].strip().endswith("again.")


def test_the_token_cache_and_the_settings_have_a_line(shell: Shell, simulator: Simulator) -> None:
    shell.settings("token_cache = true\nread_only_clouds = ['nowhere']\n")
    told = shell("doctor").stdout
    assert re.search(r"ok +token cache +on: \S+tokens, nothing kept yet", told)
    assert "warning  settings       read_only_clouds: no cloud here is called nowhere" in told
    shell.settings("token_cashe = true\n")
    done = shell("doctor")
    assert done.returncode == 1
    assert "line 1: token_cashe is not known; did you mean token_cache?" in done.stdout


def test_kept_tokens_are_counted_and_their_modes_looked_at(tmp_path: Path) -> None:
    directory = tmp_path / "tokens"
    directory.mkdir(mode=0o700)
    kept = directory / "token-0123.json"
    kept.write_text('{"token": "S3cr3t"}')
    kept.chmod(0o600)
    (fine,) = check_token_cache(directory)
    assert fine.health.value == "ok"
    assert fine.seen == f"on: {directory}, 1 kept, all 0600"
    kept.chmod(0o640)
    (loose,) = check_token_cache(directory)
    assert loose.health.value == "warning"
    assert "1 of 1 files not 0600" in loose.seen
    directory.chmod(0o755)
    (shared,) = check_token_cache(directory)
    assert shared.do == f"chmod 700 {directory}"
    assert "S3cr3t" not in f"{fine} {loose} {shared}"


@pytest.mark.parametrize("width", [20, 40, 80, 200, None])
def test_folding_loses_nothing_and_keeps_addresses_whole(width: int | None) -> None:
    address = "https://vbs.example/v2/9e0d1a59b7cd7485b00ef19b5b0cdc67/cloudbackups"
    line = f"ok       endpoint       vbs {address} (catalog type vbsv2)"
    parts = fold(line, 24, width)
    assert " ".join(" ".join(parts).split()) == " ".join(line.split())
    assert sum(address in part for part in parts) == 1
    if width is None or width >= 200:
        assert parts == [line]
