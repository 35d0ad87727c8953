"""After a refused log-in the configuration is read again: a corrected secret is used, no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.cloud.auth.support import JANE, THE_PROJECT, UNAUTHORIZED, a_volume
from tests.support.toy_cloud import VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply
from vbs_tui.cloud.auth.credentials import (
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    User,
)
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret

OLD, NEW = Secret("old-pw"), Secret("new-pw")


@dataclass
class Place:
    """A cloud that takes one password, and a configuration that a test changes."""

    good: str = "old-pw"
    asked: list[QuestionKind] = field(default_factory=list)
    reads: int = 0

    def __post_init__(self) -> None:
        self.cloud = ToyCloud(self._service, self._log_in)

    def connect(self, credentials: Credentials) -> CloudConnection:
        self.now = CloudSettings(
            auth_url=f"{self.cloud.server.url}/v3", credentials=credentials, name="otc-prod"
        )
        made = CloudConnection(
            self.now, ask=self._answer, clock=self.cloud.clock, reload_settings=self._read
        )
        self.cloud.connections.append(made)
        return made

    def passwords(self) -> list[str]:
        """Those that were tried, in order."""
        sent = (one.body.decode() for one in self.cloud.server.log_ins)
        return [word for text in sent for word in ("old-pw", "new-pw") if word in text]

    async def _read(self) -> CloudSettings:
        self.reads += 1
        return self.now

    async def _answer(self, question: LogInQuestion) -> str | None:
        self.asked.append(question.kind)
        return None if question.kind is QuestionKind.PASSCODE and len(self.asked) == 3 else "old-pw"

    def _log_in(self, heard: Heard, auth: dict[str, Any]) -> Reply | None:
        if "token" in auth["identity"]["methods"]:
            return None if self.good == "old-pw" else UNAUTHORIZED
        sent = auth["identity"].get("password", {}).get("user", {}).get("password")
        return None if sent == self.good else UNAUTHORIZED

    def _service(self, heard: Heard) -> Reply:
        return a_volume(heard) if self.good == "old-pw" or self.cloud.given > 2 else UNAUTHORIZED


async def test_a_corrected_password_serves_providers_that_are_open() -> None:
    place = Place()
    async with place.cloud:
        connection = place.connect(PasswordCredentials(JANE, OLD))
        (project,) = await connection.projects()
        provider = await connection.open(project)
        await provider.volume(VOLUME)
        place.good = "new-pw"
        for _ in range(3):
            with pytest.raises(CloudError):
                await provider.volume(VOLUME)
        tried = place.passwords()
        place.now = replace(place.now, credentials=PasswordCredentials(JANE, NEW))
        with pytest.raises(CloudError):
            await provider.volume(VOLUME)  # nothing is read, and nothing tried, before F5
        assert (place.reads, place.passwords()) == (0, tried)
        await connection.projects()
        assert (await provider.volume(VOLUME)).id == VOLUME
    assert place.reads == 1
    assert place.passwords()[len(tried) :] == ["new-pw"]
    assert tried.count("old-pw") <= 3


async def test_nothing_is_read_again_while_the_log_in_is_good() -> None:
    place = Place()
    async with place.cloud:
        connection = place.connect(PasswordCredentials(JANE, OLD))
        await connection.projects()
        await connection.projects()
    assert place.reads == 0


BOB = User(name="bob", domain_name=JANE.domain_name)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda now: replace(now, auth_url="https://iam.elsewhere.example/v3"),
            "another auth_url now: https://iam.elsewhere.example",
        ),
        (
            lambda now: replace(now, credentials=PasswordCredentials(BOB, NEW)),
            "another user now: bob in place of ops-jane",
        ),
        (
            lambda now: replace(
                now, credentials=PasswordCredentials(replace(JANE, domain_name="d2"), NEW)
            ),
            "another user now: not the ops-jane of before",
        ),
        (
            lambda now: replace(now, credentials=ApplicationCredentials(NEW, id="ac-1")),
            "another user now: ac-1 in place of ops-jane",
        ),
    ],
)
async def test_another_user_or_address_is_told_and_not_used(
    change: Callable[[CloudSettings], CloudSettings], said: str
) -> None:
    place = Place(good="new-pw")
    async with place.cloud:
        connection = place.connect(PasswordCredentials(JANE, OLD))
        with pytest.raises(CloudError):
            await connection.projects()
        place.now = change(place.now)
        for _ in range(2):
            with pytest.raises(CloudError) as caught:
                await connection.projects()
        failure = caught.value.failure
        assert failure.kind is ErrorKind.NOT_SENT
        assert said in failure.message
        assert "start again" in failure.hint
        assert "list of clouds" in failure.hint
        assert connection.identity == f"{place.cloud.server.url}/v3"
    assert len(place.cloud.server.log_ins) == 1


async def test_a_typed_password_is_kept_where_only_the_passcode_was_declined() -> None:
    place = Place()
    async with place.cloud:
        connection = place.connect(PasscodeCredentials(JANE))
        (project,) = await connection.projects()
        provider = await connection.open(project)
        place.cloud.clock.passed += 25 * 3600
        with pytest.raises(CloudError) as caught:
            await provider.volume(VOLUME)
        assert caught.value.failure.declined
        await connection.open(THE_PROJECT)
        await connection.projects()
    passcode = QuestionKind.PASSCODE
    assert place.asked == [QuestionKind.PASSWORD, passcode, passcode, passcode]
