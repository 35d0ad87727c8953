"""A real Keystone of the tests' own, and what its administrator does there."""

from __future__ import annotations

import base64
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.lab.clouds import LAB, SCRIPTS, Lab

TOKEN_SECONDS = 12
"""The life of its tokens while they are brief."""

_LONG_SECONDS = 3600
"""Their life otherwise: on a busy machine, to fill it with users takes longer than a brief one."""

_MOST = 60.0
"""Seconds that Keystone may take to begin anew."""

_METHODS = "\n[auth]\nmethods = password,token,application_credential,totp\n"


@dataclass(frozen=True)
class Keystone:
    """A Keystone by its administrator."""

    root: Lab

    @property
    def admin(self) -> Lab:
        """With a token that is yet to be got: those of this Keystone may live for seconds."""
        return replace(self.root)

    @contextmanager
    def brief_tokens(self) -> Iterator[None]:
        """Tokens that are got meanwhile live for :data:`TOKEN_SECONDS`."""
        self._begin_anew(TOKEN_SECONDS)
        try:
            yield
        finally:
            self._begin_anew(_LONG_SECONDS)

    def _begin_anew(self, seconds: int) -> None:
        folder = self.root.directory
        conf = folder / "keystone" / "keystone.conf"
        conf.write_text(
            re.sub(r"(?m)^expiration = \d+$", f"expiration = {seconds}", conf.read_text())
        )
        server = int((folder / "run" / "keystone.pid").read_text().split()[0])
        before = _children(server)
        os.kill(server, signal.SIGHUP)
        until = time.monotonic() + _MOST
        # The old worker answers for a while beside the new one.
        while not (now := _children(server)) or now & before:
            assert time.monotonic() < until, "Keystone does not begin anew"
            time.sleep(0.1)
        body = self.admin.body
        life = _moment(body["expires_at"]) - _moment(body["issued_at"])
        assert round(life.total_seconds()) == seconds

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


def _children(process: int) -> set[int]:
    told = Path(f"/proc/{process}/task/{process}/children").read_text()
    return {int(one) for one in told.split()}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
        "LAB_TOKEN_SECONDS": str(_LONG_SECONDS),
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

    def must(name: str, *words: str) -> None:
        done = run(name, *words)
        assert done.returncode == 0, done.stdout

    must("keystone.sh", "setup")
    with (directory / "keystone" / "keystone.conf").open("a") as file:
        file.write(_METHODS)
    try:
        must("keystone.sh", "start")
        must("clouds_yaml.sh")
        yield Keystone(Lab.read(directory, "lab-admin", directory / "unused"))
    finally:
        must("keystone.sh", "stop")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
