"""Restores that the real Cinder refuses: what the program reads, and that nothing was done."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.lab.clouds import Lab
from tests.lab.speaking import judged, opened, speaking, words
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.http.errors.classification import refuses_token
from vbs_tui.cloud.http.messages import Request

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab"), pytest.mark.timeout(180)]

NOWHERE = "11111111-1111-1111-1111-111111111111"


@dataclass(frozen=True)
class Pieces:
    """What there is to try with in the first project; every test leaves it available."""

    lab: Lab
    backup: str
    """With its bytes: one that a cycle of the lab made."""
    large: str
    """A volume that the backup fits."""
    small: str
    """Too small a volume for the next."""
    great: str
    """A backup of two GiB or more."""

    def status(self, kind: str, thing: str) -> str:
        return str(self.lab.volumes("GET", f"/{kind}s/{thing}")[kind]["status"])


@pytest.fixture
def pieces(filled: Lab) -> Pieces:
    backups = [row for row in rows(filled, "backups") if row["status"] == "available"]
    volumes = [row for row in rows(filled, "volumes") if row["status"] == "available"]
    made = next(row for row in backups if row["name"] == "nightly-1")
    great = next(row for row in backups if row["size"] > 1)
    return Pieces(
        filled,
        backup=made["id"],
        large=next(row["id"] for row in volumes if row["name"].startswith("data-")),
        small=next(row["id"] for row in volumes if row["size"] < great["size"]),
        great=great["id"],
    )


def rows(lab: Lab, kind: str) -> list[dict[str, Any]]:
    """The newest and the oldest of the first project: those of the lab's cycles, and others."""
    found = []
    for order in ("desc", "asc"):
        path = f"/{kind}/detail?limit=50&sort=created_at:{order}"
        found += lab.volumes("GET", path)[kind]
    return found


async def until_available(pieces: Pieces, kind: str, thing: str) -> None:
    while (status := await asyncio.to_thread(pieces.status, kind, thing)) != "available":
        assert not status.startswith("error")
        await asyncio.sleep(0.1)


def restore(lab: Lab, backup: str, volume: str) -> Request:
    """The native call of Cinder."""
    body = json.dumps({"restore": {"volume_id": volume}}).encode()
    url = f"{lab.cinder}/backups/{backup}/restore"
    return Request("POST", url, "submit the restore", volume, body=body, submits=True)


async def test_the_call_of_the_vendor_is_unknown_to_cinder(pieces: Pieces) -> None:
    """``/v2/…/cloudbackups`` is no path of Cinder's: told by a flat envelope, nothing was done."""
    async with opened(pieces.lab) as (connection, provider):
        with pytest.raises(CloudError) as caught:
            await provider.submit(pieces.backup, pieces.large)
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.REFUSED, Executed.NO)
        assert (failure.status, failure.code) == (404, "")
        assert failure.message == "The resource could not be found."
        assert (failure.what, failure.target) == ("submit the restore", pieces.large)
        where = f"/v2/{provider.project.id}/cloudbackups/{pieces.backup}/restore"
        assert failure.url.endswith(where)
        assert failure.request_id.startswith("req-")
        assert "What to do " in words(failure)
        sent = [one for one in connection.request_log.calls() if "cloudbackups" in one.url]
        assert [one.status for one in sent] == [404]
    assert pieces.status("volume", pieces.large) == "available"


async def test_reader_sees_and_may_not_restore(reader: Lab, pieces: Pieces) -> None:
    async with opened(reader) as (_, provider):
        assert (await provider.backup(pieces.backup)).is_available
    async with speaking(reader) as channel:
        answer = await channel.submit(restore(reader, pieces.backup, pieces.large))
    failure = judged(answer, 403, "forbidden", "Policy doesn't allow backup:restore")
    assert not refuses_token(failure.status, failure.code, failure.message)
    assert "repeating does not help" in words(failure)
    assert pieces.status("volume", pieces.large) == "available"


async def test_restore_of_what_is_not_there(pieces: Pieces) -> None:
    lab = pieces.lab
    async with speaking(lab) as channel:
        answer = await channel.submit(restore(lab, NOWHERE, pieces.large))
        judged(answer, 404, "itemNotFound", f"Backup {NOWHERE} could not be found.")
        answer = await channel.submit(restore(lab, pieces.backup, NOWHERE))
        judged(answer, 404, "itemNotFound", f"Volume {NOWHERE} could not be found.")
        more = json.dumps({"restore": {"volume_id": NOWHERE, "force": True}}).encode()
        answer = await channel.submit(replace(restore(lab, pieces.backup, NOWHERE), body=more))
        judged(answer, 400, "badRequest", "Additional properties are not allowed")


async def test_volume_that_is_too_small(pieces: Pieces) -> None:
    async with speaking(pieces.lab) as channel:
        request = restore(pieces.lab, pieces.great, pieces.small)
        failure = judged(await channel.submit(request), 400, "badRequest", "Invalid volume")
    assert "is too small to restore backup of size" in failure.message
    assert "a state or size does not fit" in words(failure)
    assert pieces.status("volume", pieces.small) == "available"


async def test_volume_in_use(pieces: Pieces) -> None:
    def action(name: str, **told: str) -> None:
        pieces.lab.volumes("POST", f"/volumes/{pieces.large}/action", {name: told})

    action("os-attach", host_name="somewhere", mountpoint="/dev/vdb")
    try:
        assert pieces.status("volume", pieces.large) == "in-use"
        async with speaking(pieces.lab) as channel:
            answer = await channel.submit(restore(pieces.lab, pieces.backup, pieces.large))
        judged(answer, 400, "badRequest", "Volume to be restored to must be available")
        assert pieces.status("volume", pieces.large) == "in-use"
    finally:
        action("os-detach")
        await until_available(pieces, "volume", pieces.large)


async def test_second_restore_while_one_runs(pieces: Pieces) -> None:
    """The first is a success in Cinder's words: 202, and no job."""
    async with speaking(pieces.lab) as channel:
        request = restore(pieces.lab, pieces.backup, pieces.large)
        first = await channel.submit(request)
        assert (first.status, first.envelope.is_error) == (202, False)
        try:
            second = await channel.submit(request)
            judged(second, 400, "badRequest", "Invalid backup: Backup status must be available")
        finally:
            await until_available(pieces, "volume", pieces.large)
            await until_available(pieces, "backup", pieces.backup)
