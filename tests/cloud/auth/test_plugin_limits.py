"""Log-ins by plugins in their bounds: answers without end, and callers who leave."""

from __future__ import annotations

import asyncio
import gzip
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.auth.test_plugin_hardening import connect, refusal_of, scripted
from tests.cloud.auth.test_plugins import SECRETS, THE_PROJECT, shown_by
from tests.support.company import Company, settings_of
from tests.support.wire_server import Act, Heard, Reply, json_reply, reply
from vbs_tui.cloud.auth.plugins.adapter import PluginCredentials
from vbs_tui.cloud.auth.plugins.limits import Limits
from vbs_tui.cloud.auth.tokens import Token
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.threads import NobodyWaits, SharedThreadWork

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
async def test_answers_without_end(answer: Reply, words: str, tmp_path: Path) -> None:
    limit = 0.3 if words == ENDLESS else 60
    async with Company() as company:
        company.instead = {"/idp/token": lambda heard: answer}
        made = settings_of(tmp_path, company.cloud()).credentials
        connection = connect(company, replace(made, limits=Limits(request=limit)))
        with pytest.raises(CloudError) as caught:
            await connection.open(THE_PROJECT)
        failure = caught.value.failure
        assert (failure.message, failure.kind) == (words, ErrorKind.BROKEN)
        text = shown_by(caught.value, connection)
        assert not any(secret in text for secret in SECRETS)


async def test_a_handshake_without_end(tmp_path: Path) -> None:
    async with Company() as company:  # which waits for a request, and hears of TLS
        where = company.server.url.replace("http:", "https:")
        cloud = company.cloud(auth={"access_token_endpoint": f"{where}/idp/token"})
        made = settings_of(tmp_path, cloud).credentials
        refusal = await refusal_of(replace(made, limits=Limits(request=0.3)), company)
        assert str(refusal) == ENDLESS


async def test_a_log_in_of_many_short_requests_ends(tmp_path: Path) -> None:
    async with Company() as company:

        def act(session: Any) -> None:
            while True:
                session.get(f"{company.server.url}/v3", authenticated=False, raise_exc=False)

        made = replace(scripted(company, act), limits=Limits(log_in=0.3))
        refusal = await refusal_of(made, company)
        assert " 0.3 s" in str(refusal)
        assert company.asked == 0


async def test_a_plugin_that_sleeps_is_left_alone(tmp_path: Path) -> None:
    over = threading.Event()
    async with Company() as company:
        made = scripted(company, lambda session: over.wait(60))
        made = replace(made, limits=Limits(log_in=0.1, grace=0.1))
        try:
            assert "came to no end within 0.2 s" in str(await refusal_of(made, company))
        finally:
            over.set()
        await no_thread_left()
        assert company.asked == 0


# Callers who leave


async def no_thread_left() -> None:
    """Wait for all log-ins that nobody waits for."""
    for thread in threading.enumerate():
        if thread.name == "beside":
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


def gated(company: Company, gate: Gate, home: Path) -> PluginCredentials:
    company.instead = {DISCOVERY: gate}
    auth = {"discovery_endpoint": f"{company.server.url}{DISCOVERY}"}
    made: PluginCredentials = settings_of(home, company.cloud(auth=auth)).credentials
    return made


async def left(made: PluginCredentials, gate: Gate, company: Company) -> None:
    """A log-in that is waited for until its first request, and no longer."""
    caller: asyncio.Task[Token] = asyncio.create_task(made.token(company.clock.now()))
    await gate.reached.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)


async def test_a_log_in_that_nobody_waits_for_sends_no_password(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        made = gated(company, gate, tmp_path)
        await left(made, gate, company)
        gate.open.set()
        await no_thread_left()
        assert company.asked == 0
        assert (await made.token(company.clock.now())).user_name == "ops-jane"
        assert company.asked == 1


async def test_the_next_caller_joins_a_log_in_under_way(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        made = gated(company, gate, tmp_path)
        await left(made, gate, company)
        callers = [asyncio.create_task(made.token(company.clock.now())) for _ in range(3)]
        await asyncio.sleep(0)  # all of them have come
        gate.open.set()
        tokens = await asyncio.gather(*callers)
        assert len({token.secret.reveal() for token in tokens}) == 1
        assert company.asked == 1
        assert len(company.server.of("GET", DISCOVERY)) == 1


async def test_a_refusal_is_everybodys(tmp_path: Path) -> None:
    async with Company() as company:
        gate = Gate()
        made = gated(company, gate, tmp_path)
        no = json_reply({"error": "invalid_grant"}, 401)
        company.instead["/idp/token"] = lambda heard: no
        callers = [asyncio.create_task(refusal_of(made, company)) for _ in range(3)]
        await gate.reached.wait()
        gate.open.set()
        refusals = await asyncio.gather(*callers)
        assert all(one.answered and one.status == 401 for one in refusals)
        assert len({id(one) for one in refusals}) == 3
        assert company.asked == 1


async def test_nothing_is_sent_for_nobody_or_too_late(tmp_path: Path) -> None:
    async with Company() as company:
        made = settings_of(tmp_path, company.cloud()).credentials
        with pytest.raises(NobodyWaits):
            await asyncio.to_thread(made.log_in, company.clock.now(), lambda: False)
        late = replace(made, limits=Limits(log_in=0))
        assert "took longer than 0 s" in str(await refusal_of(late, company))
        assert company.server.connections == 0


async def test_who_comes_as_work_is_given_up_has_it_begun_anew() -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop, runs = asyncio.get_running_loop(), 0
    shared = SharedThreadWork[int]()

    def work() -> int:
        nonlocal runs
        runs += 1
        is_wanted = runs > 1
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(30)
        if not is_wanted:
            raise NobodyWaits
        return runs

    first = asyncio.create_task(shared.result(work, 30))
    await begun.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not shared.is_wanted()
    second = asyncio.create_task(shared.result(work, 30))
    await asyncio.sleep(0)  # it has come
    assert shared.is_wanted()
    go_on.set()
    assert await second == 2
