"""The openstack client and otcextensions, run against ``vbs-tui simulate``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop"), pytest.mark.timeout(120)]
OPENSTACK = Path(sys.executable).with_name("openstack")
SDK_RESTORE = """\
import json, sys
import openstack
from otcextensions import sdk
cloud = openstack.connect(cloud=sys.argv[1])
sdk.register_otc_extensions(cloud)
body = {"restore": {"volume_id": sys.argv[3]}}
answer = cloud.volume_backup.post(f"/cloudbackups/{sys.argv[2]}/restore", json=body)
print(json.dumps([answer.status_code, answer.json()]))
"""
SDK_LOOK = """\
import json, sys
import openstack
from otcextensions import sdk
cloud = openstack.connect(cloud=sys.argv[1])
sdk.register_otc_extensions(cloud)
whole = [one.id for one in cloud.block_storage.backups(details=True)]
paged = [one.id for one in cloud.block_storage.backups(details=True, limit=7)]
backup = cloud.block_storage.get_backup(sys.argv[2])
cloud.block_storage.wait_for_status(backup, "available", interval=0.1, wait=60)
disk = cloud.block_storage.get_volume(sys.argv[3])
cloud.block_storage.wait_for_status(disk, "available", interval=0.1, wait=60)
job = cloud.volume_backup.get(f"/jobs/{sys.argv[4]}").json()
print(json.dumps([whole, paged, disk.status, job["status"]]))
"""


class Clients:
    """Runs clients with the clouds.yaml that the simulator printed."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        self._env = kept | {
            "OS_CLIENT_CONFIG_FILE": str(home / "clouds.yaml"),
            "HOME": str(home),
            "NO_PROXY": "127.0.0.1,localhost",
        }
        self._home = home

    def openstack(self, *arguments: str) -> str:
        return self.run(str(OPENSTACK), "--os-cloud", self.name, *arguments)

    def table(self, *arguments: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.openstack(*arguments, "-f", "json"))
        return rows

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self._env, cwd=self._home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    if not OPENSTACK.exists():
        pytest.skip("no openstack client here: install the extra 'interop'")
    home = tmp_path_factory.mktemp("client")
    command = [sys.executable, "-m", "vbs_tui", "simulate", "--speed", "50"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        lines: list[str] = []
        for line in server.stdout:
            if line.startswith("Ctrl+C"):
                break
            lines.append(line)
        printed = "".join(lines).partition("clouds.yaml:\n")[2]
        (home / "clouds.yaml").write_text(printed)
        name = printed.split("clouds:", 1)[1].split(":", 1)[0].strip()
        yield Clients(home, name)
    finally:
        server.terminate()
        server.communicate(timeout=20)


def pair(clients: Clients, skip: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A backup and a disk that it fits."""
    backups = [b for b in clients.table("volume", "backup", "list") if b["Status"] == "available"]
    disks = [v for v in clients.table("volume", "list") if v["Status"] == "available"]
    fits = [(b, v) for b in backups for v in disks if v["Size"] >= b["Size"]]
    by_name = [
        (b, v)
        for b, v in fits
        if sum(x["Name"] == b["Name"] for x in backups) == 1
        and sum(x["Name"] == v["Name"] for x in disks) == 1
    ]
    used = {v["ID"] for v in [by_name[0][1]]} if skip else set()
    return next(
        (b, v) for b, v in by_name if v["ID"] not in used and (not skip or b != by_name[0][0])
    )


def test_projects_of_the_user(clients: Clients) -> None:
    assert len(clients.table("project", "list", "--my-projects")) == 3


def test_lists(clients: Clients) -> None:
    assert len(clients.table("volume", "list")) == 40
    assert len(clients.table("volume", "backup", "list")) == 60


@pytest.mark.parametrize("key", ["Name", "ID"])
def test_restore(key: str, clients: Clients) -> None:
    backup, disk = pair(clients, skip=key == "ID")
    printed = clients.openstack("volume", "backup", "restore", "--force", backup[key], disk[key])
    assert disk["ID"] in printed
    rows = {row["ID"]: row["Status"] for row in clients.table("volume", "list")}
    assert rows[disk["ID"]] in ("restoring-backup", "available")


def test_restore_by_the_vendors_call(clients: Clients) -> None:
    pytest.importorskip("otcextensions")
    backup, disk = pair(clients, skip=True)
    arguments = (clients.name, backup["ID"], disk["ID"])
    status, answer = json.loads(clients.run(sys.executable, "-c", SDK_RESTORE, *arguments))
    assert status == 200
    looking = (sys.executable, "-c", SDK_LOOK, *arguments, answer["job_id"])
    whole, paged, disk_status, job_status = json.loads(clients.run(*looking))
    assert len(set(whole)) == 60
    assert paged == whole
    assert (disk_status, job_status) == ("available", "SUCCESS")
