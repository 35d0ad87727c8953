"""``vbs-tui doctor``: each step in words, nothing secret, nothing sent but reads."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vbs_tui.cloud.probe import Finding, Health, look_at_way
from vbs_tui.cloud.trust import Trust
from vbs_tui.commands.doctor import doctor_main
from vbs_tui.simulator import Simulator

Doctor = Callable[..., tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as one:
        yield one


@pytest.fixture
def doctor(
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Doctor:
    def run(**changes: str) -> tuple[int, dict[str, dict[str, str]]]:
        values = {
            "XDG_STATE_HOME": str(tmp_path),
            "OS_AUTH_URL": simulator.auth_url,
            "OS_USERNAME": simulator.username,
            "OS_PASSWORD": simulator.password,
            "OS_USER_DOMAIN_NAME": simulator.domain,
            "OS_PROJECT_NAME": "eu-de_prod",
        } | changes
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        status = doctor_main(["--json"])
        told = capsys.readouterr().out
        assert values["OS_PASSWORD"] not in told
        return status, {row["step"]: row for row in json.loads(told)}

    return run


def test_a_good_cloud(doctor: Doctor, simulator: Simulator) -> None:
    status, found = doctor()
    assert status == 0
    steps = ("DNS", "TCP", "clock", "log-in", "project", "backups", "volumes", "journal")
    assert {found[step]["health"] for step in steps} == {"ok"}
    assert found["TLS"]["health"] == "warning"
    assert all(r.method in ("GET", "HEAD") or "/auth/" in r.path for r in simulator.ledger.requests)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"OS_PASSWORD": "not-the-password"}, "log-in"),
        ({"OS_USER_DOMAIN_NAME": "nowhere"}, "log-in"),
        ({"OS_PROJECT_NAME": "eu-de_none"}, "log-in"),
        ({"OS_AUTH_URL": "http://name.invalid/v3"}, "DNS"),
        ({"OS_AUTH_URL": ""}, "configuration"),
        ({"OS_USERNAME": ""}, "configuration"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    doctor: Doctor, changes: dict[str, str], step: str
) -> None:
    status, found = doctor(**changes)
    assert status == 1
    assert found[step]["health"] == "failed"
    assert found[step]["do"]


def test_a_closed_port(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _, found = doctor(OS_AUTH_URL=f"http://127.0.0.1:{port}/v3")
    assert found["TCP"]["health"] == "failed"


@pytest.mark.parametrize(
    ("off", "health"),
    [(5, Health.OK), (120, Health.WARNING), (1200, Health.FAILED), (-1200, Health.FAILED)],
)
def test_clocks_are_compared(simulator: Simulator, off: int, health: Health) -> None:
    now = datetime.now(UTC) + timedelta(seconds=off)
    found: list[Finding] = asyncio.run(look_at_way(simulator.auth_url, Trust(), now))
    clock = next(one for one in found if one.step == "clock")
    assert clock.health is health, clock
