"""What happens on the socket: one write an answer, faults, gates, starting and stopping."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from asyncio import selector_events
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulator.client import Client, HandClock
from vbs_tui.simulator import Faults, Simulator
from vbs_tui.simulator.faults.kinds import FAULT_KINDS
from vbs_tui.simulator.faults.rules import describe_faults


def test_each_answer_is_one_write(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    transport = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def counting(self: Any, data: bytes) -> None:
        written.append(bytes(data))
        write(self, data)

    monkeypatch.setattr(transport, "write", counting)
    assert len(client.get("backups/detail").json()["backups"]) == 60
    assert client.get("backups/nonsense").status_code == 404
    assert client.restore("demo-succeeds", "rehearsal-01").status_code == 200
    assert [data[:12] for data in written] == [b"HTTP/1.1 200", b"HTTP/1.1 404", b"HTTP/1.1 200"]
    assert written[0].endswith(b"}")


def test_stopping_is_quick_with_connections_open_and_requests_held() -> None:
    simulator = Simulator()
    simulator.start()
    with Client(simulator) as client:
        gate = simulator.hold(r"/backups$")
        failures: list[Exception] = []

        def ask() -> None:
            try:
                client.get("backups")
            except httpx.HTTPError as error:
                failures.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        assert gate.wait_reached()
        idle = socket.create_connection(("127.0.0.1", int(simulator.url.rpartition(":")[2])))
        began = time.monotonic()
        simulator.stop()
        assert time.monotonic() - began < 20, "the client would wait for a minute"
        asking.join(30)
        assert len(failures) == 1
        idle.settimeout(30)
        with idle, contextlib.suppress(ConnectionResetError):
            assert idle.recv(1) == b""
    simulator.stop()


def test_a_stopped_simulator_starts_again_where_it_was(clock: HandClock) -> None:
    simulator = Simulator(clock=clock)
    with simulator:
        url = simulator.url
        with Client(simulator) as client:
            client.restore("demo-succeeds", "rehearsal-01")
    with simulator, Client(simulator) as client:
        assert simulator.url == url
        clock.move(2)
        assert client.states("demo-succeeds", "rehearsal-01")[0] == "restoring"


def test_a_taken_port_is_an_oserror(simulator: Simulator) -> None:
    other = Simulator(port=int(simulator.url.rpartition(":")[2]))
    with pytest.raises(OSError):
        other.start()


def test_two_simulators_do_not_meet(clock: HandClock) -> None:
    with Simulator(clock=clock, faults="500-before@list=1") as bad, Simulator(clock=clock) as good:
        with Client(bad) as one, Client(good) as other:
            assert one.get("backups").status_code == 500
            assert other.get("backups").status_code == 200
            other.restore("demo-succeeds", "rehearsal-01")
            clock.move(2)
            assert one.states("demo-succeeds", "rehearsal-01") == ("available", "available")
        assert len(bad.ledger.restores) == 0
        assert len(good.ledger.restores) == 1


@pytest.mark.parametrize("before", [True, False])
def test_a_gate_freezes_a_restore_on_either_side_of_its_execution(
    client: Client, before: bool
) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(client.restore("demo-succeeds", "rehearsal-01").status_code)

    with client.simulator.hold(r"/restore$", before=before) as gate:
        asking = threading.Thread(target=ask)
        asking.start()
        assert gate.wait_reached()
        executed = len(client.simulator.ledger.restores)
        assert executed == (0 if before else 1)
        assert answers == []
        assert gate.reached == 1
    asking.join(30)
    assert answers == [200]
    assert len(client.simulator.ledger.restores) == 1


def test_the_ledger_waits_for_what_is_to_come(client: Client, clock: HandClock) -> None:
    ledger = client.simulator.ledger
    client.restore("demo-succeeds", "rehearsal-01")
    threading.Timer(0.05, lambda: clock.move(60)).start()
    assert ledger.wait_for(lambda told: told.restores[0].outcome == "succeeded")
    assert not ledger.wait_for(lambda told: len(told.restores) == 2, timeout=0.05)
    disk = client.volume("rehearsal-01").id
    assert len(ledger.restore_posts(volume_id=disk)) == 1
    assert ledger.restore_posts(volume_id=client.volume("small-01").id) == []


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
