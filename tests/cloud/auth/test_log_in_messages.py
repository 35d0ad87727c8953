"""What an operator is told around a log-in: who asks, why again, and how often it was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.cloud.auth.support import JANE, THE_PROJECT, UNAUTHORIZED, a_volume, failure_of
from tests.support.toy_cloud import PROJECT, VOLUME, ToyCloud, a_token
from tests.support.wire_server import Heard, Reply
from vbs_tui.cloud.auth.credentials import (
    ApplicationCredentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
)
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.secrets import Secret


@dataclass
class Operator:
    """Answers every question, and remembers it."""

    answer: str | None = "123456"
    asked: list[LogInQuestion] = field(default_factory=list)

    async def __call__(self, question: LogInQuestion) -> str | None:
        self.asked.append(question)
        return self.answer


async def test_a_question_names_the_cloud_and_why_it_is_put() -> None:
    operator, died = Operator(), set[str]()
    cloud = ToyCloud(lambda heard: UNAUTHORIZED if heard.token in died else a_volume(heard))
    async with cloud:
        credentials = PasscodeCredentials(JANE, Secret("pw-1"))
        connection = cloud.connection(credentials, ask=operator, name="otc-prod")
        cloud.log_in = lambda heard, auth: UNAUTHORIZED
        await failure_of(connection)
        await failure_of(connection)
        cloud.log_in = lambda heard, auth: None
        await connection.projects()
        provider = await connection.open(THE_PROJECT)
        cloud.clock.passed += 23.9 * 3600
        await provider.volume(VOLUME)
        cloud.clock.passed += 25 * 3600
        await provider.volume(VOLUME)
        died |= {a_token(number) for number in range(1, cloud.given + 1)}
        cloud.log_in = lambda heard, auth: (
            UNAUTHORIZED if "token" in auth["identity"]["methods"] else None
        )
        await provider.volume(VOLUME)
    assert {one.cloud for one in operator.asked} == {"otc-prod"}
    assert [one.why for one in operator.asked] == [
        "This is the first log-in to this cloud.",
        "Refused once already: a further wrong try may lock the account.",
        "Refused 2 times already: a further wrong try may lock the account.",
        "The last log-in runs out soon.",
        "The last log-in has run out.",
        "The cloud no longer takes the last log-in.",
    ]


async def test_a_project_that_wants_a_log_in_of_its_own_is_told_so() -> None:
    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return UNAUTHORIZED if "token" in auth["identity"]["methods"] else None

    operator = Operator()
    async with ToyCloud(a_volume, log_in) as cloud:
        connection = cloud.connection(PasscodeCredentials(JANE, Secret("pw-1")), ask=operator)
        await connection.projects()
        await connection.open(THE_PROJECT)
    assert operator.asked[-1].why == "The cloud wants a log-in of its own for this project."


async def test_refusals_are_counted_over_all_connections() -> None:
    history, cloud = RefusalHistory(), ToyCloud(log_in=lambda heard, auth: UNAUTHORIZED)
    async with cloud:
        told = []
        for _ in range(2):
            connection = CloudConnection(
                CloudSettings(
                    auth_url=f"{cloud.server.url}/v3",
                    credentials=PasswordCredentials(JANE, Secret("wrong")),
                ),
                clock=cloud.clock,
                history=history,
            )
            cloud.connections.append(connection)
            for _ in range(2):
                told.append(await failure_of(connection))
                cloud.clock.passed += 3600  # the same secret rests for a while
        extras = [dict(one.extra).get("Refused", "") for one in told]
    since = "since the start; some clouds lock an account after five"
    assert extras == [f"{times} {since}" for times in ("once", "2 times", "3 times", "4 times")]


async def test_a_second_connection_knows_that_the_first_was_refused() -> None:
    history, operator = RefusalHistory(), Operator()
    history.total = history.in_a_row = 1
    async with ToyCloud() as cloud:
        connection = CloudConnection(
            CloudSettings(auth_url=f"{cloud.server.url}/v3", credentials=PasswordCredentials(JANE)),
            ask=operator,
            clock=cloud.clock,
            history=history,
        )
        cloud.connections.append(connection)
        await connection.projects()
    assert operator.asked[0].why.startswith("Refused once already")
    assert (history.total, history.in_a_row) == (1, 0)


async def test_declining_says_where_a_password_can_come_from() -> None:
    async with ToyCloud() as cloud:
        declined = await failure_of(
            cloud.connection(PasswordCredentials(JANE), ask=Operator(answer=None))
        )
    assert declined.kind is ErrorKind.LOG_IN
    assert declined.message == "no password was given"
    assert declined.declined
    for word in ("OS_PASSWORD", "clouds.yaml", "secure.yaml", "terminal"):
        assert word in declined.hint
    assert "F5" not in declined.hint  # which key asks again is the screen's to say


async def test_the_project_of_an_application_credential_is_preferred() -> None:
    async with ToyCloud() as cloud:
        # Keystone takes no scope with one, and gives a token of its project.
        plain = cloud.grant
        cloud.log_in = lambda heard, auth: plain({**auth, "scope": {}})
        connection = cloud.connection(ApplicationCredentials(Secret("s"), id="c1"))
        assert connection.preferred_project == ""
        await connection.projects()
        assert connection.preferred_project == PROJECT


async def test_a_configured_project_is_preferred_by_its_id_once_that_is_known() -> None:
    # Another domain may have one of the same name, and this user a role in both.
    async with ToyCloud() as cloud:
        connection = cloud.connection(project_name="eu-de_prod", project_domain_name="ops")
        assert connection.preferred_project == "eu-de_prod"
        await connection.projects()
        assert connection.preferred_project == PROJECT


async def test_the_project_of_a_scoped_token_is_preferred() -> None:
    async with ToyCloud() as cloud:
        plain = cloud.grant
        cloud.log_in = lambda heard, auth: plain({**auth, "scope": {}})
        connection = cloud.connection(TokenCredentials(Secret("t-1")))
        await connection.projects()
        assert connection.preferred_project == PROJECT
