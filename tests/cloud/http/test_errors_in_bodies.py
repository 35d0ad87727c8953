"""Answers whose body says more than their status, and lines that fail before any answer."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from tests.support.toy_cloud import BACKUP, PROJECT, VOLUME, ToyCloud, catalog_entry
from tests.support.wire_server import Heard, Reply, json_reply, reply
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.resources import Project
from vbs_tui.ui.render.failure_text import decode, ticket

HERE = Project(PROJECT, "eu-de_prod")


async def refusals(answer: Reply) -> tuple[Failure, Failure]:
    """What a read and a restore make of the same answer."""
    async with ToyCloud(lambda heard: answer) as cloud:
        provider = await cloud.provider()
        with pytest.raises(CloudError) as reading:
            await provider.volume(VOLUME)
        with pytest.raises(CloudError) as sending:
            await provider.submit(BACKUP, VOLUME)
    return reading.value.failure, sending.value.failure


def page(title: str, more: str = "") -> str:
    return f"<html>\r\n<head><title>{title}</title></head>\r\n<body>{more}<hr>nginx</body></html>"


LONG = "Request Header Or Cookie Too Large"
APACHE = "Your browser sent a request that this server could not understand. Size of a request"
APACHE += " header field exceeds server limit."


@pytest.mark.parametrize(
    "answer",
    [
        reply(page(f"400 {LONG}", f"<h1>400 Bad Request</h1>{LONG}"), 400),
        reply(page("400 Bad Request", f"<p>{APACHE}</p>"), 400),
        reply("", 431),
        reply(page("431 Request Header Fields Too Large"), 431),
        json_reply({"message": "Request header is too large"}, 400),
        reply(page(f"494 {LONG}"), 494),
        reply("header fields too large", 413),
    ],
)
async def test_headers_that_are_too_long_say_nothing_of_the_project(answer: Reply) -> None:
    for failure in await refusals(answer):
        told = decode(failure, None)
        assert "takes no headers that long" in told.headline
        assert "roles" in told.parts[0].text
        assert "project" not in told.headline
        assert (failure.kind, failure.executed) == (ErrorKind.REFUSED, Executed.NO)


async def test_a_page_of_a_gateway_says_nothing_of_rights_and_states() -> None:
    for status in (400, 403, 406):
        for failure in await refusals(reply(page(f"{status} Nope"), status)):
            told = decode(failure, None)
            assert "with a page of its own" in told.headline
            assert "VBS Administrator" not in ticket(failure, "x", None)
            assert "Common.0013" not in ticket(failure, "x", None)


async def test_the_words_of_a_service_stay_what_they_are() -> None:
    body = {"badRequest": {"code": 400, "message": "Malformed request url"}}
    for failure in await refusals(json_reply(body, 400)):
        assert failure.meaning == ""
        assert "wrong project" in decode(failure, None).parts[0].text


async def test_plain_http_at_a_tls_port_is_told() -> None:
    text = "The plain HTTP request was sent to HTTPS port"
    for failure in await refusals(reply(page("400 Bad Request", text), 400)):
        assert "https" in failure.hint
        assert "speaks TLS" in decode(failure, None).headline


WEBOB = {"message": "The resource could not be found.<br /><br />\n\n\n"}
ROUTER = json_reply({**WEBOB, "code": "404 Not Found", "title": "Not Found"}, 404)


async def test_a_block_storage_address_in_place_of_vbs_is_named_as_that() -> None:
    def cinder(heard: Heard) -> Reply:
        if "/cloudbackups/" in heard.path or heard.path.startswith(("/v1/", "/v2/")):
            return ROUTER
        state: dict[str, Any] = {"status": "available", "size": 1, "attachments": []}
        backup = {"id": BACKUP, "volume_id": VOLUME, **state}
        return json_reply({"backup": backup, "volume": {"id": VOLUME, **state}})

    async with ToyCloud(cinder) as cloud:
        overrides = {"vbs": f"{cloud.server.url}/v3/%(project_id)s"}
        provider = await cloud.connection(endpoint_overrides=overrides).open(HERE)
        assert (await provider.backup(BACKUP)).is_available  # all reads are fine there
        with pytest.raises(CloudError) as caught:
            await provider.submit(BACKUP, VOLUME)
    failure = caught.value.failure
    assert (failure.kind, failure.executed) == (ErrorKind.REFUSED, Executed.NO)
    told = decode(failure, None)
    assert told.headline.startswith("There is no VBS at that address")
    assert "vbs_endpoint_override" in told.parts[0].text
    assert "refresh the lists" not in ticket(failure, "x", None)


async def test_a_read_that_no_path_leads_to_is_told_as_that_too() -> None:
    reading, _ = await refusals(ROUTER)
    assert reading.status is None, "it says nothing of the disk"
    assert "does not know the path" in decode(reading, None).headline


async def test_a_disk_that_is_gone_is_still_a_disk_that_is_gone() -> None:
    gone = json_reply({"itemNotFound": {"code": 404, "message": "No volume could be found."}}, 404)
    for failure in await refusals(gone):
        assert (failure.status, failure.meaning) == (404, "")


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("kind", ["vbs", "evs"])
@pytest.mark.parametrize("is_override", [False, True])
async def test_an_endpoint_that_refuses_is_named_with_its_port(
    kind: str, *, is_override: bool
) -> None:
    port = closed_port()
    closed = f"http://127.0.0.1:{port}"
    async with ToyCloud() as cloud:
        roots = {"vbs": cloud.server.url, "evs": cloud.server.url} | {kind: closed}
        overrides = {kind: f"{closed}/v2"} if is_override else {}
        cloud.catalog = [
            catalog_entry("vbsv2", f"{roots['vbs']}/v2/{PROJECT}"),
            catalog_entry("volumev3", f"{roots['evs']}/v3/{PROJECT}"),
        ]
        provider = await cloud.connection(endpoint_overrides=overrides).open(HERE)
        calls = {"vbs": provider.submit(BACKUP, VOLUME), "evs": provider.volume(VOLUME)}
        with pytest.raises(CloudError) as caught:
            await calls.pop(kind)
        for other in calls.values():
            other.close()
    failure = caught.value.failure
    assert failure.message == f"127.0.0.1:{port} refused the connection"
    assert "auth_url" not in failure.hint
    assert f"{kind}_endpoint_override" in failure.hint
    assert ("catalog type" in failure.hint) is not is_override
    assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)


async def test_an_identity_service_that_refuses_is_named_by_auth_url() -> None:
    port = closed_port()
    async with ToyCloud() as cloud:
        connection = cloud.connection(auth_url=f"http://127.0.0.1:{port}/v3")
        with pytest.raises(CloudError) as caught:
            await connection.projects()
    assert caught.value.failure.message == f"127.0.0.1:{port} refused the connection"
    assert "auth_url" in caught.value.failure.hint


# Log-ins

KEYSTONE = (
    "Expecting to find domain in user. The server could not comply with the request since it is"
    " either malformed or otherwise incorrect. The client is assumed to be in error."
)
UNREADABLE = [
    {"error": {"code": 400, "message": KEYSTONE, "title": "Bad Request"}},
    {"error": {"code": 400, "message": "'password' is a required property", "title": "x"}},
    {"error_code": "IAM.0011", "error_msg": "Request body is invalid."},
    {"error": {"code": 400, "message": "scope: no", "title": "Bad Request"}},
]


@pytest.mark.parametrize("body", UNREADABLE)
async def test_a_log_in_that_is_not_understood_is_no_refused_password(body: object) -> None:
    async with ToyCloud(log_in=lambda heard, auth: json_reply(body, 400)) as cloud:
        connection = cloud.connection()
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert "Refused" not in dict(failure.extra)
        assert connection._history.total == 0
        if "IAM" not in json.dumps(body):
            told = decode(failure, None)
            assert told.headline.startswith("The identity service does not understand")
            assert "domain" in told.parts[0].text
        assert "restore" not in ticket(failure, "x", None).lower()


REFUSING = [
    ({"error_code": "IAM.1061", "error_msg": "wrong code"}, 400),
    ({"error_code": "IAM.0062", "error_msg": "no"}, 400),
    ({"error": {"code": 400, "message": "The password is wrong.", "title": "x"}}, 400),
    ({"error": {"code": 401, "message": "Who?", "title": "x"}}, 401),
    ({"error": {"code": 403, "message": "no", "title": "x"}}, 403),
]


@pytest.mark.parametrize(("body", "status"), REFUSING)
async def test_a_refused_password_is_one_whatever_the_status(body: object, status: int) -> None:
    async with ToyCloud(log_in=lambda heard, auth: json_reply(body, status)) as cloud:
        connection = cloud.connection()
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        assert "Refused" in dict(caught.value.failure.extra)
        assert connection._history.total == 1


# Codes

CODES = ["111401001", 111401001, "0209x", "Ecs.0114", "A B", "E-17/3", "70001"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("shape", ["vendor", "gateway", "flat"])
async def test_any_code_of_a_service_is_shown(code: object, shape: str) -> None:
    body: object = {
        "vendor": {"error": {"code": code, "message": "no"}},
        "gateway": {"error_code": code, "error_msg": "no"},
        "flat": {"code": code, "message": "no"},
    }[shape]
    for failure in await refusals(json_reply(body, 400)):
        assert failure.code == str(code)
        assert decode(failure, None).code == str(code)
        assert str(code) in ticket(failure, "x", None)


@pytest.mark.parametrize(
    "code",
    ["404 Not Found", "404", 404, 400, "HTTP 400", "Bad Request", 0, "0", "", None, True, []],
)
async def test_a_status_that_is_repeated_is_no_code(code: object) -> None:
    for failure in await refusals(json_reply({"error": {"code": code, "message": "no"}}, 400)):
        assert failure.code == ""
