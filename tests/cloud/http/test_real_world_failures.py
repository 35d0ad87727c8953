"""Failures of the real world where they arise: what is known, what to do, and what stays open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.bad_clouds import FAR
from tests.support.certificates import Authority
from tests.support.ground import (
    PAGE,
    Environment,
    answering,
    ground,
    port_of,
    portal,
    relay_to,
    tls,
    tunnelling_to,
    user_of,
)
from tests.support.toy_cloud import BACKUP, VOLUME, ToyCloud
from tests.support.wire_server import Heard, reply
from vbs_tui.cloud.auth.credentials import PasswordCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.client import new_client
from vbs_tui.cloud.http.errors.response_advice import redirect_target
from vbs_tui.cloud.http.proxies import Proxy, proxy_for
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret


def connection_to(url: str, *, cacert: str = "") -> CloudConnection:
    credentials = PasswordCredentials(User("jane", domain_name="ops"), Secret("hush-hush"))
    return CloudConnection(CloudSettings(auth_url=url, credentials=credentials, cacert=cacert))


async def test_opening_a_project_gives_advice_as_listing_them_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        connection = connection_to(f"http://127.0.0.1:{at.server(portal).port}/v3")
        with pytest.raises(CloudError) as caught:
            await connection.open(Project("0" * 32, "eu-de_prod"))
        await connection.aclose()
    assert "A web page came" in caught.value.failure.hint
    assert caught.value.failure.executed is Executed.NO
    assert "Guest Wi-Fi" in caught.value.failure.raw_body


PORTALS: list[tuple[str, Callable[[Heard], bytes]]] = [
    ("A web page came", lambda heard: reply(PAGE)),
    ("A web page came", lambda heard: reply(PAGE, 511)),
    ("Redirections", lambda heard: reply("", 302, {"Location": "https://portal.example.test/x"})),
]


@pytest.mark.parametrize(("words", "service"), PORTALS)
async def test_a_portal_is_told_of_reads_and_never_of_a_submission(
    words: str, service: Callable[[Heard], bytes]
) -> None:
    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as reading:
            await provider.volume(VOLUME)
        with pytest.raises(CloudError) as submitting:
            await provider.submit(BACKUP, VOLUME)
    assert words in reading.value.failure.hint
    assert submitting.value.failure.executed is Executed.UNKNOWN
    assert submitting.value.failure.hint == ""
    assert len(cloud.server.restores) == 1


async def test_a_lost_submission_has_no_advice_of_the_line() -> None:
    async def drop(writer: object) -> None:
        writer.transport.abort()  # type: ignore[attr-defined]

    async with ToyCloud(lambda heard: drop) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as caught:
            await provider.submit(BACKUP, VOLUME)
    assert caught.value.failure.executed is Executed.UNKNOWN
    assert caught.value.failure.hint == ""


async def test_a_proxy_that_wants_a_user_kept_the_submission_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answering("407 Proxy Authentication Required")
    with ground(tmp_path, monkeypatch) as at:
        async with ToyCloud(catalog=_far_catalog()) as cloud:
            provider = await cloud.provider()
            proxy = f"http://127.0.0.1:{at.server(wanted).port}"
            monkeypatch.setenv("https_proxy", proxy)
            with pytest.raises(CloudError) as caught:
                await provider.submit(BACKUP, VOLUME)
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert "asks for a log-in (407)" in failure.message
    assert "user and password into https_proxy" in failure.hint


def _far_catalog() -> list[dict[str, object]]:
    return [
        {
            "type": kind,
            "name": kind,
            "endpoints": [
                {"interface": "public", "region": "eu-de", "url": f"https://vbs.{FAR}/v2/x"}
            ],
        }
        for kind in ("vbsv2", "volumev3")
    ]


async def test_a_read_refused_by_a_proxy_for_want_of_a_user_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may count against the account."""
    with ground(tmp_path, monkeypatch) as at:
        server = at.server(answering("407 Proxy Authentication Required"))
        async with ToyCloud(catalog=_far_catalog()) as cloud:
            provider = await cloud.provider()
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
            with pytest.raises(CloudError):
                await provider.volume(VOLUME)
        assert server.connections == 1


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"https_proxy": "http://p.example.test:3128"}, f"https://{FAR}/v3"),
        ({"HTTPS_PROXY": "p.example.test:3128"}, f"https://{FAR}/v3"),
        ({"http_proxy": "http://p.example.test:3128"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://p.example.test"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://p.example.test", "no_proxy": "example.test"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://p.example.test", "no_proxy": ".example.test"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://p.example.test", "no_proxy": "other.test"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://p.example.test", "no_proxy": "*"}, f"https://{FAR}/v3"),
        ({"all_proxy": "http://a.test", "https_proxy": "http://b.test:1"}, f"https://{FAR}/v3"),
        ({}, f"https://{FAR}/v3"),
    ],
)
def test_the_proxy_that_is_told_is_the_one_that_is_taken(
    environment: Environment, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        told = proxy_for(url)
        client = new_client(TlsSettings().context(), fresh=True, use_proxies=True)
        taken = getattr(client._transport_for_url(httpx.URL(url)), "_pool", None)
        proxy = getattr(taken, "_proxy_url", None)
    if proxy is None:
        assert told is None
    else:
        assert told is not None
        assert (told.host.encode(), told.port) == (proxy.host, proxy.port or 80)
        assert told.variable in environment


def test_a_proxy_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground(tmp_path, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://jane:proxy-pass-2@p.example.test:3128")
        told = proxy_for(f"https://{FAR}/v3")
        assert proxy_for("https://localhost:5000/v3") is None
    assert told == Proxy("p.example.test", 3128, "HTTPS_PROXY", has_user=True)
    assert "proxy-pass-2" not in repr(told)


async def test_through_a_proxy_all_goes_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    with ground(tmp_path, monkeypatch) as at:
        authority = Authority(at.folder)
        simulator = at.simulator()
        cloud = at.server(relay_to(port_of(simulator)), context=tls(authority.sign(FAR)))
        proxy = at.server(tunnelling_to(cloud.port, heard))
        monkeypatch.setenv("https_proxy", f"http://jane:proxy-pass-2@127.0.0.1:{proxy.port}")
        values = user_of(simulator)
        user = User(values["OS_USERNAME"], domain_name=values["OS_USER_DOMAIN_NAME"])
        settings = CloudSettings(
            auth_url=f"https://{FAR}/v3",
            credentials=PasswordCredentials(user, Secret(values["OS_PASSWORD"])),
            cacert=str(authority.path),
        )
        connection = CloudConnection(settings)
        found = await connection.projects()
        await connection.aclose()
    assert len(found) == 3
    assert heard
    assert all(one.startswith(f"CONNECT {FAR}:443") for one in heard)
    assert all("Proxy-Authorization: Basic" in one for one in heard)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://portal.example.test/in?ticket=1#x", "https://portal.example.test"),
        ("http://jane:pass@portal.example.test:8080/", "http://portal.example.test:8080"),
        ("/login", ""),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("https://a\u202eb.example/", "https://a\\u202eb.example"),
        ("", ""),
    ],
)
def test_of_a_redirection_only_scheme_and_host_are_told(location: str, told: str) -> None:
    assert redirect_target(location) == told


async def test_a_redirected_log_in_names_the_host_it_was_sent_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = answering("302 Found", b"", "Location: https://portal.example.test/in?t=portal-ticket")
    with ground(tmp_path, monkeypatch) as at:
        connection = connection_to(f"http://127.0.0.1:{at.server(away).port}/v3")
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        await connection.aclose()
    failure: Failure = caught.value.failure
    assert failure.extra == (("Leads to", "https://portal.example.test"),)
    assert "portal-ticket" not in repr(failure)
