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

_BUFFER_SIZE = 65_536
"""Bytes that are buffered at most before they are written without a flush."""

_POLL = 0.5
"""Seconds until a terminal that accepts nothing is tried again."""


class OutputMark(str):
    """An empty string that marks a place in the output: *callback* is called, in the writer thread,
    with the moment of ``time.monotonic`` at which the terminal had accepted all before it."""

    callback: Callable[[float], None]

    def __new__(cls, callback: Callable[[float], None]) -> OutputMark:
        mark = super().__new__(cls)
        mark.callback = callback
        return mark


class BlockingWriter:
    """Blocks until *stream* accepts the output, also where another program made it non-blocking.

    Python's own stream raises then as soon as the line is slow; that ends Textual's writer thread,
    and the console waits for it forever.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._descriptor = stream.fileno()
        self._pending = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Buffer *text*, and write the buffer when it is large."""
        if isinstance(text, OutputMark):
            self.flush()
            text.callback(time.monotonic())
            return 0
        self._pending += text.encode(self._stream.encoding, self._stream.errors or "strict")
        if len(self._pending) >= _BUFFER_SIZE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Write the buffer, however long that takes."""
        while self._pending:
            try:
                del self._pending[: os.write(self._descriptor, self._pending)]
            except BlockingIOError:
                select.select([], [self._descriptor], [], _POLL)
            except OSError:
                self._pending.clear()  # the terminal is gone; another part ends the program


class TerminalDriver(LinuxDriver):
    """Writes through a :class:`BlockingWriter`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = BlockingWriter(self._file)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's own size, which follows a resize; variables only where it has none."""
        for descriptor in (self._file.fileno(), self.fileno):
            with contextlib.suppress(OSError, ValueError):
                size = os.get_terminal_size(descriptor)
                if size.columns > 0 and size.lines > 0:
                    return size.columns, size.lines
        return super()._get_terminal_size()

    def after_written(self, callback: Callable[[float], None]) -> None:
        """Call *callback* once all output so far was accepted; see :class:`OutputMark`."""
        self.write(OutputMark(callback))

    def ask_cursor(self) -> None:
        """Ask the terminal where its cursor is; its answer comes as an event."""
        self.write(_WHERE_IS_THE_CURSOR)
        self.flush()
