"""Log-ins of commands for scripts: no terminal to be asked on, and a credential of one project."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.commands.shell import Shell
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.commands.support.cloud_choice import choose_cloud
from vbs_tui.simulator import Simulator

RESTORE = ("restore", "--backup", "demo-succeeds", "--volume", "rehearsal-01", "--dry-run")


@pytest.fixture
def shell(simulator: Simulator, tmp_path: Path) -> Shell:
    made = Shell(simulator, tmp_path)
    for name in ("OS_PASSWORD", "OS_PROJECT_NAME"):
        del made.env[name]
    return made


def test_without_a_terminal_it_is_said_where_a_password_can_come_from(shell: Shell) -> None:
    done = shell(*RESTORE)
    assert done.returncode == 78
    told = " ".join(done.stderr.split())
    assert "No password was given." in told
    for word in ("OS_PASSWORD", "clouds.yaml", "secure.yaml", "terminal"):
        assert word in told
    assert "F5" not in told
    assert shell.simulator.ledger.restore_posts() == []


def test_a_refused_log_in_is_counted(shell: Shell) -> None:
    done = shell(*RESTORE, OS_PASSWORD="wrong-one")
    assert done.returncode == 78
    assert "once since the start; some clouds lock an account after five" in " ".join(
        done.stderr.split()
    )


def test_an_application_credential_needs_no_project(shell: Shell) -> None:
    credential = shell.simulator.world.app_credentials[0]
    done = shell(
        *RESTORE,
        "--json",
        OS_AUTH_TYPE="v3applicationcredential",
        OS_APPLICATION_CREDENTIAL_ID=credential.id,
        OS_APPLICATION_CREDENTIAL_SECRET=credential.secret,
        OS_USERNAME="",
        OS_USER_DOMAIN_NAME="",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[0])
    assert told["project"]["id"] == credential.project_id


def test_refusals_belong_to_a_user_by_whatever_name_the_cloud_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    keys = {"auth_url": "https://i.test", "username": "j", "password": "p"}
    clouds = {"a": keys, "b": {**keys, "project_name": "q"}, "c": {**keys, "username": "k"}}
    path.write_text(json.dumps({"clouds": {name: {"auth": one} for name, one in clouds.items()}}))
    env, histories = {"OS_CLIENT_CONFIG_FILE": str(path)}, dict[tuple[str, str], RefusalHistory]()

    def refusal_history_of(cloud: str) -> RefusalHistory:
        target = choose_cloud(cloud, None, env, histories=histories)
        made = asyncio.run(cast(Any, target.connector(cast(Any, None), RequestLog())))
        assert isinstance(made, CloudConnection)
        return made._history

    first = refusal_history_of("a")
    assert refusal_history_of("b") is first
    assert refusal_history_of("c") is not first
    assert refusal_history_of("a") is first
