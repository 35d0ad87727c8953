"""Every shape of an error that a cloud is known to send, and what is worse than all of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.support.fast_clock import START
from vbs_tui.cloud.http.error_envelopes import Envelope, decode, read_json
from vbs_tui.cloud.http.errors.classification import (
    is_missing_object,
    is_router_404,
    is_unknown_path,
    refuses_token,
)


def told(body: object, status: int = 400, headers: dict[str, str] | None = None) -> Envelope:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(status, headers or {}, raw, data=read_json(raw), now=START)


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        pytest.param(
            {"error": {"message": "too small", "code": "VolumeBackup.0209"}},
            "too small",
            "VolumeBackup.0209",
            id="1 vendor",
        ),
        pytest.param(
            {"error": {"message": "Who?", "code": 401, "title": "Unauthorized"}},
            "Who?",
            "",
            id="2 keystone",
        ),
        pytest.param(
            {"error_code": "APIG.0301", "error_msg": "no good", "request_id": "acbc54"},
            "no good",
            "APIG.0301",
            id="3 gateway",
        ),
        pytest.param(
            {"badRequest": {"code": 400, "message": "Invalid backup"}},
            "Invalid backup",
            "",
            id="4 native",
        ),
        pytest.param(
            {"badrequest": {"code": "400", "message": "Invalid disk"}},
            "Invalid disk",
            "",
            id="4 native, lower case",
        ),
        pytest.param(
            {"message": "Not there.<br /><br />\n\n\n", "code": "404 Not Found", "title": "No"},
            "Not there.",
            "",
            id="5 router",
        ),
        pytest.param(
            {"message": "no rights", "code": "VolumeBackup.0042"},
            "no rights",
            "VolumeBackup.0042",
            id="6 flat",
        ),
        pytest.param(
            {"code": "DEW.1234", "message": "bad", "type": "T", "detail": "key 7"},
            "bad (key 7)",
            "DEW.1234",
            id="7 detailed",
        ),
        pytest.param(
            {"error": {"error_code": "EVS.0001", "error_msg": "nested"}},
            "nested",
            "EVS.0001",
            id="8 nested gateway",
        ),
        pytest.param(
            {"status": "FAIL", "error_code": "VolumeBackup.0064", "fail_reason": "broke"},
            "broke",
            "VolumeBackup.0064",
            id="9 job",
        ),
        pytest.param(
            {
                "success_resources": [],
                "fail_resources": [
                    {"resource_id": "r", "code": "VolumeBackup.0111", "message": "gone"}
                ],
            },
            "gone",
            "VolumeBackup.0111",
            id="10 resources",
        ),
        pytest.param(
            b"<html><head><title>502 Bad</title><style>p {x}</style></head>"
            b"<body><p>The proxy &amp; its<script>evil()</script> friends</body></html>",
            "502 Bad The proxy & its friends",
            "",
            id="11 page",
        ),
        pytest.param(b"upstream\r\nis  down", "upstream is down", "", id="11 text"),
        pytest.param(b"", "Bad Request, with no further words", "", id="11 empty"),
        pytest.param(b'{"error": {"mess', '{"error": {"mess', "", id="11 cut off"),
        pytest.param({"faultstring": "soap!"}, "soap!", "", id="12 fault"),
        pytest.param({"error": "just words"}, "just words", "", id="12 text"),
        pytest.param(
            {"error": '{"message": "inside", "code": "EVS.1027"}'},
            "inside",
            "EVS.1027",
            id="12 JSON in JSON",
        ),
        pytest.param(
            json.dumps('{"error_code": "IAM.0011", "error_msg": "x"}').encode(),
            "x",
            "IAM.0011",
            id="12 JSON in JSON, bare",
        ),
    ],
)
def test_envelope_is_read(body: object, message: str, code: str) -> None:
    found = told(body)
    assert (found.message, found.code) == (message, code)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"error":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a":' * 400 + b"1" + b"}" * 400,
        b'{"error": {"message": ' + b"9" * 6000 + b', "code": 1e999}}',
        b'"' + b"A" * 3_000_000 + b'"',
        b"<" * 100_000,
        b"<script>" * 20_000,
        b"\xff\xfe\x00{",
        b'{"error": {"message": ["a"], "code": {"b": 1}, "title": null}}',
        b'{"message": "\\u202e\\u001b[2J\\ud800", "code": 7}',
        b"null",
        b"NaN",
        b"[[], {}]",
    ],
)
def test_no_body_is_too_strange(body: bytes) -> None:
    found = told(body, 500)
    # Some more than is shown, so that a secret at the end is whole when it is blotted out.
    assert len(found.message) <= 564
    assert found.message.isprintable()
    assert len(found.code) <= 64


@pytest.mark.parametrize(
    ("body", "is_error"),
    [
        ({"error": {"message": "no", "code": "VolumeBackup.0042"}}, True),
        ({"error_code": "APIG.0201", "error_msg": "timeout"}, True),
        ({"itemNotFound": {"message": "no", "code": 404}}, True),
        ({"error": "no"}, True),
        ({"message": "no", "code": "VolumeBackup.0042"}, True),
        ({"job_id": "ff80"}, False),
        ({"job_id": "ff80", "error": None}, False),
        ({"backups": []}, False),
        ({"volume": {"id": "1", "status": "available"}}, False),
        ({"status": "FAIL", "error_code": "VolumeBackup.0200", "fail_reason": "x"}, False),
        ({"status": "RUNNING", "error_code": None, "fail_reason": None}, False),
    ],
)
def test_error_within_a_success_is_recognised(body: object, is_error: bool) -> None:
    assert told(body, 200).is_error is is_error


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        (" 2.5 ", 2.5),
        ("-3", 0.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("", None),
        ("inf", 86400.0),
    ],
)
def test_retry_after_header(value: str, seconds: float | None) -> None:
    assert told({"error": "x"}, 429, {"retry-after": value}).retry_after == seconds


def test_retry_after_within_the_body() -> None:
    body = {"overLimit": {"code": 413, "message": "slow down", "retryAfter": "0"}}
    found = told(body, 413)
    assert (found.name, found.retry_after) == ("overLimit", 0.0)


def test_request_id_of_the_headers_wins_and_is_cleaned() -> None:
    body = {"error_code": "APIG.0301", "error_msg": "x", "request_id": "body-id"}
    assert told(body).request_id == "body-id"
    found = told(body, 400, {"x-openstack-request-id": "req-\x1b[31m" + "9" * 500})
    assert found.request_id.startswith("req-\\x1b[31m9")
    assert len(found.request_id) == 128


@pytest.mark.parametrize(
    ("status", "code", "message", "answer"),
    [
        (401, "", "", True),
        (400, "Common.0013", "", True),
        (400, "common.0013", "", True),
        (403, "APIGW.0307", "", True),
        (400, "", "The token must be updated.", True),
        (401, "APIG.0303", "", False),
        (400, "Common.0018", "", False),
        (403, "VolumeBackup.0042", "", False),
        (500, "Common.0013", "", False),
        (None, "", "", False),
    ],
)
def test_refused_token_is_told_from_other_refusals(
    status: int | None, code: str, message: str, answer: bool
) -> None:
    assert refuses_token(status, code, message) is answer


def test_unknown_path_is_told_from_a_missing_thing() -> None:
    native = told({"itemNotFound": {"message": "no backup", "code": 404}}, 404)
    router = told({"message": "no", "code": "404 Not Found", "title": "Not Found"}, 404)
    gateway = told({"error_code": "APIGW.0101", "error_msg": "no api"}, 404)
    vendor = told({"error": {"code": "EVS.5404", "message": "no disk"}}, 404)
    page = told(b"<h1>404</h1>", 404)
    assert [is_missing_object(404, one) for one in (native, vendor)] == [True, True]
    assert [is_unknown_path(404, one) for one in (native, vendor)] == [False, False]
    for one in (router, gateway, page):
        assert is_unknown_path(404, one)
        assert not is_missing_object(404, one)
    assert is_unknown_path(405, told(b"", 405))


def test_http_date_counts_from_the_handed_in_moment() -> None:
    later = START + timedelta(minutes=10)
    text = f"{later:%a, %d %b %Y %H:%M:%S} GMT"
    assert told(b"", 503, {"retry-after": text}).retry_after == 600.0


WEBOB = "The resource could not be found.<br /><br />\n\n\n"


@pytest.mark.parametrize(
    "body",
    [
        {"message": WEBOB, "code": "404 Not Found", "title": "Not Found"},
        {"error_code": "APIG.0101", "error_msg": "The API does not exist"},
        {"error": {"code": 404, "title": "Not Found", "message": WEBOB}},
        {"status": 404, "error": "Not Found", "path": "/v2/1/cloudbackups/2/restore"},
        f"<html>\n<title>404 Not Found</title>\n<h1>404 Not Found</h1>\n{WEBOB}</html>",
        "404 Not Found\n\nThe resource could not be found.\n\n   ",
    ],
)
def test_a_404_of_a_router_is_known(body: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    assert is_router_404(404, text)
    assert not is_router_404(400, text)
    assert not is_router_404(None, text)


@pytest.mark.parametrize(
    "body",
    [
        {"itemNotFound": {"code": 404, "message": "The resource could not be found."}},
        {"itemNotFound": {"code": 404, "message": "Backup 8 could not be found."}},
        {"error": {"code": "VolumeBackup.0207", "message": "The resource could not be found."}},
        {"message": "Volume not found", "code": "VolumeBackup.0111"},
        {"error": "Not Found"},
        ["404 Not Found", "The resource could not be found."],
        "<html><title>404 Not Found</title>nginx</html>",
        "",
        "{",
    ],
)
def test_a_404_about_an_object_or_of_a_proxy_is_no_routers(body: object) -> None:
    assert not is_router_404(404, body if isinstance(body, str) else json.dumps(body))
