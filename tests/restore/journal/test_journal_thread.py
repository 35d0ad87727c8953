"""A backend that ends while its journal is stuck: its lock must not stay."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.restore.journal.journal_thread import JournalThread


async def test_an_abandoned_journal_is_given_back_once_its_thread_is_free(tmp_path: Path) -> None:
    thread = ThreadPoolExecutor(1)
    stuck, other = (
        JournalThread(tmp_path, SystemClock(), thread),
        JournalThread(tmp_path, SystemClock()),
    )
    await stuck.open()
    await other.open()
    owner, may_go_on = stuck.owner, threading.Event()
    thread.submit(may_go_on.wait, 10)
    stuck.abandon()
    assert await other.is_alive(owner)
    may_go_on.set()
    await asyncio.to_thread(thread.shutdown)
    assert not await other.is_alive(owner)
    await other.close()
    other.abandon()
