"""What is shown moves on with what is known: pane 5, the job's row, the lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from tests.restore.makers import restore
from tests.ui.consoles import console, lines, screen_text
from tests.ui.fake_backend import BACKUPS, NOW, PROD, VOLUMES, failure
from vbs_tui.cloud.errors import ErrorKind, Executed
from vbs_tui.restore.events import ListKind, RestoreChanged, RowChanged, WatchChanged
from vbs_tui.restore.journal.records import UNTRACED, Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.render.failure_text import decode

LOST = failure(kind=ErrorKind.BROKEN, method="POST", status=None, message="the line went dead")
JOB = failure(kind=ErrorKind.JOB, executed=Executed.YES, code="VolumeBackup.0200", url="")


def told(number: int, state: State, **more: object) -> Restore:
    values: dict[str, object] = {
        "state": state,
        "sent_at": NOW,
        "cloud": "otc-prod",
        "created_at": NOW + timedelta(seconds=number),
    }
    return restore(number, **{**values, **more})


def on_disk(one: Restore, status: str, seconds: int, **more: object) -> Restore:
    """*one* as it says something of db-data-01 and the first backup, so long after the lists."""
    return replace(
        one,
        project_id=PROD.id,
        volume=replace(one.volume, id=VOLUMES[3].id, name=VOLUMES[3].name),
        backup=replace(one.backup, id=BACKUPS[0].id, name=BACKUPS[0].name),
        volume_status=status,
        changed_at=NOW + timedelta(seconds=seconds),
        **more,  # type: ignore[arg-type]
    )


# Pane 5


async def test_pane_5_follows_the_selected_job() -> None:
    failed = told(1, State.FAILED, failure=JOB, summary="It failed.")
    done = told(2, State.SUCCEEDED, summary="The job says SUCCESS and the disk is available.")
    async with console() as con:
        for one in (failed, done):
            con.backend.tell(RestoreChanged(one))
        await con.settle()
        await con.press("4", "g")
        assert con.main.jobs.selected_restore == done
        assert "VolumeBackup.0200" not in con.main.error.text
        assert "No error." in con.main.error.text
        assert not con.main.error.has_class("-has-error")
        await con.press("j")
        assert con.main.jobs.selected_restore == failed
        assert "VolumeBackup.0200" in con.main.error.text
        await con.press("k")
        assert "VolumeBackup.0200" not in con.main.error.text


async def test_another_jobs_failure_does_not_stand_beside_the_selected_one() -> None:
    done = told(1, State.SUCCEEDED)
    running = told(2, State.RUNNING)
    async with console() as con:
        con.backend.tell(RestoreChanged(running))
        con.backend.tell(RestoreChanged(done))
        await con.settle()
        await con.press("4", "G")
        assert con.main.jobs.selected_restore == done
        con.backend.tell(RestoreChanged(replace(running, state=State.FAILED, failure=JOB)))
        await con.settle()
        assert con.main.jobs.selected_restore == done
        assert "VolumeBackup.0200" not in con.main.error.text
        assert "Select it to see why" in con.notices[-1]


async def test_lost_contact_is_told_with_its_time_in_title_row_and_pane_5() -> None:
    one = told(1, State.RUNNING)
    async with console() as con:
        con.backend.tell(RestoreChanged(one))
        con.clock.moment = NOW + timedelta(seconds=180)
        seen = NOW + timedelta(seconds=60)
        con.backend.tell(WatchChanged(Watch(one.id, seen, NOW + timedelta(200), blind_since=seen)))
        await con.settle()
        assert "no contact since 09:15:02" in con.main.title_bar.text
        assert "last seen running 2 min ago" in con.main.jobs.text
        assert "running 3 m" not in con.main.jobs.text
        assert "No contact since 2026-11-23 09:15:02 UTC" in con.main.error.text
        assert "No error." not in con.main.error.text
        con.backend.tell(WatchChanged(Watch(one.id, NOW, NOW)))
        await con.settle()
        assert "no contact" not in screen_text(con.app).lower()


async def test_advice_moves_with_what_is_known() -> None:
    begun = told(1, State.UNKNOWN, failure=LOST, summary="No clear answer; looking for traces.")
    untraced = replace(begun, summary=f"{UNTRACED}: Neither disk nor backup shows any trace.")
    async with console() as con:
        con.backend.tell(RestoreChanged(begun))
        await con.settle()
        assert "it may be running" in " ".join(con.main.error.text.split())
        con.backend.tell(RestoreChanged(untraced))
        await con.settle()
        text = " ".join(con.main.error.text.split())
        assert "it may be running" not in text
        assert "Known now: Probably not accepted" in text
        assert "press u in the jobs" in text
        con.backend.tell(RestoreChanged(replace(untraced, state=State.RUNNING, summary="At work.")))
        await con.settle()
        text = " ".join(con.main.error.text.split())
        assert "No error." in text
        assert "running" in text
        assert "press u" not in text


@pytest.mark.parametrize(
    ("status", "does", "others"),
    [
        ("in-use", "The disk is in-use: shut the server down", ["error_restoring", "only watch"]),
        ("restoring-backup", "The disk is restoring-backup: a restore", ["shut the server"]),
        ("error_restoring", "The disk is error_restoring: an earlier", ["shut the server"]),
        ("available", "When it was read last it was available.", ["shut the server", "in-use"]),
    ],
)
def test_of_advice_by_state_only_what_holds_is_printed(
    status: str, does: str, others: list[str]
) -> None:
    refused = failure(kind=ErrorKind.REFUSED, executed=Executed.NO, method="POST", status=400)
    refused = replace(refused, code="VolumeBackup.0205")
    one = told(1, State.REFUSED, failure=refused, volume_status=status)
    said = {part.label: part.text for part in decode(refused, UTC, one).parts}["What to do"]
    assert does in said
    assert not [other for other in others if other in said]
    backup = replace(refused, code="VolumeBackup.0089")
    waits = replace(one, backup_status="creating")
    assert "The backup is creating: wait." in repr(decode(backup, UTC, waits))


@pytest.mark.parametrize("seen_busy", [True, False])
def test_a_job_that_wrote_nothing_is_not_called_executed(seen_busy: bool) -> None:
    one = told(1, State.FAILED, failure=JOB, disk_seen_busy=seen_busy, volume_status="available")
    said = {part.label: part.text for part in decode(JOB, UTC, one).parts}["Executed"]
    assert ("was seen being written to" in said) is seen_busy
    assert ("was never seen being written to" in said) is not seen_busy
    assert "yes" not in said


# The lists


async def test_what_a_restore_tells_reaches_the_rows_of_the_lists() -> None:
    """Another program's, too: this one's lists know nothing of it."""
    theirs = on_disk(told(7, State.RUNNING), "restoring-backup", 5, backup_status="restoring")
    async with console() as con:
        await con.open_prod()
        await con.press("2", "G", "enter")
        con.backend.tell(RestoreChanged(theirs))
        await con.settle()

        def row(name: str) -> str:
            pane = con.main.backups if name.startswith("nightly") else con.main.volumes
            return next(line for line in lines(pane.list) if f" {name}" in line)

        assert "restoring-backup" in row(VOLUMES[3].name)
        assert "×" in row(VOLUMES[3].name)
        assert "► restoring" in row(BACKUPS[0].name)
        broken = on_disk(theirs, "error_restoring", 9, state=State.FAILED, failure=JOB)
        con.backend.tell(RestoreChanged(replace(broken, backup_status="available")))
        await con.settle()
        assert "error_restoring" in row(VOLUMES[3].name)
        assert "● available" in row(BACKUPS[0].name)
        # A list that was read since knows better; one that was read before does not.
        con.backend.listed(PROD, ListKind.VOLUMES, VOLUMES, at=NOW + timedelta(seconds=8))
        await con.settle()
        assert "error_restoring" in row(VOLUMES[3].name)
        con.backend.listed(PROD, ListKind.VOLUMES, VOLUMES, at=NOW + timedelta(seconds=10))
        await con.settle()
        assert "error_restoring" not in row(VOLUMES[3].name)
        con.backend.tell(RestoreChanged(replace(broken, summary="Told again.")))
        await con.settle()
        assert "error_restoring" not in row(VOLUMES[3].name)


async def test_what_was_read_for_the_confirmation_outlasts_older_words_of_a_restore() -> None:
    theirs = on_disk(told(7, State.RUNNING), "restoring-backup", 5)
    async with console() as con:
        await con.open_prod()
        con.backend.tell(RestoreChanged(theirs))
        con.backend.tell(RowChanged(PROD.id, replace(VOLUMES[3], status="error_restoring")))
        con.backend.tell(RestoreChanged(replace(theirs, summary="Told again.")))
        await con.settle()
        drawn = next(line for line in lines(con.main.volumes.list) if "db-data-01" in line)
        assert "error_restoring" in drawn
