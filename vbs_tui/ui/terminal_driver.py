"""Textual's driver, for a terminal that is shared with other programs."""

from __future__ import annotations

import os
import select
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

_AT_ONCE = 65_536
"""Bytes that are gathered before they are written without being asked for."""

_POLL = 0.5
"""Seconds until a terminal that takes nothing is asked again."""


class PatientFile:
    """Writes to the descriptor of *stream*, also where another program left it non-blocking.

    Python's own stream raises then as soon as the link is slow; Textual's writing thread ends with
    that, and the console waits for it ever after.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._descriptor = stream.fileno()
        self._pending = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Gather *text*, and write when it has become much."""
        self._pending += text.encode(self._stream.encoding, self._stream.errors or "strict")
        if len(self._pending) >= _AT_ONCE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Write what was gathered, however long that takes."""
        while self._pending:
            try:
                del self._pending[: os.write(self._descriptor, self._pending)]
            except BlockingIOError:
                select.select([], [self._descriptor], [], _POLL)
            except OSError:
                self._pending.clear()  # the terminal is gone, which ends the program elsewhere


class TerminalDriver(LinuxDriver):
    """See :class:`PatientFile`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = PatientFile(self._file)
