"""F5: what it reads anew depends on where the operator is and on what has failed."""

from __future__ import annotations

import pytest

from tests.ui.consoles import console
from tests.ui.fake_backend import PROD, PROJECTS, failure
from vbs_tui.cloud.errors import ErrorKind
from vbs_tui.restore.events import ListKind, ProjectFailed


async def test_in_the_error_pane_it_reads_what_broke_off() -> None:
    async with console() as con:
        await con.open_prod()
        con.backend.list_fails(PROD, ListKind.BACKUPS, failure())
        await con.settle()
        await con.press("5", "f5")
        assert con.backend.asked[-1] == ("refresh", PROD.id, "backups")


async def test_in_the_error_pane_it_opens_the_project_that_did_not_open() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS, PROD.name)
        con.backend.tell(ProjectFailed(PROD, failure()))
        await con.settle()
        con.backend.asked.clear()
        await con.press("5", "f5")
        assert con.backend.asked == [("open", PROD.id)]


async def test_in_the_error_pane_it_says_when_there_is_nothing_to_try_again() -> None:
    async with console() as con:
        await con.open_prod()
        con.backend.asked.clear()
        await con.press("5", "f5")
        assert con.backend.asked == []
        assert con.notices == ["There is nothing here to read again."]


@pytest.mark.parametrize("pane", "12345")
async def test_where_the_log_in_is_lacking_it_logs_in_and_goes_on(pane: str) -> None:
    async with console() as con:
        await con.open_prod()
        refused = failure(kind=ErrorKind.LOG_IN, status=401)
        con.backend.list_fails(PROD, ListKind.VOLUMES, refused)
        await con.settle()
        con.backend.asked.clear()
        await con.press(pane, "f5")
        assert con.backend.asked == [("connect",)]
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        assert con.backend.asked[1:] == [("refresh", PROD.id, "volumes")]


async def test_a_project_that_lacked_the_log_in_is_opened_after_it() -> None:
    async with console() as con:
        con.backend.log_in(PROJECTS, PROD.name)
        con.backend.tell(ProjectFailed(PROD, failure(kind=ErrorKind.LOG_IN, status=401)))
        await con.settle()
        con.backend.asked.clear()
        await con.press("3", "f5")
        con.backend.log_in(PROJECTS, PROD.name)
        await con.settle()
        assert con.backend.asked == [("connect",), ("open", PROD.id)]
