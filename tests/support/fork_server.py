"""The program in a process of its own that need not import everything again.

Half the time of a test that runs ``vbs-tui`` is Python's start and its imports. Here one process
does both once and then forks for each run. A run has its own process, arguments, environment,
working directory and standard streams, and comes and goes through the program's own front door,
``vbs_tui.cli.program``. Not for what depends on how Python itself starts: see :func:`is_fit`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parents[2]
PROGRAM = ("-m", "vbs_tui")

_IMPORTED = (
    "httpx",
    "keystoneauth1.loading",
    "yaml",
    "starlette.applications",
    "starlette.routing",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
    "vbs_tui.commands.doctor",
    "vbs_tui.commands.jobs",
    "vbs_tui.commands.restore",
    "vbs_tui.commands.watch",
    "vbs_tui.cloud.config.clouds_yaml",
    "vbs_tui.cloud.connection",
    "vbs_tui.cloud.http.client",
    "vbs_tui.simulator.app",
    "textual.app",
    "textual.command",
    "textual.drivers.linux_driver",
    "textual.widgets._input",
    "textual.widgets._static",
)
"""Nothing that depends on where it is imported: ``openstack.config`` looks at the environment, and
the classes of ``vbs_tui.ui`` get the keys that ``config.toml`` sets."""

_READ_AT_START = ("PYTHON", "LC_", "LANG", "TEXTUAL_", "LD_")
"""How variables begin that Python or a library looks at when it starts."""

_HARMLESS = (
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
    "TEXTUAL_SNAPSHOT_TEMPDIR",
)

_LARGEST = 1 << 20
"""Bytes of one request."""


def is_fit(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether Python with *arguments* would be no different for having been forked."""
    if tuple(arguments[:2]) != PROGRAM:
        return False
    for name in {*environment, *os.environ}:
        if name.startswith(_READ_AT_START) and name not in _HARMLESS:
            there, here = environment.get(name), os.environ.get(name)
            if there != here and (there, here) != ("C.UTF-8", None):
                return False
    return environment.get("PYTHONPATH", str(ROOT)) == str(ROOT)


class ForkedProcess:
    """One run. Its first process is *pid*; :meth:`wait` tells how that ended."""

    def __init__(self, report: int) -> None:
        self._report = report
        self._heard = b""
        self.pid = int(self._line(60.0))
        self.returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """The exit status; negative for a signal. Raises ``TimeoutExpired``."""
        if self.returncode is None:
            self.returncode = int(self._line(timeout))
            os.close(self._report)
        return self.returncode

    def _line(self, timeout: float) -> str:
        until = time.monotonic() + timeout
        while b"\n" not in self._heard:
            ready, _, _ = select.select([self._report], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired("vbs-tui", timeout)
            piece = os.read(self._report, 100)
            if not piece:
                raise RuntimeError("the fork server ended")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()


class ForkServer:
    """The process that forks. It ends when its socket is closed, at the latest with this one."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )

    def begin(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: tuple[int, int, int],
        *,
        leader: tuple[int, int, bool, bool] | None = None,
    ) -> ForkedProcess:
        """Run ``python *arguments*`` on *streams*.

        *leader*: the arguments of ``tests.pty.leader.lead``, when the run belongs into a session
        of its own that has the terminal *streams*; the process is that leader's then.
        """
        report, theirs = os.pipe()
        request = {
            "arguments": list(arguments[2:]),
            "environment": dict(environment),
            "folder": str(Path.cwd()),
            "leader": leader is not None,
            "forward": leader is not None and leader[2],
            "jobs": leader is not None and leader[3],
        }
        passed = [*streams, theirs, *(leader[:2] if leader is not None else ())]
        try:
            socket.send_fds(self._socket, [json.dumps(request).encode()], passed)
        finally:
            os.close(theirs)
        return ForkedProcess(report)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As ``subprocess.run`` with nothing on stdin and the output captured as text."""
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            streams = (nothing.fileno(), out.fileno(), err.fileno())
            process = self.begin(arguments, environment, streams)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout)
                raise
            return subprocess.CompletedProcess(list(arguments), status, _text(out), _text(err))

    def close(self) -> None:
        self._socket.close()
        self._process.wait(60)


_server: ForkServer | None = None


def run_program(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run ``vbs-tui *arguments*`` with nothing on stdin, its output captured as text."""
    command = [*PROGRAM, *arguments]
    if is_fit(command, environment):
        return server().run(command, environment, timeout)
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
    )


def server() -> ForkServer:
    """The one of this test process, started when it is first needed."""
    global _server  # noqa: PLW0603 - one for all tests of a process
    if _server is None:
        _server = ForkServer()
    return _server


def close() -> None:
    """End it, if it was started."""
    global _server  # noqa: PLW0603
    if _server is not None:
        _server.close()
        _server = None


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


# In the process that forks


def _serve(number: int) -> None:
    for name in _IMPORTED:
        import_module(name)
    line = socket.socket(fileno=number)
    while True:
        data, descriptors, _, _ = socket.recv_fds(line, _LARGEST, 8)
        _reap(os.WNOHANG)
        if not data:
            _reap(0)
            return
        if os.fork() == 0:
            line.close()
            _start(json.loads(data), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _reap(how: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _start(request: Mapping[str, Any], descriptors: Sequence[int]) -> NoReturn:
    """Begin the run that is asked for, and report how it ends."""
    report = descriptors[3]
    first = os.fork()
    if first == 0:
        os.close(report)
        _be(request, descriptors[:3], descriptors[4:])
    for descriptor in (*descriptors[:3], *descriptors[4:]):
        os.close(descriptor)
    with contextlib.suppress(BrokenPipeError):
        os.write(report, b"%d\n" % first)
        _, ended = os.waitpid(first, 0)
        os.write(report, b"%d\n" % os.waitstatus_to_exitcode(ended))
    os._exit(0)


def _be(request: Mapping[str, Any], streams: Sequence[int], others: Sequence[int]) -> NoReturn:
    """Become what Python would be with these arguments."""
    for target, descriptor in enumerate(streams):
        os.dup2(descriptor, target)
    for descriptor in streams:
        if descriptor > 2:
            os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = ["vbs-tui", *request["arguments"]]

    def run() -> NoReturn:
        for descriptor in others:
            os.close(descriptor)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _open_streams()
        from vbs_tui.cli import program

        program()

    try:
        if request["leader"]:
            from tests.pty.leader import lead

            os.setsid()
            lead(others[0], others[1], request["forward"], request["jobs"], run)
        else:
            run()
        os._exit(0)
    except SystemExit as leaving:
        _end(leaving.code)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        _end(1)


def _end(code: object) -> NoReturn:
    """As Python's own end: what the program printed is written, or the status says that not."""
    status = code if isinstance(code, int) else 0 if code is None else 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        status = 120
    os._exit(status & 0xFF)


def _open_streams() -> None:
    """The streams, as Python makes them for C.UTF-8."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = io.FileIO(number, "wb" if number else "rb", closefd=False)
        buffer = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
        stream = io.TextIOWrapper(
            buffer,
            encoding="utf-8",
            errors="backslashreplace" if number == 2 else "surrogateescape",
            line_buffering=number == 2 or raw.isatty(),
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
