"""The real Keystone and Cinder: log-ins, projects, lists, refusals."""

# ruff: noqa: ASYNC210 - calls made by hand may block

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from vbs_tui.cloud.configuration import settings_for
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.credentials import (
    ApplicationCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.foreign import ForeignCredentials
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.settings import CloudSettings

pytestmark = pytest.mark.lab
HOME = Path(os.environ.get("VBS_LAB") or Path(__file__).parents[3] / "shared" / "lab")
CLOUDS = Path(os.environ.get("LAB_DIR", "/tmp/vbs-lab")) / "clouds.yaml"


@pytest.fixture
def lab() -> CloudSettings:
    """Alice's settings; skips without a lab that answers."""
    if not HOME.is_dir():
        pytest.skip(f"no lab at {HOME}: set VBS_LAB")
    if not CLOUDS.is_file():
        pytest.skip("the lab is not set up: lab.sh setup, lab.sh up, and LAB_DIR as there")
    settings = of("lab")
    try:
        httpx.get(settings.auth_url, trust_env=False)
    except httpx.TransportError:
        pytest.skip("the lab is down: lab.sh up")
    return settings


def of(cloud: str) -> CloudSettings:
    settings = settings_for(cloud, None, {"OS_CLIENT_CONFIG_FILE": str(CLOUDS)})
    # A cloud without VBS: its lists are Cinder's own.
    port = os.environ.get("LAB_CINDER_PORT", "8776")
    url = f"http://127.0.0.1:{port}/v3/%(project_id)s"
    return replace(settings, endpoint_overrides={"vbs": url})


async def connected(settings: CloudSettings) -> AsyncIterator[CloudConnection]:
    connection = CloudConnection(settings)
    try:
        yield connection
    finally:
        await connection.aclose()


async def names(settings: CloudSettings) -> set[str]:
    async for connection in connected(settings):
        return {project.name for project in await connection.projects()}
    raise AssertionError


async def failure(settings: CloudSettings) -> CloudError:
    with pytest.raises(CloudError) as caught:
        await names(settings)
    return caught.value


def log_in(settings: CloudSettings, scope: dict[str, object] | None = None) -> httpx.Response:
    """A log-in made by hand, apart from the product's."""
    assert isinstance(settings.credentials, PasswordCredentials)
    password = settings.credentials.password
    assert password is not None
    user = {"name": "alice", "domain": {"name": "Default"}, "password": password.reveal()}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}}
    scope = scope or {"project": {"name": "eu-de_prod", "domain": {"name": "Default"}}}
    body = {"auth": {**auth, "scope": scope}}
    answer = httpx.post(f"{settings.auth_url}/auth/tokens", json=body, trust_env=False)
    answer.raise_for_status()
    return answer


THREE = {"eu-de_prod", "eu-de_staging", "eu-de_sandbox"}


async def test_password_lists_projects_and_switches_between_them(lab: CloudSettings) -> None:
    async for connection in connected(lab):
        found = await connection.projects()
        assert {project.name for project in found} == THREE
        for project in found:
            provider = await connection.open(project)
            assert provider.project == project
        posts = [c for c in connection.request_log.calls() if c.method == "POST"]
        assert len(posts) == 3  # the first project came with the log-in, two by its token


async def test_token(lab: CloudSettings) -> None:
    token = log_in(lab).headers["X-Subject-Token"]
    assert await names(replace(lab, credentials=TokenCredentials(Secret(token)))) == THREE


async def test_application_credential(lab: CloudSettings) -> None:
    made = log_in(lab)
    user = made.json()["token"]["user"]["id"]
    where = f"{lab.auth_url}/users/{user}/application_credentials"
    head = {"X-Auth-Token": made.headers["X-Subject-Token"]}
    body = {"application_credential": {"name": os.urandom(6).hex()}}
    answer = httpx.post(where, json=body, headers=head, trust_env=False)
    key = answer.raise_for_status().json()["application_credential"]
    try:
        credentials = ApplicationCredentials(Secret(key["secret"]), id=key["id"])
        found = await names(replace(lab, credentials=credentials, project_name=""))
        assert "eu-de_prod" in found
    finally:
        httpx.delete(f"{where}/{key['id']}", headers=head, trust_env=False)


async def test_plugin_of_keystoneauth(lab: CloudSettings) -> None:
    from keystoneauth1 import session
    from keystoneauth1.identity import v3

    def make() -> tuple[object, object]:
        assert isinstance(lab.credentials, PasswordCredentials)
        assert lab.credentials.password is not None
        plugin = v3.Password(
            lab.auth_url,
            username="alice",
            password=lab.credentials.password.reveal(),
            user_domain_name="Default",
            project_name="eu-de_prod",
            project_domain_name="Default",
        )
        return plugin, session.Session()

    settings = replace(lab, credentials=ForeignCredentials("v3anything", "alice", (), make))
    async for connection in connected(settings):
        for project in await connection.projects():
            assert (await connection.open(project)).project == project


async def test_revoked_token_is_replaced(lab: CloudSettings) -> None:
    async for connection in connected(lab):
        await connection.projects()
        keyring = connection._standing._keyring  # type: ignore[attr-defined]
        spent = keyring.last.secret.reveal()
        head = {"X-Auth-Token": spent, "X-Subject-Token": spent}
        where = f"{lab.auth_url}/auth/tokens"
        assert httpx.delete(where, headers=head, trust_env=False).status_code == 204
        assert len(await connection.projects()) == 3
        assert keyring.last.secret.reveal() != spent


async def test_rows_come_page_by_page(lab: CloudSettings) -> None:
    async for connection in connected(lab):
        projects = {project.name: project for project in await connection.projects()}
        provider = await connection.open(projects["eu-de_prod"])
        backups = [[b.id for b in page] async for page in provider.backups()]
        volumes = [[v.id for v in page] async for page in provider.volumes()]
        for pages in (backups, volumes):
            flat = [one for page in pages for one in page]
            assert len(flat) == len(set(flat))
            if len(flat) <= 1000:
                pytest.skip("fewer than 1,001 rows: cinder_bulk.py eu-de_prod 2500")


@pytest.mark.parametrize("wrong", ["password", "domain", "project", "user"])
async def test_refused_log_in(wrong: str, lab: CloudSettings) -> None:
    assert isinstance(lab.credentials, PasswordCredentials)
    user, password = User("alice", domain_name="Default"), lab.credentials.password
    match wrong:
        case "password":
            password = Secret("wrong")
        case "domain":
            user = User("alice", domain_name="elsewhere")
        case "user":
            user = User("nobody", domain_name="Default")
        case "project":
            lab = replace(lab, project_name="nowhere")
    caught = await failure(replace(lab, credentials=PasswordCredentials(user, password)))
    assert caught.failure.kind is ErrorKind.LOG_IN
    assert caught.failure.status == 401
    assert "password or project is wrong" in caught.failure.hint


async def test_unknown_backup_is_a_404(lab: CloudSettings) -> None:
    async for connection in connected(lab):
        provider = await connection.open((await connection.projects())[0])
        with pytest.raises(CloudError) as caught:
            await provider.backup("11111111-1111-1111-1111-111111111111")
        assert caught.value.failure.status == 404
        assert "could not be found" in caught.value.failure.message
