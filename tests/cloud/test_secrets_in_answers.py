"""Secrets that a server says back, wherever in an answer: none is left anywhere behind the door."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.support.toy_cloud import (
    BACKUP,
    JOB,
    PASSWORD,
    PROJECT,
    VOLUME,
    ToyCloud,
    catalog_entry,
)
from tests.support.wire_server import Heard, Reply, json_reply, reply
from vbs_tui.cloud.auth.credentials import PasswordCredentials, User
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import NOTE_HIDDEN, Secret
from vbs_tui.restore.checks.hazard_rules import find_hazards, is_possible

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


def whose(cloud: ToyCloud, word: str, name: str = "ops-jane") -> CloudConnection:
    user = User(name=name, domain_name="ops")
    return cloud.connection(PasswordCredentials(user, Secret(word)))


LONG = "Tr0ub4dor-3=zq"
SHORT = "hunter2"


@pytest.mark.parametrize("word", [LONG, SHORT])
@pytest.mark.parametrize("said", ["{}", "is {}.", "a-{}-b", "{} {}"])
async def test_no_key_is_exempt(word: str, said: str) -> None:
    echo = said.format(word, word)

    def service(heard: Heard) -> Reply:
        if "/jobs/" in heard.path:
            part = dict.fromkeys(
                ("job_id", "job_type", "status", "error_code", "fail_reason"), echo
            )
            names = ("status", "job_type", "error_code", "fail_reason")
            job = dict.fromkeys(names, echo) | {"begin_time": echo, "entities": {"volume_id": echo}}
            return json_reply(job | {"sub_jobs": [part]})
        keys: tuple[str, ...] = (
            "name",
            "status",
            "size",
            "availability_zone",
            "volume_type",
            "multiattach",
        )
        keys += ("bootable", "encrypted", "description", "created_at", "dedicated_storage_id")
        keys += ("os-vol-tenant-attr:tenant_id", "replication_status", "migration_status", "locked")
        row: dict[str, Any] = dict.fromkeys(keys, echo)
        row |= {"id": VOLUME, "attachments": [{"server_id": echo, "device": echo}]}
        row |= {"metadata": {"src_backup_id": echo}, "links": [{"href": echo, "rel": echo}]}
        facts = json.dumps({"VT": echo})
        backup = row | {
            "id": BACKUP,
            "volume_id": echo,
            "service_metadata": facts,
            "fail_reason": echo,
        }
        return json_reply({"volume": row, "backup": backup, "volumes": [row], "backups": [backup]})

    async with ToyCloud(service) as cloud:
        connection = whose(cloud, word)
        provider = await connection.open(Project(PROJECT, "p"))
        volume, backup = await provider.volume(VOLUME), await provider.backup(BACKUP)
        found: list[object] = [volume, backup, await provider.job(JOB)]
        found += [rows async for rows in provider.volumes()]
        found += [rows async for rows in provider.backups()]
        assert "«hidden»" in repr(found[:3])
        assert word not in repr(found)
        assert word not in repr(connection.request_log.calls())
        # And nothing of it is a state that anything could be decided by.
        assert not volume.is_available
        assert not backup.is_available
        hazards = find_hazards(backup, volume, project_id=PROJECT)
        assert not is_possible(hazards)
        assert word not in repr(hazards)


@pytest.mark.parametrize("number", ["12345678", "98765432.5"])
async def test_a_secret_of_digits_is_hidden_among_numbers(number: str) -> None:
    def service(heard: Heard) -> Reply:
        return reply(f'{{"volume": {{"id": "{VOLUME}", "status": "available", "size": {number}}}}}')

    async with ToyCloud(service) as cloud:
        connection = whose(cloud, number)
        volume = await (await connection.open(Project(PROJECT, "p"))).volume(VOLUME)
        assert (volume.size, volume.unreadable) == (None, ("size",))
        assert number not in repr((volume, connection.request_log.calls()))


async def test_a_key_that_is_the_secret_is_hidden_in_what_is_shown() -> None:
    spelt = "".join(f"\\u{ord(one):04x}" for one in LONG)

    def service(heard: Heard) -> Reply:
        body = f'{{"{spelt}": {{"code": 400, "message": "is {LONG}"}}}}'
        return reply(body, 400, {"Content-Type": "application/json"})

    async with ToyCloud(service) as cloud:
        connection = whose(cloud, LONG)
        provider = await connection.open(Project(PROJECT, "p"))
        with pytest.raises(CloudError) as caught:
            await provider.volume(VOLUME)
        shown = repr((caught.value.failure, connection.request_log.calls()))
        assert "«hidden»" in caught.value.failure.message
        assert LONG not in shown
        assert spelt[:12] not in shown


@pytest.mark.parametrize("word", [LONG, SHORT])
async def test_in_codes_request_ids_and_redirections(word: str) -> None:
    def service(heard: Heard) -> Reply:
        headers = {"X-Request-Id": f"req-{word}", "Location": f"https://{word}.example/{word}"}
        if "/backups" in heard.path:
            return reply(b"", 302, headers)
        return json_reply({"error": {"code": word, "message": "no"}}, 400, headers)

    async with ToyCloud(service) as cloud:
        connection = whose(cloud, word)
        provider = await connection.open(Project(PROJECT, "p"))
        for call in (provider.volume(VOLUME), provider.backup(BACKUP)):
            with pytest.raises(CloudError) as caught:
                await call
            assert word not in repr(caught.value.failure)
        assert word not in repr(connection.request_log.calls())


async def test_a_job_id_with_a_secret_in_it_is_never_used() -> None:
    def service(heard: Heard) -> Reply:
        return json_reply({"job_id": f"a-{LONG}"})

    async with ToyCloud(service) as cloud:
        provider = await whose(cloud, LONG).open(Project(PROJECT, "p"))
        with pytest.raises(CloudError) as caught:
            await provider.submit(BACKUP, VOLUME)
        assert caught.value.failure.executed is Executed.UNKNOWN
        assert LONG not in repr(caught.value.failure)


def telling(heard: Heard) -> Reply:
    """An ordinary cloud: one free disk, one backup, a job that ended well."""
    if "/jobs/" in heard.path:
        return json_reply({"job_id": JOB, "status": "SUCCESS"})
    row: dict[str, Any] = {"name": "x", "status": "available", "size": 7, "attachments": []}
    volume, backup = row | {"id": VOLUME}, row | {"id": BACKUP, "volume_id": VOLUME}
    return json_reply(
        {"volume": volume, "backup": backup, "volumes": [volume], "backups": [backup]}
    )


async def test_a_password_that_is_a_state_makes_no_verdict_and_says_so() -> None:
    async with ToyCloud(telling) as cloud:
        connection = whose(cloud, "available")
        provider = await connection.open(Project(PROJECT, "p"))
        volume, backup = await provider.volume(VOLUME), await provider.backup(BACKUP)
        assert not volume.is_available
        assert not backup.is_available
        hazards = find_hazards(backup, volume, project_id=PROJECT)
        assert not is_possible(hazards)
        assert all("a secret of this log-in" in one.sentence for one in hazards[:2])
        assert connection.is_secret_in_the_way
        assert provider.notes == (NOTE_HIDDEN,)


@pytest.mark.parametrize("word", ["SUCCESS", "RUNNING", "FAIL", "bksRestoreBackup"])
async def test_a_password_that_is_a_jobs_state_ends_no_job_and_says_so(word: str) -> None:
    async with ToyCloud(telling) as cloud:
        connection = whose(cloud, word)
        provider = await connection.open(Project(PROJECT, "p"))
        job = await provider.job(JOB)
        assert (job.status in {"SUCCESS", "FAIL"}) is (word != "SUCCESS")
        assert provider.notes == (NOTE_HIDDEN,)


@pytest.mark.parametrize("word", ["volumev3", "127.0.0.1", "public", PROJECT[:12]])
async def test_a_password_that_the_catalog_holds_is_told_as_the_reason(word: str) -> None:
    async with ToyCloud(telling) as cloud:
        cloud.catalog = [catalog_entry("volumev3", f"{cloud.server.url}/v3/{PROJECT}")]
        connection = whose(cloud, word)

        async def begin() -> None:
            await connection.projects()
            await connection.open(Project(PROJECT, "p"))

        with pytest.raises(CloudError) as caught:
            await begin()
        assert "Change that password" in caught.value.failure.hint
        assert word not in repr(caught.value.failure).replace(cloud.server.url, "")


async def test_projects_that_a_password_hides_are_not_none() -> None:
    async with ToyCloud(telling) as cloud:
        with pytest.raises(CloudError) as caught:
            await whose(cloud, PROJECT[:12]).projects()
        assert caught.value.failure.hint == NOTE_HIDDEN


async def test_a_password_that_is_a_key_of_the_contract_changes_nothing() -> None:
    async with ToyCloud(telling) as cloud:
        connection = whose(cloud, "attachments")
        provider = await connection.open(Project(PROJECT, "p"))
        volume = await provider.volume(VOLUME)
        assert (volume.status, volume.attachments_known, volume.unreadable) == (
            "available",
            True,
            (),
        )
        assert provider.notes == ()


@pytest.mark.parametrize("word", [VOLUME[:7], VOLUME[2:8], "ice"])
async def test_a_short_secret_inside_a_word_is_none(word: str) -> None:
    def service(heard: Heard) -> Reply:
        row = {"id": VOLUME, "name": "device-nice", "status": "available"}
        return json_reply({"volume": row})

    async with ToyCloud(service) as cloud:
        provider = await whose(cloud, word).open(Project(PROJECT, "p"))
        volume = await provider.volume(VOLUME)
        assert (volume.id, volume.name) == (VOLUME, "device-nice")


async def test_an_id_with_a_secret_in_it_is_refused_and_never_sent_back() -> None:
    async with ToyCloud(telling) as cloud:
        connection = whose(cloud, VOLUME[:8])
        provider = await connection.open(Project(PROJECT, "p"))
        for read in (provider.volume(VOLUME), anext(aiter(provider.volumes()))):
            with pytest.raises(CloudError) as caught:
                await read
            assert caught.value.failure.hint == NOTE_HIDDEN
        assert connection.is_secret_in_the_way
        assert all("hidden" not in heard.target for heard in cloud.server.heard)


async def test_a_short_password_that_is_the_users_name_hides_no_names() -> None:
    def service(heard: Heard) -> Reply:
        return json_reply({"volume": {"id": VOLUME, "name": "admin disk", "status": "available"}})

    async with ToyCloud(service) as cloud:
        provider = await whose(cloud, "admin", "admin").open(Project(PROJECT, "p"))
        assert (await provider.volume(VOLUME)).name == "admin disk"
        assert provider.notes == ()


async def test_who_is_restoring_is_unknown_where_that_state_is_hidden() -> None:
    row = {"id": BACKUP, "status": "restoring", "size": 1}

    async with ToyCloud(lambda heard: json_reply({"backups": [row], "volumes": []})) as cloud:
        provider = await whose(cloud, LONG).open(Project(PROJECT, "p"))
        assert [len(rows) for rows in await provider.restoring()] == [1, 0]
        hiding = await whose(cloud, "restoring").open(Project(PROJECT, "p"))
        with pytest.raises(CloudError) as caught:
            await hiding.restoring()
        assert caught.value.failure.kind is ErrorKind.UNUSABLE


async def test_in_a_name_of_the_metadata_that_speaks_of_protection() -> None:
    def service(heard: Heard) -> Reply:
        row = {"id": VOLUME, "name": "db-data-01", "status": "available", "size": 1}
        return json_reply({"volume": row | {"metadata": {f"sdrs {both(heard)}": [1]}}})

    async with ToyCloud(service) as cloud:
        volume = await (await cloud.provider()).volume(VOLUME)
        assert volume.unreadable == ("metadata",)
        assert not held(volume)
