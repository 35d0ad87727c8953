"""A secret that was refused rests: held-down keys, signatures, other users' tokens, dead ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cloud.auth.support import JANE, UNAUTHORIZED, a_volume, failure_of
from tests.support.toy_cloud import PROJECT, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.auth.credentials import (
    AccessKeyCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
)
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret

WAIT = "Corrected, it is tried at once; as it is, not before"


class Place:
    """One cloud, one configuration that may change, connections that share their history."""

    def __init__(self, cloud: ToyCloud, credentials: Credentials) -> None:
        self.cloud = cloud
        self.history = RefusalHistory()
        self.credentials = credentials
        self.asked = 0

    def settings(self) -> CloudSettings:
        return CloudSettings(auth_url=f"{self.cloud.server.url}/v3", credentials=self.credentials)

    def connect(self) -> CloudConnection:
        async def read() -> CloudSettings:
            return self.settings()

        async def ask(question: LogInQuestion) -> str:
            self.asked += 1
            return "492817"

        made = CloudConnection(
            self.settings(),
            clock=self.cloud.clock,
            history=self.history,
            reload_settings=read,
            ask=ask,
        )
        self.cloud.connections.append(made)
        return made


async def test_the_same_password_is_not_sent_again_and_again() -> None:
    async with ToyCloud(log_in=lambda heard, auth: UNAUTHORIZED) as cloud:
        place = Place(cloud, PasswordCredentials(JANE, Secret("wrong")))
        first = await failure_of(place.connect())
        assert WAIT not in first.hint
        for _ in range(20):  # a key that is held down, with connections made anew and kept
            told = await failure_of(place.connect())
            assert f"{WAIT} 30 s are over." in told.hint
            assert told.executed is Executed.NO
        kept = place.connect()
        for _ in range(20):
            await failure_of(kept)
        assert len(cloud.server.log_ins) == 1
        for tries, pause in ((2, 30), (3, 120), (4, 480)):
            cloud.clock.passed += pause - 1
            await failure_of(place.connect())
            assert len(cloud.server.log_ins) == tries - 1
            cloud.clock.passed += 1
            await failure_of(place.connect())
            assert len(cloud.server.log_ins) == tries
        assert place.history.total == 4


async def test_a_corrected_one_is_sent_at_once() -> None:
    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return None if "right" in heard.body.decode() else UNAUTHORIZED

    async with ToyCloud(log_in=log_in) as cloud:
        place = Place(cloud, PasswordCredentials(JANE, Secret("wrong")))
        connection = place.connect()
        await failure_of(connection)
        place.credentials = PasswordCredentials(JANE, Secret("right"))
        assert len(await connection.projects()) == 1
        assert len(cloud.server.log_ins) == 2


async def test_what_is_asked_for_anew_needs_no_rest() -> None:
    refusal = json_reply({"error_code": "IAM.1061", "error_msg": "no"}, 400)
    async with ToyCloud(log_in=lambda heard, auth: refusal) as cloud:
        place = Place(cloud, PasscodeCredentials(JANE, Secret("pw")))
        connection = place.connect()
        for times in range(1, 4):
            await failure_of(connection)
            assert place.asked == len(cloud.server.log_ins) == times


# Access keys


def key(secret: str) -> AccessKeyCredentials:
    return AccessKeyCredentials("AKID", Secret(secret))


async def test_a_refused_signature_rests_and_a_corrected_key_is_read() -> None:
    def answer(heard: Heard) -> Reply:
        rows = [{"id": PROJECT, "name": "eu-de_prod", "enabled": True}]
        bad = json_reply({"error_code": "APIG.0301", "error_msg": "bad signature"}, 401)
        return json_reply({"projects": rows}) if good else bad

    good = False
    async with ToyCloud(a_volume) as cloud:
        cloud.server.answer = answer
        place = Place(cloud, key("old-secret"))
        connection = place.connect()
        told = await failure_of(connection)
        assert told.code == "APIG.0301"
        sent = len(cloud.server.heard)
        assert sent == 1, "one bad signature, not one for each address that is tried"
        for _ in range(10):
            told = await failure_of(connection)
            assert WAIT in told.hint
            told = await failure_of(place.connect())
            assert dict(told.extra)["Refused"].startswith("once since the start")
        assert len(cloud.server.heard) == sent
        good = True
        place.credentials = key("new-secret")
        assert len(await connection.projects()) == 1


async def test_a_watch_signs_no_bad_signature_every_few_seconds() -> None:
    def service(heard: Heard) -> Reply:
        bad = json_reply({"error_code": "APIG.0301", "error_msg": "bad signature"}, 401)
        return bad if broken else a_volume(heard)

    broken = False
    async with ToyCloud(service) as cloud:
        cloud.catalog = None
        places = {"vbs": cloud.server.url, "evs": cloud.server.url}
        connection = cloud.connection(key("secret-1"), endpoint_overrides=places)
        provider = await connection.open(Project(PROJECT, "p"))
        await provider.volume(VOLUME)
        broken = True
        before = len(cloud.server.of("GET", VOLUME))
        for _ in range(30):
            with pytest.raises(CloudError) as caught:
                await provider.volume(VOLUME)
            cloud.clock.passed += 5
        assert len(cloud.server.of("GET", VOLUME)) - before <= 3
        assert caught.value.failure.kind is ErrorKind.LOG_IN


@pytest.mark.parametrize(
    "credentials",
    [
        AccessKeyCredentials("AK\nX", Secret("s")),
        AccessKeyCredentials("AKö", Secret("s")),
        AccessKeyCredentials("AK", Secret("s"), Secret("tok\nen")),
        AccessKeyCredentials("AK", Secret("s\udce4")),
        PasswordCredentials(JANE, Secret("p\udce4ss")),
    ],
)
async def test_a_secret_that_cannot_travel_is_told_before_anything_is_sent(
    credentials: Credentials,
) -> None:
    async with ToyCloud() as cloud:
        failure = await failure_of(cloud.connection(credentials))
        assert failure.kind is ErrorKind.NOT_SENT
        assert "UTF-8" in failure.message or "cannot be sent" in failure.message
        assert failure.hint
        assert cloud.server.heard == []


# Tokens from elsewhere


async def test_a_dead_token_is_told_as_one_and_a_new_one_is_read() -> None:
    dead = json_reply({"error": {"code": 404, "message": "Could not recognize token"}}, 404)

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return dead if "t-old" in heard.body.decode() else None

    async with ToyCloud(log_in=log_in) as cloud:
        place = Place(cloud, TokenCredentials(Secret("t-old-1")))
        connection = place.connect()
        failure = await failure_of(connection)
        assert "The token is not valid (any more)" in failure.hint
        assert "auth_url" not in failure.hint
        place.credentials = TokenCredentials(Secret("t-new-1"))
        assert len(await connection.projects()) == 1


async def test_another_users_token_is_not_taken_silently() -> None:
    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        body = heard.body.decode()
        if "t-alice" in body and died:
            return UNAUTHORIZED
        if "t-bob" in body:
            whole = cloud.grant(auth).replace(b"984366b9", b"b0bb0bb0")
            return whole.replace(b"ops-jane", b"ops-bobb")
        return None

    died: set[str] = set()

    def service(heard: Heard) -> Reply:
        return UNAUTHORIZED if heard.token in died else a_volume(heard)

    async with ToyCloud(service, log_in) as cloud:
        place = Place(cloud, TokenCredentials(Secret("t-alice")))
        connection = place.connect()
        provider = await connection.open(Project(PROJECT, "eu-de_prod"))
        await provider.volume(VOLUME)
        died.update(heard.token for heard in cloud.server.heard)
        with pytest.raises(CloudError):
            await provider.volume(VOLUME)
        place.credentials = TokenCredentials(Secret("t-bob"))
        failure = await failure_of(connection)
        assert failure.message == "the log-in is another user's now: ops-bobb in place of ops-jane"
        assert "nothing is switched" in failure.hint
        with pytest.raises(CloudError):
            await provider.volume(VOLUME)
        assert connection.user == "ops-jane"


# Times that do not fit


@pytest.mark.parametrize("minutes", [0, -120])
async def test_a_token_that_was_over_when_it_was_given_is_no_log_in_for_each_request(
    minutes: int,
) -> None:
    async with ToyCloud(a_volume, life=timedelta(minutes=minutes)) as cloud:
        provider = await cloud.connection().open(Project(PROJECT, "eu-de_prod"))
        for _ in range(5):
            await provider.volume(VOLUME)
        assert len(cloud.server.log_ins) == 1


async def test_one_forbidden_project_shuts_no_other_out() -> None:
    other, third = "1" * 32, "2" * 32

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        return UNAUTHORIZED if auth.get("scope", {}).get("project", {}).get("id") == other else None

    async with ToyCloud(a_volume, log_in, life=timedelta(hours=1)) as cloud:
        plain = cloud.grant
        cloud.grant = lambda auth, **more: plain(auth, **more).replace(  # type: ignore[method-assign]
            PROJECT.encode(), auth.get("scope", {}).get("project", {}).get("id", PROJECT).encode()
        )
        connection = Place(cloud, PasswordCredentials(JANE, Secret("good"))).connect()
        provider = await connection.open(Project(PROJECT, "eu-de_prod"))
        for _ in range(4):
            with pytest.raises(CloudError):
                await connection.open(Project(other, "forbidden"))
            await connection.projects()
        cloud.clock.passed += 50 * 60
        await provider.volume(VOLUME)
        await connection.open(Project(third, "third"))


@pytest.mark.parametrize(
    ("wrong", "questions"), [({"222222"}, 3), ({"222222", "333333", "444444"}, 4)]
)
async def test_a_wrong_passcode_is_asked_for_again_while_its_giver_is_there(
    wrong: set[str], questions: int
) -> None:
    codes = ["111111", "222222", "333333", "444444", "555555"]
    asked: list[LogInQuestion] = []

    async def ask(question: LogInQuestion) -> str:
        asked.append(question)
        return codes[len(asked) - 1]

    def log_in(heard: Heard, auth: dict[str, Any]) -> Reply | None:
        bad = json_reply({"error_code": "IAM.1061", "error_msg": "no"}, 400)
        return bad if any(code in heard.body.decode() for code in wrong) else None

    async with ToyCloud(a_volume, log_in) as cloud:
        credentials = PasscodeCredentials(JANE, Secret("pw"))
        provider = await cloud.connection(credentials, ask=ask).open(Project(PROJECT, "p"))
        cloud.clock.passed += 23.9 * 3600
        for _ in range(5):
            await provider.volume(VOLUME)
        assert len(asked) == questions
        assert "Refused once already" in asked[2].why


async def test_a_key_that_a_submission_was_refused_with_rests_too() -> None:
    def service(heard: Heard) -> Reply:
        bad = json_reply({"error_code": "APIG.0301", "error_msg": "bad signature"}, 401)
        return bad if heard.method == "POST" else a_volume(heard)

    async with ToyCloud(service) as cloud:
        places = {"vbs": cloud.server.url, "evs": cloud.server.url}
        connection = cloud.connection(key("secret-1"), endpoint_overrides=places)
        provider = await connection.open(Project(PROJECT, "p"))
        kinds = []
        for _ in range(3):
            with pytest.raises(CloudError) as caught:
                await provider.submit(VOLUME, VOLUME)
            assert caught.value.failure.executed is Executed.NO
            kinds.append(caught.value.failure.kind)
        assert len(cloud.server.restores) == 1
        assert kinds == [ErrorKind.REFUSED, ErrorKind.LOG_IN, ErrorKind.LOG_IN]


async def test_a_clock_that_was_set_right_is_no_longer_held_against_the_key() -> None:
    def answer(heard: Heard) -> Reply:
        ago = cloud.clock.now() - timedelta(hours=2) * is_off
        date = {"Date": f"{ago:%a, %d %b %Y %H:%M:%S} GMT"}
        if is_off:
            return json_reply({"error_code": "APIG.0303", "error_msg": "skew"}, 401, date)
        return json_reply({"projects": [{"id": PROJECT, "name": "p", "enabled": True}]})

    is_off = True
    async with ToyCloud() as cloud:
        cloud.server.answer = answer
        connection = Place(cloud, key("secret-1")).connect()
        await failure_of(connection)
        is_off = False
        assert len(await connection.projects()) == 1
