"""Reads that the real Cinder refuses, as the program understands them."""

from __future__ import annotations

import pytest

from tests.lab.clouds import Lab
from tests.lab.speaking import judged, opened, speaking
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.http.errors.classification import refuses_token
from vbs_tui.cloud.http.messages import Request

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

NOWHERE = "11111111-1111-1111-1111-111111111111"


async def test_unknown_backup_and_volume(lab: Lab) -> None:
    async with opened(lab) as (_, provider):
        for read, noun in ((provider.backup, "Backup"), (provider.volume, "Volume")):
            with pytest.raises(CloudError) as caught:
                await read(NOWHERE)
            failure = caught.value.failure
            assert (failure.kind, failure.status) == (ErrorKind.REFUSED, 404)
            assert failure.message == f"{noun} {NOWHERE} could not be found."
            assert (failure.what, failure.target) == (f"read the {noun.lower()}", NOWHERE)
            assert failure.request_id.startswith("req-")


async def test_url_of_another_project(lab: Lab) -> None:
    other = lab.in_project("eu-de_staging").cinder
    async with speaking(lab) as channel:
        answer = await channel.read(Request("GET", f"{other}/backups/detail", "list backups"))
        judged(answer, 400, "badRequest", "Malformed request url")


async def test_too_new_a_version(lab: Lab) -> None:
    head = {"OpenStack-API-Version": "volume 3.9999"}
    url = f"{lab.cinder}/backups/detail?limit=1"
    async with speaking(lab) as channel:
        answer = await channel.read(Request("GET", url, "list backups", headers=head))
        judged(answer, 406, "computeFault", "Version 3.9999 is not supported by the API.")


@pytest.mark.parametrize("token", [None, "gAAAAA-is-none"])
async def test_no_token_or_a_bad_one(token: str | None, lab: Lab) -> None:
    head = {"X-Auth-Token": token} if token else {}
    url = f"{lab.cinder}/backups/detail?limit=1"
    async with speaking(lab) as channel:
        answer = await channel.session.read(Request("GET", url, "list backups", headers=head))
    failure = judged(answer, 401, "", "requires authentication")
    assert refuses_token(failure.status, failure.code, failure.message)
