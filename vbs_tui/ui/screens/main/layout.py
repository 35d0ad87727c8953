"""The five panes: their arrangement, which has the focus, and which has the room."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from vbs_tui.restore.events import ListKind
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.widgets.backups_pane import BackupsPane
from vbs_tui.ui.widgets.error_pane import ErrorPane
from vbs_tui.ui.widgets.jobs_pane import JobsPane
from vbs_tui.ui.widgets.key_bar import KeyBar
from vbs_tui.ui.widgets.list_pane import ListPane
from vbs_tui.ui.widgets.one_line import OneLine
from vbs_tui.ui.widgets.projects_pane import ProjectsPane
from vbs_tui.ui.widgets.title_bar import TitleBar
from vbs_tui.ui.widgets.volumes_pane import VolumesPane

PANES = ("projects", "backups", "volumes", "jobs", "error")
"""In the order of their numbers."""

AGES_EVERY = 5.0
"""Seconds between updates of the ages on the screen."""

FIVE_PANES = (100, 30)
"""Columns and lines from which all five panes are open at once."""
BROAD = 170
SMALLEST = (36, 10)
"""Below this nothing useful can be shown."""


class MainLayout(Screen[None]):
    """Composes the panes, arranges them and moves the focus."""

    AUTO_FOCUS = ""

    def __init__(self, console_app: ConsoleApp, *, demo: bool, read_only: bool) -> None:
        super().__init__()
        self.console_app = console_app
        self.store = store = console_app.store
        self.clock = clock = console_app.clock
        zone = console_app.zone
        self.read_only = read_only
        self.title_bar = TitleBar(store, zone, demo=demo, read_only=read_only)
        self.key_bar = KeyBar()
        self.projects = ProjectsPane(store)
        self.volumes = VolumesPane(clock, zone)
        self.backups = BackupsPane(clock, zone, lambda: store.list_of(ListKind.VOLUMES))
        self.jobs = JobsPane(clock, zone, id="jobs", classes="pane")
        self.error = ErrorPane(zone, id="error", classes="pane")
        self.current = "projects"

    def compose(self) -> ComposeResult:
        yield self.title_bar
        with Container(id="body"):
            yield self.projects
            yield self.backups
            yield self.volumes
            yield self.jobs
            yield self.error
        yield OneLine(id="too-small")
        yield self.key_bar

    def on_mount(self) -> None:
        self.projects.show()
        self.focus_pane("projects")
        self.update_bars()
        self.set_interval(AGES_EVERY, self.refresh_ages)

    # Panes and focus

    def pane(self, name: str) -> Widget:
        """The pane of that name. Raises ``KeyError``."""
        panes: dict[str, Widget] = {
            "projects": self.projects,
            "backups": self.backups,
            "volumes": self.volumes,
            "jobs": self.jobs,
            "error": self.error,
        }
        return panes[name]

    @property
    def list_pane(self) -> ListPane[object] | None:
        """The pane in use, if it is a list."""
        pane = self.pane(self.current)
        return pane if isinstance(pane, ListPane) else None

    def focus_pane(self, name: str) -> None:
        """Focus a pane and, where room is short, give it the room."""
        self.current = name
        self._arrange()
        pane = self.pane(name)
        if isinstance(pane, ListPane):
            pane.focus_list()
            return
        inner = [pane, *pane.query("*")]
        wanted = next((one for one in inner if one.can_focus and one.display), None)
        if wanted is not None:
            wanted.focus(scroll_visible=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for node in event.widget.ancestors_with_self:
            if node.id in PANES:
                if node.id != self.current:
                    self.current = node.id
                    self._arrange()
                break
        self.update_key_bar()

    def on_resize(self, event: events.Resize) -> None:
        wide, high = event.size
        self.set_class(wide < SMALLEST[0] or high < SMALLEST[1], "-cramped")
        self.set_class(wide < FIVE_PANES[0] or high < FIVE_PANES[1], "-column")
        self.set_class(wide >= BROAD, "-broad")
        self._arrange()
        self.update_bars()
        if self.focused is None:
            self.call_after_refresh(self.focus_pane, self.current)

    def _arrange(self) -> None:
        zoomed = self.has_class("-zoomed")
        in_column = self.has_class("-column") and not zoomed
        for name in PANES:
            pane = self.pane(name)
            # A changed class redraws its pane, so none is set that has no effect.
            pane.set_class(zoomed and name == self.current, "-current")
            pane.set_class(in_column and name != self.current, "-collapsed")
            if isinstance(pane, ListPane):
                pane.update_title()
        self.jobs.refresh_ages()

    # Updates of title line and key bar

    def update_bars(self) -> None:
        """Bring title line and key bar up to date."""
        self.title_bar.update_text(self.clock.now())
        self.update_key_bar()
        wide, high = self.app.size
        need = "×".join(map(str, SMALLEST))
        words = f"Too small: {wide}×{high}, needs {need}"
        self.query_one("#too-small", OneLine).say([(words, "")])

    def update_key_bar(self) -> None:
        """Show the keys of the focused pane."""
        pane = self.list_pane
        self.key_bar.show_keys(self.current, typing=pane is not None and pane.is_filtering)

    def refresh_ages(self) -> None:
        """Update the ages on the screen; only what reads differently is drawn."""
        now = self.clock.now()
        self.title_bar.update_text(now)
        self.backups.update_ages(now)
        self.volumes.update_ages(now)
        self.backups.list.refresh_aged()
        self.jobs.refresh_ages()
