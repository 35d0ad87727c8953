"""The end of the process: what was printed arrives, and no thread at work makes it a crash."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The C library's exit handlers end the process with SIGABRT, where they are called at all.
_ABORTING = """
import ctypes, sys, threading, time
libc = ctypes.CDLL(None)
libc.__cxa_atexit(ctypes.cast(libc.abort, ctypes.c_void_p), None, None)
if {busy}:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
sys.argv[1:] = {arguments!r}
from vbs_tui.cli import program
program()
"""


def run(*arguments: str, busy: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ABORTING.format(arguments=list(arguments), busy=busy)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["explain", "VolumeBackup.0209"], 0),
        (["--version"], 0),
        (["explain"], 64),
        (["--no-such-option"], 64),
    ],
)
def test_a_thread_at_work_ends_with_the_process(arguments: list[str], status: int) -> None:
    done = run(*arguments)
    assert done.returncode == status, done
    assert done.stdout + done.stderr


def test_all_of_a_long_output_arrives() -> None:
    busy, idle = run("explain", "--list"), run("explain", "--list", busy=False)
    assert busy.stdout == idle.stdout
    assert len(busy.stdout) > 10_000
    assert (busy.returncode, idle.returncode) == (0, -6)  # the trap works
