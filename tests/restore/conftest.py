"""What the tests of the engine share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.restore.engine_harness import Harness
from tests.support.simulated import Listener, fast_backend
from vbs_tui.cloud.resources import Project
from vbs_tui.simulator import Simulator


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    one = Harness(tmp_path)
    yield one
    one.run(one.stop())
    for task in asyncio.all_tasks(one.loop):
        task.cancel()
    one.loop.run_until_complete(asyncio.sleep(0.1))
    one.loop.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=60.0) as one:
        yield one
        assert one.ledger.errors == []


@pytest.fixture
def listener(simulator: Simulator, tmp_path: Path) -> Iterator[Listener]:
    backend = fast_backend(simulator, tmp_path / "state")
    yield Listener(backend, simulator.world)
    backend.stop(2.0)


@pytest.fixture
def project(listener: Listener) -> Project:
    return next(p for p in listener.connected() if p.name == "eu-de_prod")
