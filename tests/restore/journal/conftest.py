"""A journal of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.restore.makers import NOW
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import Journal


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    one = Instance(tmp_path)
    yield one
    one.close()


@pytest.fixture
def journal(tmp_path: Path, instance: Instance) -> Iterator[Journal]:
    opened, notice = Journal.open(tmp_path, instance, NOW)
    assert notice == ""
    yield opened
    opened.close()
