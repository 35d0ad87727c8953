"""The real console on clouds that go wrong: the error panel says what happened and what to do."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest

from tests.support.bad_clouds import BAD_CLOUDS, FAR, SECRETS, BadCloud, collapsed
from tests.support.certificates import Authority
from tests.support.ground import (
    Environment,
    Ground,
    ground,
    port_of,
    portal,
    relay_to,
    tls,
    user_of,
)
from tests.support.simulated import BRISK
from tests.ui.consoles import screen_text
from tests.ui.flows.consoles import FlowConsole
from vbs_tui.clock import SystemClock
from vbs_tui.commands.support.cloud_choice import settings_for, target_of
from vbs_tui.restore.backend import Backend
from vbs_tui.simulator import Simulator
from vbs_tui.ui.app import VbsTui
from vbs_tui.ui.screens.help import HelpScreen


@asynccontextmanager
async def console(
    at: Ground, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FlowConsole]:
    """The console as it starts in *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    backend = Backend(target_of(settings_for()).connector, at.folder / "journal", pace=BRISK)
    app = VbsTui(
        backend, clock=SystemClock(), zone=UTC, demo=False, cloud_name="bad", read_only=False
    )
    async with app.run_test(size=(120, 50), notifications=True) as pilot:
        one = FlowConsole(app, pilot)
        yield one
        shown = screen_text(app)
        assert "Error" in shown
        assert not any(secret in shown for secret in SECRETS)


def told(one: FlowConsole) -> str:
    return collapsed(one.main.error.text)


async def retry_hint(one: FlowConsole) -> None:
    await one.keys("f5")  # the list of projects has the focus from the start


@pytest.mark.parametrize("bad", [one for one in BAD_CLOUDS if one.is_fatal], ids=str)
async def test_the_panel_says_what_happened_and_what_to_do(
    bad: BadCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        async with console(at, bad.build(at), monkeypatch) as one:
            await one.until(lambda: one.main.error.current is not None)
            for words in bad.panel or bad.words:
                assert words.casefold() in told(one).casefold()
            assert "What to do " in one.main.error.text
            assert bad.host in told(one)
            assert "Traceback" not in told(one)
            assert not any(secret in one.main.error.ticket for secret in SECRETS)
            # The console goes on, and another try is made; not with a secret that was refused.
            tries = len(one.app.backend.request_log.calls())
            before = one.main.error.current
            rests = "Refused" in one.main.error.ticket
            await retry_hint(one)
            await one.until(lambda: one.main.error.current is not before)
            calls = one.app.backend.request_log.calls()
            assert (len(calls) > tries) is (bad.is_sent and not rests)
            assert ("Corrected, it is tried at once" in told(one)) is rests
            assert not any(secret in repr(calls) for secret in SECRETS)


async def test_a_clock_that_is_off_does_not_keep_tokens_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad,) = (one for one in BAD_CLOUDS if not one.is_fatal)
    with ground(tmp_path, monkeypatch) as at:
        async with console(at, bad.build(at), monkeypatch) as one:
            await one.until(lambda: one.main.projects.list.total)
            assert one.main.error.current is None


Mended = tuple[Environment, Callable[[], None]]


def _renewed_certificate(at: Ground) -> Mended:
    authority = Authority(at.folder)
    context = tls(authority.sign("localhost", days=-1))
    simulator = at.simulator()
    server = at.server(relay_to(port_of(simulator)), context=context)
    environment = user_of(simulator, f"https://localhost:{server.port}/v3")
    fresh = authority.sign("localhost", days=30)
    return environment | {"OS_CACERT": str(authority.path)}, lambda: context.load_cert_chain(fresh)


def _portal_left(at: Ground) -> Mended:
    simulator = at.simulator()
    server = at.server(portal)

    def leave() -> None:
        server.talk = relay_to(port_of(simulator))

    return user_of(simulator, f"http://127.0.0.1:{server.port}/v3"), leave


def _service_started(at: Ground) -> Mended:
    simulator = at.simulator()
    simulator.stop()
    return user_of(simulator), simulator.start


def _name_known(at: Ground) -> Mended:
    simulator = at.simulator()
    authority = Authority(at.folder)
    context = tls(authority.sign(FAR))
    server = at.server(relay_to(port_of(simulator)), context=context)
    environment = user_of(simulator, f"https://{FAR}:{server.port}/v3")

    def learn() -> None:
        at.names[FAR] = (socket.AF_INET, "127.0.0.1")

    return environment | {"OS_CACERT": str(authority.path)}, learn


@pytest.mark.parametrize(
    "world", [_renewed_certificate, _portal_left, _service_started, _name_known]
)
async def test_another_try_after_mending_brings_the_projects(
    world: Callable[[Ground], Mended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        environment, mend = world(at)
        async with console(at, environment, monkeypatch) as one:
            await one.until(lambda: one.main.error.current is not None)
            assert not one.main.projects.list.total
            await one.keys("question_mark")
            await one.until(lambda: isinstance(one.app.screen, HelpScreen))
            await one.keys("escape")
            await one.until(lambda: one.app.screen is one.main)
            mend()
            await retry_hint(one)
            await one.until(lambda: one.main.projects.list.total == 3)


@pytest.mark.parametrize("kind", ["2", "3"])
async def test_a_portal_in_the_midst_of_work_is_told_and_the_list_stays(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        simulator = at.simulator()
        environment = user_of(simulator) | {"OS_PROJECT_NAME": "eu-de_prod"}
        async with console(at, environment, monkeypatch) as one:
            await one.until(lambda: one.main.backups.list.total == 60)
            await one.until(lambda: one.main.volumes.list.total == 40)
            simulator.faults = "html"
            await one.keys(kind, "f5")
            await one.until(lambda: one.main.error.current is not None)
            assert "A web page came, not a cloud's answer" in told(one)
            assert "in a browser" in told(one)
            assert (one.main.backups.list.total, one.main.volumes.list.total) == (60, 40)


async def test_a_project_that_does_not_open_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate expires between log-in and work."""
    with ground(tmp_path, monkeypatch) as at:
        authority = Authority(at.folder)
        context = tls(authority.sign("localhost"))
        simulator = at.simulator()
        server = at.server(relay_to(port_of(simulator)), context=context)
        environment = user_of(simulator, f"https://localhost:{server.port}/v3")
        environment["OS_CACERT"] = str(authority.path)
        async with console(at, environment, monkeypatch) as one:
            await one.until(lambda: one.main.projects.list.total)
            context.load_cert_chain(authority.sign("localhost", days=-1))
            await one.keys("1", "enter")
            await one.until(lambda: one.main.error.current is not None)
            assert "localhost is not trusted: its certificate has expired" in told(one)
            assert "to renew it" in told(one)


class SixSimulator(Simulator):
    """A simulator whose addresses are those of a server on ``::1``."""

    shown = ""

    @property
    def url(self) -> str:
        return self.shown or super().url


async def test_a_cloud_with_ipv6_only_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        simulator = SixSimulator(speed=20.0)
        at.stack.enter_context(simulator)
        try:
            server = at.server(relay_to(port_of(simulator)), host="::1")
        except OSError:
            pytest.skip("this machine has no IPv6")
        simulator.shown = f"http://[::1]:{server.port}"
        environment = user_of(simulator) | {"OS_PROJECT_NAME": "eu-de_prod"}
        async with console(at, environment, monkeypatch) as one:
            await one.until(lambda: one.main.backups.list.total == 60)
            await one.until(lambda: one.main.volumes.list.total == 40)
            assert one.main.error.current is None
            assert {"[::1]"} == {
                call.url.partition("//")[2].partition("]")[0] + "]"
                for call in one.app.backend.request_log.calls()
            }


async def test_what_a_restore_needs_to_know_is_not_talked_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portal's page after the restore was sent: whether it runs is unknown, and stays so."""
    with ground(tmp_path, monkeypatch) as at:
        simulator = at.simulator()
        async with console(at, user_of(simulator), monkeypatch) as one:
            await one.open_production()
            await one.keys("enter")
            screen = await one.confirm()
            simulator.faults = "html@restore=1x"
            await one.keys(*screen.word, "enter")
            await one.until(lambda: one.main.jobs.selected_restore is not None)
            await one.until(lambda: one.main.error.current is not None)
            assert "in a browser" not in told(one)
            assert "try again" not in told(one)
    assert len(simulator.ledger.restore_posts()) == 1


def test_names_lead_nowhere_in_these_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ground(tmp_path, monkeypatch), pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 443)
