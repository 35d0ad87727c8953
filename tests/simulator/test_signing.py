"""Requests signed with an access key, by published vectors and over the wire."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

import httpx
import pytest

from tests.simulator.client import HandClock
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.auth import signatures
from vbs_tui.simulator.world.world import AccessKey

_ACCESS = "EXAMPLEACCESSKEY0001"
_SECRET = "exampleSecretKeyForTestVectorsOnly0001"
_DATE = "20240416T095341Z"
_PROJECT = "0391e4486e864c26be5654c522f440f2"
_BODY = b'{"restore": {"volume_id": "5024a06e-6990-4f12-9dcc-8fe26b01a710"}}'
_HEADERS = {
    "host": "vbs.eu-de.otc.t-systems.com",
    "content-type": "application/json",
    "x-project-id": _PROJECT,
    "x-sdk-date": _DATE,
}
_POST_PATH = f"/v2/{_PROJECT}/cloudbackups/87566ed6-72cb-4053-aa6e-6f6216b3d507/restore"


def _canonical_post() -> str:
    return signatures.canonical_request(
        "POST",
        _POST_PATH,
        "",
        headers=_HEADERS,
        signed_headers=("content-type", "host", "x-project-id", "x-sdk-date"),
        body=_BODY,
    )


def test_the_vector_of_the_first_form() -> None:
    canonical = _canonical_post()
    assert hashlib.sha256(canonical.encode()).hexdigest() == (
        "a21f90a519a180b2e49ded38349b496c47bb04a97ab4c23c60196756c973c9c0"
    )
    signature = signatures.Signature(_ACCESS, None, (), "")
    assert signatures.expected_value(signature, _SECRET, _DATE, canonical) == (
        "fa7ee3246e3d7c54dec5bc45da00267f3fbc766283f3655451985548ff1e8415"
    )


def test_the_vector_with_a_query() -> None:
    canonical = signatures.canonical_request(
        "GET",
        f"/v3/{_PROJECT}/backups/detail",
        "limit=50&name=a%20b/c~&status=available",
        headers=_HEADERS,
        signed_headers=("host", "x-project-id", "x-sdk-date"),
        body=b"",
    )
    signature = signatures.Signature(_ACCESS, None, (), "")
    assert signatures.expected_value(signature, _SECRET, _DATE, canonical) == (
        "299efce883577d0f9b99edd9aaf3ccfdfa38a121fabe7e18ec29da5ce8a03f74"
    )


def test_the_vector_of_the_second_form() -> None:
    signature = signatures.Signature(_ACCESS, "20240416///sdk_request", (), "")
    assert signatures.expected_value(signature, _SECRET, _DATE, _canonical_post()) == (
        "bf38040022f726349a626fb78c23d1476dd8b41cf00a24a63dc5c1aa733de843"
    )


def _signed(
    simulator: Simulator, clock: HandClock, path: str, *, secret: str, scope: str | None = None
) -> dict[str, str]:
    """Headers of a signed GET, computed here step by step and not with the simulator's code."""
    key = simulator.world.access_keys[0]
    date = clock().strftime("%Y%m%dT%H%M%SZ")
    host = simulator.url.removeprefix("http://")
    project = simulator.world.projects[0].id
    names = "host;x-project-id;x-sdk-date"
    lines = f"host:{host}\nx-project-id:{project}\nx-sdk-date:{date}\n"
    empty = hashlib.sha256(b"").hexdigest()
    canonical = f"GET\n{quote(path)}/\nlimit=2\n{lines}\n{names}\n{empty}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signing_key = secret.encode()
    who = f"Access={key.access}"
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{digest}"
    if scope is not None:
        signing_key = ("SDK" + secret).encode()
        for part in scope.split("/"):
            signing_key = hmac.new(signing_key, part.encode(), "sha256").digest()
        who = f"Credential={key.access}/{scope}"
        to_sign = f"SDK-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    value = hmac.new(signing_key, to_sign.encode(), "sha256").hexdigest()
    return {
        "X-Sdk-Date": date,
        "X-Project-Id": project,
        "Authorization": f"SDK-HMAC-SHA256 {who}, SignedHeaders={names}, Signature={value}",
    }


@pytest.mark.parametrize("scope", [None, "20261123///sdk_request"])
def test_a_signature_opens_the_project_of_its_header(
    simulator: Simulator, clock: HandClock, scope: str | None
) -> None:
    key: AccessKey = simulator.world.access_keys[0]
    path = f"/v2/{simulator.world.projects[0].id}/backups/detail"
    with httpx.Client(base_url=simulator.url) as http:
        headers = _signed(simulator, clock, path, secret=key.secret, scope=scope)
        assert len(http.get(path + "?limit=2", headers=headers).json()["backups"]) == 2
        other = http.get(path + "?limit=3", headers=headers)
        assert (other.status_code, other.json()["error_code"]) == (401, "APIG.0301")
        clock.move(16 * 60)
        late = http.get(path + "?limit=2", headers=headers)
        assert (late.status_code, late.json()["error_code"]) == (401, "APIG.0303")
        wrong = _signed(simulator, clock, path, secret="wrong", scope=scope)
        assert http.get(path + "?limit=2", headers=wrong).status_code == 401


def test_a_temporary_key_needs_its_security_token(simulator: Simulator, clock: HandClock) -> None:
    world = simulator.world
    world.access_keys.reverse()
    path = f"/v2/{world.projects[0].id}/backups/detail"
    headers = _signed(simulator, clock, path, secret=world.access_keys[0].secret)
    with httpx.Client(base_url=simulator.url) as http:
        assert http.get(path + "?limit=2", headers=headers).status_code == 401
        headers["X-Security-Token"] = str(world.access_keys[0].security_token)
        assert http.get(path + "?limit=2", headers=headers).status_code == 200
