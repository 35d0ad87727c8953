"""``vbs-tui simulate`` as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import httpx
import pytest

from vbs_tui.cli import main
from vbs_tui.simulator import Simulator

_RUN = (sys.executable, "-m", "vbs_tui", "simulate")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_the_signal(how: signal.Signals) -> None:
    arguments = [*_RUN, "--backups", "5", "--token-seconds", "60"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found is not None, first
        assert httpx.get(found[0] + "/v3").status_code == 200
        os.kill(process.pid, how)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert f"auth_url: {found[0]}/v3" in rest


def test_a_taken_port_is_said_and_returns_1(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    port = simulator.url.rpartition(":")[2]
    assert main(["simulate", "--port", port, "--backups", "1"]) == 1
    assert "cannot listen" in capsys.readouterr().err


def test_wrong_usage_and_the_list_of_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--faults", "explode=1"]) == 64
    assert "no fault 'explode'" in capsys.readouterr().err
    assert main(["simulate", "--list-faults"]) == 0
    assert "drop-after" in capsys.readouterr().out


def test_importing_loads_no_web_server() -> None:
    code = (
        "import sys, vbs_tui.simulator; print(sorted({'uvicorn', 'starlette'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
