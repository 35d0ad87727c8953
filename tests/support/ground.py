"""The ground on which tests make clouds that go wrong: servers of few words, and a DNS of its own.

Nothing here leaves this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from vbs_tui.simulator import Simulator

PAGE = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Sign in</body></html>"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Environment = dict[str, str]


class Server:
    """A server of few words on a thread of its own: *talk* has every connection for itself.

    *talk* and the certificate of *context* may be changed while it runs.
    """

    def __init__(
        self, talk: Talk, *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
    ) -> None:
        self.talk = talk
        self.port = 0
        self.connections = 0
        self._host = host
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Server:
        # A client that breaks off in the middle of a handshake is no news here.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread.start()
        made = asyncio.start_server(self._serve, self._host, 0, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(made, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        rest = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in rest:
            one.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.talk(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def relay_to(port: int) -> Talk:
    """Pass everything on to that port of this machine."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            tasks = [
                asyncio.create_task(_pour(reader, there_writer)),
                asyncio.create_task(_pour(there_reader, writer)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for one in tasks:
                one.cancel()
        finally:
            there_writer.close()

    return talk


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def _whole_request(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length.group(1)) if length else 0)


def answering(status: str, body: bytes = b"", *headers: str) -> Talk:
    """Answer every request alike, and close."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _whole_request(reader)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode() + body)

    return talk


def tunnelling_to(port: int, heard: list[str]) -> Talk:
    """A proxy that connects wherever is wanted to that port; what it was asked goes to *heard*."""
    relay = relay_to(port)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await relay(reader, writer)

    return talk


portal = answering("200 OK", PAGE, "Content-Type: text/html")


async def no_talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in something that is neither TLS nor HTTP over it."""
    await reader.read(65536)  # all of it, or the line is reset
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as an SSH server does."""
    await _whole_request(reader)  # a line with something unread is reset
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset the connection as soon as something comes."""
    await reader.read(1)
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def tls(path: Path) -> ssl.SSLContext:
    """A server's TLS with the certificate and key of *path*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@dataclass
class Ground:
    """Where worlds are made: what they start ends with it, and no name leads off this machine."""

    folder: Path
    stack: ExitStack
    names: dict[str, tuple[socket.AddressFamily, str]] = field(default_factory=dict)
    """What the names that DNS knows here lead to."""

    def simulator(self, **options: Any) -> Simulator:
        return self.stack.enter_context(Simulator(speed=20.0, **options))

    def server(self, talk: Talk, **options: Any) -> Server:
        return self.stack.enter_context(Server(talk, **options))

    def closed_port(self) -> int:
        """A port that stays taken, with nobody listening."""
        line = self.stack.enter_context(socket.socket())
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


@contextmanager
def ground(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A ground, in an environment that names no cloud and no proxy."""
    for name in tuple(os.environ):
        if name.startswith("OS_") or name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    with ExitStack() as stack:
        made = Ground(folder, stack)
        real = socket.getaddrinfo

        def known(host: Any, port: Any, *args: Any, **more: Any) -> Any:
            text = host.decode() if isinstance(host, bytes) else host
            if text in made.names:
                family, address = made.names[text]
                return [(family, socket.SOCK_STREAM, 6, "", (address, int(port)))]
            if text in (None, "localhost", "::1") or text.startswith("127."):
                return real(host, port, *args, **more)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", known)
        yield made


def port_of(simulator: Simulator) -> int:
    return int(simulator.url.rpartition(":")[2])


def user_of(simulator: Simulator, auth_url: str = "") -> Environment:
    """The simulator's demo user, who logs in at *auth_url*."""
    return {
        "OS_AUTH_URL": auth_url or simulator.auth_url,
        "OS_USERNAME": simulator.username,
        "OS_PASSWORD": simulator.password,
        "OS_USER_DOMAIN_NAME": simulator.domain,
    }


def somebody(auth_url: str) -> Environment:
    """A user of a cloud that never gets to look at them."""
    return {
        "OS_AUTH_URL": auth_url,
        "OS_USERNAME": "jane",
        "OS_PASSWORD": "demo-password",
        "OS_USER_DOMAIN_NAME": "ops",
    }
