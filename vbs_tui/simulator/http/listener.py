"""The listening socket: each response is one write, and connections can be dropped.

uvicorn writes head and body separately. Two small writes would cost clients the delay of an
acknowledgement, some 40 ms, so they are joined.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

CONNECTION = "vbs_tui.simulator.connection"
_KEEP_ALIVE_SECONDS = 75

# uvicorn logs every request that a fault or a stop cut off; here that is intended.
_SILENT = logging.getLogger("vbs_tui.simulator.http.listener")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL + 1)

_Message = dict[str, Any]


class JoiningTransport(asyncio.Transport):
    """Joins everything that is written in one turn of the event loop into one write."""

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._inner = inner
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not data:
            return
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(bytes(data))

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._inner.is_closing():
            self._inner.write(b"".join(parts))

    def close(self) -> None:
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        self._parts.clear()
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def is_reading(self) -> bool:
        return self._inner.is_reading()

    def get_write_buffer_size(self) -> int:
        return self._inner.get_write_buffer_size() + sum(map(len, self._parts))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._inner.set_write_buffer_limits(high, low)


class Connection(H11Protocol):
    """A client's connection that an application may drop."""

    def __init__(
        self, config: Config, server_state: ServerState, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(config, server_state, {}, loop)
        self.logger = self.access_logger = _SILENT
        self.access_log = False
        inner = self.app

        async def app(
            scope: Any,
            receive: Callable[[], Awaitable[Any]],
            send: Callable[[Any], Awaitable[None]],
        ) -> None:
            scope[CONNECTION] = self
            await inner(scope, receive, send)

        self.app = app

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(JoiningTransport(transport, self.loop))

    def drop(self, partial: bytes = b"") -> None:
        """Close without (the rest of) an answer; ``partial`` is sent as it stands."""
        self.cycle.disconnected = True
        self.transport.write(partial)
        self.transport.close()


class Listener:
    """Serves an application on a listening socket, in a thread and a loop of its own."""

    def __init__(self, app: Starlette, sock: socket.socket) -> None:
        self._sock = sock
        self._config = Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> None:
        """Return when connections are accepted."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            asyncio.set_event_loop(None)
            self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await self._loop.create_server(
            lambda: Connection(self._config, self._state, self._loop),
            sock=self._sock,
            backlog=self._config.backlog,
        )
        self._ready.set()
        await self._stopping.wait()
        # Python 3.11 loses a connection that is half accepted when its server closes. So first
        # stop accepting, then let the last connections be made.
        self._loop.remove_reader(self._sock)
        await asyncio.sleep(0)
        server.close()
        for task in self._state.tasks:
            task.cancel()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        self._abort_connections()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._abort_connections()
        await asyncio.sleep(0)

    def _abort_connections(self) -> None:
        for connection in list(self._state.connections):
            connection.transport.abort()
