"""A journal that cannot be used is reported, and opened again without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.support.simulated import fast_backend
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import Event, JournalChanged
from vbs_tui.simulator import Simulator


@pytest.fixture
def in_the_way(tmp_path: Path) -> Path:
    """A file where the journal's folder belongs."""
    path = tmp_path / "state"
    path.write_text("not a folder")
    return path


@pytest.fixture
def backend(in_the_way: Path) -> Iterator[tuple[Backend, SimpleQueue[Event]]]:
    with Simulator(speed=60.0) as simulator:
        made = fast_backend(simulator, in_the_way)
        events: SimpleQueue[Event] = SimpleQueue()
        made.start(events.put)
        yield made, events
        made.stop(2.0)


def next_word(events: SimpleQueue[Event]) -> str:
    while not isinstance(event := events.get(timeout=30), JournalChanged):
        pass
    return event.trouble


def test_it_is_told_and_mended(
    backend: tuple[Backend, SimpleQueue[Event]], in_the_way: Path
) -> None:
    made, events = backend
    trouble = next_word(events)
    assert str(in_the_way) in trouble
    assert made.journal_trouble == trouble
    in_the_way.unlink()
    made.reopen_journal()
    assert next_word(events) == ""
    assert made.journal_trouble == ""
