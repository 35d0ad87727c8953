"""Log-ins and projects that the real Keystone refuses, and a catalog without VBS."""

from __future__ import annotations

import pytest

from tests.lab.clouds import THREE, Lab, connected, log_ins
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed
from vbs_tui.cloud.resources import Project

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

WRONG = ["password", "username", "user_domain_name", "project_name", "project_domain_name"]


@pytest.mark.parametrize("wrong", WRONG)
async def test_log_in(wrong: str, lab: Lab) -> None:
    settings = lab.settings({**lab.auth, wrong: "no-such-thing"})
    async with connected(settings) as connection:
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.LOG_IN, Executed.NO)
        assert (failure.status, failure.code) == (401, "")
        assert failure.message == "The request you have made requires authentication."
        assert failure.request_id.startswith("req-")
        assert "User, domain, password or project is wrong" in failure.hint
        assert "no-such-thing" not in failure.raw_body
        assert len(log_ins(connection)) == 1


async def test_project_of_somebody_else(lab: Lab, admin: Lab) -> None:
    auth = {key: value for key, value in lab.auth.items() if not key.startswith("project_")}
    async with connected(lab.settings({**auth, "project_id": admin.project_id})) as connection:
        with pytest.raises(CloudError) as caught:
            await connection.projects()
        assert caught.value.failure.kind is ErrorKind.LOG_IN
        assert caught.value.failure.status == 401
        assert "project is wrong" in caught.value.failure.hint


async def test_opening_a_project_of_somebody_else_leaves_ones_own(lab: Lab, admin: Lab) -> None:
    async with connected(lab.settings(**lab.with_vbs())) as connection:
        found = await connection.projects()
        with pytest.raises(CloudError) as caught:
            await connection.open(Project(admin.project_id, "admin"))
        assert (caught.value.failure.kind, caught.value.failure.status) == (ErrorKind.LOG_IN, 401)
        sent = len(log_ins(connection))
        with pytest.raises(CloudError):
            await connection.open(Project(admin.project_id, "admin"))
        assert len(log_ins(connection)) == sent  # once refused, not asked again
        for project in found:
            assert (await connection.open(project)).project == project


async def test_cloud_without_vbs(lab: Lab) -> None:
    async with connected(lab.settings()) as connection:
        found = await connection.projects()
        assert {project.name for project in found} == THREE
        with pytest.raises(CloudError) as caught:
            await connection.open(found[0])
        failure = caught.value.failure
        assert (failure.kind, failure.executed) == (ErrorKind.NOT_SENT, Executed.NO)
        types = ", ".join(sorted({row["type"] for row in lab.body["catalog"]}))
        assert "volumev3" in types
        assert f"no usable endpoint of VBS; it names: {types}" in failure.message
        assert "name its address: vbs_endpoint_override" in failure.hint
