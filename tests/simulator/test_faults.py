"""Faults: what each does to a request and its response, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.simulator.client import Client, HandClock
from vbs_tui.simulator import Faults, Simulator
from vbs_tui.simulator.faults.kinds import FAULT_KINDS
from vbs_tui.simulator.faults.rules import describe_faults


@pytest.fixture
def faulty(client: Client) -> Iterator[Client]:
    """Faults are added by the tests; each shows afterwards what ran."""
    yield client
    assert client.simulator.ledger.errors == []


@pytest.mark.parametrize(("fault", "executed"), [("drop-before", 0), ("drop-after", 1), ("cut", 1)])
def test_connections_that_close(faulty: Client, fault: str, executed: int) -> None:
    faulty.simulator.faults.add(f"{fault}@restore=1x")
    with pytest.raises(httpx.RemoteProtocolError):
        faulty.restore("demo-succeeds", "rehearsal-01")
    assert len(faulty.simulator.ledger.restores) == executed
    record = faulty.simulator.ledger.restore_posts()[0]
    assert record.fault == fault
    assert record.dropped is (fault != "cut")
    assert faulty.get("backups").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "executed"),
    [
        ("500-before", 500, 0),
        ("500-after", 500, 1),
        ("502-before", 502, 0),
        ("504-after", 504, 1),
        ("408-after", 408, 1),
        ("429", 429, 0),
        ("html", 200, 0),
        ("html-after", 200, 1),
        ("empty", 200, 1),
        ("truncate", 200, 1),
        ("wrong-types", 200, 1),
        ("error-200", 200, 0),
        ("no-job-id", 200, 1),
        ("redirect", 302, 0),
    ],
)
def test_answers_that_go_wrong(faulty: Client, fault: str, status: int, executed: int) -> None:
    faulty.simulator.faults.add(f"{fault}@restore=1x")
    answer = faulty.restore("demo-succeeds", "rehearsal-01")
    assert answer.status_code == status
    assert len(faulty.simulator.ledger.restores) == executed
    assert "ff808082" not in answer.text or fault == "truncate"
    if fault == "redirect":
        backup = faulty.backup("demo-succeeds")
        assert answer.headers["Location"].endswith(f"/cloudbackups/{backup.id}")
    assert faulty.simulator.faults.rules[0].count == 0
    assert faulty.get("backups").status_code == 200


def test_retry_after_is_sent_only_when_asked_for(faulty: Client) -> None:
    faulty.simulator.faults = Faults("429@list=1x:30")
    answer = faulty.get("backups")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    faulty.simulator.faults.add("429@list=1x")
    assert "Retry-After" not in faulty.get("backups").headers


def test_slow_answers_come_after_the_execution(faulty: Client) -> None:
    faulty.simulator.faults.add("slow@restore=1x:30")
    faulty.http.timeout = httpx.Timeout(10, read=0.1)
    with pytest.raises(httpx.ReadTimeout):
        faulty.restore("demo-succeeds", "rehearsal-01")
    assert faulty.simulator.ledger.wait_for(lambda told: len(told.restores) == 1)


def test_tokens_expire_by_fault(faulty: Client) -> None:
    faulty.simulator.faults.add("expire-token@list=1x")
    assert faulty.get("backups").status_code == 401
    faulty.log_in()
    assert faulty.get("backups").status_code == 200
    faulty.simulator.faults = "expire-token=3"
    faulty.log_in()
    statuses = [faulty.get("backups").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 401]


def test_chances_follow_the_seed(clock: HandClock) -> None:
    runs = []
    for _ in range(2):
        with Simulator(clock=clock, seed=7) as simulator, Client(simulator) as client:
            simulator.faults.add("500-before@list=0.5")
            runs.append([client.get("backups").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("explode=1", "no fault 'explode'"),
        ("slow@nowhere=1", "no scope 'nowhere'"),
        ("slow=2", "from 0 to 1"),
        ("slow=0x", "count"),
        ("slow=often", "from 0 to 1"),
        ("slow=1:soon", "seconds"),
        ("html=1:5", "takes nothing"),
    ],
)
def test_wrong_faults_are_explained(spec: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Simulator(faults=spec)


def test_every_fault_is_in_the_help() -> None:
    text = describe_faults()
    assert all(kind.name in text and kind.meaning in text for kind in FAULT_KINDS)
    assert Faults("slow@jobs=0.5:3").rules[0].describe() == "slow@jobs=0.5:3"


def test_faults_are_told_as_they_are_written() -> None:
    spec = "drop-after@restore=0.1,slow@all=1x:5,expire-token=4"
    assert Faults(spec).describe() == spec
