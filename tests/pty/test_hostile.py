"""Names made to fool a terminal: nothing that the cloud says reaches it as a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest

from tests.pty.conftest import CONSOLE, Start, open_project
from tests.pty.terminal import ENTER, ESCAPE, HOME, LAST, PAGE_DOWN, PAGE_UP, Terminal
from vbs_tui.simulator.world.demo_data import DISKS, ODD_BACKUPS

OWN = re.compile(
    rb"\x1b\[[0-9;]*[mH]"
    rb"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"
    rb"|\x1b\[\?(?:2026|2048)\$p"
    rb"|\x1b\[6n"
    rb"|\x1b\[>25u|\x1b\[<u"
    rb"|\x1b\]22;[a-z-]+\x07"
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"
)
"""What the screen is drawn with: colours, places, the modes set at the start and taken back.

And the question where the cursor is, whose answer tells what the terminal has shown."""

HOSTILE = [
    name.encode()
    for name in [*(disk.name for disk in DISKS), *(one.name for one in ODD_BACKUPS)]
    if name and not all(char.isprintable() for char in name)
]
FRAGMENTS = [b"\x1b[31m", b"\x1b[2J", b"\x1b]0;", b"owned\x07", b"title\x07", b"\x9b"]
FRAGMENTS += [char.encode() for char in "\u202e\u202c\u2066\u2069\u009b\x00"]


def assert_only_own(raw: bytes) -> None:
    """Nothing in *raw* moves a terminal but what the console itself draws with."""
    for piece in [*HOSTILE, *FRAGMENTS]:
        if len(piece) == 1 and piece >= b"\x80":
            continue  # part of many an innocent character; told below, once decoded
        assert piece not in raw, piece
    text = OWN.sub(b"", raw).decode("utf-8")
    left = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs"}}
    assert left <= {"\r", "\n"}, sorted(map(ascii, left))


BACK = "Esc back · j k scroll"
FILTER = "words that a row must contain"


def details(terminal: Terminal, *texts: str) -> None:
    """Open the details of the row under the cursor, copy them, and close them."""
    terminal.send("d")
    terminal.wait_for_text(BACK, "Status", *texts)
    terminal.send("y", ESCAPE)
    terminal.wait_without(BACK)


def narrow(terminal: Terminal, word: str, row: str) -> None:
    """Filter the list in use for *word*, and wait until the cursor is on *row*."""
    terminal.send("/")
    terminal.wait_for_text(FILTER)
    terminal.send(word, ENTER)
    terminal.wait_for_text("Enter choose", f"›   {row}")


def widen(terminal: Terminal, row: str) -> None:
    """Take the filter away, and wait until *row* is to be seen again."""
    terminal.send(ESCAPE)
    terminal.wait_for_text(row)


@pytest.fixture
def terminal(start: Start) -> Iterator[Terminal]:
    with start(*CONSOLE, "--demo", columns=150, lines=44) as one:
        open_project(one)
        yield one


def end(terminal: Terminal) -> None:
    """Leave, and look at every byte."""
    terminal.send("q")
    assert terminal.ended() == 0
    assert_only_own(terminal.rest())


def test_there_is_something_hostile() -> None:
    assert len(HOSTILE) >= 4
    assert any(b"\x1b]0;owned\x07" in name for name in HOSTILE)
    with pytest.raises(AssertionError):
        assert_only_own(b"\x1b[1;1Hname \x1b]0;owned\x07")
    with pytest.raises(AssertionError):
        assert_only_own("bidi \u200b".encode())
    with pytest.raises(AssertionError):
        assert_only_own("c1 \u009b".encode())


def test_hostile_backups(terminal: Terminal) -> None:
    terminal.send("z")
    terminal.wait_without("3 Volumes")
    terminal.send(LAST)
    terminal.wait_for_text("›   legacy-crm-last", "[red]markup[/red] [@click=app", r"esc \x1b[2J")
    terminal.send(PAGE_UP)
    terminal.wait_without("›   legacy-crm-last")
    terminal.send(HOME)
    terminal.wait_for_text("›   nightly-db", "Enter choose")
    for word, row, text in (
        ("esc \\x", r"esc \x1b[2J", r"\x1b]0;owned\x07"),
        ("bidi", r"bidi \u202eetadpu", r"\u2066isolate\u2069"),
        ("click", "[red]markup[/red] [@click", "[red]markup[/red] [@click=app.quit]x[/]"),
        ("long-", "long-abcdef", "long-abcdefghijabcdefghij"),
        ("841138", "(no name)", "841138"),
    ):
        narrow(terminal, word, row)
        details(terminal, text)
        widen(terminal, "nightly-db")
    end(terminal)


def test_hostile_volumes(terminal: Terminal) -> None:
    terminal.send("3", "z")
    terminal.wait_without("2 Backups")
    terminal.send(LAST, PAGE_UP, PAGE_DOWN, HOME)
    terminal.wait_for_text("[red]markup[/red] [b]disk")
    for word, row, text in (
        ("colour", r"colour \x1b[31mred", r"\x1b]0;title\x07 disk"),
        ("bidi", r"bidi \u202etxt", r"bidi \u202etxt.ksid\u202c disk"),
        ("markup", "[red]markup[/red] [b]disk", "[red]markup[/red] [b]disk"),
        ("line", "line break and tab", "line break and tab"),
        ("0123456789", "long-0123456789", "long-012345678901234567890123456789"),
    ):
        narrow(terminal, word, row)
        details(terminal, text)
        widen(terminal, "app-data-01")
    end(terminal)


def test_hostile_names_in_the_confirmation_and_the_request_log(terminal: Terminal) -> None:
    narrow(terminal, "click", "[red]markup")
    terminal.send(ENTER)
    terminal.wait_for_text("targets for [red]markup[/red] [@click=app.quit]x[/]")
    terminal.send("/")
    terminal.wait_for_text(FILTER)
    terminal.send("colour", ENTER)
    terminal.wait_for_text("Enter choose", "› ! colour")
    terminal.send("r")
    terminal.wait_for_text(
        "Restore: nothing has been sent",
        "Backup   [red]markup[/red] [@click=app.quit]x[/]",
        r"→ Disk   colour \x1b[31mred\x1b[0m \x1b]0;title\x07 disk",
        "its id, as its name cannot be typed as it is",
    )
    terminal.send(ESCAPE)
    terminal.wait_without("Restore: nothing has been sent")
    terminal.send("L")
    terminal.wait_for_text("Requests", "Request id", "/backups/detail")
    terminal.send(ENTER)
    terminal.wait_for_text(BACK, "Took", r"colour \u001b[31mred")
    terminal.send("G", ESCAPE)
    terminal.wait_without(BACK)
    terminal.send(ESCAPE)
    terminal.wait_for_text("1 Projects")
    end(terminal)
