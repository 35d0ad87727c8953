"""The title line: cloud and project, what is running, what is unusual about this session."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.cells import cell_len

from vbs_tui.restore.events import ListKind
from vbs_tui.times import local_clock
from vbs_tui.ui.render.formatting import age
from vbs_tui.ui.render.table import Piece, fit_text
from vbs_tui.ui.store.store import Store
from vbs_tui.ui.widgets.one_line import OneLine

NARROW = 100


class TitleBar(OneLine):
    """Redrawn only when it changes: there is no clock in it."""

    def __init__(self, store: Store, zone: tzinfo | None, *, demo: bool, read_only: bool) -> None:
        super().__init__(id="title")
        self._store = store
        self._zone = zone
        self._demo = demo
        self._read_only = read_only

    def update_text(self, now: datetime) -> None:
        """Show the state of the store *now*."""
        width = self.app.size.width
        left = [(" vbs-tui ", "bold"), *self._signs(width), *self._place()]
        right = [*self._age(now, width), *self._counts(long=width >= 72), (" ", "")]
        if _width(left) + _width(right) >= width:
            # The program's name and the words beside signs are dropped before cloud and project.
            left = left[1:]
            right = [*self._age(now, width), *self._counts(long=False), (" ", "")]
        self.say(_squeeze(left, width - _width(right) - 1), right)

    def _signs(self, width: int) -> list[Piece]:
        pieces: list[Piece] = []
        if self._read_only:
            pieces += [(" READ-ONLY ", "alarm"), (" ", "")]
        if self._demo:
            long = (
                " DEMO: a simulated cloud, nothing real "
                if width >= NARROW
                else " DEMO, simulated "
            )
            pieces += [(long, "alarm"), (" ", "")]
        if self._store.journal_trouble:
            few = "! no journal" if width < 120 else "! the journal cannot be used: no restore"
            pieces += [(f" {few} ", "danger"), (" ", "")]
        if self._store.insecure:
            pieces += [(_warning(self._store.insecure, width), "danger"), (" ", "")]
        return pieces

    def _place(self) -> list[Piece]:
        store = self._store
        steps = [store.cloud or "no cloud"]
        if store.region:
            steps.append(store.region)
        pieces: list[Piece] = [(f" {' › '.join(steps)}", "dim")]
        if store.current is not None:
            pieces += [(" › ", "dim"), (store.current.project.name, "accent")]
            if store.current.opening:
                pieces.append((" (opening …)", "dim"))
        elif store.connecting:
            pieces.append((" (logging in …)", "dim"))
        return pieces

    def _age(self, now: datetime, width: int) -> list[Piece]:
        lists = [self._store.list_of(kind) for kind in ListKind]
        moments = [one.listed_at for one in lists if one is not None and one.listed_at is not None]
        if not moments:
            return []
        failed = any(one is not None and one.is_stale for one in lists)
        if width < NARROW:
            # The age is at the list; that a list is out of date must be visible from everywhere.
            return [("! not refreshed ", "warn")] if failed else []
        said = f"listed {age(min(moments), now)}"
        if failed:
            return [(f"! {said}, not refreshed since", "warn"), ("  ", "")]
        return [(said, "dim"), ("  ", "")]

    def _counts(self, *, long: bool) -> list[Piece]:
        pieces: list[Piece] = []
        if blind := self._store.blind:
            since = blind[0].blind_since
            when = f" since {local_clock(since, self._zone)}" if since and long else ""
            pieces.append((f" ! no contact{when} ", "warn"))
        if self._store.running:
            word = " running" if long else ""
            pieces.append((f" ► {self._store.running}{word} ", "warn"))
        if self._store.unknown:
            word = " unknown" if long else ""
            pieces.append((f" ? {self._store.unknown}{word} ", "accent"))
        if self._store.failed:
            word = " failed" if long else ""
            pieces.append((f" × {self._store.failed}{word} ", "bad"))
        return pieces


def _warning(insecure: str, width: int) -> str:
    """What is insecure, short enough to leave most of the line to cloud and project."""
    short = "plain HTTP" if "plain HTTP" in insecure else "certificates unchecked"
    words = insecure if cell_len(insecure) <= width * 2 // 5 else short
    return f" ! {words} "


def _width(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)


def _squeeze(pieces: list[Piece], room: int) -> list[Piece]:
    """The same pieces in *room* cells: the project is shortened last."""
    over = _width(pieces) - room
    if over <= 0:
        return pieces
    squeezed: list[Piece] = []
    for text, style in pieces:
        if style == "dim" and over > 0 and cell_len(text) > 4:
            keep = max(3, cell_len(text) - over)
            over -= cell_len(text) - keep
            squeezed.append((fit_text(text, keep), style))
        else:
            squeezed.append((text, style))
    return squeezed
