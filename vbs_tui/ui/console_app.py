"""What screens may ask of the app that runs them. The app imports screens, never the reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.screen import Screen

from vbs_tui.clock import Clock
from vbs_tui.ui.cloud_choices import Choice, OpenCloud
from vbs_tui.ui.store.store import Store

if TYPE_CHECKING:
    from vbs_tui.restore.backend import Backend


class ConsoleApp(Protocol):
    """The app as its screens see it: :class:`vbs_tui.ui.app.VbsTui`."""

    backend: Backend
    clock: Clock
    zone: tzinfo | None
    """For times on the screen; ``None`` is the machine's."""
    store: Store
    export_folder: Path
    """Where the history is exported to."""

    @property
    def open_cloud(self) -> OpenCloud:
        """The cloud and region that are open."""

    def read_choices(self) -> Sequence[Choice]:
        """The configured clouds. Slow: for a thread. Raises :class:`CloudsUnreadable`."""

    def go_to(self, choice: Choice) -> None:
        """Open another cloud or region."""

    def report_error(self, error: BaseException | None, what: str) -> None:
        """Show an exception in the error pane; *what* was being done."""

    def copy(self, text: str, what: str) -> None:
        """Send *text* to the terminal's clipboard, and say that *what* was sent."""

    def toggle_theme(self) -> None:
        """Switch between the dark and the light theme."""

    def call_after_display(self, callback: Callable[[float], None]) -> None:
        """Call *callback* once the terminal shows all that was drawn so far, with that moment of
        ``time.monotonic``."""


def console_app_of(screen: Screen[Any]) -> ConsoleApp:
    """The app of a screen that only the console opens."""
    return cast("ConsoleApp", screen.app)
