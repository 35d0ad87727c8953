"""A signal that comes while a backend ends, since another cloud is to be opened."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vbs_tui.ui.terminal.shutdown import Shutdown


@pytest.mark.parametrize("number", [None, signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_while_the_backend_ends_is_not_lost(number: int | None) -> None:
    def leave(_grace: float) -> None:
        if number is not None:
            os.kill(os.getpid(), number)

    before = signal.getsignal(signal.SIGTERM)
    shutdown = Shutdown(cast(Any, SimpleNamespace(prepare_to_exit=lambda: None)), leave)
    shutdown.install()
    shutdown.finish()
    assert shutdown.signal == number
    assert signal.getsignal(signal.SIGTERM) is before
