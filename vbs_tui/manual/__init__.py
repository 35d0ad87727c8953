"""The manual: one Markdown page a topic, and the man page. Its text comes with the package.

Imports nothing of the program; imported by ``commands`` and ``ui``.
"""

from __future__ import annotations

import re
from importlib.resources import files

INDEX = "index"
"""The page that lists the others, in the order to read them."""

MAN_PAGE = "vbs-tui.1"


def read(name: str) -> str:
    """The text of a file of the manual."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def page(topic: str) -> str:
    """The Markdown text of a topic. Raises ``KeyError`` when there is no such page."""
    if topic != INDEX and topic not in topics():
        raise KeyError(topic)
    return read(f"{topic}.md")


def summaries() -> dict[str, str]:
    """What each topic is about, in a few words, in the order of the index."""
    return dict(re.findall(r"^- \[[^\]]+\]\(([a-z-]+)\.md\): (.+)$", page(INDEX), re.MULTILINE))


def topics() -> tuple[str, ...]:
    """The names of all pages but the index."""
    return tuple(summaries())
