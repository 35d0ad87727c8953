"""The restore's POST: sent exactly once whatever happens, and each outcome called by its name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.support.toy_cloud import BACKUP, JOB, PROJECT, VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, cut, json_reply, reply, reset, stall
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.session import Timeouts
from vbs_tui.cloud.providers.vbs.provider import VbsProvider

OPEN_CODE = "VolumeBackup.0201"


async def failure_of(provider: VbsProvider) -> Failure:
    with pytest.raises(CloudError) as caught:
        await provider.submit(BACKUP, VOLUME)
    return caught.value.failure


QUICK = Timeouts(submit_read=0.15)
"""For an answer that never comes; others may take longer on a busy machine."""


def toy(answer: Reply) -> ToyCloud:
    return ToyCloud(lambda heard: answer if heard.path.endswith("/restore") else json_reply({}))


async def test_request_is_the_documented_one_byte_for_byte() -> None:
    cloud = toy(json_reply({"job_id": JOB}, headers={"X-Request-Id": "req-7"}))
    async with cloud:
        provider = await cloud.provider()
        shown = provider.restore_request(BACKUP, VOLUME)
        accepted = await provider.submit(BACKUP, VOLUME)
    (heard,) = cloud.server.restores
    assert heard.target == f"/v2/{PROJECT}/cloudbackups/{BACKUP}/restore"
    assert heard.body == b'{"restore": {"volume_id": "%s"}}' % VOLUME.encode()
    assert heard.headers["content-type"] == "application/json"
    assert "transfer-encoding" not in heard.headers
    assert (shown.method, shown.url, shown.body.encode()) == (
        "POST",
        cloud.server.url + heard.target,
        heard.body,
    )
    assert (accepted.job_id, accepted.request_id) == (JOB, "req-7")


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_success_with_a_job_is_accepted(status: int) -> None:
    cloud = toy(json_reply({"job_id": JOB, "error": None}, status))
    async with cloud:
        assert (await (await cloud.provider()).submit(BACKUP, VOLUME)).job_id == JOB


CASES: list[tuple[str, Reply, ErrorKind, Executed, str]] = [
    ("reset after reading", reset, ErrorKind.BROKEN, Executed.UNKNOWN, ""),
    ("closed without a word", cut(b""), ErrorKind.BROKEN, Executed.UNKNOWN, ""),
    ("stall", stall, ErrorKind.BROKEN, Executed.UNKNOWN, ""),
    ("no HTTP", cut(b"\x00\x01nonsense\r\n\r\n"), ErrorKind.BROKEN, Executed.UNKNOWN, ""),
    (
        "cut in the headers",
        cut(b"HTTP/1.1 200 OK\r\nContent-Le"),
        ErrorKind.BROKEN,
        Executed.UNKNOWN,
        "",
    ),
    (
        "cut in the body",
        cut(reply('{"job_id": "ff80', 200).replace(b"Length: 16", b"Length: 60")),
        ErrorKind.BROKEN,
        Executed.UNKNOWN,
        "",
    ),
    (
        "refusal cut in the body",
        cut(reply("{", 400).replace(b"Length: 1", b"Length: 60")),
        ErrorKind.BROKEN,
        Executed.UNKNOWN,
        "",
    ),
    (
        "broken compression",
        reply(b"\x1f\x8bnot gzip", 200, {"Content-Encoding": "gzip"}),
        ErrorKind.UNUSABLE,
        Executed.UNKNOWN,
        "",
    ),
    ("no job id", json_reply({}), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("empty job id", json_reply({"job_id": ""}), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("null job id", json_reply({"job_id": None}), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("object", json_reply({"job_id": {}}), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("path", json_reply({"job_id": "../x"}), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("list", json_reply([]), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("truncated JSON", reply('{"job_id": "ff80'), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("bomb", reply("[" * 100_000), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("empty 202", reply(b"", 202), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    ("page", reply("<html>hello</html>"), ErrorKind.UNUSABLE, Executed.UNKNOWN, ""),
    (
        "redirection",
        reply(b"", 302, {"Location": "/elsewhere"}),
        ErrorKind.UNUSABLE,
        Executed.UNKNOWN,
        "",
    ),
]
CASES += [
    (f"server {status}", reply(b"x", status), ErrorKind.SERVER, Executed.UNKNOWN, "")
    for status in (408, 500, 501, 502, 503, 504)
]
CASES += [
    (f"refused {status}", json_reply({"x": 1}, status), ErrorKind.REFUSED, Executed.NO, "")
    for status in (400, 401, 403, 404, 405, 406, 407, 409, 413, 415, 429)
]
CASES += [
    (
        "vendor code",
        json_reply({"error": {"code": "VolumeBackup.0209", "message": "small"}}, 400),
        ErrorKind.REFUSED,
        Executed.NO,
        "VolumeBackup.0209",
    ),
    (
        "code of an open outcome",
        json_reply({"error": {"code": OPEN_CODE, "message": "failed"}}, 400),
        ErrorKind.REFUSED,
        Executed.UNKNOWN,
        OPEN_CODE,
    ),
    (
        "known code within a success",
        json_reply({"error": {"code": "VolumeBackup.0209", "message": "small"}}),
        ErrorKind.REFUSED,
        Executed.NO,
        "VolumeBackup.0209",
    ),
    (
        "open code within a success",
        json_reply({"error": {"code": OPEN_CODE, "message": "failed"}}),
        ErrorKind.REFUSED,
        Executed.UNKNOWN,
        OPEN_CODE,
    ),
    (
        "unknown code within a success",
        json_reply({"error": {"code": "Mystery.9999", "message": "?"}}),
        ErrorKind.REFUSED,
        Executed.UNKNOWN,
        "Mystery.9999",
    ),
    (
        "words within a success",
        json_reply({"error": "went wrong"}),
        ErrorKind.UNUSABLE,
        Executed.UNKNOWN,
        "",
    ),
]


@pytest.mark.parametrize(
    ("answer", "kind", "executed", "code"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
async def test_failure_is_classified_and_nothing_sent_again(
    answer: Reply, kind: ErrorKind, executed: Executed, code: str
) -> None:
    cloud = toy(answer)
    async with cloud:
        provider = await cloud.provider(QUICK if answer is stall else None)
        failure = await failure_of(provider)
        await asyncio.sleep(0)
    assert (failure.kind, failure.executed, failure.code) == (kind, executed, code)
    assert failure.message
    assert failure.what == "submit the restore"
    assert len(cloud.server.restores) == 1


async def test_refused_connection_means_not_sent() -> None:
    cloud = toy(json_reply({"job_id": JOB}))
    async with cloud:
        provider = await cloud.provider()
    failure = await failure_of(provider)
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert "refused the connection" in failure.message
    assert cloud.server.restores == []


async def test_reset_before_reading_is_told_by_whether_the_body_left() -> None:
    cloud = toy(json_reply({"job_id": JOB}))
    async with cloud:
        provider = await cloud.provider()
        before = len(cloud.server.heard)
        cloud.server.reset_on_accept = True
        failure = await failure_of(provider)
        assert len(cloud.server.heard) == before
    # The handshake of TCP succeeded, so bytes may have left: only "cannot know" is safe.
    assert failure.executed is not Executed.YES
    assert failure.kind in (ErrorKind.BROKEN, ErrorKind.NOT_SENT)


async def test_a_request_that_may_not_leave_any_more_is_held_back_whole() -> None:
    """Asked when the connection stands: not one byte of the request goes over it."""
    read: asyncio.Queue[bytes] = asyncio.Queue()
    asked: list[int] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.put_nowait(await reader.read())
        writer.close()

    cloud = toy(json_reply({"job_id": JOB}))
    async with cloud:
        provider = await cloud.provider()
    server = await asyncio.start_server(silent, "127.0.0.1", cloud.server.port)

    def may_send() -> bool:
        asked.append(read.qsize())
        return False

    with pytest.raises(CloudError) as caught:
        await provider.submit(BACKUP, VOLUME, may_send=may_send)
    assert await asyncio.wait_for(read.get(), 10) == b""
    server.close()
    assert asked == [0]
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert "held back" in failure.message


async def test_a_request_that_may_leave_is_asked_about_once() -> None:
    cloud = toy(json_reply({"job_id": JOB}))
    asked: list[int] = []
    async with cloud:
        provider = await cloud.provider()

        def may_send() -> bool:
            asked.append(len(cloud.server.restores))
            return True

        accepted = await provider.submit(BACKUP, VOLUME, may_send=may_send)
    assert accepted.job_id == JOB
    assert asked == [0]


@pytest.mark.parametrize(("rows", "known"), [(99, True), (100, False)])
@pytest.mark.parametrize("heeds", [True, False])
async def test_what_is_being_restored_is_known_whole_or_not_at_all(
    rows: int, known: bool, heeds: bool
) -> None:
    def service(heard: Heard) -> Reply:
        noun = "backup" if "/backups/" in heard.path else "volume"
        status = heard.query["status"]
        all_states = [status] if heeds else [status, "available"]
        found = [
            {"id": f"{noun}-{number}", "status": all_states[number % len(all_states)]}
            for number in range(rows)
        ]
        return json_reply({f"{noun}s": found})

    cloud = ToyCloud(service)
    async with cloud:
        provider = await cloud.provider()
        if not known:
            with pytest.raises(CloudError):
                await provider.restoring()
            return
        backups, volumes = await provider.restoring()
    assert {one.status for one in backups} == {"restoring"}
    assert {one.status for one in volumes} == {"restoring-backup"}
    assert len(backups) == len(volumes) == (rows if heeds else 50)


async def test_stale_connection_of_the_pool_does_not_touch_the_post() -> None:
    """Reads leave idle connections; the server closes them; the POST must not notice."""

    def service(heard: Heard) -> Reply:
        if heard.method == "GET":
            return json_reply({"volume": {"id": VOLUME, "status": "available"}})
        return json_reply({"job_id": JOB})

    cloud = ToyCloud(service)
    async with cloud:
        provider = await cloud.provider()
        await provider.volume(VOLUME)
        cloud.server.close_after_answer = True
        await provider.volume(VOLUME)
        assert (await provider.submit(BACKUP, VOLUME)).job_id == JOB
        assert (await provider.submit(BACKUP, VOLUME)).job_id == JOB
    first, second = cloud.server.restores
    reads = {heard.connection for heard in cloud.server.of("GET")}
    assert first.connection != second.connection
    assert not reads & {first.connection, second.connection}


async def test_cancelled_submission_is_not_sent_again() -> None:
    cloud = toy(stall)
    async with cloud:
        provider = await cloud.provider()
        task = asyncio.create_task(provider.submit(BACKUP, VOLUME))
        await cloud.server.news.wait()
        while not cloud.server.restores:
            cloud.server.news.clear()
            await cloud.server.news.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(cloud.server.restores) == 1


async def test_post_does_not_queue_behind_lists() -> None:
    def service(heard: Heard) -> Reply:
        if heard.method == "POST":
            return json_reply({"job_id": JOB})
        return json_reply({"volume": {"id": VOLUME, "status": "available"}})

    cloud = ToyCloud(service)
    async with cloud:
        provider = await cloud.provider()
        for _ in range(30):
            await provider.volume(VOLUME)
        assert cloud.clock.sleeps
        slept = len(cloud.clock.sleeps)
        await provider.submit(BACKUP, VOLUME)
        assert len(cloud.clock.sleeps) == slept


@pytest.mark.parametrize(
    ("backup", "volume"),
    [
        ("", VOLUME),
        (BACKUP, ""),
        (f"{BACKUP}/restore?x=", VOLUME),
        ("..", VOLUME),
        (BACKUP, 'x"}}'),
        (f"{BACKUP}#", VOLUME),
        (f"{BACKUP}\n", VOLUME),
    ],
)
async def test_unusable_id_is_refused_before_anything(backup: str, volume: str) -> None:
    cloud = toy(json_reply({"job_id": JOB}))
    async with cloud:
        provider = await cloud.provider()
        with pytest.raises(ValueError):
            provider.restore_request(backup, volume)
        with pytest.raises(ValueError):
            await provider.submit(backup, volume)
    assert cloud.server.of("POST") == cloud.server.log_ins


@pytest.mark.parametrize(
    "refusal",
    [
        json_reply({"error": {"code": 401, "message": "no"}}, 401),
        json_reply({"error": {"code": "Common.0013", "message": "old"}}, 400),
    ],
)
async def test_refused_token_is_not_executed_and_preparing_gets_another(refusal: bytes) -> None:
    def service(heard: Heard) -> Reply:
        return refusal if heard.token.startswith("gAAAAAtoken0001") else json_reply({"job_id": JOB})

    cloud = ToyCloud(service)
    async with cloud:
        provider = await cloud.provider()
        failure = await failure_of(provider)
        assert (failure.kind, failure.executed) == (ErrorKind.REFUSED, Executed.NO)
        assert len(cloud.server.restores) == 1
        await provider.prepare()
        assert len(cloud.server.log_ins) == 2
        assert (await provider.submit(BACKUP, VOLUME)).job_id == JOB
    assert len(cloud.server.restores) == 2


async def test_failed_log_in_within_a_submission_means_not_sent() -> None:
    answers: list[Callable[[], Reply | None]] = [lambda: None, lambda: reset]
    cloud = toy(json_reply({"error": "no"}, 401))
    cloud.log_in = lambda heard, auth: answers.pop(0)()
    async with cloud:
        provider = await cloud.provider()
        await failure_of(provider)
        failure = await failure_of(provider)
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
    assert len(cloud.server.restores) == 1


async def test_log_shows_the_request_and_the_answer() -> None:
    cloud = toy(json_reply({"job_id": JOB}, headers={"X-Openstack-Request-Id": "req-1"}))
    async with cloud:
        connection = cloud.connection()
        (project,) = await connection.projects()
        await (await connection.open(project)).submit(BACKUP, VOLUME)
    call = connection.request_log.calls()[-1]
    assert (call.method, call.status, call.request_id, call.outcome) == ("POST", 200, "req-1", "")
    assert json.loads(call.request_body) == {"restore": {"volume_id": VOLUME}}
    assert json.loads(call.response_body) == {"job_id": JOB}
