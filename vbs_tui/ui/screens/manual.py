"""The manual, page by page. Textual's Markdown widget is loaded only with this screen."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Markdown, OptionList
from textual.widgets.option_list import Option

from vbs_tui import manual
from vbs_tui.ui.console_app import ConsoleApp

_IN_LIST = "Esc back · j k move · Enter read"
_IN_PAGE = "Esc topics · j k scroll · q close"


class ManualScreen(ModalScreen[None]):
    """The topics as a list; ``Enter`` opens a page, ``Esc`` goes back. Links stay in the manual."""

    CSS_PATH = "manual.tcss"
    BINDINGS = [
        Binding("escape,backspace", "back", show=False),
        Binding("q", "leave", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("g", "home", show=False),
        Binding("G,upper_g", "end", show=False),
    ]

    def __init__(self, console_app: ConsoleApp) -> None:  # noqa: ARG002 - as all are opened
        super().__init__()

    def compose(self) -> ComposeResult:
        with Vertical(id="manual"):
            yield OptionList(
                *(
                    Option(Content.assemble((f"{topic:<12}", "bold $text-primary"), summary), topic)
                    for topic, summary in manual.summaries().items()
                ),
                id="topics",
                markup=False,
            )
            with VerticalScroll(id="page"):
                yield Markdown(open_links=False)

    def on_mount(self) -> None:
        self.query_one("#manual").border_title = Content("Manual")
        self._show_topics()

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._read(event.option.id or "")

    @on(Markdown.LinkClicked)
    async def _followed(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        await self._read(event.href.removesuffix(".md"))

    async def _read(self, topic: str) -> None:
        """Show a page; what is no topic of the manual is not followed."""
        try:
            text = manual.page(topic)
        except KeyError:
            return
        page = self.query_one("#page", VerticalScroll)
        await self.query_one(Markdown).update(text)
        self.query_one("#topics").display = False
        page.display = True
        page.scroll_home(animate=False)
        page.focus()
        self.query_one("#manual").border_subtitle = Content(_IN_PAGE)

    def _show_topics(self) -> None:
        topics = self.query_one("#topics", OptionList)
        self.query_one("#page").display = False
        topics.display = True
        topics.focus()
        self.query_one("#manual").border_subtitle = Content(_IN_LIST)

    def action_back(self) -> None:
        if self.query_one("#page").display:
            self._show_topics()
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, lines: int) -> None:
        page, topics = self.query_one("#page"), self.query_one("#topics", OptionList)
        if page.display:
            page.scroll_relative(y=lines, animate=False)
        elif lines > 0:
            topics.action_cursor_down()
        else:
            topics.action_cursor_up()

    def action_home(self) -> None:
        page, topics = self.query_one("#page"), self.query_one("#topics", OptionList)
        page.scroll_home(animate=False) if page.display else topics.action_first()

    def action_end(self) -> None:
        page, topics = self.query_one("#page"), self.query_one("#topics", OptionList)
        page.scroll_end(animate=False) if page.display else topics.action_last()
