"""The command line as a whole: what is no command, what comes before one, completions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vbs_tui.cli import main
from vbs_tui.commands.arguments import SHELLS, build_parsers

COMMANDS = tuple(build_parsers()[1])


def test_each_command_has_a_file_of_its_name() -> None:
    import vbs_tui.commands as package

    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")}
    assert files - {"__init__", "arguments", "console"} == set(COMMANDS)


def test_what_is_no_command_is_told_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["frobnicate"]) == 64
    told = capsys.readouterr().err
    assert "'frobnicate' is not a command" in told
    assert all(name in told for name in COMMANDS)
    assert main(["restor", "--json"]) == 64
    caught = capsys.readouterr()
    assert "did you mean restore?" in caught.err
    assert json.loads(caught.out)["exit_status"] == 64


@pytest.mark.parametrize("before", [["--demo"], ["--read-only"], ["--cloud", "x"], ["--"]])
def test_no_option_of_the_console_is_lost_before_a_command(
    before: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*before, "explain", "503"]) == 64
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("arguments", [["--de"], ["explain", "--js", "503"]])
def test_these_options_are_not_abbreviated(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 64
    assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: vbs-tui {command} ")
    assert "exit status" in told.lower()


def test_the_tree_is_cheap_to_build() -> None:
    heavy = {"textual", "httpx", "openstack", "keystoneauth1", "yaml", "rich", "shtab", "asyncio"}
    code = (
        "import sys; from vbs_tui.commands.arguments import build_parsers; build_parsers();"
        f"print(sorted({heavy!r} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("shell", SHELLS)
def test_completions_know_commands_options_and_topics(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*COMMANDS, "retry-throttled", "dry-run", "log-in"):
        assert word in script


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (["vbs-tui", "rest"], ["restore"]),
        (["vbs-tui", "restore", "--dry"], ["--dry-run"]),
        (["vbs-tui", "completion", "f"], ["fish"]),
        (["vbs-tui", "help", "log"], ["log-in"]),
    ],
)
def test_bash_completes(line: list[str], found: list[str], tmp_path: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "vbs_tui", "completion", "bash"], capture_output=True, check=True
    ).stdout
    (tmp_path / "completion").write_bytes(script)
    words = " ".join(line)
    code = f"""
source {tmp_path}/completion
COMP_WORDS=({words}) COMP_CWORD={len(line) - 1}
COMP_LINE='{words}' COMP_POINT={len(words)}
$(complete -p vbs-tui | sed 's/.*-F \\([^ ]*\\).*/\\1/') vbs-tui {line[-1]} {line[-2]}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "--norc", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == found
