"""The request log: every call to the cloud, with status, time and ids. No secret is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from textual import on

from vbs_tui.cloud.request_log import Call
from vbs_tui.times import local, local_clock
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.render.table import Cell, Column
from vbs_tui.ui.screens.details import DetailsScreen
from vbs_tui.ui.screens.list_screen import ListScreen, SolePane
from vbs_tui.ui.widgets.rows.row_list import RowList

LOOK_EVERY = 1.0
"""Seconds between checks for new calls; nothing is drawn when there are none."""

_HEX = re.compile(r"[0-9a-f]{32}")

COLUMNS = (
    Column("Time", 8, sort_key=lambda call: call.number, descending_first=True),
    Column("Method", 6),
    Column("Status", 11, sort_key=lambda call: call.status or 0),
    Column("ms", 7, align="right", sort_key=lambda call: call.milliseconds or 0.0),
    Column("Address", None, min_width=24, share=3),
    Column("Request id", None, min_width=20, max_width=44, priority=1),
)


class RequestLogScreen(ListScreen[Call]):
    """Newest call first."""

    keys = (("Enter", "details"),)

    def __init__(self, console_app: ConsoleApp) -> None:
        self._log = console_app.backend.request_log
        self._zone = console_app.zone
        self._shown = -1
        super().__init__()

    def make_pane(self) -> SolePane[Call]:
        rows: RowList[Call] = RowList(COLUMNS, lambda call: str(call.number), self._row)
        return SolePane(rows, "Requests")

    def on_mount(self) -> None:
        self.pane.list.set_notice("empty", "No request has been made yet.")
        self._look()
        self.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        calls = self._log.calls()
        newest = calls[-1].number if calls else 0
        if newest != self._shown:
            self._shown = newest
            self.pane.list.set_items(tuple(reversed(calls)))

    def _row(self, call: Call) -> Sequence[Cell]:
        failed = call.status is None or call.status >= 400
        status = str(call.status) if call.status is not None else "no answer"
        took = "" if call.milliseconds is None else f"{call.milliseconds:,.0f}"
        return (
            Cell(local_clock(call.at, self._zone), "dim"),
            Cell(call.method, "bold" if call.method != "GET" else ""),
            Cell(f"{'×' if failed else '●'} {status}", "bad" if failed else "good"),
            Cell(took),
            Cell(_short(call.url)),
            Cell(call.request_id, "dim"),
        )

    @on(RowList.Chosen)
    def _details(self, event: RowList.Chosen) -> None:
        event.stop()
        call: Call = event.item
        pairs = [
            ("Call", f"{call.method} {call.url}"),
            ("At", local(call.at, self._zone)),
            ("Status", "none" if call.status is None else str(call.status)),
            ("Took", "" if call.milliseconds is None else f"{call.milliseconds:,.1f} ms"),
            ("Try", str(call.attempt)),
            ("Outcome", call.outcome),
            ("Request id", call.request_id),
            ("Sent", call.request_body),
        ]
        title = f"Request {call.number}"
        kept = [pair for pair in pairs if pair[1]]
        self.app.push_screen(DetailsScreen(title, kept, call.response_body))


def _short(url: str) -> str:
    """The path, with project and job ids cut, so that it fits a narrow column."""
    parts = urlsplit(url)
    path = _HEX.sub(lambda found: found[0][:6] + "…", parts.path)
    return f"{path}?{parts.query}" if parts.query else path
