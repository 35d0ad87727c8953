"""Every way to log in that the real Keystone knows, from a clouds.yaml to projects."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.lab.clouds import THREE, Lab, connected, log_ins
from vbs_tui.cloud.config.cloud_settings import CloudSettings

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]


@pytest.fixture
def key(lab: Lab) -> Iterator[dict[str, str]]:
    """An application credential of the first project, with its secret; deleted afterwards."""
    where = f"/users/{lab.body['user']['id']}/application_credentials"
    told = {"application_credential": {"name": secrets.token_hex(6)}}
    made = lab.identity("POST", where, told)["application_credential"]
    yield made
    lab.identity("DELETE", f"{where}/{made['id']}")


async def serves(settings: CloudSettings, lab: Lab) -> int:
    """Sees to it that a log-in leads to the projects, one of them and its volumes; the number
    of log-ins."""
    async with connected(settings) as connection:
        projects = {one.name: one for one in await connection.projects()}
        assert "eu-de_prod" in projects
        assert connection.user == "alice"
        provider = await connection.open(projects["eu-de_prod"])
        assert provider.project.id == lab.project_id
        async for page in provider.volumes():
            assert page
            break
        return len(log_ins(connection))


@pytest.mark.parametrize("kind", ["password", "v3password"])
async def test_password(kind: str, lab: Lab) -> None:
    assert await serves(lab.settings(auth_type=kind, **lab.with_vbs()), lab) == 1


async def test_password_lists_projects_and_switches_between_them(lab: Lab) -> None:
    async with connected(lab.settings(**lab.with_vbs())) as connection:
        found = await connection.projects()
        assert {project.name for project in found} == THREE
        for project in found:
            provider = await connection.open(project)
            assert provider.project == project
        assert {(await connection.open(project)).project.id for project in found} == {
            project.id for project in found
        }
        assert len(log_ins(connection)) == 3  # the first with the log-in, two by its token
        methods = [one.request_body for one in log_ins(connection)]
        assert ["password" in body for body in methods] == [True, False, False]


async def test_password_without_a_project(lab: Lab) -> None:
    auth = {key: value for key, value in lab.auth.items() if not key.startswith("project_")}
    settings = lab.settings(auth, **lab.with_vbs())
    async with connected(settings) as connection:
        assert {project.name for project in await connection.projects()} == THREE
        assert '"scope"' not in log_ins(connection)[0].request_body
    assert await serves(settings, lab) == 2  # one in general, one for the project


@pytest.mark.parametrize("kind", ["token", "v3token"])
async def test_token(kind: str, lab: Lab) -> None:
    auth = {"token": lab.log_in().headers["X-Subject-Token"], **named(lab)}
    assert await serves(lab.settings(auth, auth_type=kind, **lab.with_vbs()), lab) == 1


@pytest.mark.parametrize("kind", ["v3applicationcredential", "application_credential"])
async def test_application_credential_by_id(kind: str, lab: Lab, key: dict[str, str]) -> None:
    auth = {
        "application_credential_id": key["id"],
        "application_credential_secret": key["secret"],
    }
    assert await serves(lab.settings(auth, auth_type=kind, **lab.with_vbs()), lab) == 1


async def test_application_credential_by_name(lab: Lab, key: dict[str, str]) -> None:
    auth = {
        "application_credential_name": key["name"],
        "application_credential_secret": key["secret"],
        "username": lab.auth["username"],
        "user_domain_name": lab.auth["user_domain_name"],
    }
    settings = lab.settings(auth, auth_type="v3applicationcredential", **lab.with_vbs())
    assert await serves(settings, lab) == 1


async def test_application_credential_opens_no_other_project(lab: Lab, key: dict[str, str]) -> None:
    from vbs_tui.cloud.errors import CloudError, ErrorKind
    from vbs_tui.cloud.resources import Project

    auth = {
        "application_credential_id": key["id"],
        "application_credential_secret": key["secret"],
    }
    staging = lab.in_project("eu-de_staging").project_id
    settings = lab.settings(auth, auth_type="v3applicationcredential", **lab.with_vbs())
    async with connected(settings) as connection:
        await connection.projects()
        with pytest.raises(CloudError) as caught:
            await connection.open(Project(staging, "eu-de_staging"))
        assert caught.value.failure.kind is ErrorKind.LOG_IN
        assert "is good for the project eu-de_prod alone" in caught.value.failure.message


@pytest.mark.filterwarnings("ignore:.*InfluxDB:PendingDeprecationWarning")
async def test_plugin_of_keystoneauth(lab: Lab, key: dict[str, str]) -> None:
    """A type that this program leaves to keystoneauth."""
    auth = {
        "oauth2_endpoint": f"{lab.url}/OS-OAUTH2/token",
        "oauth2_client_id": key["id"],
        "oauth2_client_secret": key["secret"],
    }
    settings = lab.settings(auth, auth_type="v3oauth2clientcredential", **lab.with_vbs())
    assert await serves(settings, lab) == 0  # the plugin logs in by its own client


def named(lab: Lab) -> dict[str, str]:
    return {key: value for key, value in lab.auth.items() if key.startswith("project_")}
