"""Pane 5 after a failure that a later try got past: told as over, and still there for a ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.consoles import Console, console
from tests.ui.fake_backend import BACKUPS, PROD, PROJECTS, failure
from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.restore.events import ConnectFailed, ListKind, ProjectFailed

OVER = "Over: it worked when tried again, 2026-11-23 09:14:02 UTC."
REFUSED = failure(kind=ErrorKind.LOG_IN, status=401)


def _log_in_fails(con: Console) -> None:
    con.backend.tell(ConnectFailed(REFUSED))


def _project_fails(con: Console) -> None:
    con.backend.tell(ProjectFailed(PROD, failure()))


def _list_fails(con: Console) -> None:
    con.backend.list_fails(PROD, ListKind.BACKUPS, failure())


WAYS: list[tuple[Callable[[Console], None], Callable[[Console], object], str]] = [
    (_log_in_fails, lambda con: con.backend.log_in(PROJECTS), "log in"),
    (_project_fails, lambda con: con.backend.opened(PROD), "open project eu-de_prod"),
    (
        _list_fails,
        lambda con: con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS),
        "list the backups",
    ),
]


@pytest.mark.parametrize(("fails", "works", "title"), WAYS, ids=[way[2] for way in WAYS])
async def test_what_failed_and_works_by_now_is_told_as_over(
    fails: Callable[[Console], None], works: Callable[[Console], object], title: str
) -> None:
    async with console() as con:
        await con.open_prod()
        fails(con)
        await con.settle()
        panel = con.main.error
        assert panel.current_title == title
        assert panel.has_class("-has-error")
        assert OVER not in panel.text
        works(con)
        await con.settle()
        assert panel.text.startswith(OVER)
        assert not panel.has_class("-has-error")
        assert f"5 Error · {title}, over" in str(panel.border_title)
        # The words of the failure stay: somebody may be writing them down.
        assert "req-" in panel.ticket
        assert panel.ticket.endswith(OVER)
        fails(con)
        await con.settle()
        assert OVER not in panel.text
        assert panel.has_class("-has-error")


@pytest.mark.parametrize(("fails", "_works", "title"), WAYS, ids=[way[2] for way in WAYS])
async def test_what_works_elsewhere_ends_no_other_failure(
    fails: Callable[[Console], None], _works: object, title: str
) -> None:
    async with console() as con:
        await con.open_prod()
        fails(con)
        con.backend.opened(PROJECTS[1])
        con.backend.listed(PROD, ListKind.VOLUMES, ())
        await con.settle()
        assert con.main.error.current_title == title
        assert con.main.error.has_class("-has-error")
        assert OVER not in con.main.error.text


async def test_a_restores_failure_is_never_over() -> None:
    async with console() as con:
        await con.open_prod()
        con.main.show_failure(failure(kind=ErrorKind.JOB), "nightly → db-data-01")
        con.backend.log_in(PROJECTS)
        con.backend.opened(PROD)
        con.backend.listed(PROD, ListKind.BACKUPS, BACKUPS)
        await con.settle()
        assert con.main.error.has_class("-has-error")
        assert OVER not in con.main.error.text
