"""The backend's log-in: declined and asked again, repeated with a changed configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.restore.simulated_backend import examine, refused
from tests.support.simulated import BRISK, Listener, connector
from vbs_tui.cloud.auth.credentials import PasswordCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.provider import Ask, Connection, LogInQuestion
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.cloud.secrets import Secret
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import Connected, ConnectFailed, Event, Notice, SecretWanted
from vbs_tui.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=1.0) as one:
        yield one


class Configured:
    """A connector that reads user and password again for each connection."""

    def __init__(self, simulator: Simulator, user: str, password: str) -> None:
        self.simulator, self.user, self.password = simulator, user, password

    async def __call__(self, ask: Ask, log: RequestLog) -> Connection:
        user = User(self.user, domain_name=self.simulator.domain)
        password = Secret(self.password) if self.password else None
        credentials = PasswordCredentials(user, password)
        settings = CloudSettings(self.simulator.auth_url, credentials, name="sim")
        return CloudConnection(settings, ask=ask, request_log=log)


def failed(event: Event) -> ConnectFailed | None:
    return event if isinstance(event, ConnectFailed) else None


def question(event: Event) -> SecretWanted | None:
    return event if isinstance(event, SecretWanted) else None


def connected(event: Event) -> Connected | None:
    return event if isinstance(event, Connected) else None


def test_a_declined_question_is_put_again_by_the_next_connect(
    simulator: Simulator, tmp_path: Path
) -> None:
    backend = Backend(Configured(simulator, simulator.username, ""), tmp_path, pace=BRISK)
    listener = Listener(backend, simulator.world)
    backend.connect()
    asked = listener.wait(question)
    backend.connect()  # does not ask twice
    asked.reply.set_result(None)
    assert listener.wait(failed).failure.declined
    backend.connect()
    again = listener.wait(question)
    again.reply.set_result(simulator.password)
    assert listener.wait(connected).user == simulator.username
    assert listener.events.empty()
    backend.stop(2.0)


def test_a_changed_user_is_told_before_the_first_log_in(
    simulator: Simulator, tmp_path: Path
) -> None:
    configured = Configured(simulator, "no-such-user", "wrong")
    backend = Backend(configured, tmp_path, pace=BRISK)
    listener = Listener(backend, simulator.world)
    backend.connect()
    assert listener.wait(failed).failure.status == 401
    backend.connect()
    assert listener.wait(failed).failure.status == 401
    assert not [one for one in listener.seen if isinstance(one, Notice)]
    configured.user, configured.password = simulator.username, simulator.password
    backend.connect()
    told = listener.wait(lambda event: event if isinstance(event, Notice) else None)
    assert told.text.startswith(f"The configuration has changed: now {simulator.username} at http")
    assert listener.wait(connected).user == simulator.username
    backend.stop(2.0)


def test_a_question_ends_with_the_backend(simulator: Simulator, tmp_path: Path) -> None:
    backend = Backend(Configured(simulator, simulator.username, ""), tmp_path, pace=BRISK)
    listener = Listener(backend, simulator.world)
    backend.connect()
    asked: LogInQuestion = listener.wait(question).question
    assert asked.prompt == f"Password of {simulator.username}"
    reply = next(e.reply for e in listener.seen if isinstance(e, SecretWanted))
    backend.stop(2.0)
    assert reply.cancelled()


def test_a_disk_in_a_restore_of_another_cloud_names_that_cloud(
    simulator: Simulator, tmp_path: Path
) -> None:
    first = Listener(
        Backend(connector(simulator, name="otc-prod"), tmp_path, pace=BRISK), simulator.world
    )
    project = next(one for one in first.connected() if one.name == "eu-de_prod")
    found = examine(first, project, "demo-succeeds", "rehearsal-01")
    first.backend.submit(found, found.required_text).result(20)
    assert " of cloud " not in refused(first.backend.submit(found, found.required_text))
    second = Listener(
        Backend(connector(simulator, name="otc-too"), tmp_path, pace=BRISK), simulator.world
    )
    second.connected()
    found = examine(second, project, "demo-succeeds", "rehearsal-01")
    words = refused(second.backend.submit(found, found.required_text))
    assert "is already in a restore of cloud otc-prod" in words
    for one in (first, second):
        one.backend.stop(2.0)
