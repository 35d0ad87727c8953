"""Choosing a cloud at the start."""

from __future__ import annotations

from tests.ui.fake_backend import StillClock
from tests.ui.test_cloud_choices import choice
from vbs_tui.ui.cloud_picker import CloudPicker
from vbs_tui.ui.widgets.rows.row_list import RowList


async def test_the_first_choice_of_the_start_counts() -> None:
    picker = CloudPicker([choice("a"), choice("b")], StillClock())
    async with picker.run_test() as pilot:
        await pilot.pause()
        rows = pilot.app.screen.query_one(RowList)
        rows.action_choose()
        await pilot.pause()
        picker._end(choice("b"))
    assert picker.choice is not None
    assert picker.choice.cloud == "a"
