"""The sign before a pane's title: where there is no colour, it alone tells where the keys go."""

from __future__ import annotations

import pytest
from textual.content import Content

from tests.ui.consoles import Console, console
from vbs_tui.ui.screens.main.layout import PANES


def marked(c: Console) -> list[str]:
    """The panes whose title carries the sign."""
    titles = {name: c.main.pane(name)._border_title for name in PANES}
    return [
        name for name, title in titles.items() if isinstance(title, Content) and "›" in title.plain
    ]


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24), (60, 16)])
async def test_exactly_the_pane_with_the_focus_is_marked(size: tuple[int, int]) -> None:
    async with console(size) as c:
        await c.open_prod()
        for number in (1, 2, 3, 4, 5, 4, 5, 3, 2, 1):
            await c.press(str(number))
            assert marked(c) == [PANES[number - 1]]
