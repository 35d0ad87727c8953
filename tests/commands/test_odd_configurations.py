"""Configurations that nobody meant to write: told in words, quickly, and without their secrets."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from openstack.config import loader

from tests.pty.terminal import DOWN, ENTER, Terminal
from vbs_tui.cloud.config.clouds_yaml import ConfigurationError, cloud_names, settings_for
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.commands.support.cloud_choice import NoCloud, choose_cloud, configured_clouds
from vbs_tui.commands.support.cloud_choice import settings_for as named_settings
from vbs_tui.simulator import Simulator

ROOT = Path(__file__).parents[2]
SECRET = "S3cr3t-pa55"
AT = {"auth_url": "https://i.test", "username": "j", "password": SECRET}
IDP = {"identity_provider": "a", "protocol": "b", "client_id": "c", "access_token_endpoint": "d"}


def failure(env: dict[str, str], name: str = "x") -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        settings_for(name, None, env)
    return caught.value


def written(tmp_path: Path, clouds: dict[str, Any] | str) -> dict[str, str]:
    """The environment of a clouds.yaml with these clouds, or with this text."""
    path = tmp_path / "clouds.yaml"
    path.write_text(clouds if isinstance(clouds, str) else json.dumps({"clouds": clouds}))
    return {"OS_CLIENT_CONFIG_FILE": str(path)}


@pytest.mark.parametrize(
    ("cloud", "words"),
    [
        ({"auth_type": "v3nope", "auth": AT}, "knows auth_type v3nope"),
        ({"auth": {"auth_url": "https://i.test", "password": SECRET}}, "username or user_id"),
        ({"auth": {"username": "j", "password": SECRET}}, "no auth_url"),
        ({"auth": {"auth_url": "https://i.test", "sk": SECRET}}, "needs ak"),
        ({"auth_type": "v3oidcpassword", "auth": AT | IDP | {"nope": 1}}, "auth_type v3oidc"),
        ({"auth": AT, "client_secret": "a{" + SECRET}, "braces in the value of client_secret"),
        ({"auth": AT, "secret_key": "{auth.S3cr3tpw}"}, "braces in the value of secret_key"),
        ({"auth": AT, "sk": "a}b{auth[" + SECRET}, "braces in the value of sk"),
        ({"auth": AT, "regions": [{"values": {"auth": AT}}]}, "a region must be"),
        ({"auth": AT, "networks": [{"password": SECRET}]}, "can make nothing of it"),
    ],
)
async def test_no_secret_hangs_on_a_failure(
    cloud: dict[str, Any], words: str, tmp_path: Path
) -> None:
    env = written(tmp_path, {"x": cloud}) | {"OS_PASSWORD": f"{SECRET}-too"}
    error = failure(env)
    assert words in error.sentence
    assert "S3cr3t" not in locals_of(error)
    with pytest.raises(NoCloud) as told:
        named_settings("x", None, env)
    assert "S3cr3t" not in locals_of(told.value)
    target = choose_cloud("x", None, env)
    with pytest.raises(CloudError) as caught:
        await target.connector(never, RequestLog())
    assert words in caught.value.failure.message
    assert "S3cr3t" not in locals_of(caught.value)


async def never(question: LogInQuestion) -> str | None:
    raise AssertionError(question)


def test_no_secret_hangs_on_half_of_the_variables() -> None:
    env = {"OS_AUTH_URL": "https://i.test", "OS_PASSWORD": SECRET}
    for more in ({}, {"OS_CLIENT_SECRET": SECRET}):  # the quick way, and the loader's
        with pytest.raises(NoCloud) as caught:
            choose_cloud(None, None, env | more)
        assert "S3cr3t" not in locals_of(caught.value)


def test_no_secret_hangs_on_a_list_that_fails(tmp_path: Path) -> None:
    env = written(tmp_path, f"clouds:\n  x:\n    a: [{SECRET}\n") | {"OS_PASSWORD": SECRET}
    with pytest.raises(ConfigurationError) as caught:
        cloud_names(env)
    assert "S3cr3t" not in locals_of(caught.value)
    with pytest.raises(NoCloud) as told:
        configured_clouds(env)
    assert "S3cr3t" not in locals_of(told.value)


def locals_of(error: BaseException) -> str:
    """A traceback with the locals of every frame but those of the test itself."""
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.__traceback__ is not None
    kept = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert any(frame.locals for frame in kept.stack)
    frames = [frame for frame in kept.stack if frame.filename != __file__]
    assert frames
    return f"{error} " + " ".join(f"{frame.name} {frame.locals}" for frame in frames)


@pytest.mark.parametrize("value", ["!S3cr3t", "*S3cr3t", "!!int S3cr3t"])
def test_words_about_yaml_quote_no_value(value: str, tmp_path: Path) -> None:
    error = failure(written(tmp_path, f"clouds:\n  x:\n    password: {value}\n"))
    assert "S3cr3t" not in str(error)
    assert "in quotes" in error.sentence


@pytest.mark.parametrize("variable", ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"])
@pytest.mark.parametrize("kind", ["pipe", "directory", "device", "4 MiB"])
def test_only_files_are_read(kind: str, variable: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    env = written(tmp_path, {"x": {"auth": AT}}) | {variable: str(path)}
    error = failure(env)
    assert kind in error.sentence
    assert error.file == str(path)


def test_profiles_are_read_no_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds-public.yaml"
    monkeypatch.setattr(loader, "VENDOR_FILES", [str(path)])
    env = written(tmp_path, {"x": {"profile": "mine", "auth": AT}})
    os.mkfifo(path)
    error = failure(env)
    assert (error.sentence, error.file) == ("this is a pipe, not a file", str(path))
    path.unlink()
    path.write_text("public-clouds: {mine: {auth: [S3cr3t]}}")
    error = failure(env)
    assert (error.file, "profile 'mine'" in error.sentence) == (str(path), True)
    assert "S3cr3t" not in locals_of(error)


def test_the_null_device_is_an_empty_file(tmp_path: Path) -> None:
    assert cloud_names({"OS_CLIENT_CONFIG_FILE": os.devnull}) == ()


@pytest.mark.parametrize(
    "text",
    ["[" * 5000, "clouds: &a\n  x: *a\n", "clouds:\n  x: &a\n    auth: *a\n", '{"a":' * 5000],
)
def test_deep_nesting_is_told(text: str, tmp_path: Path) -> None:
    error = failure(written(tmp_path, text))
    assert error.sentence.endswith("it is nested too deeply, or holds itself")
    assert error.file.endswith("clouds.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "it must be a mapping with the key clouds, but is a list"),
        ("clouds:", "clouds must be a mapping of names to clouds, but is empty"),
        ("clouds: hello", "clouds must be a mapping of names to clouds, but is a text"),
        ("clouds: {}\nmetrics: 5", "metrics must be a mapping, but is a number"),
        ("clouds: {x: 5}", "must be a mapping of auth, regions and the like, but is a number"),
        ("clouds: {x: {auth: [a]}}", "auth must be a mapping of auth_url, username and the like"),
        ("clouds: {x: {auth: hello}}", "auth must be a mapping of auth_url, username and the like"),
        ("clouds: {x: {auth: {auth_url: 2020-01-01}}}", "auth_url must be a text, but is a date"),
        ("clouds: {x: {auth: {password: [a]}}}", "password must be a text, but is a list"),
        ("clouds: {x: {auth-type: [a]}}", "auth-type must be a text, but is a list"),
        ("clouds: {x: {regions: eu-de}}", "regions must be a list of names"),
        ("clouds: {x: {5: a}}", "one of its keys is no text"),
    ],
)
@pytest.mark.parametrize("file", ["clouds.yaml", "secure.yaml"])
def test_odd_shapes_are_told_with_their_file(
    text: str, words: str, file: str, tmp_path: Path
) -> None:
    env = written(tmp_path, {"x": {"auth": AT}, "good": {"auth": AT}})
    env["OS_CLIENT_SECURE_FILE"] = str(tmp_path / "secure.yaml")
    (tmp_path / file).write_text(text)
    error = failure(env)
    assert words in error.sentence
    assert Path(error.file).name == file


def test_one_odd_cloud_leaves_the_others(tmp_path: Path) -> None:
    env = written(tmp_path, {"x": {"auth": 5}, "good": {"auth": AT}})
    odd, good = cloud_names(env)
    assert (odd.name, "auth must be a mapping" in odd.fault) == ("x", True)
    assert (good.name, good.fault) == ("good", "")
    assert settings_for("good", None, env).name == "good"


@pytest.mark.parametrize(
    "name", ["prod\u200b", "rtl\u202eabc", "a\tb", "n\nl", "\x1b[2J", " lead", "ä" * 150]
)
def test_a_name_that_is_shown_otherwise_opens(name: str, tmp_path: Path) -> None:
    region = f"region {name}"
    env = written(tmp_path, {name: {"auth": AT, "regions": ["other", region]}})
    (found,) = cloud_names(env)
    assert (found.raw_name, found.fault) == (name, "")
    assert found.name.isprintable()
    made = settings_for(found.raw_name, found.regions[1], env)
    assert (made.name, made.region) == (name, region)


def test_names_without_quotes_are_names(tmp_path: Path) -> None:
    cloud = json.dumps({"auth": AT, "regions": [1, {"name": 2}]})
    env = written(tmp_path, f"clouds:\n  123: {cloud}\n  null: {cloud}\n  true: {cloud}\n")
    assert [one.raw_name for one in cloud_names(env)] == ["123", "null", "true"]
    for name in ("123", "null", "true"):
        assert settings_for(name, "2", env).name == name
    env = written(tmp_path, f"clouds:\n  123: {cloud}\n  '123': {cloud}\n")
    assert "two are called so" in failure(env, "123").sentence


def test_a_broken_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openstack.config.loader", None)
    error = failure(written(tmp_path, {"x": {"auth": AT}}))
    assert error.sentence.startswith("openstacksdk cannot be loaded (ModuleNotFoundError")
    assert "pip install openstacksdk" in error.hint
    monkeypatch.undo()
    broken = tmp_path / "yaml"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise RuntimeError('S3cr3t')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "yaml")
    error = failure(written(tmp_path, {"x": {"auth": AT}}))
    assert error.sentence.startswith("openstacksdk cannot be loaded (RuntimeError)")


# At a terminal


class Home:
    """A configuration, and the console started on it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        self.env |= {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self.env |= {f"XDG_{one}_HOME": str(folder / one) for one in ("STATE", "CONFIG", "CACHE")}

    def clouds(self, clouds: dict[str, Any]) -> None:
        self.env |= written(self.folder, clouds)

    def settings(self, text: str) -> None:
        path = self.folder / "CONFIG" / "vbs-tui" / "config.toml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")

    def console(self, *arguments: str) -> Terminal:
        program = [sys.executable, "-m", "vbs_tui", *arguments]
        return self._stack.enter_context(Terminal(program, self.env))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with ExitStack() as stack:
        yield Home(tmp_path, stack)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as one:
        yield one


def cloud_of(simulator: Simulator) -> dict[str, Any]:
    auth = {"auth_url": simulator.auth_url, "username": simulator.username}
    auth |= {"user_domain_name": simulator.domain, "password": simulator.password}
    return {"auth": auth | {"project_name": "eu-de_prod"}}


def test_a_configuration_that_never_comes_keeps_nobody(home: Home) -> None:
    # As with a home directory on a network that hangs: to read it blocks without end.
    package, pipe = home.folder / "slow" / "openstack", home.folder / "pipe"
    package.mkdir(parents=True)
    os.mkfifo(pipe)
    (package / "__init__.py").write_text(f"open({str(pipe)!r}).read()\n")
    home.env["PYTHONPATH"] = f"{package.parent}:{ROOT}"
    terminal = home.console("--cloud", "x")
    terminal.wait_for_text("1 Projects")
    # Opened once the program reads there, and held open: it waits for what never comes.
    with pipe.open("wb"):
        terminal.send("q")
        assert terminal.ended() == 0


def test_a_pipe_is_told_in_the_picture(home: Home) -> None:
    pipe = home.folder / "clouds.yaml"
    os.mkfifo(pipe)
    home.env["OS_CLIENT_CONFIG_FILE"] = str(pipe)
    terminal = home.console("--cloud", "x")
    terminal.wait_for_text("pipe,", "1 Projects")
    terminal.send("q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("name", ["production-" * 7, "a\tb", "prod\u200b", "rtl\u202eabc"])
def test_read_only_clouds_are_known_by_their_exact_name(
    name: str, home: Home, simulator: Simulator
) -> None:
    home.clouds({name: cloud_of(simulator)})
    home.settings(f"read_only_clouds = [{json.dumps(name)}]\n")
    terminal = home.console("--cloud", name)
    terminal.wait_for_text("READ-ONLY", "eu-de_prod")


def test_odd_names_open_from_the_list(home: Home, simulator: Simulator) -> None:
    shown = "prod\\u200b"
    home.clouds({"other": {"auth": AT}, "prod\u200b": cloud_of(simulator), shown: {"auth": AT}})
    home.settings('read_only_clouds = ["prod\\u200b", "prud"]\n')
    terminal = home.console()
    terminal.wait_for_text("choose a cloud", shown, "no cloud here is called prud")
    terminal.send(DOWN, ENTER)
    terminal.wait_for_text("READ-ONLY", "eu-de_prod", "choose a backup first")
    terminal.send("C")
    # The one that was opened, and not the one that looks the same, is on top now.
    terminal.wait_for_text("─ Clouds", "› prod", "● open now")
    terminal.send(ENTER)
    terminal.wait_for_text("open already", "READ-ONLY", "choose a backup first")
    terminal.send("q")
    assert terminal.ended() == 0
