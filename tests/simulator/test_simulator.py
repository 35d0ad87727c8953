"""The simulator on its socket: one write for each response, gates, starting and stopping."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from asyncio import selector_events
from typing import Any

import httpx
import pytest

from tests.simulator.client import Client, HandClock
from vbs_tui.simulator import Simulator


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
