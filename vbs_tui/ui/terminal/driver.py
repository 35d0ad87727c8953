"""Textual's driver, for a terminal that is shared with other programs."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

_WHERE_IS_THE_CURSOR = "\x1b[6n"

_AT_ONCE = 65_536
"""Bytes that are gathered before they are written without being asked for."""

_POLL = 0.5
"""Seconds until a terminal that takes nothing is asked again."""


class Mark(str):
    """Nothing to write, but a place in what is written: *told* is called, in the thread that
    writes, with the moment of ``time.monotonic`` at which all before it was taken."""

    told: Callable[[float], None]

    def __new__(cls, told: Callable[[float], None]) -> Mark:
        made = super().__new__(cls)
        made.told = told
        return made


class BlockingWriter:
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
        if isinstance(text, Mark):
            self.flush()
            text.told(time.monotonic())
            return 0
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
    """See :class:`BlockingWriter`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = BlockingWriter(self._file)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's own, which changes with it; variables only where it tells none."""
        for descriptor in (self._file.fileno(), self.fileno):
            with contextlib.suppress(OSError, ValueError):
                size = os.get_terminal_size(descriptor)
                if size.columns > 0 and size.lines > 0:
                    return size.columns, size.lines
        return super()._get_terminal_size()

    def after_written(self, told: Callable[[float], None]) -> None:
        """Call *told* once the terminal's line has taken everything so far; see :class:`Mark`."""
        self.write(Mark(told))

    def ask_cursor(self) -> None:
        """Ask the terminal where its cursor is; its answer comes as an event."""
        self.write(_WHERE_IS_THE_CURSOR)
        self.flush()
