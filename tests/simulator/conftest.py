"""A simulator on a hand-driven clock, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.client import Client, HandClock
from vbs_tui.simulator import Simulator


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def simulator(clock: HandClock) -> Iterator[Simulator]:
    with Simulator(clock=clock) as running:
        yield running
        assert running.ledger.errors == []


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator) as client:
        yield client
