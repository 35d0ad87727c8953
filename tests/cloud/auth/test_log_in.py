"""Logging in: every way of it, one renewal for all who wait, and refusals that stay refused."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.cloud.auth.support import JANE, THE_PROJECT, UNAUTHORIZED, a_volume
from tests.support.toy_cloud import BACKUP, PROJECT, VOLUME, ToyCloud, a_token, catalog_entry
from tests.support.wire_server import Heard, Reply, WireServer, json_reply, reply, reset, stall
from vbs_tui.cloud.auth.credentials import (
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.http.session import Timeouts
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret


def auth_of(heard: Heard) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(heard.body)["auth"]
    return found


@pytest.mark.parametrize(
    ("credentials", "identity"),
    [
        (
            PasswordCredentials(JANE, Secret("pw-1")),
            {
                "methods": ["password"],
                "password": {
                    "user": {
                        "name": "ops-jane",
                        "domain": {"name": "OTC00000000001000000317"},
                        "password": "pw-1",
                    }
                },
            },
        ),
        (
            PasswordCredentials(User(name="j", domain_id="d1"), Secret("pw-1")),
            {
                "methods": ["password"],
                "password": {"user": {"name": "j", "domain": {"id": "d1"}, "password": "pw-1"}},
            },
        ),
        (
            PasscodeCredentials(User(id="u1"), Secret("pw-1")),
            {
                "methods": ["password", "totp"],
                "password": {"user": {"id": "u1", "password": "pw-1"}},
                "totp": {"user": {"id": "u1", "passcode": "492817"}},
            },
        ),
        (
            TokenCredentials(Secret("tok-1")),
            {"methods": ["token"], "token": {"id": "tok-1"}},
        ),
        (
            ApplicationCredentials(Secret("sec-1"), id="ac1"),
            {
                "methods": ["application_credential"],
                "application_credential": {"id": "ac1", "secret": "sec-1"},
            },
        ),
        (
            ApplicationCredentials(Secret("sec-1"), name="bot", user=JANE),
            {
                "methods": ["application_credential"],
                "application_credential": {
                    "name": "bot",
                    "user": {"name": "ops-jane", "domain": {"name": "OTC00000000001000000317"}},
                    "secret": "sec-1",
                },
            },
        ),
    ],
)
async def test_each_way_to_log_in(credentials: Credentials, identity: dict[str, Any]) -> None:
    asked: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> str:
        asked.append(question)
        return " 492 817 "

    cloud = ToyCloud()
    async with cloud:
        connection = cloud.connection(credentials, ask=ask)
        projects = await connection.projects()
    assert [project.name for project in projects] == ["eu-de_prod"]
    assert auth_of(cloud.server.log_ins[0]) == {"identity": identity}
    needs_code = isinstance(credentials, PasscodeCredentials)
    assert [one.kind for one in asked] == ([QuestionKind.PASSCODE] if needs_code else [])
    assert connection.user == "ops-jane"


@pytest.mark.parametrize("suffix", ["", "/", "/v3", "/v3/"])
async def test_auth_url_with_and_without_its_version(suffix: str) -> None:
    cloud = ToyCloud()
    async with cloud:
        connection = cloud.connection(auth_url=cloud.server.url + suffix)
        await connection.projects()
        assert connection.identity == f"{cloud.server.url}/v3"


async def test_configured_project_is_the_scope_from_the_start() -> None:
    cloud = ToyCloud(a_volume)
    async with cloud:
        connection = cloud.connection(project_name="eu-de_prod")
        (project,) = await connection.projects()
        await (await connection.open(project)).volume(VOLUME)
    (one,) = cloud.server.log_ins
    assert auth_of(one)["scope"] == {
        "project": {"name": "eu-de_prod", "domain": {"name": "OTC00000000001000000317"}}
    }


async def test_project_is_opened_with_the_token_at_hand_else_with_the_password() -> None:
    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return UNAUTHORIZED if "token" in auth["identity"]["methods"] else None

    for refuses_tokens in (False, True):
        cloud = ToyCloud(a_volume)
        if refuses_tokens:
            cloud.log_in = log_in
        async with cloud:
            connection = cloud.connection()
            (project,) = await connection.projects()
            await (await connection.open(project)).volume(VOLUME)
        methods = [auth_of(one)["identity"]["methods"][0] for one in cloud.server.log_ins]
        assert methods == ["password", "token"] + ["password"] * refuses_tokens


async def test_typed_password_is_asked_once_and_kept_for_renewals() -> None:
    asked: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> str:
        asked.append(question)
        return "typed-pw"

    cloud = ToyCloud(a_volume)
    async with cloud:
        provider = await cloud.connection(PasswordCredentials(JANE), ask=ask).open(THE_PROJECT)
        cloud.clock.passed += 23.9 * 3600
        await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 2
    assert [one.kind for one in asked] == [QuestionKind.PASSWORD]


async def test_question_that_is_declined_is_not_put_again_by_itself() -> None:
    asked: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> None:
        asked.append(question)

    cloud = ToyCloud()
    async with cloud:
        connection = cloud.connection(PasswordCredentials(JANE), ask=ask)
        for _ in range(3):
            with pytest.raises(CloudError) as caught:
                await connection.open(THE_PROJECT)
            assert caught.value.failure.kind is ErrorKind.LOG_IN
        assert len(asked) == 1
        with pytest.raises(CloudError):
            await connection.projects()
    assert len(asked) == 2
    assert cloud.server.log_ins == []


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_refused_log_in_is_never_repeated_by_itself(status: int) -> None:
    refusal = json_reply({"error": {"code": status, "message": "no"}}, status)
    cloud = ToyCloud(log_in=lambda heard, auth: refusal)
    async with cloud:
        connection = cloud.connection()
        for project in (THE_PROJECT, Project("1" * 32, "a"), Project("2" * 32, "b")):
            with pytest.raises(CloudError) as caught:
                await connection.open(project)
            failure = caught.value.failure
            assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert len(cloud.server.log_ins) == 1
        with pytest.raises(CloudError):
            await connection.projects()
    assert len(cloud.server.log_ins) == 2


PROJECTS = [Project(f"{number:032d}", f"p{number}") for number in range(6)]
WEB_PAGE = reply(b"<html>Sign in to the Wi-Fi</html>", 403, {"Content-Type": "text/html"})
BUSY = json_reply({"error": {"code": 503, "message": "busy"}}, 503)
TOO_MANY = json_reply({"error": {"code": 429, "message": "x"}}, 429, {"Retry-After": "200"})


@pytest.mark.parametrize("answer", [stall, reset, BUSY, TOO_MANY, WEB_PAGE, UNAUTHORIZED])
async def test_one_log_in_for_all_who_wait_also_when_it_fails(answer: Reply) -> None:
    cloud = ToyCloud(log_in=lambda heard, auth: answer)
    async with cloud:
        connection = cloud.connection(timeouts=Timeouts(read=0.15) if answer is stall else None)
        opened = await asyncio.gather(
            *(connection.open(project) for project in PROJECTS), return_exceptions=True
        )
        assert all(isinstance(one, CloudError) for one in opened)
        assert len(cloud.server.log_ins) == 1


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        (reset, (9, 2, 17, 4)),
        (BUSY, (9, 2, 17, 4)),
        (WEB_PAGE, (9, 2, 17, 4)),
        (TOO_MANY, (190, 20, 190, 20)),
    ],
)
async def test_log_in_without_a_verdict_is_repeated_after_growing_pauses(
    answer: Reply, pauses: tuple[int, ...]
) -> None:
    cloud = ToyCloud(log_in=lambda heard, auth: answer)
    counts = []
    async with cloud:
        connection = cloud.connection()
        for pause in (0, *pauses):
            cloud.clock.passed += pause
            with pytest.raises(CloudError) as caught:
                await connection.open(THE_PROJECT)
            counts.append(len(cloud.server.log_ins))
            is_told = "The next log-in is tried in" in caught.value.failure.hint
            assert is_told is (counts[-1] == counts[-2] if len(counts) > 1 else False)
        assert counts == [1, 1, 2, 2, 3]
        with pytest.raises(CloudError):
            await connection.projects()  # the operator wants it now
        assert len(cloud.server.log_ins) == 4


async def test_web_page_in_place_of_a_renewal_does_not_end_a_watch() -> None:
    pages = [WEB_PAGE]
    cloud = ToyCloud(a_volume)
    async with cloud:
        provider = await cloud.provider()
        await provider.volume(VOLUME)
        cloud.clock.passed += 25 * 3600
        cloud.log_in = lambda heard, auth: pages.pop() if pages else None
        with pytest.raises(CloudError):
            await provider.volume(VOLUME)
        cloud.clock.passed += 3  # the password was good before
        assert (await provider.volume(VOLUME)).id == VOLUME


async def test_passcode_serves_for_all_projects_of_a_short_lived_token_too() -> None:
    asked: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> str:
        asked.append(question)
        return "123456"

    cloud = ToyCloud(a_volume, life=timedelta(minutes=10))
    async with cloud:
        connection = cloud.connection(PasscodeCredentials(JANE, Secret("pw-1")), ask=ask)
        (project,) = await connection.projects()
        await (await connection.open(project)).volume(VOLUME)
    assert len(asked) == 1


async def test_password_changed_under_way_costs_two_refusals_and_no_more() -> None:
    good = [True]

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return None if good[0] else UNAUTHORIZED

    def service(heard: Heard) -> Reply:
        return a_volume(heard) if good[0] else UNAUTHORIZED

    cloud = ToyCloud(service, log_in)
    async with cloud:
        connection = cloud.connection()
        (project,) = await connection.projects()
        provider = await connection.open(project)
        await provider.volume(VOLUME)
        good[0] = False
        before = len(cloud.server.log_ins)
        for _ in range(6):
            with pytest.raises(CloudError):
                await provider.volume(VOLUME)
        tries = [auth_of(one)["identity"]["methods"][0] for one in cloud.server.log_ins[before:]]
    assert tries.count("password") <= 2


@pytest.mark.parametrize(
    "spent",
    [
        UNAUTHORIZED,
        json_reply({"error_code": "APIG.0301", "error_msg": "x"}, 401),
        json_reply({"error": {"code": "Common.0013", "message": "x"}}, 400),
        json_reply({"error": {"code": "EVS.0002", "message": "x"}}, 400),
    ],
)
async def test_all_who_wait_share_one_renewal(spent: bytes) -> None:
    died: set[str] = set()

    def service(heard: Heard) -> Reply:
        return spent if heard.token in died else a_volume(heard)

    cloud = ToyCloud(service)
    async with cloud:
        provider = await cloud.provider()
        await provider.volume(VOLUME)
        died.add(a_token(1))
        found = await asyncio.gather(*(provider.volume(VOLUME) for _ in range(12)))
    assert {one.id for one in found} == {VOLUME}
    assert len(cloud.server.log_ins) == 2


async def test_leader_of_a_renewal_may_be_cancelled() -> None:
    gate = asyncio.Event()
    entered = asyncio.Event()

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        if cloud.given != 1:
            return None

        async def late(writer: asyncio.StreamWriter) -> None:
            entered.set()
            await gate.wait()
            writer.write(cloud.grant(auth))

        return late

    died: set[str] = set()
    cloud = ToyCloud(lambda h: UNAUTHORIZED if h.token in died else a_volume(h), log_in)
    async with cloud:
        provider = await cloud.provider()
        await provider.volume(VOLUME)
        died.add(a_token(1))
        leader = asyncio.create_task(provider.volume(VOLUME))
        await entered.wait()
        follower = asyncio.create_task(provider.volume(VOLUME))
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        gate.set()
        assert (await follower).id == VOLUME
    assert len(cloud.server.log_ins) == 2


async def test_readings_that_are_broken_off_do_not_begin_log_in_after_log_in() -> None:
    gate, entered = asyncio.Event(), asyncio.Event()

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        async def refuse(writer: asyncio.StreamWriter) -> None:
            entered.set()
            await gate.wait()
            writer.write(UNAUTHORIZED)

        return None if cloud.given == 0 else refuse

    died: set[str] = set()
    cloud = ToyCloud(lambda h: UNAUTHORIZED if h.token in died else a_volume(h), log_in)
    async with cloud:
        provider = await cloud.provider()
        await provider.volume(VOLUME)
        died.add(a_token(1))
        for _ in range(5):
            reading = asyncio.create_task(provider.volume(VOLUME))
            await entered.wait()
            await asyncio.sleep(0)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
        gate.set()
        for _ in range(2):
            with pytest.raises(CloudError) as caught:
                await provider.volume(VOLUME)
            assert caught.value.failure.kind is ErrorKind.LOG_IN
    assert len(cloud.server.log_ins) == 2


async def test_a_service_that_takes_no_token_is_not_logged_in_for_without_end() -> None:
    def service(heard: Heard) -> Reply:
        return a_volume(heard) if "/volumes/" in heard.path else UNAUTHORIZED

    other = WireServer(lambda heard: UNAUTHORIZED)
    cloud = ToyCloud(service)
    async with cloud, other:
        cloud.catalog = [
            catalog_entry("vbsv2", f"{other.url}/v2/{PROJECT}"),
            catalog_entry("volumev3", f"{cloud.server.url}/v3/{PROJECT}"),
        ]
        provider = await cloud.provider()
        for _ in range(10):
            await provider.volume(VOLUME)
            with pytest.raises(CloudError):
                await provider.backup(BACKUP)
            cloud.clock.passed += 5
        # One for the start, and one since the refused token might have been over.
        assert len(cloud.server.log_ins) == 2
        cloud.clock.passed += 3600
        for _ in range(10):
            await provider.volume(VOLUME)
            with pytest.raises(CloudError):
                await provider.backup(BACKUP)
        assert len(cloud.server.log_ins) == 3


async def test_an_open_question_does_not_hold_up_what_still_can_be_done() -> None:
    asked = asyncio.Event()
    questions: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> str:
        questions.append(question)
        if len(questions) > 1:
            await asked.wait()
        return "492817"

    cloud = ToyCloud(a_volume, life=timedelta(hours=24))
    async with cloud:
        credentials = PasscodeCredentials(JANE, Secret("pw"))
        provider = await cloud.connection(credentials, ask=ask).open(THE_PROJECT)
        cloud.clock.passed += 23.9 * 3600
        for _ in range(3):
            assert (await provider.volume(VOLUME)).id == VOLUME
        assert len(questions) == 2
        assert {one.token for one in cloud.server.of("GET", VOLUME)} == {a_token(1)}
        asked.set()
        for _ in range(50):
            await provider.volume(VOLUME)
        assert cloud.server.heard[-1].token == a_token(2)
        assert len(cloud.server.log_ins) == len(questions) == 2


async def test_a_token_for_ever() -> None:
    def grant(heard: Heard, auth: dict[str, Any]) -> Reply:
        body = json.loads(cloud.grant(auth).partition(b"\r\n\r\n")[2])
        body["token"]["expires_at"] = "9999-12-31T23:59:59.000000Z"
        return json_reply(body, 201, {"X-Subject-Token": a_token(1)})

    cloud = ToyCloud(a_volume, grant)
    async with cloud:
        provider = await cloud.connection().open(THE_PROJECT)
        assert (await provider.volume(VOLUME)).id == VOLUME


async def test_token_that_nobody_ever_takes_is_not_renewed_for_ever() -> None:
    cloud = ToyCloud(lambda heard: UNAUTHORIZED)
    async with cloud:
        provider = await cloud.provider()
        for _ in range(5):
            with pytest.raises(CloudError) as caught:
                await provider.volume(VOLUME)
            assert caught.value.failure.status == 401
        assert len(cloud.server.log_ins) == 2
        cloud.clock.passed += 120
        with pytest.raises(CloudError):
            await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 3


async def test_token_is_renewed_before_it_ends() -> None:
    cloud = ToyCloud(a_volume)
    async with cloud:
        connection = cloud.connection()
        provider = await connection.open(THE_PROJECT)
        cloud.clock.passed += 23.7 * 3600
        await provider.volume(VOLUME)
        assert len(cloud.server.log_ins) == 1
        cloud.clock.passed += 0.1 * 3600
        await provider.prepare()
        assert len(cloud.server.log_ins) == 2
        assert connection.token_expires_at == cloud.clock.now().replace(microsecond=0) + timedelta(
            hours=24
        )
        await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 2


async def test_early_renewal_that_fails_leaves_the_token_in_use() -> None:
    broken = [False]
    cloud = ToyCloud(a_volume, lambda heard, auth: reset if broken[0] else None)
    async with cloud:
        provider = await cloud.provider()
        cloud.clock.passed += 23.8 * 3600
        broken[0] = True
        for _ in range(5):
            await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 2


@pytest.mark.parametrize("hours", [-30, 30])
async def test_clock_that_is_wrong_by_hours_does_not_matter(hours: int) -> None:
    cloud = ToyCloud(a_volume, skew=timedelta(hours=hours))
    async with cloud:
        provider = await cloud.provider()
        for _ in range(3):
            await provider.volume(VOLUME)
        assert len(cloud.server.log_ins) == 1
        cloud.clock.passed += 23.9 * 3600
        await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 2


@pytest.mark.parametrize("life", [timedelta(seconds=40), timedelta(minutes=10)])
async def test_short_lived_token_is_not_renewed_for_every_call(life: timedelta) -> None:
    cloud = ToyCloud(a_volume, life=life)
    async with cloud:
        provider = await cloud.provider()
        for _ in range(5):
            await provider.volume(VOLUME)
    assert len(cloud.server.log_ins) == 1


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"{}", 201),
        reply(b"<html>", 200, {"X-Subject-Token": "with blank"}),
        json_reply({"token": {}}, 201, {"X-Subject-Token": "y" * 70_000}),
        json_reply({"token": []}, 201, {"X-Subject-Token": "fine"}),
        reply(b"", 302, {"Location": "/login"}),
        reply(b"<html>404</html>", 404),
        json_reply({"token": {"project": {"id": "f" * 32}}}, 201, {"X-Subject-Token": "other"}),
    ],
)
async def test_strange_answers_to_a_log_in_are_errors_of_the_log_in(answer: bytes) -> None:
    cloud = ToyCloud(log_in=lambda heard, auth: answer)
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await cloud.connection().open(THE_PROJECT)
    assert caught.value.failure.kind is ErrorKind.LOG_IN
    assert caught.value.failure.executed is Executed.NO


@pytest.mark.parametrize(
    ("user", "project_domain", "words"),
    [
        (User("jane", domain_id="default", is_domain_assumed=True), "ops", "user domain"),
        (User("jane", domain_name="ops"), "", "the user's own (“ops”)"),
        (User("jane", domain_name="ops"), "other", ""),
        (User(id="u1"), "", ""),
    ],
)
async def test_refused_log_in_tells_what_was_assumed(
    user: User, project_domain: str, words: str
) -> None:
    cloud = ToyCloud(log_in=lambda heard, auth: UNAUTHORIZED)
    async with cloud:
        connection = cloud.connection(
            PasswordCredentials(user, Secret("pw-1")),
            project_name="eu-de_prod",
            project_domain_name=project_domain,
        )
        with pytest.raises(CloudError) as caught:
            await connection.projects()
    hint = caught.value.failure.hint
    assert "password or project is wrong" in hint
    assert (words in hint) if words else ("assumed" not in hint)


async def test_right_password_that_is_not_enough_is_told_so() -> None:
    more = {"required_auth_methods": [["password", "totp"]], "receipt": {"methods": ["password"]}}
    cloud = ToyCloud(log_in=lambda heard, auth: json_reply(more, 401))
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await cloud.connection().projects()
    failure = caught.value.failure
    assert "password + totp" in failure.message
    assert "v3multifactor" in failure.hint
    assert "password or project is wrong" not in failure.hint


async def test_application_credential_opens_no_other_project_and_says_why() -> None:
    bound = ApplicationCredentials(Secret("sec-1"), id="ac1")

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return cloud.grant(auth | {"scope": "its own"})

    cloud = ToyCloud(log_in=log_in)
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await cloud.connection(bound).open(Project("1" * 32, "another"))
    assert caught.value.failure.kind is ErrorKind.LOG_IN
    failure = caught.value.failure
    assert failure.message == "this application credential is good for the project eu-de_prod alone"
    assert failure.status is None, "the server said nothing of the kind"
    assert "made in" in failure.hint


async def test_project_list_follows_pages_by_their_query_alone() -> None:
    def service(heard: Heard) -> Reply:
        if heard.path.endswith("/auth/projects"):
            return json_reply({}, 404)
        page = heard.query.get("page", "1")
        rows: list[object] = [
            {"id": page * 8, "name": f"p{page}"},
            {"id": "9" * 8, "name": "MOS"},
            {"id": "8" * 8, "name": "off", "enabled": False},
            {"id": "7" * 8, "name": "dom", "is_domain": True},
            None,
            {"name": "no id"},
        ]
        following = "http://10.0.0.1:35357/v3/evil?page=2" if page in "12" else None
        return json_reply({"projects": rows, "links": {"next": following}})

    cloud = ToyCloud(service)
    original = cloud.answer

    def answer(heard: Heard) -> Reply:
        return service(heard) if "projects" in heard.path else original(heard)

    cloud.server.answer = answer
    async with cloud:
        projects = await cloud.connection().projects()
    assert [project.name for project in projects] == ["p1", "p2"]
    paths = [heard.path for heard in cloud.server.of("GET")]
    assert (
        paths == ["/v3/auth/projects"] + ["/v3/users/984366b9749e43d88660cc093d95b83b/projects"] * 2
    )


@pytest.mark.parametrize("named", [{"project_name": "eu-de_staging"}, {"project_id": "1" * 32}])
async def test_an_application_credential_does_not_stand_in_for_another_project(
    named: dict[str, Any],
) -> None:
    cloud = ToyCloud(log_in=lambda heard, auth: cloud.grant(auth | {"scope": "its own"}))
    async with cloud:
        bound = ApplicationCredentials(Secret("sec-1"), id="ac1")
        with pytest.raises(CloudError) as caught:
            await cloud.connection(bound, **named).projects()
        failure = caught.value.failure
        assert failure.kind is ErrorKind.LOG_IN
        assert "good for the project eu-de_prod alone" in failure.message
        own: dict[str, Any] = {"project_name": "eu-de_prod", "project_id": PROJECT}
        assert len(await cloud.connection(bound, **own).projects()) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_projects_that_are_refused_do_not_end_the_watch_in_another(status: int) -> None:
    others = [uuid.uuid4().hex for _ in range(3)]
    refusal = json_reply({"error": {"code": status, "message": "no", "title": "x"}}, status)

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        project = auth.get("scope", {}).get("project", {}).get("id")
        return refusal if project in others else None

    async with ToyCloud(a_volume, log_in, life=timedelta(minutes=30)) as cloud:
        connection = cloud.connection()
        (project,) = await connection.projects()
        provider = await connection.open(project)
        for other in others:
            with pytest.raises(CloudError):
                await (await connection.open(Project(other, "forbidden"))).volume(VOLUME)
        for _ in range(3):
            await cloud.clock.sleep(3600)
            await provider.volume(VOLUME)
