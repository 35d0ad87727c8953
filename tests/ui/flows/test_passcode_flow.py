"""A passcode that is wanted in the midst of a restore, on the simulated cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.support.simulated import BRISK
from tests.ui.consoles import screen_text
from tests.ui.flows.consoles import FlowConsole
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.auth.credentials import PasscodeCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.secrets import Secret
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.screens.dialogs.confirm_restore import ConfirmScreen
from vbs_tui.ui.screens.dialogs.secret_prompt import SecretPrompt


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=1.0) as one:
        yield one


@asynccontextmanager
async def console(simulator: Simulator, folder: Path) -> AsyncIterator[FlowConsole]:
    """The console of a user who has a device for passcodes."""

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        user = User("demo-mfa", domain_name=simulator.domain)
        settings = CloudSettings(
            auth_url=simulator.auth_url,
            credentials=PasscodeCredentials(user, Secret(simulator.password)),
            name="sim",
            region=simulator.region,
        )
        return CloudConnection(
            settings,
            ask=ask,
            request_log=log,
            limiter=RateLimiter(SystemClock(), per_second=500.0, burst=100),
            policy=RetryPolicy(base=0.02, throttled_base=0.02),
        )

    backend = Backend(connect, folder, pace=BRISK)
    app = VbsTui(
        backend, clock=SystemClock(), zone=UTC, demo=False, cloud_name="sim", read_only=False
    )
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        yield FlowConsole(app, pilot)
    backend.stop(2.0)


async def give_passcode(c: FlowConsole, simulator: Simulator) -> None:
    await c.until(lambda: getattr(c.app.screen, "accepts_keys", False))
    await c.keys(*simulator.passcode(), "enter")


async def begin(c: FlowConsole, simulator: Simulator) -> None:
    """Log in, and begin a restore that is watched."""
    await give_passcode(c, simulator)
    await c.open_production()
    await c.keys("enter")
    screen = await c.confirm()
    await c.keys(*screen.word, "enter")
    await c.until(lambda: simulator.ledger.restores)
    await c.until(lambda: c.app.screen is c.main)


def watched(c: FlowConsole) -> State:
    restore = c.main.jobs.selected_restore
    assert restore is not None
    return restore.state


async def test_a_token_that_ends_while_a_name_is_typed(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.options.restore_seconds = 3600.0  # longer than the test takes on any machine
    async with console(simulator, tmp_path) as c:
        await begin(c, simulator)
        await c.choose("demo-succeeds")
        screen = await c.confirm("rehearsal-01")
        word = screen.query_one("#word", Input)
        await c.keys(*screen.word[:6])
        simulator.expire_tokens()  # the watch meets that, and a passcode is wanted
        await c.until(lambda: "asks for a passcode" in screen_text(c.app))
        assert isinstance(c.app.screen, ConfirmScreen)
        await c.keys(*screen.word[6:])
        assert word.value == screen.word
        assert len(simulator.ledger.restore_posts()) == 1
        await c.keys("escape")
        await give_passcode(c, simulator)
        await c.until(lambda: "last look" in screen_text(c.app))
        assert not watched(c).is_final


async def test_declined_is_told_and_a_new_log_in_looks_at_once(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.speed = 20.0
    async with console(simulator, tmp_path) as c:
        # Each look begins with the job: no look sees the end of the restore before the tokens
        # have expired, however fast it is.
        with simulator.hold(r"GET .*/jobs/") as gate:
            await begin(c, simulator)
            await c.until(lambda: gate.reached)
            simulator.expire_tokens()
        await c.until(lambda: isinstance(c.app.screen, SecretPrompt))
        await c.until(lambda: getattr(c.app.screen, "accepts_keys", False))
        await c.keys("escape")
        await c.until(lambda: "log-in declined, F5 asks again" in screen_text(c.app))
        assert not watched(c).is_final
        await c.keys("2", "f5")
        await give_passcode(c, simulator)
        assert await c.ended() is State.SUCCEEDED
