"""Clouds of a clouds.yaml in a terminal: the list, the switch, and no secret anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pty.conftest import CONSOLE, Start
from tests.pty.terminal import DOWN, ENTER, ESCAPE, F5, UP, Terminal
from vbs_tui.simulator import Simulator

LOG_IN = "/v3/auth/tokens"
TITLE = b"\x1b]0;"


class Home:
    """An operator's configuration, and all the places where the program may write."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder = folder
        world = simulator.world
        credential = world.app_credentials[0]
        key = next(one for one in world.access_keys if one.security_token is None)
        self.secrets = {simulator.password, credential.secret, key.secret}
        where = {"auth_url": simulator.auth_url}
        user = {"username": simulator.username, "user_domain_name": simulator.domain}
        clouds = {
            "by-password": {
                "auth": {**where, **user, "project_name": "eu-de_staging"},
                "region_name": simulator.region,
            },
            "by-credential": {
                "auth_type": "v3applicationcredential",
                "auth": {
                    **where,
                    "application_credential_id": credential.id,
                    "application_credential_secret": credential.secret,
                },
            },
            "by-passcode": {
                "auth_type": "v3multifactor",
                "auth_methods": ["v3password", "v3totp"],
                "auth": {
                    **where,
                    **user,
                    "username": "demo-mfa",
                    "password": simulator.password,
                    "project_name": "eu-de_prod",
                },
            },
            "by-key": {"auth": {**where, "ak": key.access, "sk": key.secret}},
        }
        hidden = {"by-password": {"auth": {"password": simulator.password}}}
        (folder / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))
        (folder / "secure.yaml").write_text(json.dumps({"clouds": hidden}))
        self.env = {
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            "OS_CLIENT_SECURE_FILE": str(folder / "secure.yaml"),
        } | {
            f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")
        }

    def settings(self, text: str) -> None:
        path = self.folder / "config" / "vbs-tui" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(text)

    def written(self) -> dict[str, bytes]:
        """What the program wrote, by path."""
        own = [p for kind in ("state", "cache") for p in (self.folder / kind).rglob("*")]
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in own if p.is_file()}


@pytest.fixture
def home(tmp_path: Path, simulator: Simulator) -> Home:
    return Home(tmp_path, simulator)


@pytest.fixture
def console(start: Start, home: Home) -> Callable[..., Terminal]:
    return lambda *arguments: start(*CONSOLE, *arguments, env=home.env)


def log_ins(simulator: Simulator) -> int:
    return sum(one.path == LOG_IN for one in simulator.ledger.requests)


@pytest.mark.parametrize(
    ("cloud", "project"),
    [
        ("by-password", "eu-de_staging"),
        ("by-credential", "eu-de_prod"),
        ("by-key", "eu-de_prod"),
    ],
)
def test_no_secret_leaves_the_program(
    cloud: str, project: str, home: Home, console: Callable[..., Terminal]
) -> None:
    with console("--cloud", cloud) as terminal:
        terminal.wait_for_text(project, cloud)
        if cloud == "by-key":  # the others have a project, which opens by itself
            terminal.send(ENTER)
        terminal.wait_for_text("newest first", "choose a backup first")
        command_line = Path(f"/proc/{terminal.pid}/cmdline")
        told = command_line.read_bytes() if command_line.exists() else b""
        terminal.send("L")
        terminal.wait_for_text("Requests", "GET")
        terminal.send(ENTER)
        terminal.wait_for_text("Request")
        terminal.send(ESCAPE)
        terminal.wait_for_text("Enter details")
        terminal.send(ESCAPE)
        terminal.wait_for_text("choose a backup first")
        terminal.send("q")
        assert terminal.ended() == 0
        told += terminal.rest()
    found = home.written()
    assert any("journal" in name for name in found)
    assert not any("token" in name for name in found)
    for secret in home.secrets:
        assert secret.encode() not in told
        assert not [name for name, content in found.items() if secret.encode() in content]


def test_configured_project_opens_and_others_are_a_key_away(
    simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console("--cloud", "by-password") as terminal:
        terminal.wait_for_text("› ● eu-de_staging", "choose a backup first")
        terminal.send("1", UP, ENTER)
        terminal.wait_for_text("› ● eu-de_sandbox", "› eu-de_sandbox")
        assert simulator.ledger.wait_for(lambda led: log_ins(simulator) == 2)
    assert log_ins(simulator) == 2


def test_choosing_from_the_list_and_switching(
    home: Home, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console() as terminal:
        terminal.wait_for_text("choose a cloud", "by-password", "by-credential", "by-key", "never")
        terminal.wait_for_text("access key", "app credential", "with passcode")
        assert log_ins(simulator) == 0
        terminal.send(ENTER)
        terminal.wait_for_text("1 Projects", "choose a backup first")
        asked = len(simulator.ledger.requests)
        terminal.send("C")
        terminal.wait_for_text("─ Clouds", "● open now")
        terminal.send(ESCAPE)
        terminal.wait_for_text("1 Projects", "choose a backup first", "eu-de_staging")
        terminal.send("C")
        terminal.wait_for_text("─ Clouds", "● open now")
        terminal.send(ENTER)
        terminal.wait_for_text("open already", "choose a backup first")
        assert len(simulator.ledger.requests) == asked
        terminal.send("C")
        terminal.wait_for_text("─ Clouds", "● open now")
        terminal.send(DOWN, ENTER)
        terminal.wait_for_text("vbs-tui  by-credential", "› ● eu-de_prod")
        terminal.send("q")
        assert terminal.ended() == 0
    with console() as terminal:
        # The one used last is on top now.
        terminal.wait_until(lambda: "by-credential" in terminal.screen.display[2])


def test_a_corrected_password_serves_without_leaving(
    home: Home, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    secure = home.folder / "secure.yaml"
    good = secure.read_text()
    secure.write_text(good.replace(simulator.password, "not-it-zq81"))
    with console("--cloud", "by-password") as terminal:
        terminal.wait_for_text("HTTP 401", "log in")
        assert log_ins(simulator) == 1
        terminal.send("5z")
        terminal.wait_for_text("once since the start")
        terminal.send(F5)
        terminal.wait_for_text("is tried at once; as it is")
        assert log_ins(simulator) == 1, "the very password that was refused is not sent again"
        secure.write_text(good)
        terminal.send("z", F5)
        terminal.wait_for_text("› ● eu-de_staging", "choose a backup first")
        assert log_ins(simulator) == 2
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_region_that_was_asked_for_holds_in_the_list_too(
    home: Home, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console("--region", simulator.region) as terminal:
        terminal.wait_for_text("choose a cloud", "by-credential")
        text = terminal.shown
        assert text.count(simulator.region) >= 4, "every cloud that may have it, in that region"
        terminal.send("q")
        assert terminal.ended() == 0
    clouds = json.loads((home.folder / "clouds.yaml").read_text())["clouds"]
    for one in clouds.values():
        one["regions"] = ["eu-xx"]
    (home.folder / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))
    with console("--region", simulator.region) as terminal:
        terminal.wait_for_text("Several clouds are configured", "None of them is")
        assert terminal.ended() == 78


def test_a_read_only_name_that_fits_no_cloud_is_told_in_the_console(
    home: Home, console: Callable[..., Terminal]
) -> None:
    home.settings('read_only_clouds = ["By-Password"]\n')
    with console("--cloud", "by-password") as terminal:
        terminal.wait_for_text("By-Password", "no cloud here is called")
        terminal.send("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize("cloud", ["by-passcode", "by-password"])
def test_doctor_ends_at_ctrl_c_and_tells_what_it_saw(
    cloud: str, home: Home, simulator: Simulator, start: Start
) -> None:
    (home.folder / "secure.yaml").unlink()
    command = ("-m", "vbs_tui", "doctor", "--cloud", cloud)
    with start(*command, env=home.env) as terminal:
        terminal.wait_for_text("of demo")
        assert not terminal.echoes()
        terminal.send("\x03")
        terminal.wait_for_text(
            "identity", "an identity service", "what is not above was not looked at"
        )
        assert terminal.ended() == 130
        assert terminal.echoes()
    assert log_ins(simulator) == 0


def test_doctor_looks_at_the_cloud_that_the_console_would_open(
    home: Home, simulator: Simulator, start: Start
) -> None:
    clouds = json.loads((home.folder / "clouds.yaml").read_text())["clouds"]
    only = {"clouds": {"by-password": clouds["by-password"]}}
    (home.folder / "clouds.yaml").write_text(json.dumps(only))
    (home.folder / "secure.yaml").unlink()
    env = home.env | {"OS_PASSWORD": simulator.password}
    with start("-m", "vbs_tui", "doctor", env=env) as terminal:
        terminal.wait_for_text("by-password: ", "can be listed", "0 failed")
        assert terminal.ended() == 0


def test_tokens_are_kept_when_the_operator_wants_it(
    home: Home, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    home.settings("token_cache = true\n")
    for _ in range(2):
        with console("--cloud", "by-password") as terminal:
            terminal.wait_for_text("choose a backup first")
            terminal.send("q")
            assert terminal.ended() == 0
    assert log_ins(simulator) == 1
    kept = [name for name in home.written() if "token" in name]
    assert len(kept) == 1
    assert simulator.password.encode() not in b"".join(home.written().values())


def test_a_passcode_is_asked_for_and_serves_once_for_all_projects(
    home: Home, simulator: Simulator, console: Callable[..., Terminal]
) -> None:
    with console("--cloud", "by-passcode") as terminal:
        terminal.wait_for_text("Passcode of demo-mfa")
        assert log_ins(simulator) == 0
        terminal.send("000000", ENTER)
        terminal.wait_for_text("IAM.1061")
        terminal.wait_without("Passcode of demo-mfa")
        assert log_ins(simulator) == 1
        terminal.send("1", F5)
        terminal.wait_for_text("Passcode of demo-mfa", "Refused once", "Enter logs in")
        passcode = simulator.passcode()
        terminal.send(f"{passcode[:3]} {passcode[3:]}", ENTER)
        terminal.wait_for_text("› ● eu-de_prod", "choose a backup first")
        terminal.send("1", DOWN, ENTER)
        terminal.wait_for_text("› ● eu-de_sandbox")
        assert simulator.ledger.wait_for(lambda led: log_ins(simulator) == 3)
        terminal.wait_for_text("newest first")
        assert "Passcode" not in terminal.shown
        terminal.send("q")
        assert terminal.ended() == 0
        told = terminal.rest()
    for secret in (passcode, simulator.password):
        assert secret.encode() not in told
        assert secret.encode() not in b"".join(home.written().values())


def test_own_keys_hold_in_the_list_of_clouds_too_and_hints_follow(
    home: Home, console: Callable[..., Terminal]
) -> None:
    home.settings('[keys]\nfilter = "f"\nrestore = "R"\nrefresh = "f7"\n')
    with console() as terminal:
        terminal.wait_for_text("choose a cloud", " f filter")
        terminal.send("f", "credential")
        terminal.wait_without("by-key")
        terminal.send(ENTER, ENTER)
        terminal.wait_for_text("eu-de_prod", "then press R")
        terminal.wait_for_text("choose a backup first", "newest first")
        terminal.send("f", "nightly-db")
        terminal.wait_without("nightly-web")
        terminal.send(ENTER, ENTER)
        terminal.wait_for_text("targets for nightly-db")
        terminal.send("R")
        terminal.wait_for_text(" to restore: ")
