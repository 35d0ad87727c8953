"""Signatures with an access key, against known test vectors and the simulator."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.toy_cloud import BACKUP, PROJECT, VOLUME
from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.auth.signing import SigningScope, signature_headers
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.http.messages import Request
from vbs_tui.cloud.secrets import Secret
from vbs_tui.simulator import Simulator

KEY = AccessKeyCredentials("EXAMPLEACCESSKEY0001", Secret("exampleSecretKeyForTestVectorsOnly0001"))
WHEN = datetime(2024, 4, 16, 9, 53, 41, tzinfo=UTC)
HOST = "https://vbs.eu-de.otc.t-systems.com"
POST = Request(
    "POST",
    f"{HOST}/v2/{PROJECT}/cloudbackups/{BACKUP}/restore",
    "restore",
    body=b'{"restore": {"volume_id": "%s"}}' % VOLUME.encode(),
)
GET = Request(
    "GET",
    f"{HOST}/v3/{PROJECT}/backups/detail?limit=50&name=a%20b%2Fc~&status=available",
    "list",
)


def proof(request: Request, scope: SigningScope | None = None) -> str:
    headers = signature_headers(KEY, request, {"X-Project-Id": PROJECT}, WHEN, scope)
    return headers["Authorization"]


def test_first_form() -> None:
    assert proof(POST) == (
        "SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, "
        "SignedHeaders=content-type;host;x-project-id;x-sdk-date, "
        "Signature=fa7ee3246e3d7c54dec5bc45da00267f3fbc766283f3655451985548ff1e8415"
    )
    assert proof(GET) == (
        "SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, "
        "SignedHeaders=host;x-project-id;x-sdk-date, "
        "Signature=299efce883577d0f9b99edd9aaf3ccfdfa38a121fabe7e18ec29da5ce8a03f74"
    )


def test_second_form() -> None:
    found = proof(POST, SigningScope())
    assert "Credential=EXAMPLEACCESSKEY0001/20240416///sdk_request, " in found
    assert found.endswith(
        "Signature=bf38040022f726349a626fb78c23d1476dd8b41cf00a24a63dc5c1aa733de843"
    )


@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("temporary", [False, True])
async def test_restore_by_access_key(scoped: bool, temporary: bool) -> None:
    simulator = Simulator(seed=1)
    simulator.start()
    try:
        keys = simulator.world.access_keys
        key = next(one for one in keys if (one.security_token is not None) is temporary)
        token = Secret(key.security_token) if key.security_token else None
        settings = CloudSettings(
            simulator.auth_url,
            AccessKeyCredentials(key.access, Secret(key.secret), token, scoped=scoped),
            region=simulator.region,
        )
        connection = CloudConnection(settings)
        project = (await connection.projects())[0]
        provider = await connection.open(project)
        backups = [one async for page in provider.backups() for one in page]
        volumes = [one async for page in provider.volumes() for one in page]
        volume = next(one for one in volumes if one.is_available)
        backup = next(
            one for one in backups if one.is_available and (one.size or 0) <= (volume.size or 0)
        )
        accepted = await provider.submit(backup.id, volume.id)
        assert (await provider.job(accepted.job_id)).id == accepted.job_id
        await connection.aclose()
        assert [one.volume_id for one in simulator.ledger.restores] == [volume.id]
        assert not [r for r in simulator.ledger.requests if r.path == "/v3/auth/tokens"]
        assert key.secret not in repr(connection.request_log.calls())
        assert connection.token_expires_at is None
    finally:
        simulator.stop()
