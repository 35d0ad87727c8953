"""``config.toml``: what it may say, and how a mistake is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vbs_tui.config import EXAMPLE, Mistaken, Settings, load
from vbs_tui.ui.command_table import TABLE
from vbs_tui.ui.keymap import KeysClash, rebound

IDS = [one.id for one in TABLE]


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
        ("[keys]\nrestore = []\n", 2, "must be a key"),
        ("[filters]\nbackups = 7\n", 2, "must be text"),
        ("read_only_clouds = 'otc'\n", 1, "list of cloud names"),
        ("mouse = 'yes'\n", 1, "true or false"),
        ("keys = 3\n", 1, "must be a table"),
        ("theme = \n", 1, ""),
        ("x = 1\nx = 2\n", 2, ""),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(Mistaken) as caught:
        load(written(tmp_path, text), IDS)
    (mistake,) = caught.value.mistakes
    assert mistake.line == line
    assert words in mistake.sentence
    assert f"line {line}" in str(caught.value)


def test_own_keys_take_the_place_of_the_tables() -> None:
    table = {one.id: one for one in rebound({"restore": ("R",), "filter": ("f", "/")})}
    assert table["restore"].keys == ("R", "upper_r")
    assert table["restore"].shown == "R"
    assert table["filter"].keys == ("f", "slash")


def test_a_key_for_two_commands_is_refused() -> None:
    with pytest.raises(KeysClash, match="zoom"):
        rebound({"restore": ("z",)})
    with pytest.raises(KeysClash, match="restore"):
        rebound({"filter": ("r",)})  # in a list, it would hide the global key
    with pytest.raises(KeysClash, match="kept free"):
        rebound({"restore": ("ctrl+c",)})


def test_the_command_tells_and_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "vbs-tui"
    folder.mkdir()

    def run(deed: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vbs_tui", "config", deed]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert run("path").stdout.strip() == str(folder / "config.toml")
    assert run("show").stdout.startswith("# Settings of vbs-tui")
    assert "defaults hold" in run("check").stdout
    written(folder, "theme = 'light'\n[keys]\nrestore = 'R'\n")
    assert run("check").returncode == 0
    assert "keys.restore = R" in run("show").stdout
    written(folder, "theme = 'light'\n[keys]\nrestore = 'z'\n")
    done = run("check")
    assert done.returncode == 1
    assert "keys.restore: z is the key of zoom" in done.stderr
