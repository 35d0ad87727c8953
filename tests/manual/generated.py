"""What is generated and packaged: the man page, and the table of keys in the manual.

``python -m tests.manual.generated`` writes both; the tests compare them with the program.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vbs_tui import manual
from vbs_tui.commands.arguments import build_parsers
from vbs_tui.ui.keys.command_table import TABLE

HERE = Path(manual.__file__).parent
KEYS = HERE / "keys.md"
MAN_PAGE = HERE / manual.MAN_PAGE

_SCOPES = {
    "global": "Everywhere",
    "list": "In the lists (projects, backups, volumes)",
    "jobs": "In the jobs",
    "error": "In the error pane",
}
_MARKS = re.compile(r"(<!-- keys: .*? -->\n).*?(<!-- keys: end -->)", re.DOTALL)


def man_page() -> str:
    """The man page, from the parser of the command line."""
    from argparse_manpage.manpage import Manpage

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "72")
        root, commands = build_parsers()
        page = Manpage(
            root,
            _data={"manual_title": "vbs-tui manual", "project_name": "vbs-tui", "date": " "},
            format="single-commands-section",
        )
        page.description = "restore cloud disks from their backups"
        # The generator fills these texts like prose, or leaves them out.
        both = ".B vbs\\-tui\n[options]\n.br\n.B vbs\\-tui\nCOMMAND ..."
        page.add_section("synopsis", "=", both)
        page.add_section("comments", "=", _as_it_is(root.epilog or ""))
        for name, one in commands.items():
            one.format_help()  # makes a late epilog
            details = f".SS {name}\n{_as_it_is(one.epilog or '')}\n"
            page.add_section("details", ">", details)
        text = re.sub(r" +$", "", str(page), flags=re.MULTILINE)
        return re.sub(
            r"^(usage: .*?)\n\n", ".nf\n\\1\n.fi\n\n", text, flags=re.MULTILINE | re.DOTALL
        )


def _as_it_is(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", r"\-")
    return f".nf\n{escaped.rstrip()}\n.fi"


def key_table() -> str:
    """The keys of every command, by where they work."""
    lines: list[str] = []
    for scope, title in _SCOPES.items():
        lines += [f"## {title}", "", "| key | command | what it does |", "| --- | --- | --- |"]
        for one in TABLE:
            if one.scope == scope and one.shown:
                keys = " ".join(f"`{key}`" for key in one.shown.split())
                lines.append(f"| {keys} | `{one.id}` | {one.help} |")
        lines.append("")
    return "\n".join(lines)


def keys_page() -> str:
    """The page of keys with the table of today."""
    table = key_table()
    return _MARKS.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", KEYS.read_text())


if __name__ == "__main__":
    KEYS.write_text(keys_page())
    MAN_PAGE.write_text(man_page())
