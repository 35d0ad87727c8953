"""What may be wrong with the settings is told in the console, after the first paint."""

from __future__ import annotations

import threading

from tests.ui.consoles import console


async def test_a_doubt_is_told_once_it_is_known() -> None:
    may_end = threading.Event()

    def look() -> str:
        assert may_end.wait(30)
        return "no cloud here is called [b]Prod[/nope]"

    async with console(prepared=lambda app: app.set_startup_check(look)) as c:
        assert c.notices == []
        may_end.set()
        await c.app.workers.wait_for_complete()
        await c.settle()
        assert c.notices == ["no cloud here is called [b]Prod[/nope]"]


async def test_nothing_is_said_where_there_is_no_doubt() -> None:
    async with console(prepared=lambda app: app.set_startup_check(str)) as c:
        await c.app.workers.wait_for_complete()
        await c.settle()
        assert c.notices == []


async def test_a_look_that_fails_is_told() -> None:
    def look() -> str:
        raise LookupError("s3cr3t")

    async with console(prepared=lambda app: app.set_startup_check(look)) as c:
        while c.main.error.current is None:
            await c.pilot.pause()
        assert "LookupError" in c.main.error.text
        assert "s3cr3t" not in c.main.error.text
