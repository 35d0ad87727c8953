"""``vbs-tui help``: the pages of the manual, and the help of the commands."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable

from vbs_tui import manual
from vbs_tui.commands.arguments import build_parsers
from vbs_tui.commands.support.argument_parser import close_to
from vbs_tui.commands.support.process.output import print_err, print_out, terminal_width
from vbs_tui.commands.support.process.output_encoding import is_utf8
from vbs_tui.text import clean

_MAX_WIDTH = 96
"""Columns: longer lines are hard to read, however wide the terminal."""


def run(options: argparse.Namespace) -> int:
    """``vbs-tui help [TOPIC]``: 0, or 1 when there is no such topic."""
    topic = re.sub(r"\.(md|yaml|toml)$", "", "-".join(options.topic).lower())
    _, parsers = build_parsers()
    if topic in ("", manual.INDEX, *manual.topics()):
        _show(manual.page(topic or manual.INDEX))
    elif topic in parsers:
        print_out(parsers[topic].format_help().rstrip("\n"))
    else:
        asked = clean(repr(" ".join(options.topic)), 100)
        print_err(
            f"There is no topic {asked}{close_to(topic, (*manual.topics(), *parsers)) or '.'}"
        )
        if found := _mentioning(topic.replace("-", " ")):
            print_err(f"It is mentioned in: {', '.join(found)}.")
        print_err("vbs-tui help lists the topics.")
        return 1
    return 0


def _mentioning(words: str) -> Iterable[str]:
    whole = re.compile(rf"\b{re.escape(words)}\b", re.IGNORECASE)
    return [one for one in manual.topics() if whole.search(manual.page(one))]


def _show(page: str) -> None:
    """Rendered for a terminal; a pipe gets the page as it is."""
    width = terminal_width(sys.stdout)
    print_out(page.rstrip("\n") if width is None else _rendered(page, min(width, _MAX_WIDTH)))


def _rendered(page: str, width: int) -> str:
    """*page* as plain text of *width* columns."""
    from rich.console import Console  # noqa: PLC0415 - start-up time
    from rich.markdown import Markdown  # noqa: PLC0415

    text = re.sub(r"\[([^\]]+)\]\([a-z-]+\.md\)", r"\1", page)  # a topic is its own address
    file = io.StringIO()
    Console(file=file, width=width, color_system=None).print(Markdown(text, hyperlinks=False))
    lines = [line.rstrip() for line in file.getvalue().rstrip().split("\n")]
    plain = "\n".join(lines)
    return plain if is_utf8(sys.stdout) else plain.replace("─", "-")
