"""A session leader, as a shell is one: takes the terminal, runs a program, tells how it ended.

``leader.py STATUS STAY FORWARD JOBS program arguments…``: writes the program's process id and,
later, its exit status to the descriptor STATUS, one a line (``stopped`` in between), and stays
until the descriptor STAY ends, so that the terminal's modes can be looked at. With FORWARD ``1`` a
hang-up is passed on. With JOBS ``1`` the program has a process group of its own, and the terminal:
SIGUSR1 is the shell's ``fg``, SIGUSR2 its ``bg``.
"""

import fcntl
import os
import signal
import sys
import termios
from collections.abc import Callable
from types import FrameType


def lead(
    status: int, stay: int, forward: bool, has_jobs: bool, start: Callable[[], object]
) -> None:
    """*start*: becomes the program, and does not return."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    child = 0

    def hung_up(number: int, _frame: FrameType | None) -> None:
        if forward and child:
            os.kill(child, number)

    # A function, not SIG_IGN, which the program would inherit.
    signal.signal(signal.SIGHUP, hung_up)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is for the program
    # Whoever has the terminal taken away may take it back all the same.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    child = os.fork()
    if not child:
        if has_jobs:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
        for number in (signal.SIGTTOU, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        start()

    def go_on(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGUSR1:
            os.tcsetpgrp(0, child)
        os.killpg(child, signal.SIGCONT)

    signal.signal(signal.SIGUSR1, go_on)
    signal.signal(signal.SIGUSR2, go_on)
    os.write(status, b"%d\n" % child)
    _, ended = os.waitpid(child, os.WUNTRACED)
    while os.WIFSTOPPED(ended):
        os.tcsetpgrp(0, os.getpgrp())
        os.write(status, b"stopped\n")
        _, ended = os.waitpid(child, os.WUNTRACED)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
    os.read(stay, 1)


if __name__ == "__main__":
    lead(
        int(sys.argv[1]),
        int(sys.argv[2]),
        sys.argv[3] == "1",
        sys.argv[4] == "1",
        lambda: os.execv(sys.argv[5], sys.argv[5:]),
    )
