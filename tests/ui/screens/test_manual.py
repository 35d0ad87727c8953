"""The manual inside the console."""

from __future__ import annotations

import subprocess
import sys

import pytest
from textual.widgets import Markdown

from tests.ui.consoles import console, screen_text
from vbs_tui import manual


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_a_page_is_opened_read_and_left_by_keys(size: tuple[int, int]) -> None:
    async with console(size) as con:
        await con.open_prod()
        asked = list(con.backend.asked)
        await con.press("M")
        assert type(con.app.screen).__name__ == "ManualScreen"
        text = screen_text(con.app)
        assert all(topic in text for topic in manual.topics()[:8])
        place = manual.topics().index("states")
        await con.press(*("j" * place), "enter")
        assert "States and exit statuses" in screen_text(con.app)
        await con.press("G")
        assert "1 after a crash" in " ".join(screen_text(con.app).replace("│", " ").split())
        await con.press("r", "1", "z", "escape")
        assert type(con.app.screen).__name__ == "ManualScreen"
        assert "States and exit statuses" not in screen_text(con.app)
        await con.press("escape")
        assert con.on_main()
        assert con.backend.asked == asked


async def test_links_lead_to_pages_and_nowhere_else() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("M", "enter")
        markdown = con.app.screen.query_one(Markdown)
        assert not markdown._open_links
        for href, title in [
            ("settings.md", "# Settings"),
            ("https://192.0.2.1/", "# Settings"),
            ("../cli.py", "# Settings"),
            ("keys.md", "# Keys"),
        ]:
            markdown.post_message(Markdown.LinkClicked(markdown, href))
            await con.settle()
            assert markdown.source.startswith(title)


async def test_q_closes_it_and_not_the_program() -> None:
    async with console() as con:
        await con.open_prod()
        await con.press("M", "enter", "q")
        assert con.on_main()
        assert con.app.is_running


def test_markdown_is_loaded_only_when_it_is_opened() -> None:
    code = (
        "import sys, vbs_tui.ui.app, vbs_tui.ui.screens.main.main_screen as _\n"
        "print(sorted({'markdown_it', 'vbs_tui.manual'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
