"""What a runbook relies on: statuses that cannot be mistaken, advice that runs, whose it is."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import vbs_tui
from tests.commands.shell import Shell, labelled
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.commands.support.failures import failure_lines, for_command_line
from vbs_tui.simulator import Simulator
from vbs_tui.simulator.world.world import User

CONSOLE_WORDS = re.compile(
    r"\bF5\b|\bpane\b|on screen\b|\(d\)|\(L\)|[Rr]ead(ing)? the projects again|"
    r"\b[Pp]ress [A-Za-z]\b|choose again"
)
NAMES = ("near", "far away")
LOG_IN = "/v3/auth/tokens"


@pytest.fixture(scope="module")
def clouds() -> Iterator[dict[str, Simulator]]:
    with Simulator(speed=60.0) as near, Simulator(speed=60.0) as far:
        yield dict(zip(NAMES, (near, far), strict=True))


@pytest.fixture
def shell(clouds: dict[str, Simulator], tmp_path: Path) -> Shell:
    """A machine with two clouds in its clouds.yaml, and none in its variables."""
    entries: list[str] = []
    for name, cloud in clouds.items():
        head, _, rest = cloud.clouds_yaml().partition("simulated:")
        entries.append(f"{head if not entries else ''}{'' if not entries else '  '}{name}:{rest}")
    (tmp_path / "clouds.yaml").write_text("".join(entries))
    shell = Shell(clouds["near"], tmp_path)
    shell.env = {key: one for key, one in shell.env.items() if not key.startswith("OS_")}
    shell.env["OS_CLIENT_CONFIG_FILE"] = str(tmp_path / "clouds.yaml")
    return shell


def restored(shell: Shell, cloud: str, volume: str, backup: str = "demo-succeeds") -> str:
    """The output of a restore that is not waited for."""
    done = shell(
        *("restore", "--cloud", cloud, "--backup", backup),
        *("--volume", volume, "--confirm", volume),
    )
    assert done.returncode in (0, 2), done.stderr
    return done.stdout


def test_the_advice_runs_as_it_is_printed_and_the_cloud_comes_first(shell: Shell) -> None:
    told = restored(shell, "far away", "rehearsal-01").splitlines()
    assert told[0].startswith("Cloud    far away · eu-de · eu-de_prod")
    assert told[2].startswith("Volume")
    advice = told[-1].partition(": ")[2]
    assert advice.startswith("vbs-tui watch --cloud 'far away' ")
    watched = shell(*shlex.split(advice)[1:])
    assert watched.returncode == 0, watched.stderr
    assert watched.stdout.startswith("far away · eu-de · eu-de_prod: demo-succeeds")


def test_a_region_that_was_given_is_in_the_advice(shell: Shell) -> None:
    done = shell(
        *("restore", "--cloud", "near", "--region", "eu-de", "--backup", "demo-succeeds"),
        *("--volume", "rehearsal-05", "--confirm", "rehearsal-05"),
    )
    assert "watch --cloud near --region eu-de " in done.stdout


def test_another_clouds_restore_is_told_to_be_so(shell: Shell) -> None:
    identifier = restored(shell, "far away", "rehearsal-02").split()[-1]
    done = shell("watch", "--cloud", "near", identifier)
    assert done.returncode == 64
    said = labelled(done.stderr)
    assert said["Means"] == "It belongs to far away · eu-de · eu-de_prod, and not to near."
    assert said["What to do"] == f"Run: vbs-tui watch --cloud 'far away' {identifier}"
    chosen = shell("watch", identifier)
    assert chosen.returncode == 78
    assert labelled(chosen.stderr)["What to do"] == said["What to do"]
    assert shell(*shlex.split(said["What to do"].removeprefix("Run: "))[1:]).returncode == 0


def test_another_account_of_the_same_address_is_told_too(
    shell: Shell, clouds: dict[str, Simulator]
) -> None:
    world = clouds["near"].world
    elsewhere = (world.project("eu-de_staging").id,)
    world.users.append(User("a" * 32, "other-account", clouds["near"].password, elsewhere))
    identifier = restored(shell, "near", "rehearsal-06", "demo-server-error").split()[-1]
    path = Path(shell.env["OS_CLIENT_CONFIG_FILE"])
    rest = clouds["near"].clouds_yaml().partition("simulated:")[2]
    more = rest.replace('"demo"', '"other-account"').replace("eu-de_prod", "eu-de_staging")
    path.write_text(f"{path.read_text()}\n  account:{more}")
    done = shell("watch", "--cloud", "account", identifier)
    assert done.returncode == 64, done.stdout + done.stderr
    said = labelled(done.stderr)
    assert "near · eu-de · eu-de_prod" in said["Means"]
    assert "no such project" in said["Means"]
    assert said["What to do"] == f"Run: vbs-tui watch --cloud near {identifier}"


def test_an_unknown_outcome_alone_ends_with_2(shell: Shell, clouds: dict[str, Simulator]) -> None:
    done = shell(
        *("restore", "--cloud", "near", "--backup", "demo-server-error"),
        *("--volume", "rehearsal-03", "--confirm", "rehearsal-03"),
    )
    assert done.returncode == 2
    assert len(clouds["near"].ledger.restore_posts()) >= 1
    said = labelled(done.stderr)
    assert list(said)[:3] == ["Error", "Means", "What to do"]
    assert said["Executed"] == "it may have been"
    assert said["Id"]
    assert not CONSOLE_WORDS.search(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("restore",), 64),
        (("restore", "--backup", "a", "--volume", "b"), 64),
        (("watch",), 64),
        (("show",), 64),
        (("jobs", "--closed"), 64),
        (("doctor", "--jason"), 64),
        (("explain",), 64),
        (("simulate", "--port", "x"), 64),
        (("config", "nothing"), 64),
        (("--nonsense",), 64),
        (("restore", "--help"), 0),
        (("watch", "ffff"), 4),
        (("restore", "--backup", "a", "--volume", "b", "--dry-run"), 78),
        (("restore", "--cloud", "none", "--backup", "a", "--volume", "b", "--dry-run"), 78),
    ],
)
def test_what_was_not_sent_never_looks_unknown(
    shell: Shell, clouds: dict[str, Simulator], arguments: tuple[str, ...], status: int
) -> None:
    before = [len(one.ledger.requests) for one in clouds.values()]
    done = shell(*arguments)
    assert done.returncode == status, done.stderr
    assert [len(one.ledger.requests) for one in clouds.values()] == before


def test_a_cloud_that_does_not_answer_ends_restore_and_watch_with_78(shell: Shell) -> None:
    identifier = restored(shell, "near", "rehearsal-04", "demo-server-error").split()[-1]
    path = Path(shell.env["OS_CLIENT_CONFIG_FILE"])
    path.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", path.read_text()))
    looked = shell(
        *("restore", "--cloud", "near", "--backup", "a", "--volume", "b", "--confirm", "b")
    )
    watched = shell("watch", "--cloud", "near", identifier)
    for done in (looked, watched):
        assert done.returncode == 78
        assert list(labelled(done.stderr))[:3] == ["Error", "Means", "What to do"]


def test_names_that_protect_nothing_are_told_beside_the_output(shell: Shell) -> None:
    shell.settings('read_only_clouds = ["naer"]\n')
    asked = ("--cloud", "near", "--backup", "demo-succeeds", "--volume", "rehearsal-01")
    for command in (("restore", *asked, "--dry-run", "--json"), ("watch", "ffff")):
        done = shell(*command)
        assert "warning: read_only_clouds: no cloud here is called naer" in done.stderr
        assert "warning" not in done.stdout
    shell.settings('read_only_clouds = ["near"]\n')
    assert shell("watch", "ffff").stderr.count("warning") == 0


def test_a_journal_that_cannot_be_used_is_no_unknown_outcome(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "vbs-tui"
    folder.write_text("in the way")
    done = shell("watch", "ffff")
    assert done.returncode == 78, done.stderr
    assert labelled(done.stderr)["What to do"]


def test_a_reader_that_leaves_makes_no_failed_restore(shell: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "vbs_tui", "restore", "--cloud", "near", "--dry-run"),
            *("--backup", "demo-succeeds", "--volume", "rehearsal-07"),
        ],
        env=shell.env,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    _, told = child.communicate(timeout=120)
    assert child.returncode == 141
    assert b"Traceback" not in told


def test_a_refusal_of_the_backend_says_what_to_do(shell: Shell) -> None:
    done = shell(
        *("restore", "--cloud", "near", "--backup", "demo-succeeds"),
        *("--volume", "rehearsal-07", "--confirm", "rehearsal-70"),
    )
    assert done.returncode == 4
    said = labelled(done.stderr)
    assert said["What to do"].endswith("--confirm rehearsal-07")
    assert said["Id"] == "none: nothing was sent"


def test_nothing_that_scripts_may_print_speaks_of_the_console() -> None:
    root = Path(vbs_tui.__file__).parent
    sources = [
        path
        for room in ("cloud", "restore", "commands", "doctor")
        for path in root.glob(f"{room}/**/*.py")
    ]
    sources = [one for one in sources if one.name not in ("console.py", "failures.py")]
    texts: list[str] = []
    for path in [*sources, root / "ui" / "render" / "failure_text.py"]:
        tree = ast.parse(path.read_text())
        ignored = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        texts += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in ignored
        ]
    assert any(CONSOLE_WORDS.search(text) for text in texts)
    assert [one for text in texts if CONSOLE_WORDS.search(one := for_command_line(text))] == []


@pytest.mark.parametrize("kind", ErrorKind)
def test_each_kind_of_failure_has_the_lines_of_the_panel(kind: ErrorKind) -> None:
    failure = Failure(
        kind=kind,
        executed=Executed.UNKNOWN,
        what="submit the restore",
        target="web-01",
        method="POST",
        url="https://vbs.example/v2",
        request_id="r-1",
    )
    lines = failure_lines(failure)
    assert lines[0] == "submit the restore web-01: failed"
    said = labelled("\n".join(lines))
    assert list(said)[:3] == ["Error", "Means", "What to do"]
    assert said["Id"] == "r-1"
    assert not CONSOLE_WORDS.search("\n".join(lines))
