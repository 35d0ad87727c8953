"""The one connection to the cloud that a backend shares: made when first needed, then kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from vbs_tui.cloud.provider import Ask, Connection
from vbs_tui.cloud.request_log import RequestLog

Connector = Callable[[Ask, RequestLog], Awaitable[Connection]]
"""Makes the connection, on the engine's thread. May be slow, and may fail with ``CloudError``."""


class SharedConnection:
    """Belongs to the engine's event loop."""

    def __init__(self, connector: Connector, ask: Ask, log: RequestLog) -> None:
        self._connector = connector
        self._ask = ask
        self._log = log
        self._making: asyncio.Lock | None = None
        self._connection: Connection | None = None

    async def get(self) -> Connection:
        """The connection, made if there is none. Raises what the connector raises."""
        if self._making is None:
            self._making = asyncio.Lock()
        async with self._making:
            if self._connection is None:
                self._connection = await self._connector(self._ask, self._log)
            return self._connection

    async def replace_if_never_logged_in(self) -> str:
        """Make a new connection, from the present configuration, in place of one whose log-in has
        never succeeded. Returns what that changed, as a sentence; mostly empty.

        Raises what the connector raises.
        """
        failed = self._connection
        if failed is None or failed.token_expires_at is not None:
            return ""  # the log-in succeeded: what failed came after it
        self._connection = None
        await failed.aclose()
        found = await self.get()
        if (failed.identity, failed.user) == (found.identity, found.user):
            return ""
        who = f"{found.user} at " if found.user else ""
        return f"The configuration has changed: now {who}{found.identity}."

    async def aclose(self) -> None:
        """Close it, if there is one."""
        if self._connection is not None:
            await self._connection.aclose()
