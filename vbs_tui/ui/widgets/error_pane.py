"""Pane 5: the last error, or that of the selected restore, explained."""

from __future__ import annotations

from datetime import datetime, tzinfo

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from vbs_tui.cloud.errors import Failure
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.times import local
from vbs_tui.ui.keys.bindings import scope_bindings
from vbs_tui.ui.render.failure_text import Decoded, decode, ticket
from vbs_tui.ui.render.restore_status import RestoreStatus, restore_status
from vbs_tui.ui.widgets.border_titles import set_border_subtitle, set_border_title

_LABEL = 12


class ErrorPane(VerticalScroll, can_focus=True):
    """What happened, to which object, what it means, what to do, and the request id."""

    BINDINGS = [
        *scope_bindings("error"),
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G,upper_g", "scroll_end", show=False),
    ]
    DEFAULT_CSS = """
    ErrorPane {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & Static { width: 1fr; height: auto; }
        & .error--code { color: $text-error; text-style: bold; }
        & .error--label { color: $text-muted; }
        &.-has-error { border: solid $error; border-title-color: $text-error; }
        &.-collapsed Static { display: none; }
        &.-has-error.-collapsed { border: none; border-top: solid $error; }
    }
    """

    class RawWanted(Message):
        """The operator wants the server's response as it came."""

        def __init__(self, failure: Failure, title: str) -> None:
            super().__init__()
            self.failure = failure
            self.title = title

    def __init__(
        self,
        zone: tzinfo | None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._zone = zone
        self._failure: Failure | None = None
        self._title = ""
        self._about: object = None
        self._resolved_at: datetime | None = None
        self._known: RestoreStatus | None = None
        self._is_alert = False
        self._words = Static(markup=False)
        self._drawn = Content("")

    def compose(self) -> ComposeResult:
        yield self._words

    def on_mount(self) -> None:
        self._draw()

    @property
    def current(self) -> Failure | None:
        """The failure on show."""
        return self._failure

    @property
    def about(self) -> object:
        """What the pane is about: a :class:`Restore`, what `show` was told, or nothing."""
        return self._about

    @property
    def current_title(self) -> str:
        """What the failure on show happened to."""
        return self._title

    @property
    def ticket(self) -> str:
        """The failure as plain text for a ticket; empty when there is none."""
        if self._failure is None:
            return ""
        text = ticket(self._failure, self._title, self._zone, self._restore)
        known = [] if self._known is None else [line for line, _ in self._known.lines]
        return "\n".join([text, *known, *self._resolved_lines()])

    @property
    def _restore(self) -> Restore | None:
        return self._about if isinstance(self._about, Restore) else None

    @property
    def text(self) -> str:
        """Everything in the pane, without colours."""
        return self._content().plain

    def show(self, failure: Failure, title: str, about: object = None) -> None:
        """Explain *failure*; *title* names what it happened to.

        *about* is what is tried again after such a failure, for `settle`.
        """
        self._failure, self._title = failure, title
        self._about, self._resolved_at = about, None
        self._known, self._is_alert = None, True
        self._draw()
        self.scroll_home(animate=False)

    def show_restore(
        self, restore: Restore, watch: Watch | None, title: str, *, has_changed: bool = True
    ) -> None:
        """Show what is known of *restore*, and explain its failure, if it has one. *watch*: whether
        it is being watched. *has_changed*: whether it has changed since the program started."""
        is_other = self._restore is None or self._restore.id != restore.id
        known = restore_status(restore, watch, self._zone)
        self._failure, self._known = known.failure, known
        self._title = f"{known.title} · {title}" if known.title else title
        self._about, self._resolved_at = restore, None
        self._is_alert = known.is_trouble and has_changed
        self._draw()
        if is_other:
            self.scroll_home(animate=False)

    def mark_resolved(self, about: object, at: datetime) -> None:
        """What failed has worked since, at *at* (UTC): show a failure *about* it as over.

        It stays readable: a ticket may still want its request id.
        """
        if self._failure is not None and self._resolved_at is None and self._about == about:
            self._resolved_at = at
            self._draw()

    def clear(self) -> None:
        """Show no error."""
        self._failure, self._title = None, ""
        self._about, self._resolved_at = None, None
        self._known, self._is_alert = None, False
        self._draw()

    def action_raw(self) -> None:
        if self._failure is None:
            self.app.notify("There is no error whose response could be shown.", markup=False)
        else:
            self.post_message(self.RawWanted(self._failure, self._title))

    def watch_has_focus(self, has_focus: bool) -> None:
        # Not in on_focus, which runs before has_focus has changed.
        super().watch_has_focus(has_focus)
        self._update_title()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.set_class(self._is_alert and self._resolved_at is None, "-has-error")
        content = self._content()
        if content != self._drawn:
            self._drawn = content
            self._words.update(content)
        self._update_title()

    def _update_title(self) -> None:
        sign = "›" if self.has_focus else " "
        collapsed = self.has_class("-collapsed")
        title = f" · {self._title}" if self._title else ""
        title += ", over" if self._resolved_at is not None else ""
        set_border_title(self, f"{sign}5 Error{title}" + (" " if collapsed else ""))
        told = self._failure is not None and not collapsed
        set_border_subtitle(self, "d raw response · y copy for a ticket" if told else "")

    def _content(self) -> Content:
        known = [] if self._known is None else self._known.lines
        now = [Content(line).stylize(style) if style else Content(line) for line, style in known]
        if self._failure is None:
            if now:
                return Content("\n").join(now)
            return Content("No error.").stylize("$text-muted")
        decoded = decode(self._failure, self._zone, self._restore)
        room = max(20, self.size.width - 2 - _LABEL) if self.size.width else 60
        pieces = [
            *now,
            *([Content("")] if now else []),
            *(Content(line).stylize("$text-success") for line in self._resolved_lines()),
            Content.assemble((decoded.code, "bold $text-error"), "  ", decoded.where),
            Content(decoded.headline).stylize("bold"),
            Content(""),
            *self._paragraphs(decoded, room),
        ]
        return Content("\n").join(pieces)

    def _resolved_lines(self) -> list[str]:
        if self._resolved_at is None:
            return []
        return [f"Over: it worked when tried again, {local(self._resolved_at, self._zone)}."]

    @staticmethod
    def _paragraphs(decoded: Decoded, room: int) -> list[Content]:
        styles = {"bold": "bold", "warn": "$text-warning", "": ""}
        found = []
        for part in decoded.parts:
            lines = _wrapped(part.text, room)
            for number, line in enumerate(lines):
                label = part.label if number == 0 else ""
                found.append(
                    Content.assemble(
                        (label.ljust(_LABEL), "$text-muted"), (line, styles[part.style])
                    )
                )
        return found


def _wrapped(text: str, room: int) -> list[str]:
    import textwrap  # noqa: PLC0415 - only when there is an error

    return textwrap.wrap(text, room, break_on_hyphens=False) or [""]
