"""The lab, if it is there and answers; users and a Keystone of the tests' own."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.clouds import AT_ONCE, LAB, SCRIPTS, Lab, rows_by_hand, silent
from tests.lab.keystone import Keystone, own_keystone


@pytest.fixture(scope="session")
def lab_answers() -> None:
    if reason := silent(LAB):
        pytest.skip(f"{reason}: LAB_DIR names where the lab lies")


@pytest.fixture
def lab(lab_answers: None, tmp_path: Path) -> Lab:
    """The operator with three projects."""
    return Lab.read(LAB, "lab", tmp_path)


@pytest.fixture
def reader(lab_answers: None, tmp_path: Path) -> Lab:
    """The user who may look at the first project and may not restore in it."""
    return Lab.read(LAB, "lab-reader", tmp_path)


@pytest.fixture
def admin(lab_answers: None, tmp_path: Path) -> Lab:
    return Lab.read(LAB, "lab-admin", tmp_path)


@pytest.fixture
def somebody(lab: Lab, admin: Lab) -> Iterator[Lab]:
    """A user of the test's own, member of one project; deleted afterwards."""
    name, password = f"restorer-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    user_id = Keystone(admin).new_user(name, password, "eu-de_sandbox")
    yield lab.as_user(name, password).in_project("eu-de_sandbox")
    admin.identity("DELETE", f"/users/{user_id}")


@pytest.fixture
def filled(lab: Lab) -> Lab:
    """The lab with more rows than one answer holds; filled by its scripts where they are named."""
    if len(rows_by_hand(lab, "backups")) > AT_ONCE:
        return lab
    if not SCRIPTS:
        pytest.skip(f"{AT_ONCE} rows or fewer, and VBS_LAB does not name the lab's scripts")
    env = {**os.environ, "LAB_DIR": str(LAB)}
    for words in (["cinder_cycle.py"], ["cinder_bulk.py", lab.auth["project_name"], "2500"]):
        script = [sys.executable, str(Path(SCRIPTS) / words[0]), *words[1:]]
        subprocess.run(script, env=env, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return lab


@pytest.fixture(scope="session")
def keystone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keystone]:
    """A Keystone of the tests' own, with passcodes."""
    with own_keystone(tmp_path_factory.mktemp("vbs-lab")) as found:
        yield found


@pytest.fixture
def brief_keystone(keystone: Keystone) -> Iterator[Keystone]:
    """The same with tokens of a few seconds."""
    with keystone.brief_tokens():
        yield keystone
