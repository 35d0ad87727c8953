"""Certificates that do not serve: nothing is sent, and the sentence says which fault it is."""

from __future__ import annotations

import asyncio
import random
import ssl
from pathlib import Path

import pytest

from tests.certificates import make_certificate
from tests.cloud.fast_clock import FastClock
from tests.cloud.wire_server import WireServer, json_reply
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.exchange import Request
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.cloud.session import Session
from vbs_tui.cloud.trust import Trust


def serving(path: Path) -> WireServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return WireServer(lambda heard: json_reply({"fine": 1}), context)


def session(trust: Trust) -> Session:
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
    server, line = serving(path), session(Trust(cacert=str(path) if is_trusted else ""))
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
    server, line = serving(path), session(Trust(cacert=str(path) if verify else "", verify=verify))
    async with server:
        answer = await line.read(Request("GET", f"{server.url}/x", "look"))
        await line.aclose()
    assert answer.status == 200


async def test_server_without_tls_is_no_secure_connection() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server, line = await asyncio.start_server(plain, "127.0.0.1", 0), session(Trust())
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"https://localhost:{port}/x"
        with pytest.raises(CloudError) as caught:
            await line.send(Request("POST", url, "do", body=b"{}", submits=True))
        await line.aclose()
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert "no secure connection" in failure.message
