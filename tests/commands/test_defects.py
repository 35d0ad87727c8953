"""Whatever Python prints by itself, in the real program: kinds and places, none of the words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.odd_machines import with_start
from tests.commands.shell import MOST

WORDS = r"\x1b]0;owned s3cr3t-token\x07"

_WAYS = {
    "the command": f"raise LookupError('{WORDS}')",
    "a cause": f"""
        try:
            raise KeyError('{WORDS}')
        except KeyError as error:
            raise LookupError('{WORDS}') from error""",
    "a group": f"raise ExceptionGroup('{WORDS}', [LookupError('{WORDS}')])",
    "a name": f"raise type('{WORDS} LookupError', (Exception,), {{}})('{WORDS}')",
    "a thread": f"""
        def fail():
            raise LookupError('{WORDS}')
        thread = threading.Thread(target=fail, name='{WORDS}')
        thread.start()
        thread.join()""",
    "a finalizer": f"""
        class Ending:
            def __del__(self):
                raise LookupError('{WORDS}')
        Ending()""",
    "a task": f"""
        async def fail():
            raise LookupError('{WORDS}')
        async def main():
            asyncio.create_task(fail(), name='{WORDS}')
            await asyncio.sleep(0.01)
        asyncio.run(main())
        gc.collect()""",
    "a callback": f"""
        def fail():
            raise LookupError('{WORDS}')
        async def main():
            asyncio.get_running_loop().call_soon(fail)
            await asyncio.sleep(0.01)
        asyncio.run(main())""",
    "a log line": f"""
        try:
            raise LookupError('{WORDS}')
        except LookupError:
            logging.getLogger('library').exception('{WORDS}')""",
}
"""Where something fails, and the code that fails there."""

_QUIET = {
    "a log line of a library": f"logging.getLogger('library').error('{WORDS} %s', '{WORDS}')",
    "a log line that is wrong": f"logging.getLogger('library').error('{WORDS} %d', '{WORDS}')",
    "a warning": f"warnings.warn('{WORDS}', RuntimeWarning)",
    "a coroutine that was not awaited": f"""
        async def never(secret='{WORDS}'):
            pass
        never()
        gc.collect()""",
}


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """``vbs-tui jobs``, which does *code* first."""
    body = code if code.startswith("\n") else f"\n        {code}"
    start = f"""\
import asyncio, gc, logging, threading, warnings
import vbs_tui.commands.jobs as jobs

real = jobs.journal_directory

def first():
    if True:{body}
    return real()

jobs.journal_directory = first
"""
    env = os.environ | with_start(folder / "start", start) | {"XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "vbs_tui", "jobs"],
        env=env,
        capture_output=True,
        text=True,
        timeout=MOST,
        check=False,
    )


@pytest.mark.parametrize("way", _WAYS)
def test_a_defect_is_told_by_kind_and_place(way: str, tmp_path: Path) -> None:
    done = run(tmp_path, _WAYS[way])
    told = done.stdout + done.stderr
    assert "LookupError" in done.stderr
    assert "sitecustomize.py:" in done.stderr
    assert "Traceback" not in told
    assert "s3cr3t" not in told or way in ("a name", "a thread")
    assert "\x1b" not in told
    stops = way in ("the command", "a cause", "a group", "a name")
    assert done.returncode == (70 if stops else 0), told


@pytest.mark.parametrize("way", _QUIET)
def test_the_words_of_libraries_stay_away(way: str, tmp_path: Path) -> None:
    done = run(tmp_path, _QUIET[way])
    told = done.stdout + done.stderr
    assert done.returncode == 0
    assert "s3cr3t" not in told
    assert "\x1b" not in told
    assert "Traceback" not in told


def test_ctrl_c_before_a_command_is_ready_is_no_traceback(tmp_path: Path) -> None:
    done = run(tmp_path, "raise KeyboardInterrupt")
    assert done.returncode == 130
    assert done.stdout + done.stderr == ""


def test_a_defect_of_the_console_before_its_screen_is_told_so_too(tmp_path: Path) -> None:
    start = f"""\
import vbs_tui.commands.console as console

def broken(*_):
    raise LookupError('{WORDS}')

console.read_settings = broken
"""
    env = os.environ | with_start(tmp_path / "start", start) | {"XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "vbs_tui"],
        env=env,
        capture_output=True,
        text=True,
        timeout=MOST,
        check=False,
    )
    assert done.returncode == 70
    assert "because of a defect: LookupError" in done.stderr
    assert "s3cr3t" not in done.stderr
    assert "Traceback" not in done.stderr
