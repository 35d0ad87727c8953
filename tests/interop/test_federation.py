"""A log-in at an identity provider, by the openstack client and by the program, from one file."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.company import Company
from tests.support.toy_cloud import PROJECT, VOLUME
from tests.support.wire_server import Heard, json_reply

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop"), pytest.mark.timeout(120)]
OPENSTACK = Path(sys.executable).with_name("openstack")
DISK = {"id": VOLUME, "name": "d", "status": "available", "size": 1, "attachments": []}


def service(company: Company, heard: Heard) -> bytes:
    """As much of EVS and VBS as both ask for."""
    if heard.path.rstrip("/").endswith("/v3") or heard.path == "/":
        link = {"rel": "self", "href": f"{company.server.url}/v3/"}
        version = {"id": "v3.0", "status": "CURRENT", "links": [link], "version": "", "values": []}
        return json_reply({"version": version, "versions": [version]})
    if "/volumes" in heard.path:
        return json_reply({"volumes": [DISK], "count": 1})
    if "backups" in heard.path:
        return json_reply({"backups": [], "count": 0})
    return json_reply({}, 404)


async def run(home: Path, env: dict[str, str], *command: str) -> tuple[int, str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
    kept |= {"HOME": str(home), "NO_PROXY": "127.0.0.1", "XDG_STATE_HOME": str(home)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=home, env=kept | env, stdin=asyncio.subprocess.DEVNULL, stdout=pipe,
        stderr=pipe,
    )  # fmt: skip
    out, errors = await process.communicate()
    return process.returncode or 0, out.decode(), errors.decode()


@pytest.mark.parametrize("way", ["clouds.yaml", "variables"])
@pytest.mark.parametrize("secret_is_right", [True, False])
async def test_both_log_in_at_the_provider(way: str, secret_is_right: bool, tmp_path: Path) -> None:
    if not OPENSTACK.exists():
        pytest.skip("no openstack client here: install the extra 'interop'")
    company = Company(lambda heard: service(company, heard))
    async with company:
        row = {"interface": "public", "region": "eu-de", "url": f"{company.server.url}/v3"}
        identity = {"type": "identity", "name": "iam", "id": "iam", "endpoints": [row]}
        company.catalog = [*company._catalog(), identity]
        changes: dict[str, Any] = {} if secret_is_right else {"client_secret": "wrong-one"}
        cloud = company.cloud(auth=changes) | {"identity_api_version": "3"}
        env, theirs, ours = {}, ["--os-cloud", "corp"], ["--cloud", "corp"]
        if way == "variables":
            env = {f"OS_{key.upper()}": value for key, value in cloud["auth"].items()}
            env |= {"OS_AUTH_TYPE": "v3oidcpassword", "OS_IDENTITY_API_VERSION": "3"}
            theirs, ours = [], []
        else:
            (tmp_path / "clouds.yaml").write_text(json.dumps({"clouds": {"corp": cloud}}))
        status, out, errors = await run(
            tmp_path, env, str(OPENSTACK), *theirs, "volume", "list", "-f", "json"
        )
        assert (status == 0) is secret_is_right, errors
        asked = company.asked
        assert asked >= 1
        doctor = [sys.executable, "-m", "vbs_tui", "doctor", "--json", *ours]
        _, told, errors = await run(tmp_path, env, *doctor)
        assert errors == ""
        found = {row["step"]: row for row in json.loads(told)}
        assert company.asked == asked + 1
        if not secret_is_right:
            assert found["log-in"]["health"] == "failed"
            assert "HTTP 401" in found["log-in"]["seen"]
            assert "wrong-one" not in told
            return
        assert [row["ID"] for row in json.loads(out)] == [VOLUME]
        assert PROJECT in found["project"]["seen"]
        assert found["volumes"]["seen"] == "can be listed, 1 on the first page"
