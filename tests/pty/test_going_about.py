"""From the cloud of the variables to one of clouds.yaml, and back."""

from __future__ import annotations

from pathlib import Path

from tests.pty.conftest import CONSOLE, Start
from tests.pty.terminal import ENTER
from tests.pty.test_named_clouds import Home
from vbs_tui.simulator import Simulator


def test_the_cloud_of_the_variables_can_be_gone_back_to(
    start: Start, tmp_path: Path, simulator: Simulator
) -> None:
    variables = {
        "OS_AUTH_URL": simulator.auth_url,
        "OS_USERNAME": simulator.username,
        "OS_PASSWORD": simulator.password,
        "OS_USER_DOMAIN_NAME": simulator.domain,
        "OS_PROJECT_NAME": "eu-de_staging",
    }
    with start(*CONSOLE, env=Home(tmp_path, simulator).env | variables) as terminal:
        terminal.wait_for_text("eu-de_staging", "choose a backup first")
        terminal.send("C")
        terminal.wait_for_text("─ Clouds", "● open now", "by-password")
        terminal.send("/", "by-password", ENTER)
        terminal.wait_without("by-key")
        terminal.send(ENTER)
        terminal.wait_for_text("vbs-tui  by-password › eu-de › eu-de_staging")
        terminal.send("C")
        terminal.wait_for_text("─ Clouds", "● open now", "OS_* variables")
        terminal.send("/", "variables", ENTER)
        terminal.wait_without("by-key")
        terminal.send(ENTER)
        terminal.wait_for_text("vbs-tui  127.0.0.1", "eu-de_staging", "choose a backup first")
        terminal.send("q")
        assert terminal.ended() == 0
