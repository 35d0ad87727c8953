"""Reads: repeated when that is safe, bounded, never redirected, never over an open line."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

import pytest

from tests.support.fast_clock import FastClock
from tests.support.wire_server import Heard, Reply, WireServer, cut, json_reply, reply, reset
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.request_log import RequestLog

OK = json_reply({"fine": True})


@dataclass
class Line:
    """A server that gives *replies* in turn (the last one for ever), and a session to it."""

    replies: list[Reply]

    def __post_init__(self) -> None:
        self.clock = FastClock()
        self.log = RequestLog()
        self.server = WireServer(self._next)
        self.session = Session(
            log=self.log,
            clock=self.clock,
            rng=random.Random(3),
            largest=100_000,
        )

    def _next(self, heard: Heard) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    async def get(self, url: str = "") -> Response:
        async with self.server:
            try:
                return await self.session.read(
                    Request("GET", url or f"{self.server.url}/v1/thing?a=b", "look")
                )
            finally:
                await self.session.aclose()


@pytest.mark.parametrize(
    ("failures", "tries"),
    [
        ([json_reply({}, 503)], 2),
        ([json_reply({}, 500), json_reply({}, 502)], 3),
        ([reset], 2),
        ([cut(b""), reset], 3),
        ([json_reply({}, 429)] * 5, 6),
        ([json_reply({"overLimit": {"message": "x", "retryAfter": 3}}, 413)], 2),
    ],
)
async def test_passing_failure_is_outlasted(failures: list[Reply], tries: int) -> None:
    line = Line([*failures, OK])
    answer = await line.get()
    assert answer.status == 200
    assert len(line.server.heard) == tries
    assert [call.attempt for call in line.log.calls()] == list(range(1, tries + 1))


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (json_reply({}, 503), 3),
        (json_reply({}, 429), 6),
        (json_reply({}, 429, {"Retry-After": "3600"}), 1),
        (json_reply({}, 400), 1),
        (json_reply({}, 401), 1),
        (json_reply({}, 404), 1),
        (json_reply({}, 413), 1),
        (json_reply({}, 501), 1),
        (reply(b"", 302, {"Location": "http://example.invalid/"}), 1),
    ],
)
async def test_lasting_failure_is_handed_back_in_the_end(answer: bytes, tries: int) -> None:
    line = Line([answer])
    found = await line.get()
    assert not found.is_success
    assert len(line.server.heard) == tries


async def test_lost_connections_end_as_an_error() -> None:
    line = Line([reset])
    with pytest.raises(CloudError) as caught:
        await line.get()
    assert caught.value.failure.kind is ErrorKind.BROKEN
    assert len(line.server.heard) == 3


async def test_wait_follows_the_servers_word() -> None:
    line = Line([json_reply({}, 429, {"Retry-After": "7"}), OK])
    await line.get()
    assert 7.0 <= line.clock.passed < 8.0


async def test_waits_are_drawn_and_grow() -> None:
    line = Line([json_reply({}, 429)])
    await line.get()
    first, second, third, fourth, fifth = line.clock.sleeps[:5]
    assert all(
        0.0 <= wait <= bound
        for wait, bound in zip(
            (first, second, third, fourth, fifth), (2, 4, 8, 16, 32), strict=True
        )
    )
    assert max(third, fourth, fifth) > 2


@pytest.mark.parametrize("length", [100_001, 40_000_000])
async def test_answer_beyond_the_bound_is_not_read(length: int) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
    line = Line([cut(head + b"x" * min(length, 300_000))])
    with pytest.raises(CloudError) as caught:
        await line.get()
    assert caught.value.failure.kind is ErrorKind.UNUSABLE
    assert "larger" in caught.value.failure.message
    assert len(line.server.heard) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://vbs.example.com/v2",
        "ftp://127.0.0.1/v2",
        "http://user:pass@127.0.0.1/v2",
        "https:///v2",
        "https://[::1/v2",
        "https://host:99999999/v2",
        "http://127.0.0.1 .evil/v2",
        "",
    ],
)
async def test_address_that_must_not_be_used_is_not_used(url: str) -> None:
    line = Line([OK])
    with pytest.raises(CloudError) as caught:
        async with line.server:
            await line.session.read(Request("GET", url, "look", headers={"X-Auth-Token": "tok"}))
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert line.server.connections == 0
    assert line.log.calls() == ()


async def test_path_that_would_be_rewritten_is_not_sent() -> None:
    line = Line([OK])
    async with line.server:
        url = f"{line.server.url}/v2/p/cloudbackups/x/restore/.."
        with pytest.raises(CloudError) as caught:
            await line.session.send(Request("POST", url, "do", body=b"{}", submits=True))
        await line.session.aclose()
    assert caught.value.failure.executed is Executed.NO
    assert line.server.heard == []


async def test_throttled_read_quiets_the_others() -> None:
    line = Line([json_reply({}, 429, {"Retry-After": "30"}), OK])
    at: list[float] = []
    original = line.server.answer

    def noting(heard: Heard) -> Reply:
        at.append(line.clock.passed)
        return original(heard)

    line.server.answer = noting
    async with line.server:
        request = Request("GET", f"{line.server.url}/x", "look")
        first = asyncio.create_task(line.session.read(request))
        await line.server.news.wait()
        answers = [await first, await line.session.read(request)]
        await line.session.aclose()
    assert [answer.status for answer in answers] == [200, 200]
    assert at[0] == 0
    assert all(moment >= 30 for moment in at[1:])


async def test_name_that_does_not_resolve_is_told() -> None:
    line = Line([OK])
    with pytest.raises(CloudError) as caught:
        await line.session.read(Request("GET", "https://no-such-host.invalid/v3", "look"))
    assert caught.value.failure.kind is ErrorKind.NOT_SENT
    assert "no-such-host.invalid" in caught.value.failure.message
    assert caught.value.failure.executed is Executed.NO
    await line.session.aclose()


async def test_strange_host_name_is_an_error_like_any_other() -> None:
    line = Line([OK])
    with pytest.raises(CloudError):
        await line.session.read(Request("GET", f"https://{'a' * 80}.example/v3", "look"))
    await line.session.aclose()


async def test_certificate_file_that_is_missing_is_told() -> None:
    session = Session(
        log=RequestLog(),
        clock=FastClock(),
        rng=random.Random(1),
        trust=TlsSettings(cacert="/nonexistent/ca.pem"),
    )
    with pytest.raises(CloudError) as caught:
        await session.read(Request("GET", "https://127.0.0.1:9/v3", "look"))
    told = "the certificate files cannot be used (cacert /nonexistent/ca.pem: "
    assert caught.value.failure.message.startswith(told)


async def test_proxy_that_refuses_the_tunnel_means_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for answer in (reply(b"who are you", 407), cut(b"")):
        line = Line([answer])
        async with line.server:
            monkeypatch.setenv("HTTPS_PROXY", line.server.url)
            monkeypatch.setenv("NO_PROXY", "")
            request = Request(
                "POST", "https://vbs.example.com/v2/r", "do", body=b"{}", submits=True
            )
            with pytest.raises(CloudError) as caught:
                await line.session.send(request)
            await line.session.aclose()
        assert [heard.method for heard in line.server.heard] == ["CONNECT"]
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)


async def test_loopback_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await Line([OK]).get()).status == 200


async def test_cookies_are_not_kept() -> None:
    line = Line([json_reply({}, 200, {"Set-Cookie": "id=1; Path=/"})])
    async with line.server:
        for _ in range(2):
            await line.session.read(Request("GET", f"{line.server.url}/x", "look"))
        await line.session.aclose()
    assert all("cookie" not in heard.headers for heard in line.server.heard)


async def test_pace_allows_a_burst_and_then_four_a_second() -> None:
    clock = FastClock()
    limiter = RateLimiter(clock, per_second=4, burst=10)
    for _ in range(10):
        await limiter.turn()
    assert clock.passed == 0
    for _ in range(8):
        await limiter.turn()
    assert clock.passed == pytest.approx(2.0)
    assert limiter.take() == pytest.approx(0.25)
    assert clock.passed == pytest.approx(2.0)


async def test_pause_holds_everybody_but_the_urgent() -> None:
    clock = FastClock()
    limiter = RateLimiter(clock)
    limiter.pause(30)
    limiter.take()
    assert clock.passed == 0
    await limiter.turn()
    assert clock.passed == pytest.approx(30)
