"""A server of scripted bytes: what comes in is recorded, what goes out is up to the test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Heard:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def token(self) -> str:
        return self.headers.get("x-auth-token", "")


Act = Callable[[asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Act
Answerer = Callable[[Heard], Reply]


def reply(
    body: bytes | str = b"", status: int = 200, headers: dict[str, str] | None = None
) -> bytes:
    """A whole answer in one piece."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def json_reply(data: object, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    return reply(json.dumps(data), status, {"Content-Type": "application/json", **(headers or {})})


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off, with nothing said."""
    writer.transport.abort()


async def stall(writer: asyncio.StreamWriter) -> None:
    """Say nothing until the other side goes away."""
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def cut(data: bytes) -> Act:
    """Send *data*, then break off."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return act


@dataclass
class WireServer:
    """``async with WireServer(answer) as server``: answers on ``server.url``."""

    answer: Answerer
    context: ssl.SSLContext | None = None
    reset_on_accept: bool = False
    close_after_answer: bool = False
    heard: list[Heard] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with each request that came in whole."""
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        scheme = "http" if self.context is None else "https"
        host = "127.0.0.1" if self.context is None else "localhost"
        return f"{scheme}://{host}:{self.port}"

    def of(self, method: str, ending: str = "") -> list[Heard]:
        return [one for one in self.heard if one.method == method and one.path.endswith(ending)]

    @property
    def restores(self) -> list[Heard]:
        return self.of("POST", "/restore")

    @property
    def log_ins(self) -> list[Heard]:
        return self.of("POST", "/auth/tokens")

    async def __aenter__(self) -> WireServer:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.context, limit=2**20
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if self.reset_on_accept:
                writer.transport.abort()
                return
            await self._talk(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            headers = dict(_header(line) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            one = Heard(method, target, headers, body, number)
            self.heard.append(one)
            self.news.set()
            answer = self.answer(one)
            if not isinstance(answer, bytes):
                await answer(writer)
                return
            writer.write(answer)
            await writer.drain()
            if self.close_after_answer:
                return


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()
