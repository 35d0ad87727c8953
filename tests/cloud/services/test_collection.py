"""Lists, single things and jobs, from servers that page well, badly, or lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.support.toy_cloud import BACKUP, JOB, PROJECT, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply, reply
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.providers.vbs.provider import VbsProvider

ROUTER_404 = json_reply({"message": "no<br />", "code": "404 Not Found", "title": "Not Found"}, 404)
GATEWAY_404 = json_reply({"error_code": "APIG.0101", "error_msg": "no such API"}, 404)
NATIVE_404 = json_reply({"itemNotFound": {"code": 404, "message": "no"}}, 404)


def row(number: int) -> dict[str, object]:
    return {"id": f"{number:08d}-0000", "name": f"b{number}", "status": "available", "size": 1}


def paged(rows: Sequence[object], key: str = "backups") -> Callable[[Heard], Reply]:
    """A server that pages by marker as it should."""

    def answer(heard: Heard) -> Reply:
        ids = [one.get("id") if isinstance(one, dict) else None for one in rows]
        marker = heard.query.get("marker")
        if marker is not None and marker not in ids:
            return NATIVE_404
        start = 0 if marker is None else ids.index(marker) + 1
        page = rows[start : start + int(heard.query["limit"])]
        href = f"http://192.168.0.1:8776/{PROJECT}/backups/detail?limit=1&offset=1&marker=x"
        return json_reply({key: page, f"{key}_links": [{"rel": "next", "href": href}]})

    return answer


async def all_ids(provider: VbsProvider) -> list[str]:
    return [one.id async for page in provider.backups() for one in page]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 300])
async def test_whole_list_is_walked(count: int) -> None:
    rows = [row(number) for number in range(count)]
    cloud = ToyCloud(paged(rows))
    async with cloud:
        provider = await cloud.provider()
        assert await all_ids(provider) == [one["id"] for one in rows]
        assert provider.notes == ()
    for heard in cloud.server.of("GET", "/detail"):
        assert heard.path == f"/v2/{PROJECT}/backups/detail"
        assert heard.query["limit"] == "100"
        assert "offset" not in heard.query


async def test_server_that_caps_its_pages_is_walked_all_the_same() -> None:
    rows = [row(number) for number in range(25)]
    whole = paged(rows)

    def capped(heard: Heard) -> Reply:
        return whole(
            Heard("GET", heard.target.replace("limit=100", "limit=10"), heard.headers, b"", 0)
        )

    cloud = ToyCloud(capped)
    async with cloud:
        assert len(await all_ids(await cloud.provider())) == 25


@pytest.mark.parametrize("count", [40, 100])
async def test_server_that_ignores_the_marker_does_not_loop(count: int) -> None:
    rows = [row(number) for number in range(count)]
    cloud = ToyCloud(lambda heard: json_reply({"backups": rows}))
    async with cloud:
        provider = await cloud.provider()
        assert len(await all_ids(provider)) == count
        assert bool(provider.notes) is (count == 100)
    assert len(cloud.server.of("GET", "/detail")) == 2


async def test_marker_deleted_meanwhile_starts_again_without_doubles() -> None:
    rows = [row(number) for number in range(250)]
    serve = paged(rows)

    def service(heard: Heard) -> Reply:
        if len(cloud.server.of("GET", "/detail")) == 3:
            del rows[199]
        return serve(heard)

    cloud = ToyCloud(service)
    async with cloud:
        found = await all_ids(await cloud.provider())
    assert len(found) == len(set(found)) == 250
    assert found[:3] == [row(number)["id"] for number in range(3)]


async def test_marker_that_is_never_known_ends() -> None:
    rows = [row(number) for number in range(100)]

    def service(heard: Heard) -> Reply:
        return NATIVE_404 if "marker" in heard.query else json_reply({"backups": rows})

    cloud = ToyCloud(service)
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await all_ids(await cloud.provider())
    assert caught.value.failure.status == 404
    assert len(cloud.server.of("GET", "/detail")) < 10


async def test_unusable_rows_are_left_out_and_counted() -> None:
    rows = [row(1), None, 7, {"name": "no id"}, {"id": "../../x"}, {"id": ""}, row(2)]
    cloud = ToyCloud(paged(rows))
    async with cloud:
        provider = await cloud.provider()
        assert await all_ids(provider) == [row(1)["id"], row(2)["id"]]
        assert provider.notes == ("5 rows of the backup list could not be read.",)


@pytest.mark.parametrize(
    "answer",
    [
        json_reply({}),
        json_reply({"backups": None}),
        json_reply({"backups": {"a": 1}}),
        json_reply([]),
        reply("<html>"),
        reply(""),
        reply('{"backups": [{"id": "1"'),
    ],
)
async def test_list_that_is_none_is_not_an_empty_list(answer: bytes) -> None:
    cloud = ToyCloud(lambda heard: answer)
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await all_ids(await cloud.provider())
    assert caught.value.failure.kind is ErrorKind.UNUSABLE


@pytest.mark.parametrize("absent", [ROUTER_404, GATEWAY_404, reply("", 405), reply("gone", 410)])
async def test_next_version_is_tried_and_remembered(absent: bytes) -> None:
    rows = [row(1)]
    serve = paged(rows)
    cloud = ToyCloud(lambda heard: absent if heard.path.startswith("/v2/") else serve(heard))
    async with cloud:
        provider = await cloud.provider()
        assert len(await all_ids(provider)) == 1
        assert len(await all_ids(provider)) == 1
    versions = [heard.path.split("/")[1] for heard in cloud.server.of("GET", "/detail")]
    assert versions == ["v2", "v3", "v3", "v3", "v3"]


async def test_no_rights_is_no_reason_to_look_elsewhere() -> None:
    cloud = ToyCloud(lambda heard: json_reply({"forbidden": {"message": "no"}}, 403))
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await all_ids(await cloud.provider())
    assert caught.value.failure.status == 403
    assert len(cloud.server.of("GET", "/detail")) == 1


async def test_thing_that_is_gone_is_told_from_a_path_that_is_not_there() -> None:
    answers: list[Reply] = [NATIVE_404]
    cloud = ToyCloud(lambda heard: answers[0])
    async with cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as caught:
            await provider.backup(BACKUP)
        assert caught.value.failure.status == 404
        for strange in (ROUTER_404, GATEWAY_404, reply("<h1>404</h1>", 404)):
            answers[0] = strange
            with pytest.raises(CloudError) as caught:
                await provider.volume(VOLUME)
            assert caught.value.failure.status is None


@pytest.mark.parametrize(
    "body",
    [
        {"volume": {"id": BACKUP, "status": "available"}},
        {"volume": None},
        {"volume": []},
        {"backup": {"id": VOLUME}},
        {},
        [],
    ],
)
async def test_answer_about_something_else_is_not_believed(body: object) -> None:
    cloud = ToyCloud(lambda heard: json_reply(body))
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await (await cloud.provider()).volume(VOLUME)
    assert caught.value.failure.kind is ErrorKind.UNUSABLE


async def test_volume_is_found_under_any_of_its_paths() -> None:
    found = json_reply({"volume": {"id": VOLUME, "status": "in_use", "size": "100"}})
    cloud = ToyCloud(lambda heard: found if "cloudvolumes" in heard.path else ROUTER_404)
    async with cloud:
        volume = await (await cloud.provider()).volume(VOLUME)
    assert (volume.status, volume.size) == ("in-use", 100)


UNKNOWN_JOB = json_reply({"error": {"code": "common.0011", "message": "No jobs found"}}, 400)


def two_hosts(cloud: ToyCloud) -> None:
    """Give EVS a root of its own, so that its jobs can be told from those of VBS."""
    url = cloud.server.url
    cloud.catalog = [
        {"type": "vbsv2", "endpoints": [{"url": f"{url}/v2"}]},
        {"type": "volumev3", "endpoints": [{"url": f"{url}/evs/v3"}]},
    ]


async def test_job_is_read_from_v1_of_vbs() -> None:
    body = {"status": "success", "job_id": JOB, "error_code": None, "sub_jobs": None}
    cloud = ToyCloud(lambda heard: json_reply(body))
    async with cloud:
        job = await (await cloud.provider()).job(JOB)
    assert (job.id, job.status) == (JOB, "SUCCESS")
    assert cloud.server.heard[-1].path == f"/v1/{PROJECT}/jobs/{JOB}"


async def test_neighbours_are_asked_only_after_repeated_denials() -> None:
    def service(heard: Heard) -> Reply:
        if heard.path.startswith("/evs/"):
            return json_reply({"status": "RUNNING", "job_id": JOB})
        return UNKNOWN_JOB

    cloud = ToyCloud(service)
    async with cloud:
        two_hosts(cloud)
        provider = await cloud.provider()
        for _ in range(2):
            with pytest.raises(CloudError) as caught:
                await provider.job(JOB)
            assert caught.value.failure.code == "common.0011"
        assert not any(heard.path.startswith("/evs/") for heard in cloud.server.heard)
        assert (await provider.job(JOB)).status == "RUNNING"
        await provider.job(JOB)
    paths = [heard.path for heard in cloud.server.of("GET", JOB)]
    assert [path.startswith("/evs/") for path in paths] == [False, False, False, True, True]


@pytest.mark.parametrize(
    "answer",
    [
        json_reply({"status": "", "job_id": JOB}),
        json_reply({"job_id": JOB}),
        json_reply({"status": "SUCCESS", "job_id": "another"}),
        json_reply([]),
        reply("<html>"),
        reply('{"status": "SUCCESS", "job_id'),
    ],
)
async def test_strange_job_is_no_verdict(answer: bytes) -> None:
    cloud = ToyCloud(lambda heard: answer)
    async with cloud:
        with pytest.raises(CloudError) as caught:
            await (await cloud.provider()).job(JOB)
    assert caught.value.failure.kind is ErrorKind.UNUSABLE


async def test_failed_job_is_an_answer_and_no_error() -> None:
    body = {"status": "FAIL", "job_id": JOB, "error_code": "VolumeBackup.0200", "fail_reason": "x"}
    cloud = ToyCloud(lambda heard: json_reply(body))
    async with cloud:
        job = await (await cloud.provider()).job(JOB)
    assert (job.status, job.error_code) == ("FAIL", "VolumeBackup.0200")
