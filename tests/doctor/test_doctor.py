"""``vbs-tui doctor``: each step in words, nothing secret, nothing sent but reads."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from socket import AF_INET, AF_INET6

import pytest

from tests.support.bad_clouds import BAD_CLOUDS, FAR, SECRETS, BadCloud
from tests.support.certificates import Authority
from tests.support.ground import (
    Server,
    Talk,
    answering,
    ground,
    port_of,
    relay_to,
    tls,
    tunnelling_to,
    user_of,
)
from vbs_tui.cli import main
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.doctor.finding import Health
from vbs_tui.doctor.network.checks import check_network
from vbs_tui.doctor.network.dns import Resolution
from vbs_tui.doctor.network.tcp import ConnectionAttempt, connect
from vbs_tui.simulator import Simulator

Capture = pytest.CaptureFixture[str]
Doctor = Callable[..., tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as one:
        yield one


@pytest.fixture
def doctor(
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Doctor:
    def run(**changes: str) -> tuple[int, dict[str, dict[str, str]]]:
        values = {
            "XDG_STATE_HOME": str(tmp_path),
            "OS_AUTH_URL": simulator.auth_url,
            "OS_USERNAME": simulator.username,
            "OS_PASSWORD": simulator.password,
            "OS_USER_DOMAIN_NAME": simulator.domain,
            "OS_PROJECT_NAME": "eu-de_prod",
        } | changes
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        status = main(["doctor", "--json"])
        told = capsys.readouterr().out
        assert values["OS_PASSWORD"] not in told
        rows = json.loads(told)
        for row in rows:
            if row["step"] == "endpoint":
                row["step"] = f"endpoint {row['seen'].partition(' ')[0]}"
        return status, {row["step"]: row for row in rows}

    return run


def test_a_good_cloud(doctor: Doctor, simulator: Simulator) -> None:
    status, found = doctor()
    assert status == 0
    steps = ("DNS", "TCP", "clock", "log-in", "project", "backups", "volumes", "journal")
    assert {found[step]["health"] for step in steps} == {"ok"}
    assert found["TLS"]["health"] == "warning"
    assert all(r.method in ("GET", "HEAD") or "/auth/" in r.path for r in simulator.ledger.requests)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"OS_PASSWORD": "not-the-password"}, "log-in"),
        ({"OS_USER_DOMAIN_NAME": "nowhere"}, "log-in"),
        ({"OS_PROJECT_NAME": "eu-de_none"}, "log-in"),
        ({"OS_AUTH_URL": "https://name.invalid/v3"}, "DNS"),
        ({"OS_AUTH_URL": ""}, "configuration"),
        ({"OS_USERNAME": ""}, "configuration"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    doctor: Doctor, changes: dict[str, str], step: str
) -> None:
    status, found = doctor(**changes)
    assert status == 1
    assert found[step]["health"] == "failed"
    assert found[step]["do"]


def test_a_closed_port(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _, found = doctor(OS_AUTH_URL=f"http://127.0.0.1:{port}/v3")
    assert found["TCP"]["health"] == "failed"


class AnyClock(SystemClock):
    """The machine's clock, set wrong."""

    def __init__(self, off: int) -> None:
        self.off = timedelta(seconds=off)

    def now(self) -> datetime:
        return super().now() + self.off


@pytest.mark.parametrize(
    ("off", "signs", "health"),
    [
        (5, True, Health.OK),
        (120, True, Health.WARNING),
        (1200, True, Health.FAILED),
        (-1200, True, Health.FAILED),
        (1200, False, Health.WARNING),
    ],
)
def test_clocks_are_compared(simulator: Simulator, off: int, signs: bool, health: Health) -> None:
    report = asyncio.run(
        check_network(simulator.auth_url, TlsSettings(), AnyClock(off), signs=signs)
    )
    clock = next(one for one in report.findings if one.step == "clock")
    assert clock.health is health, clock
    assert report.can_log_in


def test_scope_and_rights_are_told(doctor: Doctor, simulator: Simulator) -> None:
    _, found = doctor()
    project = simulator.world.project("eu-de_prod")
    scope = found["scope"]["seen"]
    for words in ("eu-de_prod", project.id, simulator.domain, simulator.username, " (24.0 h)"):
        assert words in scope
    assert found["roles"]["seen"] == "vbs_adm, evs_adm"
    assert found["restore"]["health"] == "ok"
    assert "catalog type vbsv2" in found["endpoint vbs"]["seen"]


def test_a_user_who_may_only_look_is_warned(doctor: Doctor) -> None:
    status, found = doctor(OS_USERNAME="demo-viewer")
    assert status == 0
    assert found["roles"]["seen"] == "readonly"
    assert found["restore"]["health"] == "warning"
    assert "VBS Administrator" in found["restore"]["do"]


def test_an_access_key_is_looked_at_without_a_token(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    pair = simulator.world.access_keys[0]
    with ground(tmp_path, monkeypatch):
        monkeypatch.setenv("OS_AUTH_URL", simulator.auth_url)
        monkeypatch.setenv("OS_ACCESS_KEY", pair.access)
        monkeypatch.setenv("OS_SECRET_KEY", pair.secret)
        status = main(["doctor"])
    told = capsys.readouterr().out
    assert status == 0
    assert pair.secret not in told
    assert "no token" in told
    assert "an access key signs each request" in told


def test_a_password_in_the_address_is_not_shown(doctor: Doctor) -> None:
    # The fixture makes sure that the password is nowhere in the output.
    password = "pass-in-url-3"
    status, found = doctor(
        OS_AUTH_URL=f"https://jane:{password}@iam.example.test/v3", OS_PASSWORD=password
    )
    assert status == 1
    assert found["address"]["health"] == "failed"


@pytest.mark.parametrize(
    ("days", "verify", "health", "words"),
    [
        (30, True, "ok", ("issued by Practice Authority", "29 days left")),
        (10, True, "warning", ("9 days left", "ends soon")),
        (30, False, "warning", ("not checked", "Set verify: true")),
    ],
)
def test_behind_a_proxy_the_proxy_is_reached_and_the_cloud_looked_at(
    days: int,
    verify: bool,
    health: str,
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    heard: list[str] = []
    with ground(tmp_path, monkeypatch) as at:
        authority = Authority(at.folder)
        simulator = at.simulator()
        relay = relay_to(port_of(simulator))
        cloud = at.server(relay, context=tls(authority.sign(FAR, days=days)))
        proxy = at.server(tunnelling_to(cloud.port, heard))
        values = user_of(simulator, f"https://{FAR}/v3") | {
            "https_proxy": f"http://jane:proxy-pass-2@127.0.0.1:{proxy.port}",
            "OS_CACERT": str(authority.path),
            "OS_INSECURE": "" if verify else "true",
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        status = main(["doctor", "--json"])
    told = capsys.readouterr().out
    found = {row["step"]: row for row in json.loads(told)}
    assert status == 0, told
    assert found["proxy"]["seen"] == f"127.0.0.1:{proxy.port}, set by https_proxy, with a user"
    assert found["TCP"]["seen"] == f"127.0.0.1:{proxy.port} answers"
    assert found["TLS"]["health"] == health
    assert found["TLS"]["seen"].startswith("TLSv1")
    for one in words:
        assert one in f"{found['TLS']['seen']} {found['TLS']['do']}"
    assert found["log-in"]["health"] == "ok"
    assert not any(secret in told for secret in SECRETS)
    assert heard


def test_one_address_of_several_is_enough(simulator: Simulator) -> None:
    async def look() -> ConnectionAttempt:
        host = Resolution("cloud.example", ((AF_INET6, "ff0e::db8"), (AF_INET, "127.0.0.1")))
        return await connect(host, port_of(simulator), 5.0)

    reach = asyncio.run(look())
    assert reach.is_open
    assert "but not at ff0e::db8" in reach.seen


@pytest.mark.parametrize("bad", BAD_CLOUDS, ids=str)
def test_every_bad_cloud_is_told_at_its_step_with_what_to_do(
    bad: BadCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ground(tmp_path, monkeypatch) as at:
        for name, value in bad.build(at).items():
            monkeypatch.setenv(name, value)
        status = main(["doctor", "--json"])
    told = capsys.readouterr().out
    assert status == int(bad.is_fatal)
    rows = json.loads(told)
    worst = [row for row in rows if row["step"] == bad.step and row["health"] == bad.health]
    assert len(worst) == 1, told
    assert worst[0]["do"]
    for words in bad.words:
        assert words in f"{worst[0]['seen']} {worst[0]['do']}"
    assert not any(secret in told for secret in SECRETS)
    assert bad.host in told
    if not bad.is_fatal:
        assert not any(row["health"] == "failed" for row in rows)


ROUTERS = {
    "message": "The resource could not be found.<br /><br />\n\n\n",
    "code": "404 Not Found",
    "title": "Not Found",
}
ITEMS = {"itemNotFound": {"code": 404, "message": "Volume 0000 could not be found."}}


def neighbour(unknown: Mapping[str, object]) -> Talk:
    """A service with lists of backups and disks, as Cinder has, that answers all else so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split()[1].partition("?")[0]
        kind = path.split("/")[3] if path.count("/") > 2 else ""
        is_list = path.startswith("/v3/") and kind in ("backups", "volumes")
        answer: Mapping[str, object] = {kind: []} if is_list else unknown
        await answering("200 OK" if is_list else "404 Not Found", json.dumps(answer).encode())(
            _already(head), writer
        )

    return talk


def _already(head: str) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(head.encode("latin-1"))
    reader.feed_eof()
    return reader


@pytest.mark.parametrize("path", ["", "/v3/%(project_id)s"])
def test_an_address_that_is_no_vbs_is_named(doctor: Doctor, path: str) -> None:
    with Server(neighbour(ROUTERS)) as cinder:
        status, found = doctor(OS_VBS_ENDPOINT_OVERRIDE=f"http://127.0.0.1:{cinder.port}{path}")
    assert status == 1
    assert found["backups"]["health"] == "ok"
    assert found["VBS"]["health"] == "failed"
    assert f"http://127.0.0.1:{cinder.port} is no VBS" in found["VBS"]["seen"]
    assert "vbs_endpoint_override" in found["VBS"]["do"]
    assert sum(row["health"] == "failed" for row in found.values()) == 1


def test_a_404_of_the_service_itself_proves_nothing(doctor: Doctor) -> None:
    with Server(neighbour(ITEMS)) as service:
        _, found = doctor(OS_VBS_ENDPOINT_OVERRIDE=f"http://127.0.0.1:{service.port}")
    assert "VBS" not in found


def test_vbs_itself_is_told_as_such(doctor: Doctor, simulator: Simulator) -> None:
    status, found = doctor()
    assert status == 0
    assert found["VBS"]["health"] == "ok"
    assert simulator.ledger.restore_posts() == []
