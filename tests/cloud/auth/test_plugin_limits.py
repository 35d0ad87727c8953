"""Log-ins by plugins in their bounds: answers without end, and callers who leave."""

from __future__ import annotations

import asyncio
import gzip
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.auth.support import SECRETS, THE_PROJECT, connect, failure_of, scripted, shown_by
from tests.support.company import Company
from tests.support.wire_server import Act, Heard, Reply, json_reply, reply
from vbs_tui.cloud.auth.plugins import log_in, transport
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind

DISCOVERY = "/idp/.well-known/openid-configuration"


# How much and how long


def dripping(start: bytes, drop: bytes) -> Act:
    async def act(writer: Any) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.01)  # the pace is what is tested

    return act


async def flood(writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


PACKED = gzip.compress(b" " * 40_000_000, mtime=0)
BOMB = reply(PACKED, 200, {"Content-Encoding": "gzip"})
HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = "127.0.0.1 came to no end within 0.3 s"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (flood, "127.0.0.1 answers with more than 4 MiB"),
        (BOMB, "127.0.0.1 answers with more than 4 MiB"),
        (dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), ENDLESS),
        (dripping(HEAD + b"\r\n", b" "), ENDLESS),
        (dripping(HEAD, b"X"), ENDLESS),
        (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), ENDLESS),
    ],
    ids=["flood", "bomb", "chunks", "body", "line", "continue"],
)
async def test_answers_without_end(
    answer: Reply, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "REQUEST_SECONDS", 0.3 if words == ENDLESS else 60)
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: answer}
        connection = company.connect(tmp_path, company.cloud())
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        failure = caught.value.failure
        assert (failure.message, failure.kind) == (words, ErrorKind.BROKEN)
        text = shown_by(caught.value, connection)
        assert not any(secret in text for secret in SECRETS)


async def test_a_handshake_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "REQUEST_SECONDS", 0.3)
    async with Company() as company:  # which waits for a request, and hears of TLS
        where = company.server.url.replace("http:", "https:")
        cloud = company.cloud(auth={"access_token_endpoint": f"{where}/idp/token"})
        assert (await failure_of(company.connect(tmp_path, cloud))).message == ENDLESS


async def test_a_log_in_of_many_short_requests_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_in, "LOG_IN_SECONDS", 0.3)
    async with Company() as company:

        def act(session: Any) -> None:
            while True:
                session.get(f"{company.server.url}/v3", authenticated=False, raise_exc=False)

        failure = await failure_of(connect(company, scripted(company, act)))
        assert " 0.3 s" in failure.message
        await no_thread_left()
        assert company.asked == 0


async def test_a_plugin_that_sleeps_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_in, "LOG_IN_SECONDS", 0.2)
    over = threading.Event()
    async with Company() as company:
        made = scripted(company, lambda session: over.wait(60))
        try:
            failure = await failure_of(connect(company, made))
            assert "came to no end within 0.2 s" in failure.message
        finally:
            over.set()
        await no_thread_left()
        assert company.asked == 0


# Callers who leave


async def no_thread_left() -> None:
    """Wait for all log-ins that nobody waits for."""
    for thread in threading.enumerate():
        if thread.name == "blocking work":
            await asyncio.to_thread(thread.join, 30)


class Gate:
    """An answer that waits until the test lets it out."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    def __call__(self, heard: Heard) -> Act:
        async def act(writer: Any) -> None:
            self.reached.set()
            await self.open.wait()
            writer.write(json_reply({"issuer": "corp"}, 200, {"Connection": "close"}))
            await writer.drain()

        return act


def gated(company: Company, gate: Gate, home: Path) -> CloudConnection:
    company.instead = {DISCOVERY: gate}
    auth = {"discovery_endpoint": f"{company.server.url}{DISCOVERY}"}
    return company.connect(home, company.cloud(auth=auth))


async def test_a_log_in_of_a_connection_that_is_closed_sends_no_password(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        connection = gated(company, gate, tmp_path)
        caller = asyncio.create_task(connection.projects())
        await gate.reached.wait()
        await connection.aclose()
        gate.open.set()
        await asyncio.gather(caller, return_exceptions=True)
        await no_thread_left()
        assert company.asked == 0
        again = gated(company, gate, tmp_path)
        await again.projects()
        assert again.user == "ops-jane"
        assert company.asked == 1


async def test_the_next_caller_joins_a_log_in_under_way(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        connection = gated(company, gate, tmp_path)
        first = asyncio.create_task(connection.open(THE_PROJECT))
        await gate.reached.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        callers = [asyncio.create_task(connection.open(THE_PROJECT)) for _ in range(3)]
        await asyncio.sleep(0)  # all of them have come
        gate.open.set()
        await asyncio.gather(*callers)
        assert company.asked == 1
        assert len(company.server.of("GET", DISCOVERY)) == 1


async def test_a_refusal_is_everybodys(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        connection = gated(company, gate, tmp_path)
        no = json_reply({"error": "invalid_grant"}, 401)
        company.instead["/idp/token"] = lambda heard: no
        callers = [asyncio.create_task(connection.open(THE_PROJECT)) for _ in range(3)]
        await gate.reached.wait()
        gate.open.set()
        found = await asyncio.gather(*callers, return_exceptions=True)
        failures = [one.failure for one in found if isinstance(one, CloudError)]
        assert [one.status for one in failures] == [401] * 3
        assert all("Refused" in dict(one.extra) for one in failures)
        assert len({id(one) for one in found}) == 3
        assert company.asked == 1
