"""Log-ins by keystoneauth's own plugins: an identity provider and a Keystone on a real socket."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import ssl
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.auth.support import SECRETS, THE_PROJECT, shown_by
from tests.cloud.http.test_tls import serving
from tests.support.certificates import make_certificate
from tests.support.company import (
    ACCESS_TOKEN,
    FEDERATION,
    PASSWORD,
    Company,
    settings_of,
)
from tests.support.toy_cloud import PROJECT, VOLUME
from tests.support.wire_server import Heard, Reply, json_reply, reply, reset
from vbs_tui.cloud.config.clouds_yaml import ConfigurationError
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.commands.support.cloud_choice import settings_for as named_settings


async def test_projects_and_disks_by_way_of_the_provider(tmp_path: Path) -> None:
    def service(heard: Heard) -> bytes:
        return json_reply({"volume": {"id": VOLUME, "status": "available"}})

    async with Company(service) as company:
        connection = company.connect(tmp_path, company.cloud())
        assert [one.name for one in await connection.projects()] == ["eu-de_prod"]
        provider = await connection.open(THE_PROJECT)
        assert (await provider.volume(VOLUME)).id == VOLUME
        assert company.asked == 1
        scoped = json.loads(company.server.log_ins[0].body)["auth"]
        assert scoped["identity"]["methods"] == ["token"]
        assert scoped["scope"]["project"] == {"name": "eu-de_prod", "domain": {"name": "ops"}}
        assert len(company.server.log_ins) == 1
        assert connection.user == "ops-jane"
        assert connection.token_expires_at is not None
        text = repr((connection, connection.request_log.calls(), provider))
        assert not any(secret in text for secret in SECRETS)


async def test_an_access_token_from_elsewhere(tmp_path: Path) -> None:
    async with Company() as company:
        cloud = company.cloud(
            auth_type="v3oidcaccesstoken",
            auth={"access_token": ACCESS_TOKEN},
        )
        wanted = ("auth_url", "identity_provider", "protocol", "access_token")
        cloud["auth"] = {key: cloud["auth"][key] for key in wanted}
        connection = company.connect(tmp_path, cloud)
        assert len(await connection.projects()) == 1
        assert await connection.open(THE_PROJECT) is not None
        assert company.asked == 0
        rescoped = json.loads(company.server.log_ins[0].body)["auth"]
        assert rescoped["scope"] == {"project": {"id": PROJECT}}


async def test_a_trust_is_a_scope_of_its_own(tmp_path: Path) -> None:
    async with Company() as company:
        cloud = {
            "auth": {
                "auth_url": f"{company.server.url}/v3",
                "username": "jane",
                "password": PASSWORD,
                "user_domain_name": "ops",
                "trust_id": "trust-1",
            }
        }
        connection = company.connect(tmp_path, cloud)
        assert len(await connection.projects()) == 1
        assert await connection.open(THE_PROJECT) is not None
        bodies = [json.loads(one.body)["auth"] for one in company.server.log_ins]
        assert [body["scope"] for body in bodies] == [{"OS-TRUST:trust": {"id": "trust-1"}}]


async def test_password_by_variable(tmp_path: Path) -> None:
    async with Company() as company:
        cloud = company.cloud()
        del cloud["auth"]["password"]
        connection = company.connect(tmp_path, cloud, OS_PASSWORD=PASSWORD)
        assert len(await connection.projects()) == 1


async def test_all_by_variables(tmp_path: Path) -> None:
    async with Company() as company:
        auth = company.cloud()["auth"]
        env = {f"OS_{key.upper()}": value for key, value in auth.items()}
        env |= {"OS_AUTH_TYPE": "v3oidcpassword", "OS_CLIENT_CONFIG_FILE": str(tmp_path / "none")}
        connection = CloudConnection(named_settings(None, None, env), clock=company.clock)
        company.connections.append(connection)
        assert len(await connection.projects()) == 1
        assert company.asked == 1


@pytest.mark.parametrize("where", ["/idp/token", FEDERATION, "/v3/auth/tokens"])
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refusal_stands_until_the_operator_asks(
    where: str, status: int, tmp_path: Path
) -> None:
    def echo(heard: Heard) -> bytes:
        text = f"you said {heard.body.decode()} {heard.headers.get('authorization')}"
        body = {"error": "invalid_grant", "error_description": text}
        return json_reply(body if where == "/idp/token" else {"error": {"message": text}}, status)

    async with Company() as company:
        company.instead = {where: echo}
        connection = company.connect(tmp_path, company.cloud())
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert f"127.0.0.1 answered HTTP {status}: " in failure.message
        assert "you said" in failure.message
        assert "v3oidcpassword" in failure.hint
        for _ in range(3):
            with pytest.raises(CloudError):
                await connection.open(THE_PROJECT)
        assert company.asked == 1
        text = shown_by(caught.value, connection)
        for secret in SECRETS:
            assert secret not in text, text[max(0, text.find(secret) - 300) :][:400]
        company.clock.passed += 31  # the same secret rests for a while
        with pytest.raises(CloudError):
            await connection.projects()
        assert company.asked == 2
        company.instead = {}
        company.clock.passed += 121
        assert len(await connection.projects()) == 1


async def test_the_plugins_own_words_hold_no_secret(tmp_path: Path) -> None:
    def echo(heard: Heard) -> bytes:
        text = f"{'x' * 555} {PASSWORD} {heard.headers.get('authorization')}"
        return json_reply({"error": "bad", "error_description": text}, 401)

    async with Company() as company:
        company.instead = {"/idp/token": echo}
        made = settings_of(tmp_path, company.cloud())
        with pytest.raises(CloudError) as caught:
            await company.connect(tmp_path, company.cloud()).projects()
    assert "idp-pa" not in repr(caught.value.failure)
    assert "idp-pa" not in repr(made)


@pytest.mark.parametrize(
    ("answer", "words", "kind"),
    [
        (json_reply({}, 503), "answered HTTP 503", ErrorKind.SERVER),
        (json_reply({}, 429), "answered HTTP 429", ErrorKind.REFUSED),
        (reset, "127.0.0.1 broke off the answer", ErrorKind.BROKEN),
        (json_reply({"no": "token"}), "cannot read the answer of 127.0.0.1", ErrorKind.LOG_IN),
        (reply("<html>portal</html>"), "cannot read the answer of 127.0.0.1", ErrorKind.LOG_IN),
        (reply(""), "cannot read the answer of 127.0.0.1", ErrorKind.LOG_IN),
        (reply("[" * 100_000), "cannot read the answer of 127.0.0.1", ErrorKind.LOG_IN),
        (reply("<html>portal</html>", 403), "answered HTTP 403", ErrorKind.LOG_IN),
        (reply("", 401), "answered HTTP 401", ErrorKind.LOG_IN),
        (json_reply({"error": ""}, 401), "answered HTTP 401", ErrorKind.LOG_IN),
        (json_reply({"message": "no"}, 403), "answered HTTP 403", ErrorKind.LOG_IN),
        (json_reply({"error": "temporarily_unavailable"}, 400), "HTTP 400", ErrorKind.LOG_IN),
        (json_reply({"error": "invalid_grant"}, 404), "answered HTTP 404", ErrorKind.LOG_IN),
        (json_reply({"error": "invalid_grant"}, 500), "answered HTTP 500", ErrorKind.SERVER),
    ],
)
async def test_a_provider_that_is_not_well(
    answer: Reply, words: str, kind: ErrorKind, tmp_path: Path
) -> None:
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: answer}
        connection = company.connect(tmp_path, company.cloud())
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        assert words in caught.value.failure.message
        assert (caught.value.failure.kind, caught.value.failure.executed) == (kind, Executed.NO)
        company.instead = {}
        with pytest.raises(CloudError):  # it may have been counted as a try all the same
            await connection.open(THE_PROJECT)
        assert company.asked == 1
        company.clock.passed += 10  # nothing was refused, so that it is tried again after a pause
        await connection.open(THE_PROJECT)


async def test_one_renewal_for_all_who_wait(tmp_path: Path) -> None:
    def service(heard: Heard) -> bytes:
        return json_reply({"volume": {"id": VOLUME, "status": "available"}})

    async with Company(service, life=timedelta(hours=1)) as company:
        connection = company.connect(tmp_path, company.cloud())
        provider = await connection.open(THE_PROJECT)
        await provider.volume(VOLUME)
        before = company.server.of("GET", VOLUME)[-1].token
        company.clock.passed += 50 * 60
        await asyncio.gather(*(provider.volume(VOLUME) for _ in range(8)))
        assert company.asked == 2
        after = {one.token for one in company.server.of("GET", VOLUME)[1:]}
        assert len(after) == 1
        assert before not in after


async def test_a_revoked_token_is_replaced(tmp_path: Path) -> None:
    revoked: set[str] = set()

    def service(heard: Heard) -> bytes:
        if heard.token in revoked:
            return json_reply({"error": {"code": 401, "message": "The token is over."}}, 401)
        return json_reply({"volume": {"id": VOLUME, "status": "available"}})

    async with Company(service) as company:
        connection = company.connect(tmp_path, company.cloud())
        provider = await connection.open(THE_PROJECT)
        await provider.volume(VOLUME)
        revoked.add(company.server.of("GET", VOLUME)[-1].token)
        await asyncio.gather(*(provider.volume(VOLUME) for _ in range(5)))
        assert company.asked == 2


async def test_no_secret_goes_out_in_the_clear(tmp_path: Path) -> None:
    async with Company() as company:
        cloud = company.cloud(auth={"access_token_endpoint": "http://idp.example.test/token"})
        with pytest.raises(CloudError) as caught:
            await company.connect(tmp_path, cloud).projects()
    assert "idp.example.test: plain HTTP would show" in caught.value.failure.message


@pytest.mark.parametrize(
    ("trust", "works"),
    [
        ({"cacert": "ca.pem"}, True),
        ({"verify": False}, True),
        ({"insecure": True}, True),
        ({}, False),
        ({"cacert": "other.pem"}, False),
        ({"REQUESTS_CA_BUNDLE": "ca.pem"}, True),
    ],
)
async def test_certificates_are_looked_at(
    trust: dict[str, Any], works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = make_certificate(tmp_path, names=("localhost",)).rename(tmp_path / "ca.pem")
    make_certificate(tmp_path, names=("localhost",)).rename(tmp_path / "other.pem")
    files = {k: str(tmp_path / v) if isinstance(v, str) else v for k, v in trust.items()}
    env = {k: str(files.pop(k)) for k in list(files) if k.isupper()}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    company = Company()
    company.server.context = serving(own).context
    async with company:
        connection = company.connect(tmp_path, company.cloud(**files), None, **env)
        if works:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                assert len(await connection.projects()) == 1
            # They would tear the screen. What the collector of garbage warns of is not ours.
            assert [one for one in told if one.category is not ResourceWarning] == []
            return
        with pytest.raises(CloudError) as caught:
            await connection.projects()
    failure = caught.value.failure
    assert "localhost is not trusted: " in failure.message
    assert failure.executed is Executed.NO
    assert company.server.heard == []


async def test_a_client_certificate_is_shown(tmp_path: Path) -> None:
    own = make_certificate(tmp_path, names=("localhost",))
    company = Company()
    company.server.context = context = serving(own).context
    assert context is not None
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(own)
    async with company:
        cloud = company.cloud(cacert=str(own))
        with pytest.raises(CloudError):
            await company.connect(tmp_path, cloud).projects()
        cloud |= {"cert": str(own), "key": str(own)}
        assert len(await company.connect(tmp_path, cloud).projects()) == 1


def broken(cloud: dict[str, Any], home: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(home, cloud)
    return caught.value.sentence


def test_what_a_plugin_lacks_is_named(tmp_path: Path) -> None:
    company = Company()
    cloud = company.cloud()
    for key in ("identity_provider", "protocol", "password"):
        del cloud["auth"][key]
    # A password can be asked for, and is not named.
    text = "'corp': auth_type v3oidcpassword needs identity_provider, protocol"
    assert broken(cloud, tmp_path).endswith(text)


FEDERATED = {"identity_provider": "corp", "protocol": "mapped"}
SAML = {**FEDERATED, "username": "j", "password": "p", "identity_provider_url": "https://idp.test"}
ADFS = {**SAML, "service_provider_endpoint": "https://sp.test", "service_provider_entity_id": "s"}
OAUTH = {"consumer_key": "a", "consumer_secret": "b", "access_key": "c", "access_secret": "d"}


@pytest.mark.parametrize(
    ("auth_type", "keys", "module", "command"),
    [
        ("v3kerberos", {}, "requests_kerberos", "pip install 'keystoneauth1[kerberos]'"),
        ("v3fedkerb", FEDERATED, "requests_kerberos", "pip install 'keystoneauth1[kerberos]'"),
        ("v3samlpassword", SAML, "lxml", "pip install 'keystoneauth1[saml2]'"),
        ("v3adfspassword", ADFS, "lxml", "pip install 'keystoneauth1[saml2]'"),
        ("v3oauth1", OAUTH, "oauthlib", "pip install 'keystoneauth1[oauth1]'"),
    ],
)
def test_a_missing_library_is_named(
    auth_type: str, keys: dict[str, str], module: str, command: str, tmp_path: Path
) -> None:
    if importlib.util.find_spec(module) is not None:
        pytest.skip(f"{module} is installed here")
    auth = {"auth_url": "https://iam.example.test/v3", **keys}
    assert command in broken({"auth_type": auth_type, "auth": auth}, tmp_path)


def test_an_auth_type_that_nobody_knows(tmp_path: Path) -> None:
    cloud = Company().cloud(auth_type="v3nonesuch")
    assert "knows auth_type v3nonesuch" in broken(cloud, tmp_path)


def test_a_plugin_that_opens_a_browser_here(tmp_path: Path) -> None:
    cloud = Company().cloud(auth_type="v3websso")
    assert "openstack token issue" in broken(cloud, tmp_path)


def test_a_plugin_without_tokens(tmp_path: Path) -> None:
    cloud = {"auth_type": "http_basic", "auth": {"username": "j", "password": "p"}}
    assert "auth_type http_basic gives no token" in broken(cloud, tmp_path)


def test_a_key_that_the_plugin_does_not_know(tmp_path: Path) -> None:
    cloud = Company().cloud(auth={"colour": "topsecret"})
    assert "v3oidcpassword does not know the key colour" in broken(cloud, tmp_path)
