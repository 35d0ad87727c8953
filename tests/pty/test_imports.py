"""The configuration's loader is slow to import: who does not need it does not pay for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, ROOT, Start, open_project

SLOW = ("openstack", "keystoneauth1", "yaml")


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """A place to import from, where each slow package leaves a trace and fails."""
    for name in SLOW:
        package = tmp_path / "traps" / name
        package.mkdir(parents=True)
        trace = tmp_path / f"imported-{name}"
        text = f"open({str(trace)!r}, 'w').close()\nraise ImportError('not wanted here')\n"
        (package / "__init__.py").write_text(text)
    return tmp_path / "traps"


def traces(traps: Path) -> list[str]:
    return sorted(path.name for path in traps.parent.glob("imported-*"))


def test_the_traps_work(traps: Path) -> None:
    run = [sys.executable, "-c", "import openstack"]
    done = subprocess.run(run, env={"PYTHONPATH": str(traps)}, capture_output=True, check=False)
    assert done.returncode
    assert traces(traps) == ["imported-openstack"]


def test_the_demo_reads_no_configuration(start: Start, traps: Path) -> None:
    path = f"{traps}:{ROOT}"
    with start(*CONSOLE, "--demo", env={"PYTHONPATH": path}) as terminal:
        open_project(terminal)
        terminal.send("q")
        assert terminal.ended() == 0
    assert traces(traps) == []


@pytest.mark.parametrize("arguments", [("explain", "VolumeBackup.0209"), ("jobs",), ("--help",)])
def test_neither_do_the_small_commands(
    arguments: tuple[str, ...], tmp_path: Path, traps: Path
) -> None:
    environment = {
        "PYTHONPATH": f"{traps}:{ROOT}",
        "OS_CLOUD": "named",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
    }
    run = [sys.executable, *CONSOLE, *arguments]
    done = subprocess.run(run, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert traces(traps) == []


def test_a_named_cloud_is_read_only_behind_the_first_picture(
    start: Start, traps: Path, tmp_path: Path
) -> None:
    environment = {"PYTHONPATH": f"{traps}:{ROOT}", "XDG_STATE_HOME": str(tmp_path)}
    with start(*CONSOLE, "--cloud", "named", env=environment) as terminal:
        # The picture is there although the loader failed, and the failure is told in it.
        terminal.wait_for_text("1 Projects", "5 Error", "ImportError")
        terminal.send("q")
        assert terminal.ended() == 0
    assert "imported-openstack" in traces(traps)
