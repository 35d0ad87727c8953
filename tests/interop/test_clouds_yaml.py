"""The same clouds.yaml and the same variables, given to the openstack client and to the program.

For each case both list disks of the simulated cloud, whose ledger tells what each of them asked
for; both must come to the same project, or both must fail. Where they differ on purpose, the case
says so, and the manual names it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.interop.cloud_cases import CASES, Case
from vbs_tui.simulator import Simulator

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop"), pytest.mark.timeout(120)]
OPENSTACK = Path(sys.executable).with_name("openstack")
_VOLUMES = re.compile(r"/v[23]/([0-9a-f]{32})/volumes(/detail)?\Z")


@dataclass(frozen=True)
class Outcome:
    """What came of one program's run."""

    works: bool
    projects: frozenset[str]
    """Whose disks were listed."""
    told: str = field(compare=False)


class Bench:
    """A simulated cloud, and both programs run against it."""

    def __init__(self, simulator: Simulator, home: Path) -> None:
        self._simulator = simulator
        self._home = home
        world = simulator.world
        self._own_password = world.users[0].password

    def run(self, case: Case) -> tuple[Outcome, Outcome]:
        world = self._simulator.world
        world.domain_id = case.domain_id
        world.users[0].password = case.password or self._own_password
        words = self._words()
        for name, text in (
            ("clouds.yaml", self._file(case)),
            ("secure.yaml", case.secure),
            ("clouds-public.yaml", case.public),
        ):
            (self._home / name).unlink(missing_ok=True)
            if text:
                (self._home / name).write_text(text.format(**words), encoding="utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        env = kept | {"HOME": str(self._home), "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
        env |= {"XDG_STATE_HOME": str(self._home), "XDG_CONFIG_HOME": str(self._home)}
        env |= {name: value.format(**words) for name, value in case.env.items()}
        named = ("--os-cloud", "x") if case.cloud else ()
        arguments = named if case.arguments is None else case.arguments
        arguments = tuple(one.format(**words) for one in arguments)
        ours = [sys.executable, "-m", "vbs_tui", "doctor", "--json"]
        ours += [one.replace("--os-region-name", "--region") for one in arguments]
        ours = [one.replace("--os-cloud", "--cloud") for one in ours]
        theirs = [str(OPENSTACK), *arguments, "volume", "list", "-f", "json"]
        seen = len(self._simulator.ledger.requests)
        running = [self._start(command, env) for command in (theirs, ours)]
        told = [one.communicate(timeout=100) for one in running]
        asked = self._simulator.ledger.requests[seen:]
        listed: tuple[set[str], set[str]] = (set(), set())
        for one in asked:
            found = _VOLUMES.match(one.path)
            if found and one.status == 200:
                mine = one.headers.get("user-agent", "").startswith("vbs-tui")
                listed[mine].add(found[1])
        return (
            Outcome(running[0].returncode == 0, frozenset(listed[0]), "".join(told[0])),
            Outcome(self._lists(told[1][0]), frozenset(listed[1]), "".join(told[1])),
        )

    def _start(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            env=env,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
            start_new_session=True,
        )

    @staticmethod
    def _lists(printed: str) -> bool:
        rows: list[dict[str, str]] = json.loads(printed)
        return any(row["step"] == "volumes" and row["health"] == "ok" for row in rows)

    @staticmethod
    def _file(case: Case) -> str:
        if case.cloud.startswith(("clouds:", "anchors:")):
            return case.cloud
        lines = [f"    {line}\n" for line in case.cloud.splitlines()]
        return "clouds:\n  x:\n" + "".join(lines) if lines else ""

    def _words(self) -> dict[str, Any]:
        simulator = self._simulator
        world = simulator.world
        key = world.app_credentials[0]
        token = simulator._authenticator.issue(
            world.users[0], ("password",), project=None, is_domain_scoped=False, expires_at=None
        )
        return {
            "url": simulator.auth_url,
            "root": simulator.url,
            "user": simulator.username,
            "user_id": world.users[0].id,
            "password": world.users[0].password,
            "domain": simulator.domain,
            "domain_id": world.domain_id,
            "project": world.projects[0].name,
            "project_id": world.projects[0].id,
            "other": world.projects[1].name,
            "other_id": world.projects[1].id,
            "region": simulator.region,
            "token": token.text,
            "key_id": key.id,
            "key_name": key.name,
            "key_secret": key.secret,
            "home": self._home,
        }


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if not OPENSTACK.exists():
        pytest.skip("no openstack client here: install the extra 'interop'")
    home = tmp_path_factory.mktemp("clouds")
    import certifi

    (home / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    with Simulator(backups=3, volumes=3) as simulator:
        yield Bench(simulator, home)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_come_to_the_same(case: Case, bench: Bench) -> None:
    theirs, ours = bench.run(case)
    assert theirs.works is case.works, f"theirs: {theirs.told}\nours: {ours.told}"
    wanted = case.works if case.ours is None else case.ours
    assert ours.works is wanted, f"ours: {ours.told}\ntheirs: {theirs.told}"
    if theirs.works and ours.works:
        assert theirs.projects == ours.projects
        assert len(theirs.projects) == 1
