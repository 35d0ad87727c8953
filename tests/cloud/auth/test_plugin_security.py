"""Log-ins by plugins among hostile servers, and by hostile plugins."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.auth.support import SECRETS, THE_PROJECT, connect, failure_of, scripted, shown_by
from tests.support.company import (
    ACCESS_TOKEN,
    FEDERATION,
    PASSWORD,
    Company,
    settings_of,
)
from tests.support.wire_server import WireServer, json_reply, reply
from vbs_tui.cloud.auth.credentials import ApplicationCredentials, User
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials, owner_of
from vbs_tui.cloud.auth.token_cache import TokenCache
from vbs_tui.cloud.auth.tokens import UNSCOPED, new_token
from vbs_tui.cloud.errors import CloudError, Executed
from vbs_tui.cloud.secrets import Secret
from vbs_tui.threads import ThreadFailed, in_thread

DISCOVERY = "/idp/.well-known/openid-configuration"


def other_server() -> WireServer:
    """A server of another origin, which would take whatever it is given."""
    return WireServer(lambda heard: json_reply({"access_token": ACCESS_TOKEN}))


# Where secrets go


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["/idp/token", FEDERATION, "/v3/auth/tokens", DISCOVERY])
async def test_no_redirection_is_followed(where: str, status: int, tmp_path: Path) -> None:
    async with other_server() as other, Company() as company:
        away = reply("", status, {"Location": f"{other.url}/take"})
        found = json_reply({"token_endpoint": f"{company.server.url}/idp/token"})
        company.instead = {DISCOVERY: lambda heard: found, where: lambda heard: away}
        cloud = company.cloud(auth={"discovery_endpoint": f"{company.server.url}{DISCOVERY}"})
        connection = company.connect(tmp_path, cloud)
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        assert other.heard == []
        assert "it redirects to 127.0.0.1, which is never followed" in caught.value.failure.message
        text = shown_by(caught.value, connection)
        assert not any(secret in text for secret in SECRETS)


async def test_nor_one_to_the_same_server(tmp_path: Path) -> None:
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: reply("", 307, {"Location": "/elsewhere"})}
        failure = await failure_of(company.connect(tmp_path, company.cloud()))
        assert "which is never followed" in failure.message
        assert [one.path for one in company.server.heard] == ["/idp/token"]


async def test_only_the_configured_document_names_an_endpoint(tmp_path: Path) -> None:
    async with other_server() as other, Company() as company:
        named = f"{other.url}/token"
        company.instead = {DISCOVERY: lambda heard: json_reply({"token_endpoint": named})}
        discovery = f"{company.server.url}{DISCOVERY}"
        auth = {"access_token_endpoint": None, "discovery_endpoint": discovery}
        connection = company.connect(tmp_path, company.cloud(auth=auth))
        await connection.projects()
        assert connection.user == "ops-jane"
        assert [one.path for one in other.heard] == ["/token"]
        other.heard.clear()
        # The same words from anybody else send nobody anywhere.
        made = settings_of(tmp_path, company.cloud()).credentials
        assert isinstance(made, PluginCredentials)
        plugin, session = made.make("")
        plugin.access_token_endpoint = None
        plugin.discovery_endpoint = f"{company.server.url}{DISCOVERY}?of=another"
        plugin._get_discovery_document = lambda session: {"token_endpoint": named}
        connection = connect(company, replace(made, make=lambda _: (plugin, session)))
        for _ in range(2):
            failure = await failure_of(connection)
            assert "was named by another server, not by the configuration" in failure.message
            assert "Refused" not in dict(failure.extra)
        assert other.heard == []
        auth = {"access_token_endpoint": f"{other.url}/token"}
        connection = company.connect(tmp_path, company.cloud(auth=auth))
        await connection.projects()
        assert connection.user == "ops-jane"
        assert len(other.of("POST", "/token")) == 1


@pytest.mark.parametrize("proof", ["Authorization", "X-Auth-Token", "Cookie"])
@pytest.mark.parametrize("way", ["keystoneauth", "requests", "by itself"])
async def test_a_plugin_that_follows_all_the_same(way: str, proof: str) -> None:
    async with other_server() as other, Company() as company:
        away = reply("", 307, {"Location": f"{other.url}/take"})
        company.instead = {"/away": lambda heard: away}
        start, headers = f"{company.server.url}/away", {proof: "a=tell-nobody"}

        def act(session: Any) -> None:
            if way == "keystoneauth":
                session.get(start, headers=headers, redirect=True, authenticated=False)
            elif way == "requests":
                session.session.get(start, headers=headers)
            else:
                session.session.get(f"{other.url}/take", headers=headers)

        connection = connect(company, scripted(company, act))
        if way == "by itself":
            assert "was named by another server" in (await failure_of(connection)).message
        else:  # it took the redirection for the answer
            await connection.projects()
            assert len(company.server.of("GET", "/away")) == 1
        assert other.heard == []


async def test_a_cookie_that_is_a_projects_name_hides_no_project() -> None:
    async with Company() as company:

        def act(session: Any) -> None:
            session.session.get(f"{company.server.url}/v3", headers={"Cookie": "at=eu-de_prod"})

        connection = connect(company, scripted(company, act))
        assert [one.name for one in await connection.projects()] == ["eu-de_prod"]


async def test_cookies_are_kept_during_a_log_in() -> None:
    cookies = {"Set-Cookie": "a=tell-nobody; Path=/"}
    async with Company() as company:
        company.instead = {"/login": lambda heard: reply("", 200, cookies)}

        def act(session: Any) -> None:
            session.get(f"{company.server.url}/login", authenticated=False)
            session.get(f"{company.server.url}/v3", authenticated=False, raise_exc=False)

        connection = connect(company, scripted(company, act))
        await connection.projects()
        (second, *_) = company.server.of("GET", "/v3")
        assert second.headers.get("cookie") == "a=tell-nobody"


# Whose tokens are kept


async def test_kept_tokens_serve_the_same_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    token = json_reply({"access_token": ACCESS_TOKEN, "token_type": "Bearer"})
    changes: list[dict[str, str]] = [
        {},
        {"username": "joe"},
        {"client_id": "other"},
        {"identity_provider": "corp", "scope": "openid admin"},
        {"project_name": "eu-de_test"},
    ]
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: token}
        for number, change in enumerate(changes, start=1):
            for _ in range(2):  # the next start needs no log-in
                made = settings_of(tmp_path, company.cloud(auth=change)).credentials
                await connect(company, made, token_directory=folder).projects()
            assert company.asked == number
    assert len(list(folder.iterdir())) == len(changes)


@pytest.mark.parametrize(
    ("auth_type", "keys"),
    [
        ("v3oidcaccesstoken", {"access_token": ACCESS_TOKEN}),
        ("v3oidcauthcode", {"code": "abc", "redirect_uri": "https://a.test", "client_id": "c"}),
        ("v3oidcpassword", {"username": " ", "client_id": "c", "password": "p"}),
        ("v3oidcpassword", {"username": "jane", "client_id": "jane-pw", "password": "jane-pw"}),
    ],
)
async def test_tokens_of_nobody_in_particular_are_not_kept(
    auth_type: str, keys: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "tokens"
    token = json_reply({"access_token": ACCESS_TOKEN})
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: token}
        auth = company.cloud()["auth"]
        wanted = ("auth_url", "identity_provider", "protocol")
        auth = {key: auth[key] for key in wanted} | keys
        if "client_id" in keys:
            where = f"{company.server.url}/idp/token"
            auth |= {"client_secret": "s", "access_token_endpoint": where}
        cloud = {"auth_type": auth_type, "auth": auth}
        made = settings_of(tmp_path, cloud).credentials
        assert made.owner == ""
        for number in (1, 2):
            await connect(company, made, token_directory=folder).projects()
            assert len(company.server.of("POST", FEDERATION)) == number
    assert not folder.exists()


def test_a_cache_of_nobody_in_particular_is_empty(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    token = new_token("a-token", {}, now)
    assert token is not None
    for owner in ("jane", ""):
        folder = tmp_path / f"tokens-{owner}"
        TokenCache(folder, owner).store(UNSCOPED, token)
        kept = TokenCache(folder, owner).load(UNSCOPED, now)
        assert (kept is not None, folder.exists()) == (bool(owner), bool(owner))


def test_tickets_are_nobody_in_particular() -> None:
    jane = {"auth_url": "https://iam.test", "username": "jane", "user_domain_id": "d"}
    for kind in ("v3kerberos", "v3fedkerb", "v3oauth1"):
        assert owner_of(kind, jane, {"p"}) == ""
    told = owner_of("v3password", {**jane, "password": "p"}, {"p"})
    assert told == owner_of("v3password", {**jane, "password": "q"}, {"q"}) != ""
    assert told != owner_of("v3password", {**jane, "user_domain_id": "e"}, set())
    assert told != owner_of("v3password", {**jane, "default_domain": "e"}, set())


async def test_application_credentials_of_one_user_are_kept_apart(tmp_path: Path) -> None:
    user = User("jane", domain_name="ops")
    async with Company() as company:
        for number, name in enumerate(("reader", "admin"), start=1):
            made = ApplicationCredentials(Secret("s3cret"), name=name, user=user)
            for _ in range(2):
                await connect(company, made, token_directory=tmp_path).projects()
            assert len(company.server.log_ins) == number


# How plugins end


@pytest.mark.parametrize(
    "error",
    [
        SystemExit("idp-pa"),
        KeyboardInterrupt("idp-pa"),
        GeneratorExit("idp-pa"),
        asyncio.CancelledError("idp-pa"),
        BaseException("idp-pa"),
        StopIteration("idp-pa"),
        RecursionError("deep"),
    ],
)
async def test_a_plugin_that_ends_the_world(error: BaseException, tmp_path: Path) -> None:
    def act(session: Any) -> None:
        held = PASSWORD
        session.get(f"{company.server.url}/v3", authenticated=False, raise_exc=False)
        assert held
        raise error

    async with Company() as company:
        made = scripted(company, act)
        connection = connect(company, made)
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        assert type(error).__name__ in caught.value.failure.message
        assert caught.value.failure.executed is Executed.NO
        text = shown_by(caught.value, connection)
        assert not any(secret in text for secret in SECRETS)

    def work() -> None:
        raise error

    is_ordinary = isinstance(error, RecursionError)
    with pytest.raises(RecursionError if is_ordinary else ThreadFailed) as broken:
        await in_thread(work)
    if not is_ordinary:
        assert "idp-pa" not in str(broken.value)
        assert broken.value.__context__ is None
