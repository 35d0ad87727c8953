"""What keystoneauth's plugins would ask on the terminal is asked by this program."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.cloud.auth.support import SECRETS, THE_PROJECT, a_volume, shown_by
from tests.support.company import ACCESS_TOKEN, PASSWORD, Company, settings_of
from tests.support.toy_cloud import VOLUME
from tests.support.wire_server import Heard, Reply, WireServer, json_reply
from vbs_tui.cloud.auth.plugins import transport
from vbs_tui.cloud.config.clouds_yaml import ConfigurationError
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind

PASSCODE = "492817"
DEVICE = "/idp/device"
DISCOVERY = "/.well-known/openid-configuration"


@dataclass
class Operator:
    """Answers one question after the other; ``None``: declines."""

    answers: list[str | None]
    asked: list[LogInQuestion] = field(default_factory=list)

    async def __call__(self, question: LogInQuestion) -> str | None:
        self.asked.append(question)
        return self.answers.pop(0)


def forms(company: Company) -> list[dict[str, str]]:
    """What the identity provider was sent."""
    found = [parse_qs(one.body.decode()) for one in company.server.of("POST", "/idp/token")]
    return [{name: values[0] for name, values in one.items()} for one in found]


# Passwords


def without_password(company: Company, **changes: Any) -> dict[str, Any]:
    cloud = company.cloud(**changes)
    del cloud["auth"]["password"]
    return cloud


async def test_a_missing_password_is_asked_for_once(tmp_path: Path) -> None:
    operator = Operator([PASSWORD])
    async with Company(a_volume, life=timedelta(hours=1)) as company:
        connection = company.connect(tmp_path, without_password(company), ask=operator)
        provider = await connection.open(THE_PROJECT)
        company.clock.passed += 50 * 60
        await provider.volume(VOLUME)
        assert company.asked == 2
        (question,) = operator.asked
        assert question.kind is QuestionKind.PASSWORD
        assert question.prompt == "Password of jane"
        assert question.cloud == "corp"
        text = repr((connection, connection.request_log.calls(), provider, company.connections))
        assert not any(secret in text for secret in SECRETS)


async def test_a_wrong_one_is_asked_for_again_when_the_operator_wants(tmp_path: Path) -> None:
    def echo(heard: Heard) -> bytes:
        told = f"no: {heard.body.decode()}"
        return json_reply({"error": "invalid_grant", "error_description": told}, 401)

    operator = Operator(["mis-typed-7712", PASSWORD])
    async with Company(a_volume) as company:
        company.instead = {"/idp/token": echo}
        connection = company.connect(tmp_path, without_password(company), ask=operator)
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        assert "mis-typed-7712" not in shown_by(caught.value, connection)
        for _ in range(3):
            with pytest.raises(CloudError):
                await connection.open(THE_PROJECT)
        assert company.asked == len(operator.asked) == 1
        company.instead = {}
        assert len(await connection.projects()) == 1
        assert company.asked == len(operator.asked) == 2
        assert "Refused once already" in operator.asked[1].why


async def test_nobody_is_asked_where_nobody_is(tmp_path: Path) -> None:
    async with Company() as company:
        for ask in (None, Operator([None])):
            connection = company.connect(tmp_path, without_password(company), ask=ask)
            with pytest.raises(CloudError) as caught:
                await connection.projects()
            failure = caught.value.failure
            assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
            assert failure.declined
            assert "OS_PASSWORD" in failure.hint
        assert company.server.heard == []


def test_other_gaps_are_told_before_anybody_is_asked(tmp_path: Path) -> None:
    cloud = without_password(Company())
    del cloud["auth"]["protocol"]
    with pytest.raises(ConfigurationError, match="v3oidcpassword needs protocol"):
        settings_of(tmp_path, cloud)


# One-time codes


async def test_a_code_of_the_identity_provider_is_asked_for_at_each_log_in(
    tmp_path: Path,
) -> None:
    operator = Operator([" 492 817 ", "555123"])
    async with Company(a_volume, life=timedelta(hours=1)) as company:
        cloud = company.cloud(auth={"idp_otp_key": "totp"})
        provider = await company.connect(tmp_path, cloud, ask=operator).open(THE_PROJECT)
        company.clock.passed += 50 * 60
        await provider.volume(VOLUME)
        assert [one["totp"] for one in forms(company)] == [PASSCODE, "555123"]
        assert [one.kind for one in operator.asked] == [QuestionKind.PASSCODE] * 2
        assert operator.asked[1].why == "The last log-in runs out soon."


# Log-ins in a browser


@dataclass
class Browsing(Company):
    """Its users log in with a browser; *pending* is how often one who looks is told to wait."""

    pending: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.codes = 0
        self.denied = False
        self.lasts = 600
        self.interval = 0
        self.address: str | None = "here"

    def answer(self, heard: Heard) -> Reply:
        if heard.path == DEVICE:
            self.codes += 1
            return json_reply(
                {
                    "device_code": f"device-code-{self.codes}",
                    "user_code": f"WDJB-{self.codes}\x1b[2J",
                    "verification_uri": (
                        f"{self.server.url}/go" if self.address == "here" else self.address
                    ),
                    "expires_in": self.lasts,
                    "interval": self.interval,
                }
            )
        if heard.path == "/idp/token":
            form = parse_qs(heard.body.decode())
            assert form["device_code"] == [f"device-code-{self.codes}"]
            if self.denied:
                return json_reply({"error": "access_denied"}, 400)
            if self.pending:
                self.pending -= 1
                return json_reply({"error": "authorization_pending"}, 400)
            return json_reply({"access_token": ACCESS_TOKEN, "token_type": "Bearer"})
        return super().answer(heard)

    def by_device(self, **auth: Any) -> dict[str, Any]:
        own = self.cloud()["auth"]
        for key in ("username", "password", "project_name", "project_domain_name"):
            del own[key]
        own["device_authorization_endpoint"] = f"{self.server.url}{DEVICE}"
        return {"auth_type": "v3oidcdeviceauthz", "auth": own | auth}


async def test_address_and_code_are_shown_then_the_log_in_goes_on(tmp_path: Path) -> None:
    operator = Operator(["done", "done"])
    async with Browsing(a_volume, life=timedelta(hours=1), pending=2) as company:
        connection = company.connect(tmp_path, company.by_device(), ask=operator)
        provider = await connection.open(THE_PROJECT)
        (question,) = operator.asked
        assert question.kind is QuestionKind.VISIT
        assert question.address == f"{company.server.url}/go"
        assert question.code.startswith("WDJB-1")
        assert "\x1b" not in question.code
        assert company.codes == 1
        assert company.asked == 3
        company.clock.passed += 50 * 60
        await provider.volume(VOLUME)
        assert company.codes == 2
        text = repr((connection, connection.request_log.calls(), question))
        assert not any(secret in text for secret in (*SECRETS, "device-code"))


async def test_who_gives_up_is_not_asked_again_by_itself(tmp_path: Path) -> None:
    operator = Operator([None])
    async with Browsing() as company:
        connection = company.connect(tmp_path, company.by_device(), ask=operator)
        for _ in range(3):
            with pytest.raises(CloudError) as caught:
                await connection.open(THE_PROJECT)
        assert caught.value.failure.message == "the log-in in a browser was given up"
        assert (company.codes, company.asked) == (1, 0)


async def test_a_denied_log_in_is_a_refusal(tmp_path: Path) -> None:
    operator = Operator(["done"])
    async with Browsing() as company:
        company.denied = True
        connection = company.connect(tmp_path, company.by_device(), ask=operator)
        for _ in range(3):
            with pytest.raises(CloudError) as caught:
                await connection.open(THE_PROJECT)
        failure = caught.value.failure
        assert failure.message == "the log-in was denied in the browser"
        assert "Another try shows a new code." in failure.hint
        assert failure.kind is ErrorKind.LOG_IN
        assert company.asked == 1


async def test_who_says_too_early_that_it_is_done_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "BROWSER_SECONDS", 0.3)

    class Late(Operator):
        async def __call__(self, question: LogInQuestion) -> str | None:
            if len(self.asked) == 2:
                company.pending = 0
            return await super().__call__(question)

    operator = Late(["done", "done", "done"])
    async with Browsing(a_volume, pending=10**9) as company:
        connection = company.connect(tmp_path, company.by_device(), ask=operator)
        assert len(await connection.projects()) == 1
        assert company.codes == 1
        assert [one.code for one in operator.asked] == [operator.asked[0].code] * 3
        assert operator.asked[1].why == "The log-in there is not done yet."


async def test_a_provider_that_says_the_code_back(tmp_path: Path) -> None:
    def echo(heard: Heard) -> Reply:
        told = f"{heard.body.decode()} has expired"
        return json_reply({"error": "invalid_grant", "error_description": told}, 400)

    async with Browsing() as company:
        company.instead = {"/idp/token": echo}
        company.server.answer = lambda heard: (
            echo(heard) if heard.path == "/idp/token" else company.answer(heard)
        )
        connection = company.connect(tmp_path, company.by_device(), ask=Operator(["done"]))
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        assert "has expired" in caught.value.failure.message
        assert "device-code-1" not in repr(caught.value.failure)


async def test_an_interval_without_measure_and_an_address_that_is_none(tmp_path: Path) -> None:
    async with Browsing() as company:
        company.interval = 10**6
        connection = company.connect(tmp_path, company.by_device(), ask=Operator(["done"]))
        assert len(await connection.projects()) == 1
        for address in (None, "javascript:alert(1)", "https://x y", "https://" + "x" * 999):
            company.address = address
            connection = company.connect(tmp_path, company.by_device(), ask=Operator([]))
            with pytest.raises(CloudError) as caught:
                await connection.projects()
            assert "no address that a browser could open" in caught.value.failure.message


async def test_a_code_that_ran_out(tmp_path: Path) -> None:
    async with Browsing() as company:
        company.lasts = 0
        connection = company.connect(tmp_path, company.by_device(), ask=Operator(["done"]))
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        assert "ran out before the log-in there was done" in caught.value.failure.message
        assert caught.value.failure.executed is Executed.NO
        assert company.asked == 0


async def test_a_provider_that_gives_no_code(tmp_path: Path) -> None:
    async with Browsing() as company:
        missing = company.by_device(device_authorization_endpoint=f"{company.server.url}/none")
        operator = Operator([])
        with pytest.raises(CloudError) as caught:
            await company.connect(tmp_path, missing, ask=operator).projects()
        assert "127.0.0.1 answered HTTP 404" in caught.value.failure.message
        assert operator.asked == []


async def test_the_end_of_the_connection_ends_the_log_in(tmp_path: Path) -> None:
    async with Browsing(pending=10**9) as company:
        connection = company.connect(tmp_path, company.by_device(), ask=Operator(["done"]))
        waiting = asyncio.create_task(connection.projects())
        while company.asked < 3:
            company.server.news.clear()
            await company.server.news.wait()
        await connection.aclose()
        with pytest.raises(CloudError, match="closed while it logged in"):
            await waiting
        ends, last = time.monotonic() + 20, -1
        while company.asked != last and time.monotonic() < ends:
            last = company.asked
            await asyncio.sleep(0.1)  # nothing tells that nobody asks any more
        assert company.asked == last


# Discovery documents


async def test_what_the_document_named_holds_for_renewals(tmp_path: Path) -> None:
    operator = Operator(["done", "done"])
    company = Browsing(a_volume, life=timedelta(hours=1))
    async with company, WireServer(company.answer) as other:
        named = {
            "token_endpoint": f"{other.url}/idp/token",
            "device_authorization_endpoint": f"{other.url}{DEVICE}",
        }
        company.server.answer = lambda heard: (
            json_reply(named) if heard.path == DISCOVERY else company.answer(heard)
        )
        cloud = company.by_device(
            access_token_endpoint=None,
            device_authorization_endpoint=None,
            discovery_endpoint=f"{company.server.url}{DISCOVERY}",
        )
        provider = await company.connect(tmp_path, cloud, ask=operator).open(THE_PROJECT)
        company.clock.passed += 50 * 60
        await provider.volume(VOLUME)
        assert len(company.server.of("GET", DISCOVERY)) == 1
        assert [one.path for one in other.heard] == [DEVICE, "/idp/token"] * 2
