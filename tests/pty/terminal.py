"""A program in a real pseudo-terminal: what it writes, byte by byte, and what that looks like."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyte
from rich.cells import cell_len

from tests.support.fork_server import ForkedProcess, is_fit, server

T = TypeVar("T")

MOST = 30.0
"""Seconds that anything may take on a busy machine. Nothing waits so long unless it fails."""

LEADER = Path(__file__).with_name("leader.py")
END = b"[the program has ended]"
"""Written behind the program's last byte, to know when all of it was read."""

ENTER, ESCAPE, UP, DOWN = b"\r", b"\x1b", b"\x1b[A", b"\x1b[B"
PAGE_UP, PAGE_DOWN, HOME, LAST = b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F"
F5 = b"\x1b[15~"


class Screen(pyte.Screen):
    """What a terminal shows, also between two bytes of one frame."""

    answer: Callable[[str], None] | None = None

    def write_process_input(self, data: str) -> None:
        if self.answer is not None:
            self.answer(data)

    @property
    def display(self) -> list[str]:
        """The lines. Half of a wide character, written over in part, is a blank."""
        return [self._line(self.buffer[y]) for y in range(self.lines)]

    def _line(self, cells: Mapping[int, pyte.screens.Char]) -> str:
        line, is_stub = "", False
        for x in range(self.columns):
            text = cells[x].data or ("" if is_stub else " ")
            is_stub = cell_len(text) == 2
            line += text
        return line


class Terminal:
    """Starts *program* as a shell would, and reads what it writes. A context manager."""

    def __init__(
        self,
        program: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 120,
        lines: int = 40,
        forward_hang_up: bool = True,
        job_control: bool = True,
        answers: bool = False,
        own_start: bool = False,
    ) -> None:
        """*answers*: whether it tells where its cursor is when it is asked, as terminals do.
        *own_start*: not forked, but started as a shell does."""
        self.log = bytearray()
        """Every byte read so far. Look at it under :meth:`wait_until`, or after the end."""
        self.screen = Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._news = threading.Condition()
        self._reading = True
        self._closed = False
        self._wake_read, self._wake_write = os.pipe()
        self._master, self._slave = pty.openpty()
        if answers:
            self.screen.answer = self.send
        self.resize(columns, lines)
        self.before = self.modes()
        self._flags = fcntl.fcntl(self._slave, fcntl.F_GETFL)
        self._status, status = os.pipe()
        stay, self._stay = os.pipe()
        self._leader: subprocess.Popen[bytes] | ForkedProcess
        if not own_start and program[0] == sys.executable and is_fit(program[1:], environment):
            self._leader = server().begin(
                program[1:],
                environment,
                (self._slave, self._slave, self._slave),
                leader=(status, stay, forward_hang_up, job_control),
            )
        else:
            own = [str(status), str(stay), str(int(forward_hang_up)), str(int(job_control))]
            self._leader = subprocess.Popen(
                [sys.executable, "-SE", str(LEADER), *own, *program],
                stdin=self._slave,
                stdout=self._slave,
                stderr=self._slave,
                env=dict(environment),
                start_new_session=True,
                pass_fds=(status, stay),
            )
        os.close(status)
        os.close(stay)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()
        self.pid = int(self._told(MOST))
        self._exit_status: int | None = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._closed:
            return
        if self._exit_status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._stay)
        self._leader.wait(MOST)
        self._closed = True
        os.write(self._wake_write, b"x")
        self._reader.join(MOST)
        for descriptor in (self._slave, self._wake_read, self._wake_write, self._status):
            os.close(descriptor)
        self.close_master()

    # What the operator does

    def send(self, *keys: str | bytes) -> None:
        """Type: text as it is, keys as the bytes a terminal makes of them."""
        for key in keys:
            os.write(self._master, key.encode() if isinstance(key, str) else key)

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the window, and tell the program."""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        with self._news:
            self.screen.resize(lines, columns)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program, not to its leader."""
        os.kill(self.pid, number)

    def fg(self) -> None:
        """Let the stopped program go on, with the terminal."""
        self._leader.send_signal(signal.SIGUSR1)

    def bg(self) -> None:
        """Let the stopped program go on, without the terminal."""
        self._leader.send_signal(signal.SIGUSR2)

    def pause(self) -> None:
        """Stop reading: what the program writes from now on piles up."""
        self._set_reading(False)

    def resume(self) -> None:
        """Read again."""
        self._set_reading(True)

    def close_master(self) -> None:
        """Hang up: the terminal is gone."""
        self._set_reading(False)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # What there is to see

    def wait_until(self, wanted: Callable[[], T], what: str = "", most: float = MOST) -> T:
        """Wait until *wanted* is true of log and screen; its value. ``AssertionError`` with the
        screen after *most* seconds."""
        until = time.monotonic() + most
        with self._news:
            while not (found := wanted()):
                left = until - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    raise AssertionError(f"not seen in {most:g} s: {what}\n{self._shown()}")
            return found

    def wait_for_text(self, *texts: str, most: float = MOST) -> None:
        """Wait until all *texts* are on the screen."""
        self.wait_until(lambda: all(text in self._shown() for text in texts), repr(texts), most)

    def wait_without(self, text: str, most: float = MOST) -> None:
        """Wait until *text* is no longer on the screen."""
        self.wait_until(lambda: text not in self._shown(), f"not {text!r}", most)

    @property
    def shown(self) -> str:
        """The screen as it is now, line by line."""
        with self._news:
            return self._shown()

    def clear(self) -> None:
        """Empty the screen, as whatever runs meanwhile may do."""
        with self._news:
            self.screen.reset()

    def modes(self) -> list[Any]:
        """The line's settings (echo, line editing, …)."""
        return termios.tcgetattr(self._master)

    def restore_modes(self) -> None:
        """Set the line as a shell does that has its terminal back."""
        termios.tcsetattr(self._master, termios.TCSANOW, self.before)

    def echoes(self) -> bool:
        """Whether what is typed is shown by the terminal itself."""
        return bool(self.modes()[3] & termios.ECHO)

    @contextlib.contextmanager
    def without_blocking(self) -> Iterator[None]:
        """The descriptor that the program shares with others does not block meanwhile."""
        fcntl.fcntl(self._slave, fcntl.F_SETFL, self._flags | os.O_NONBLOCK)
        try:
            yield
        finally:
            fcntl.fcntl(self._slave, fcntl.F_SETFL, self._flags)

    @property
    def is_blocking(self) -> bool:
        """Whether the descriptor that the program shares with its shell still blocks."""
        return fcntl.fcntl(self._slave, fcntl.F_GETFL) == self._flags

    @property
    def is_full(self) -> bool:
        """Whether the line takes nothing more, since nobody reads."""
        return not select.select([], [self._slave], [], 0)[1]

    def fill(self, key: bytes, most: float = MOST) -> None:
        """While nobody reads, press *key*, which makes the program draw, until it must wait.

        Nothing tells from outside that it waits: hence more keys than its own queue of frames
        takes (30), one after the other, since frames that come due together are drawn once.
        """
        until = time.monotonic() + most
        beyond = 0
        while beyond < 40:
            assert time.monotonic() < until, "the program did not fill the line"
            self.send(key)
            beyond += self.is_full
            select.select([self._status], [], [], 0.02)

    def ended(self, most: float = MOST) -> int:
        """Wait for the program's end, at most *most* seconds; its exit status."""
        if self._exit_status is None:
            self._exit_status = int(self._told(most))
        return self._exit_status

    def stopped(self, most: float = MOST) -> None:
        """Wait until the program was stopped."""
        assert self._told(most) == "stopped"

    def rest(self) -> bytes:
        """All that an ended program wrote, to the last byte."""
        assert self._exit_status is not None
        os.write(self._slave, END)
        self.wait_until(lambda: END in self.log, "the end of the output")
        with self._news:
            return bytes(self.log).replace(END, b"")

    # Inside

    def _shown(self) -> str:
        return "\n".join(self.screen.display)

    def _told(self, most: float) -> str:
        ready, _, _ = select.select([self._status], [], [], most)
        if not ready:
            raise AssertionError(f"nothing became of the program in {most:g} s")
        line = bytearray()
        while not line.endswith(b"\n"):
            byte = os.read(self._status, 1)
            assert byte, "the leader is gone"
            line += byte
        return line.decode().strip()

    def _set_reading(self, reading: bool) -> None:
        with self._news:
            self._reading = reading
        os.write(self._wake_write, b"x") if not self._closed else None

    def _read(self) -> None:
        while not self._closed:
            wanted = [self._wake_read, self._master] if self._reading else [self._wake_read]
            try:
                ready, _, _ = select.select(wanted, [], [])
                if self._wake_read in ready:
                    os.read(self._wake_read, 1)
                    continue
                data = os.read(self._master, 65536)
            except (OSError, ValueError):
                return
            with self._news:
                self.log += data
                self._stream.feed(data)
                self._news.notify_all()
