"""Secrets that a server says back, wherever in an answer: none is left anywhere behind the door."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.cloud.toy_cloud import BACKUP, JOB, PASSWORD, PROJECT, VOLUME, ToyCloud
from tests.cloud.wire_server import Heard, Reply, json_reply, reply
from vbs_tui.cloud.credentials import PasswordCredentials, User
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secret import Secret

WORDS = ("wörd&/-zq7731", "gAAAAAtoken")


def held(value: object) -> bool:
    return any(word in repr(value) for word in WORDS)


def both(heard: Heard) -> str:
    return f"seen {PASSWORD} and {heard.token}"


async def test_in_a_jobs_reason_and_in_names() -> None:
    def service(heard: Heard) -> Reply:
        said = both(heard)
        if "/jobs/" in heard.path:
            parts = [{"status": "FAIL", "job_id": "a", "fail_reason": said, "error_code": said}]
            return json_reply(
                {"job_id": JOB, "status": "FAIL", "fail_reason": said, "sub_jobs": parts}
            )
        row: dict[str, Any] = {"id": VOLUME, "name": said, "status": "available", "size": 1}
        if "/volumes" in heard.path:
            return json_reply({"volume": row, "volumes": [row]})
        row |= {"id": BACKUP, "description": said, "fail_reason": said, "volume_id": VOLUME}
        return json_reply({"backup": row, "backups": [row]})

    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        job = await provider.job(JOB)
        found: list[object] = [job, await provider.volume(VOLUME), await provider.backup(BACKUP)]
        found += [rows async for rows in provider.volumes()]
        found += [rows async for rows in provider.backups()]
        assert job.status == "FAIL"
        assert "seen «hidden» and «hidden»" in repr(job)
        assert not held(found)
        assert not held(cloud.connections[0].request_log.calls())


@pytest.mark.parametrize("before", range(430, 510, 7))
async def test_at_the_end_of_what_is_kept(before: int) -> None:
    def service(heard: Heard) -> Reply:
        text = f"{'x' * before}{PASSWORD}"
        if "/volumes" in heard.path:
            return reply(f"<html>{'y' * (before - 200)}{PASSWORD}</html>", 400)
        return json_reply({"error": {"code": "VBS.0001", "message": text}}, 400)

    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        for call in (provider.backup(BACKUP), provider.volume(VOLUME)):
            with pytest.raises(CloudError) as caught:
                await call
            for start in (PASSWORD[:4], "wörd"):
                assert start not in repr(caught.value.failure)


async def test_in_headers_and_in_other_writing() -> None:
    def service(heard: Heard) -> Reply:
        basic = base64.b64encode(f"ops-jane:{PASSWORD}".encode()).decode()
        slashed = json.dumps(PASSWORD)[1:-1].replace("/", "\\/")
        quoted = PASSWORD.replace("&", "&amp;").replace('"', "&#34;")
        text = f"Basic {basic} or {slashed} or {quoted}"
        return json_reply({"message": text, "code": 400}, 400, {"X-Request-Id": heard.token * 2})

    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as caught:
            await provider.volume(VOLUME)
        failure = caught.value.failure
        assert not held(failure)
        encoded = base64.b64encode(PASSWORD.encode()).decode()
        assert encoded[4:16] not in repr(failure)
        assert base64.b64encode(f"ops-jane:{PASSWORD}".encode()).decode()[16:28] not in repr(
            failure
        )


async def test_of_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk_back(heard: Heard) -> Reply:
        said = heard.headers.get("proxy-authorization", "")
        return json_reply({"message": f"you said {said}: corp, Pr0xy/S3cret", "code": 403}, 403)

    async with ToyCloud() as cloud:
        cloud.server.answer = talk_back
        place = cloud.server.url.removeprefix("http://")
        monkeypatch.setenv("http_proxy", f"http://corp:Pr0xy%2FS3cret@{place}")
        connection = cloud.connection(
            auth_url="http://iam.example.invalid/v3", allow_plain_http=True, verify=False
        )
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        text = repr((caught.value.failure, connection.request_log.calls()))
        assert "you said" in text
        assert "S3cret" not in text
        assert base64.b64encode(b"corp:Pr0xy/S3cret").decode() not in text


@pytest.mark.parametrize("word", ["Tr0ub4dor&3=zq", "pässwörd<1>", "a!b*c'd(e)f"])
async def test_in_whatever_way_json_is_spelt(word: str) -> None:
    def service(heard: Heard) -> Reply:
        spelt = "".join(f"\\u{ord(one):04X}" if one not in "abcdefrz" else one for one in word)
        row = f'{{"id": "{VOLUME}", "name": "is {spelt}", "status": "available"}}'
        return reply(f'{{"volume": {row}}}', 200, {"Content-Type": "application/json"})

    async with ToyCloud(service) as cloud:
        user = User(name="ops-jane", domain_name="ops")
        connection = cloud.connection(PasswordCredentials(user, Secret(word)))
        provider = await connection.open(Project(PROJECT, "p"))
        assert (await provider.volume(VOLUME)).name == "is «hidden»"
        shown = repr(connection.request_log.calls())
        assert word not in shown
        assert "\\\\u00" not in shown.partition("is ")[2][:80]


@pytest.mark.parametrize(
    "word", ["available", "volumev3", "attachments", "127.0.0.1", '", "name": "']
)
async def test_a_password_that_is_a_word_of_the_contract_changes_nothing(word: str) -> None:
    def service(heard: Heard) -> Reply:
        row = {"id": VOLUME, "name": "x", "status": "available", "size": 7, "attachments": []}
        return json_reply({"volume": row})

    async with ToyCloud(service) as cloud:
        user = User(name="ops-jane", domain_name="ops")
        connection = cloud.connection(PasswordCredentials(user, Secret(word)))
        assert len(await connection.projects()) == 1
        found = await (await connection.open(Project(PROJECT, "p"))).volume(VOLUME)
        assert (found.id, found.status, found.size) == (VOLUME, "available", 7)


async def test_an_id_is_never_touched_for_a_short_secret() -> None:
    def service(heard: Heard) -> Reply:
        return json_reply({"volume": {"id": VOLUME, "name": "x", "status": "available"}})

    async with ToyCloud(service) as cloud:
        user = User(name="ops-jane", domain_name="ops")
        connection = cloud.connection(PasswordCredentials(user, Secret(VOLUME[:7])))
        provider = await connection.open(Project(PROJECT, "p"))
        assert (await provider.volume(VOLUME)).id == VOLUME
