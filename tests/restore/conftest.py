"""What the tests of the engine share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.restore.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    for task in asyncio.all_tasks(one.loop):
        task.cancel()
    one.loop.run_until_complete(asyncio.sleep(0.1))
    one.loop.close()
