"""Certificates that do not serve: nothing is sent, and the sentence says which fault it is."""

from __future__ import annotations

import asyncio
import os
import random
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.support.certificates import make_certificate
from tests.support.fast_clock import FastClock
from tests.support.wire_server import WireServer, json_reply
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.http.messages import Request
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.request_log import RequestLog


def serving(path: Path) -> WireServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return WireServer(lambda heard: json_reply({"fine": 1}), context)


def session(trust: TlsSettings) -> Session:
    return Session(log=RequestLog(), clock=FastClock(), rng=random.Random(1), trust=trust)


@pytest.mark.parametrize(
    ("names", "days", "is_trusted", "words"),
    [
        (("localhost",), 30, False, "self-signed"),
        (("localhost",), -5, True, "expired"),
        (("other.example",), 30, True, "another host name"),
        (("localhost",), 90, True, "not valid yet"),
    ],
)
async def test_bad_certificate_means_not_sent(
    tmp_path: Path, names: tuple[str, ...], days: int, is_trusted: bool, words: str
) -> None:
    path = make_certificate(tmp_path, names=names, days=days)
    server, line = serving(path), session(TlsSettings(cacert=str(path) if is_trusted else ""))
    async with server:
        request = Request("POST", f"{server.url}/x", "do", body=b"{}", submits=True)
        with pytest.raises(CloudError) as caught:
            await line.send(request)
        reading = Request("GET", f"{server.url}/x", "look")
        with pytest.raises(CloudError) as caught_reading:
            await line.read(reading)
        await line.aclose()
    for failure in (caught.value.failure, caught_reading.value.failure):
        assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
        assert words in failure.message
    assert server.heard == []
    assert [call.attempt for call in line.log.calls()] == [1, 1]


@pytest.mark.parametrize("verify", [True, False])
async def test_certificate_is_accepted_when_trusted_or_not_looked_at(
    tmp_path: Path, verify: bool
) -> None:
    path = make_certificate(tmp_path, names=("localhost",))
    server, line = (
        serving(path),
        session(TlsSettings(cacert=str(path) if verify else "", verify=verify)),
    )
    async with server:
        answer = await line.read(Request("GET", f"{server.url}/x", "look"))
        await line.aclose()
    assert answer.status == 200


async def test_server_without_tls_is_no_secure_connection() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server, line = await asyncio.start_server(plain, "127.0.0.1", 0), session(TlsSettings())
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"https://localhost:{port}/x"
        with pytest.raises(CloudError) as caught:
            await line.send(Request("POST", url, "do", body=b"{}", submits=True))
        await line.aclose()
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert "no secure connection" in failure.message


async def test_a_file_to_check_by_is_not_missed_where_nothing_is_checked(tmp_path: Path) -> None:
    async with serving(make_certificate(tmp_path, names=("localhost",))) as server:
        trust = TlsSettings(cacert="/no/such/file", verify=False)
        one = session(trust)
        answer = await one.read(Request("GET", f"{server.url}/v3", "look"))
        assert answer.is_success
        await one.aclose()


@pytest.mark.parametrize("setting", ["cacert", "client_cert", "client_key"])
async def test_a_pipe_is_no_file_and_is_not_waited_for(setting: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    own = make_certificate(tmp_path, names=("localhost",))
    chosen: dict[str, Any] = {"client_cert": str(own), setting: str(pipe)}
    trust = TlsSettings(**chosen)
    one = session(trust)
    with pytest.raises(CloudError) as caught:
        await one.send(Request("GET", "https://localhost:1/v3", "look"))
    assert "this is no file" in caught.value.failure.message
    assert f"{setting.removeprefix('client_')} {pipe}:" in caught.value.failure.message
    assert "cacert, cert and key" in caught.value.failure.hint
    await one.aclose()


@pytest.mark.parametrize("setting", ["cacert", "client_cert", "client_key"])
async def test_a_key_in_place_of_its_file_is_not_shown(setting: str, tmp_path: Path) -> None:
    own = make_certificate(tmp_path, names=("localhost",))
    pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n"
    chosen: dict[str, Any] = {"client_cert": str(own), setting: pem}
    one = session(TlsSettings(**chosen))
    with pytest.raises(CloudError) as caught:
        await one.send(Request("GET", "https://localhost:1/v3", "look"))
    assert "must be the name of a file" in caught.value.failure.message
    assert "MIGHAgEAMBMG" not in repr(caught.value.failure)
    await one.aclose()
