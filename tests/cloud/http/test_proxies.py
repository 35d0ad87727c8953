"""Proxies by environment: which is taken, what of them is secret, and those that are none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import requests.utils

from tests.support.company import Company
from tests.support.ground import Server, answering, no_talk
from tests.support.toy_cloud import ToyCloud
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.http.proxies import Proxy, UnusableProxy, find_proxy, proxy_secrets
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.doctor.finding import Health
from vbs_tui.doctor.network.checks import check_network

FAR = "https://iam.example.test/v3"
UNUSABLE = [
    "http://proxy.corp:31x28",
    "http://[::1:9",
    "http://proxy.corp:99999",
    "http://ops:4711/rest@proxy.corp:9",
    "http://ops:47#rest@proxy.corp:9",
]


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_user_and_password_are_known_as_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://corp:p%40ss%2Fword@proxy.corp:3128")
    found = find_proxy(FAR)
    assert isinstance(found, Proxy)
    assert (found.address, found.has_user) == ("proxy.corp:3128", True)
    assert proxy_secrets() == ["corp:p@ss/word", "p@ss/word"]
    assert "ss" not in repr(found)


@pytest.mark.parametrize("value", UNUSABLE)
async def test_what_is_none_is_told_as_that_and_shows_nothing(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", value)
    found = find_proxy(FAR)
    assert isinstance(found, UnusableProxy)
    assert found.variable == "https_proxy"
    report = await check_network(FAR, TlsSettings(), SystemClock())
    (finding,) = report.findings
    assert (finding.step, finding.health) == ("proxy", Health.FAILED)
    assert finding.seen == "https_proxy names no proxy that can be used"
    assert "http://HOST:PORT" in finding.do
    async with ToyCloud() as cloud:
        with pytest.raises(CloudError) as caught:
            await cloud.connection(auth_url=FAR).projects()
    failure = caught.value.failure
    assert failure.kind is ErrorKind.NOT_SENT
    assert failure.message == "the proxy settings of this machine cannot be used"
    assert "Correct https_proxy" in failure.hint
    assert not any(part in repr((report, failure)) for part in ("4711", "ops:47", "rest@"))


def test_nobody_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_proxy(FAR) is None
    monkeypatch.setenv("https_proxy", "")
    assert find_proxy(FAR) is None
    monkeypatch.setenv("https_proxy", UNUSABLE[0])
    assert find_proxy("https://127.0.0.1/v3") is None


@pytest.mark.parametrize(
    ("status", "user", "message", "hint"),
    [
        ("407 Wanted", "", "asks for a log-in (407)", "user and password into https_proxy"),
        ("407 Wanted", "a:b@", "asks for a log-in (407)", "does not take the user and password"),
        (
            "403 Forbidden",
            "",
            "refused to connect to idp.example.test",
            "ask whoever runs it to allow",
        ),
    ],
)
async def test_a_plugin_behind_a_proxy(
    status: str,
    user: str,
    message: str,
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Server(answering(status)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{user}127.0.0.1:{proxy.port}")
        async with Company() as company:
            auth = {"access_token_endpoint": "https://idp.example.test/token"}
            connection = company.connect(tmp_path, company.cloud(auth=auth))
            with pytest.raises(CloudError) as caught:
                await connection.projects()
    failure = caught.value.failure
    assert failure.kind is ErrorKind.NOT_SENT
    assert message in failure.message
    assert hint in failure.hint


async def test_a_plugin_with_a_proxy_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:9")
    async with Company() as company:
        auth = {"access_token_endpoint": "https://idp.example.test/token"}
        with pytest.raises(CloudError) as caught:
            await company.connect(tmp_path, company.cloud(auth=auth)).projects()
    assert "SOCKS is not spoken here" in caught.value.failure.hint


async def test_a_proxy_that_is_none_is_named_beside_the_cloud(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Server(no_talk) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        proxy.talk = answering("", b"no http at all")
        async with ToyCloud() as cloud:
            connection = cloud.connection(
                auth_url="http://iam.example.test/v3", verify=False, allow_plain_http=True
            )
            with pytest.raises(CloudError) as caught:
                await connection.projects()
    assert f"or the proxy 127.0.0.1:{proxy.port} on the way," in caught.value.failure.message


PROXY = "http://proxy.corp:3128"


@pytest.mark.parametrize(
    ("exceptions", "url", "is_taken"),
    [
        ("localhost,::1,[::1]", FAR, True),
        ("localhost,::1,[::1]", "https://127.0.0.1/v3", False),
        ("localhost,::1,[::1]", "https://[::1]:5000/v3", False),
        ("192.0.2.0/24", "https://192.0.2.7/v3", False),
        ("192.0.2.0/24", "https://192.0.3.7/v3", True),
        ("10.0.0.0/8, 192.0.2.0/24", "https://192.0.2.7:5000/v3", False),
        ("192.0.2.0/33", "https://192.0.2.7/v3", True),
        ("192.0.2.7", "https://192.0.2.7/v3", False),
        ("2001:db8::1", "https://[2001:db8::1]/v3", False),
        ("example.test", FAR, False),
        (".example.test", FAR, False),
        ("other.test", FAR, True),
        ("iam.example.test:5000", "https://iam.example.test:5000/v3", False),
        ("iam.example.test:5000", FAR, True),
        ("*", FAR, False),
        (" , ,,", FAR, True),
        ("[", FAR, True),
        ("http://[::1", FAR, True),
        ("%ff,\udcff", FAR, True),
    ],
)
def test_exceptions_are_those_of_the_openstack_client(
    exceptions: str, url: str, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spelling in ("no_proxy", "NO_PROXY"):
        with monkeypatch.context() as patch:
            patch.setenv("all_proxy", PROXY)
            patch.setenv(spelling, exceptions)
            found = find_proxy(url)
            assert (found == Proxy("proxy.corp", 3128, "all_proxy")) is is_taken, found
            assert found is None or is_taken


async def test_what_is_not_excepted_goes_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    async with ToyCloud() as cloud:
        with Server(refusing) as proxy:
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv("NO_PROXY", "localhost,::1,[::1],192.0.2.0/24")
            with pytest.raises(CloudError) as caught:
                await cloud.connection(auth_url=FAR).projects()
    assert heard
    assert heard[0].startswith("CONNECT iam.example.test:443")
    assert "proxy settings" not in caught.value.failure.message


async def test_the_variable_that_is_at_fault_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    async with ToyCloud() as cloud:
        with pytest.raises(CloudError) as caught:
            await cloud.connection(auth_url=FAR).projects()
    assert "HTTPS_PROXY names no proxy that can be used" in caught.value.failure.hint


async def test_exceptions_that_cannot_be_understood_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rules of today's library fail on nothing; those of another version might."""

    def failing(*_: object, **__: object) -> dict[str, str]:
        raise ValueError("no such network")

    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "what.ever")
    monkeypatch.setattr(requests.utils, "get_environ_proxies", failing)
    report = await check_network(FAR, TlsSettings(), SystemClock())
    (finding,) = report.findings
    assert finding.seen == "NO_PROXY cannot be understood"
    assert "192.0.2.0/24" in finding.do
    assert "SOCKS" not in finding.do
