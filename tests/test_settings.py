"""``config.toml``: what it may say, and how a mistake is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fork_server import run_program
from vbs_tui.settings import EXAMPLE, Settings, SettingsError, load
from vbs_tui.ui.keys.command_table import TABLE
from vbs_tui.ui.keys.keymap import KeymapError, apply_keymap

IDS = [one.id for one in TABLE]
Run = Callable[[str], subprocess.CompletedProcess[str]]


def short(value: object) -> str:
    """For the names of tests."""
    return ascii(value)[:40]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``vbs-tui config …`` with its settings in ``tmp_path/vbs-tui``."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [one for one in os.environ if one.startswith("OS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "vbs-tui").mkdir()

    def begin(deed: str) -> subprocess.CompletedProcess[str]:
        return run_program(["config", deed], os.environ)

    return begin


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", IDS) == Settings()


def test_the_example_is_valid_as_it_is_and_with_its_comments_opened(tmp_path: Path) -> None:
    assert load(written(tmp_path, EXAMPLE), IDS) == Settings()
    lines = [line.removeprefix("# ") for line in EXAMPLE.splitlines()[2:]]
    settings = load(written(tmp_path, "\n".join(lines)), IDS)
    assert settings.read_only_clouds == ("otc-prod",)
    assert settings.keys == {"restore": ("r",), "refresh": ("f5", "ctrl+r")}
    assert settings.pace["first"] == 2.0
    assert settings.filters["backups"] == "nightly"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("theme = 'dark'\nthem = 'light'\n", 2, "did you mean theme?"),
        ("theme = 'pink'", 1, "must be one of"),
        ("\n[pace]\nfirst = 0.1\n", 3, "from 1 to 600"),
        ("[pace]\nfirst = true\n", 2, "from 1 to 600"),
        ("[keys]\nrestor = 'R'\n", 2, "did you mean restore?"),
        ("[keys]\nrestore = 7\n", 2, "must be a key"),
        ("[keys]\nrestore = ['r', 7]\n", 2, "must be a key"),
        ("[keys.restore]\nkey = 'r'\n", 1, "must be a key"),
        ("keys.restore = 7\n", 1, "must be a key"),
        ("\nkeys = { restore = 7 }\n", 2, "must be a key"),
        ("[ 'keys' ]\n\n'restore' = 7\n", 3, "must be a key"),
        ("[keys]\n\"\\u001b[2J\" = 'r'\n", 1, "keys.\\x1b[2J is not known"),
        ("theme = 'dark'\nTheme = 'dark'\n", 2, "did you mean theme?"),
        ("[pace]\nlate = nan\n", 2, "from 1 to 600"),
        ("[pace]\nlate = -5\n", 2, "from 1 to 600"),
        ("[pace]\nlate = inf\n", 2, "from 1 to 600"),
        ("[pace]\nlate = 1e300\n", 2, "from 1 to 600"),
        (f"[pace]\nlate = {'9' * 4000}\n", 2, "from 1 to 600"),
        (f"[pace]\nlate = {'9' * 9000}\n", 2, "cannot be read"),
        ("[pace]\nlatte = 5\n", 2, "did you mean late?"),
        ("\ntheme = 2026-02-31\n", 2, ""),
        ('[filters]\nbackups = "a\\nb"\n', 2, "on one line"),
        ("read_only_clouds = ['a', 7]\n", 1, "list of cloud names"),
        ("read_only_clouds = ['']\n", 1, "list of cloud names"),
        ("theme = ['dark']\n", 1, "must be one of"),
        ("token_cache = 1\n", 1, "true or false"),
        ("pace = []\n", 1, "must be a table"),
        (f"\nx = {'[' * 5000}{']' * 5000}\n", 2, "nested too deeply"),
        (f"\nx = {'{a=' * 5000}1{'}' * 5000}\n", 2, "nested too deeply"),
        (f"\n{'a.' * 20000}a = 1\n", 2, "nested too deeply"),
        (f"\n[{'a . ' * 10000}a]\n", 2, "nested too deeply"),
        ("[[keys]]\nrestore = 'R'\n", 1, "must be a table"),
        ("# \u2028 \x85\nthem = 1\n", 2, "did you mean theme?"),
        ("[filters]\nbackups = 7\n", 2, "must be text"),
        ("read_only_clouds = 'otc'\n", 1, "list of cloud names"),
        ("mouse = 'yes'\n", 1, "true or false"),
        ("keys = 3\n", 1, "must be a table"),
        ("theme = \n", 1, ""),
        ("x = 1\nx = 2\n", 2, ""),
    ],
    ids=short,
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text), IDS)
    (mistake,) = caught.value.mistakes
    assert mistake.line == line
    assert words in mistake.sentence
    assert f"line {line}" in str(caught.value)


def test_a_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    assert load(written(tmp_path, "\ufefftheme = 'light'\r\n"), IDS).theme == "light"


def test_thousands_of_mistakes_are_told_in_part(tmp_path: Path) -> None:
    text = "\n".join(f"k{number} = 1" for number in range(4000))
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text), IDS)
    assert [one.line for one in caught.value.mistakes] == list(range(1, 4001))
    assert len(str(caught.value).splitlines()) == 31
    assert str(caught.value).endswith("… and 3970 more")


def test_brackets_in_text_are_not_deep(tmp_path: Path) -> None:
    text = f"[filters]\n# {'[' * 99}\nbackups = '{'[' * 99}'\nvolumes = '{'a.' * 90}'\n"
    assert load(written(tmp_path, text), IDS).filters["backups"] == "[" * 99


def a_directory(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_giant(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)


def latin(path: Path) -> None:
    path.write_bytes(b"theme = 'dark'\n# \xfcber\n")


def utf_16(path: Path) -> None:
    path.write_text("theme = 'dark'\n", encoding="utf-16")


def zeros(path: Path) -> None:
    path.write_bytes(b"theme = 'dark'\n\0\0\0")


def a_circle(path: Path) -> None:
    path.symlink_to(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (a_directory, "is a directory, not a file"),
        (a_pipe, "is a pipe, not a file"),
        (a_device, "is a device, not a file"),
        (a_giant, "larger than 64 KiB"),
        (latin, "line 2: is no text in UTF-8"),
        (utf_16, "line 1: is no text in UTF-8"),
        (zeros, "line 2: "),
        (a_circle, "cannot be read: "),
    ],
)
@pytest.mark.parametrize("deed", ["check", "show"])
def test_what_is_no_text_of_settings_is_told_in_words(
    tmp_path: Path, make: Callable[[Path], None], words: str, deed: str, run: Run
) -> None:
    make(tmp_path / "vbs-tui" / "config.toml")
    done = run(deed)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_null_device_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to(os.devnull)
    assert load(tmp_path / "config.toml", IDS) == Settings()


def test_own_keys_take_the_place_of_the_tables() -> None:
    table = {one.id: one for one in apply_keymap({"restore": ("R",), "filter": ("f", "/")})}
    assert table["restore"].keys == ("R", "upper_r")
    assert table["restore"].shown == "R"
    assert table["filter"].keys == ("f", "slash")


def test_a_key_for_two_commands_is_refused() -> None:
    with pytest.raises(KeymapError, match="zoom"):
        apply_keymap({"restore": ("z",)})
    with pytest.raises(KeymapError, match="restore"):
        apply_keymap({"filter": ("r",)})  # in a list, it would hide the global key
    with pytest.raises(KeymapError, match="kept free"):
        apply_keymap({"restore": ("ctrl+c",)})


def test_the_command_tells_and_checks(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "vbs-tui"
    assert run("path").stdout.strip() == str(folder / "config.toml")
    assert run("show").stdout.startswith("# Settings of vbs-tui")
    assert "defaults hold" in run("check").stdout
    written(folder, "theme = 'light'\n[keys]\nrestore = 'R'\n")
    assert run("check").returncode == 0
    assert "keys.restore = R" in run("show").stdout
    written(folder, "theme = 'light'\n[keys]\nrestore = 'z'\n")
    done = run("check")
    assert done.returncode == 1
    assert "config.toml, line 3: keys.restore: z is the key of zoom" in done.stderr


def test_the_start_names_the_line_too(tmp_path: Path, run: Run) -> None:
    written(tmp_path / "vbs-tui", "# my keys\n\n[keys]\nrestore = [\n  'a,b',\n]\nquit = []\n")
    done = subprocess.run(
        [sys.executable, "-m", "vbs_tui", "--demo"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 78
    assert done.stderr == run("check").stderr
    first, second = done.stderr.splitlines()
    assert "config.toml, line 4: keys.restore: 'a,b' is several keys" in first
    assert "config.toml, line 7: keys.quit: needs a key" in second


def test_show_tells_the_mistakes_and_what_holds_apart_from_them(tmp_path: Path, run: Run) -> None:
    text = "theme = 'light'\nmouse = 7\n[keys]\nrestore = 'z'\nzoom = 'Z'\nsort = 'escape'\n"
    written(tmp_path / "vbs-tui", text + "[filters]\nbackups = 'nightly'\nvolumes = 3\n")
    done = run("show")
    assert done.returncode == 1
    for line in (2, 6, 9):
        assert f"config.toml, line {line}: " in done.stderr
    assert "does not start" in done.stderr
    assert "theme = light" in done.stdout
    assert "keys.restore = z" in done.stdout  # z is free: zoom has another key
    assert "keys.sort" not in done.stdout
    assert "filters.backups = nightly" in done.stdout
    assert "mouse" not in done.stdout
    assert "filters.volumes" not in done.stdout


CLOUDS = """\
clouds:
  otc-prod:
    auth: {auth_url: "https://iam.example.com/v3", username: u, password: p}
"""


def test_a_read_only_cloud_that_is_none_is_warned_of(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    written(tmp_path / "vbs-tui", '\nread_only_clouds = ["otc-prod", "otc-prd\\u001b"]\n')
    done = run("check")
    assert done.returncode == 0
    assert "line 2: warning: read_only_clouds: no cloud here is called otc-prd\\x1b" in done.stderr
    written(tmp_path / "vbs-tui", "read_only_clouds = ['otc-prod', 'iam.other.example']\n")
    assert "iam.other.example" in run("check").stderr
    monkeypatch.setenv("OS_AUTH_URL", "https://iam.other.example/v3")
    assert run("check").stderr == ""


@pytest.mark.parametrize("text", ["clouds: [", "clouds: 7", "\0", "[" * 5000], ids=short)
def test_clouds_that_cannot_be_read_are_told_as_that(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "clouds.yaml").write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    written(tmp_path / "vbs-tui", "read_only_clouds = ['otc-prod']\n")
    done = run("check")
    assert done.returncode == 0
    assert "warning: read_only_clouds: the clouds cannot be read: " in done.stderr
    assert "Traceback" not in done.stderr


def test_only_the_check_of_clouds_loads_the_slow_loader(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap" / "openstack"
    trap.mkdir(parents=True)
    (trap / "__init__.py").write_text("raise ImportError('not wanted here')\n")
    monkeypatch.setenv("PYTHONPATH", f"{trap.parent}:{Path(__file__).parents[1]}")
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    written(tmp_path / "vbs-tui", "theme = 'light'\n")
    assert run("check").stderr == ""
    written(tmp_path / "vbs-tui", "read_only_clouds = ['otc-prod']\n")
    assert run("show").stderr == ""
    assert "ImportError" in run("check").stderr


def test_every_command_is_listed_with_its_own_keys(run: Run, tmp_path: Path) -> None:
    plain = run("keys")
    assert (plain.returncode, plain.stderr) == (0, "")
    ids = [line.split()[0] for line in plain.stdout.splitlines()]
    assert ids == [one.id for one in TABLE]
    written(tmp_path / "vbs-tui", '[keys]\nzoom = ["f", "F9"]\ntheme = "nonsense-key"\n')
    own = run("keys")
    assert own.returncode == 1
    assert "line 3" in own.stderr
    zoom = next(line for line in own.stdout.splitlines() if line.startswith("zoom "))
    assert zoom.split()[1:3] == ["f", "F9"]
