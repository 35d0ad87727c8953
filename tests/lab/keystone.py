"""A real Keystone of the tests' own, and what its administrator does there."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.lab.clouds import LAB, SCRIPTS, Lab

TOKEN_SECONDS = 12
"""The life of its tokens."""

_METHODS = "\n[auth]\nmethods = password,token,application_credential,totp\n"


@dataclass(frozen=True)
class Keystone:
    """A Keystone by its administrator."""

    root: Lab

    @property
    def admin(self) -> Lab:
        """With a token that is yet to be got: those of this Keystone may live for seconds."""
        return replace(self.root)

    def user(self, scratch: Path) -> Lab:
        """The lab's first user there."""
        return Lab.read(self.root.directory, "lab", scratch)

    def new_user(self, name: str, password: str, project: str) -> str:
        """A member of *project*; the id."""
        admin = self.admin
        told = {"name": name, "domain_id": "default", "password": password}
        user_id = str(admin.identity("POST", "/users", {"user": told})["user"]["id"])
        project_id = admin.identity("GET", f"/projects?name={project}")["projects"][0]["id"]
        role = admin.identity("GET", "/roles?name=member")["roles"][0]["id"]
        admin.identity("PUT", f"/projects/{project_id}/users/{user_id}/roles/{role}")
        return user_id

    def new_device(self, user_id: str) -> bytes:
        """The key of a new virtual MFA device of the user."""
        key = secrets.token_bytes(20)
        blob = base64.b32encode(key).decode()
        told = {"type": "totp", "blob": blob, "user_id": user_id}
        self.admin.identity("POST", "/credentials", {"credential": told})
        return key

    def demand_passcodes(self, user_id: str) -> None:
        """From now on the password alone does not log the user in."""
        options = {
            "multi_factor_auth_enabled": True,
            "multi_factor_auth_rules": [["password", "totp"]],
        }
        self.admin.identity("PATCH", f"/users/{user_id}", {"user": {"options": options}})


@contextmanager
def own_keystone(directory: Path) -> Iterator[Keystone]:
    """Set up in *directory* with the lab's scripts and installed packages, started, stopped."""
    installed = LAB / "venv-keystone"
    script = Path(SCRIPTS) / "keystone.sh"
    if not SCRIPTS or not script.is_file():
        pytest.skip("VBS_LAB does not name the folder of the lab's scripts")
    if not (installed / ".lab-stamp").is_file():
        pytest.skip(f"no Keystone is installed in {installed}")
    env = {
        **os.environ,
        "LAB_DIR": str(directory),
        "VENV_KEYSTONE": str(installed),
        "LAB_KEYSTONE_PORT": str(_free_port()),
        "LAB_TOKEN_SECONDS": str(TOKEN_SECONDS),
        "LAB_PYTHON": sys.executable,
    }

    def run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(script.with_name(name)), *words],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def must(name: str, *words: str, tries: int = 1) -> None:
        for _ in range(tries):
            done = run(name, *words)
            if done.returncode == 0:
                return
        raise AssertionError(done.stdout)

    must("keystone.sh", "setup")
    with (directory / "keystone" / "keystone.conf").open("a") as file:
        file.write(_METHODS)
    try:
        # It is filled with users by one token: on a busy machine it ends before that is done,
        # and the next try goes on where the last one stopped.
        must("keystone.sh", "start", tries=8)
        must("clouds_yaml.sh")
        yield Keystone(Lab.read(directory, "lab-admin", directory / "unused"))
    finally:
        must("keystone.sh", "stop")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
