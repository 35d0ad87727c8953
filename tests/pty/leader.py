"""A session leader, as a shell is one: takes the terminal, runs a program, tells how it ended.

``leader.py STATUS STAY FORWARD program arguments…``: writes the program's process id and, later,
its exit status to the descriptor STATUS, one a line (``stopped`` in between), and stays until the
descriptor STAY ends, so that the terminal's modes can be looked at. With FORWARD ``1`` a hang-up
is passed on.
"""

import fcntl
import os
import signal
import sys
import termios
from types import FrameType


def main() -> None:
    status, stay, forward = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1"
    program = sys.argv[4:]
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    child = 0

    def hung_up(number: int, _frame: FrameType | None) -> None:
        if forward and child:
            os.kill(child, number)

    # A function, not SIG_IGN, which the program would inherit.
    signal.signal(signal.SIGHUP, hung_up)
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl+C is for the program
    child = os.posix_spawn(program[0], program, os.environ)
    os.write(status, b"%d\n" % child)
    _, ended = os.waitpid(child, os.WUNTRACED)
    while os.WIFSTOPPED(ended):
        os.write(status, b"stopped\n")
        _, ended = os.waitpid(child, os.WUNTRACED)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
    os.read(stay, 1)


main()
