"""Scripts on odd machines: encodings, homes, journals, variables, arguments, full disks."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.odd_machines import heed_rights, nobody, without_locks
from tests.commands.shell import MOST, PASSWORD, Shell, labelled
from vbs_tui.restore.journal.journal_file import FILE

PLAIN_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENCODINGS = {
    "latin-1": {"PYTHONIOENCODING": "iso-8859-1"},
    "strict ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "the locale C": PLAIN_C,
}
VBS_TUI = (sys.executable, "-m", "vbs_tui")


def restore(volume: str, *more: str, backup: str = "demo-succeeds") -> tuple[str, ...]:
    named = ("--backup", backup, "--volume", volume, "--confirm", volume)
    return ("restore", *named, *more)


def ran(
    arguments: tuple[str | bytes, ...], env: dict[str, str], **options: Any
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [*VBS_TUI, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=MOST,
        check=False,
        **options,
    )
    assert b"Traceback" not in done.stdout + done.stderr
    assert PASSWORD.encode() not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_restore_is_told_in_any_encoding(shell: Shell, name: str) -> None:
    volume = f"rehearsal-0{list(ENCODINGS).index(name) + 1}"
    env = shell.env | ENCODINGS[name]
    sent = ran(restore(volume, "--wait"), env)
    assert sent.returncode == 0, sent.stderr
    (job,) = json.loads(ran(("jobs", "--json"), env).stdout)
    assert f"demo-succeeds -> {volume}".encode() in sent.stdout
    assert job["job_id"].encode() in sent.stdout
    for command in (("jobs",), ("doctor",), ("--help",), ("show", job["id"]), ("explain", "503")):
        done = ran(command, env)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
    assert b"demo-succeeds -> " in ran(("jobs",), env).stdout


@pytest.mark.parametrize("name", ENCODINGS)
def test_json_is_the_same_document_in_any_encoding(shell: Shell, name: str) -> None:
    backup, disk = shell.simulator.world.backup("demo-refused"), "größe – 𝄞"
    before, backup.name = backup.name, disk
    try:
        asked = ("restore", "--backup", backup.id, "--volume", "rehearsal-06")
        env = shell.env | ENCODINGS[name]
        sent = ran((*asked, "--confirm", "rehearsal-06", "--json"), env)
        assert sent.returncode == 1, sent.stderr
        told = json.loads(sent.stdout.splitlines()[-1])
        assert told["restore"]["backup"]["name"] == disk
    finally:
        backup.name = before


def test_an_argument_that_the_locale_cannot_read_is_read_as_utf8(shell: Shell) -> None:
    done = ran(("restore", "--backup", "größe", "--volume", "a", "--dry-run"), shell.env | PLAIN_C)
    assert done.returncode == 4
    assert rb"the volume 'a'" in done.stderr
    done = ran(("show", "größe"), shell.env | PLAIN_C)
    assert rb"gr\xf6\xdfe" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("restore", "--backup", b"a\xff\x1b[31m", "--volume", "b", "--confirm", "b"),
        ("restore", "--backup", "a", "--volume", "b", "--confirm", b"\xff"),
        ("show", b"\xff"),
        ("watch", b"\xff"),
        ("explain", b"\xff"),
        ("config", b"\xff"),
        ("simulate", "--faults", b"\xff"),
        ("doctor", "--cloud", b"\xff"),
        ("--cloud", b"\xff"),
    ],
)
def test_an_argument_that_is_no_text_is_named(
    shell: Shell, arguments: tuple[str | bytes, ...]
) -> None:
    before = len(shell.simulator.ledger.requests)
    done = ran(arguments, shell.env)
    assert done.returncode == 64
    assert rb"\udcff" in done.stderr
    assert b"no text in UTF-8" in done.stderr or arguments[0] == "simulate"
    assert b"\x1b" not in done.stderr
    assert len(shell.simulator.ledger.requests) == before


def test_no_raw_argument_is_repeated_to_the_terminal(shell: Shell) -> None:
    for command in ("restore", "jobs", "show", "watch", "doctor", "config", "simulate", "explain"):
        done = ran((command, "--\x1b[31m", "\x1b]0;x\x07"), shell.env)
        assert done.returncode == 64
        assert b"\x1b" not in done.stderr


# Where the files are


@pytest.mark.parametrize("variable", ["XDG_STATE_HOME", "XDG_CONFIG_HOME"])
def test_a_home_that_moves_with_the_folder_is_refused(
    shell: Shell, tmp_path: Path, variable: str
) -> None:
    before = len(shell.simulator.ledger.requests)
    for place in ("state", "./x", "~/state"):
        done = ran(restore("rehearsal-05"), shell.env | {variable: place}, cwd=tmp_path)
        assert done.returncode == 78
        assert f"{variable} is {place!r}".encode() in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert len(shell.simulator.ledger.requests) == before


def test_what_needs_no_home_works_without_one(shell: Shell, tmp_path: Path) -> None:
    env = nobody(tmp_path / "start")
    for command in (("--help",), ("explain", "503"), ("config", "show"), ("config", "check")):
        assert ran(command, env).returncode == 0
    assert ran(("simulate", "--list-faults"), env).returncode == 0
    cloud = {key: value for key, value in shell.env.items() if key.startswith("OS_")}
    homeless: tuple[tuple[str, ...], ...] = (("jobs",), ("show", "a"), ("watch", "a"))
    for asked in (*homeless, restore("rehearsal-05")):
        done = ran(asked, env | cloud, cwd=tmp_path)
        assert done.returncode == 78
        assert "no home directory" in labelled(done.stderr.decode())["Means"]
        assert "XDG_STATE_HOME" in labelled(done.stderr.decode())["What to do"]
    doctor = ran(("doctor", "--json"), env | cloud)
    found = {row["step"]: row for row in json.loads(doctor.stdout)}
    assert found["journal"]["health"] == "failed"
    assert found["log-in"]["health"] == "ok"
    assert [path.name for path in tmp_path.iterdir()] == ["start"]
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert ran(restore("rehearsal-05"), env | cloud | state).returncode == 0


def test_another_users_home_is_a_sentence(shell: Shell, tmp_path: Path) -> None:
    home = tmp_path / "theirs"
    home.mkdir(mode=0o000)
    env = {key: value for key, value in shell.env.items() if not key.startswith("XDG_")}
    env["HOME"] = str(home)
    try:
        for command in (("jobs",), ("show", "a"), ("watch", "a"), restore("rehearsal-05")):
            done = ran(command, env, preexec_fn=heed_rights)
            assert done.returncode == 78, done.stderr
            assert "Permission denied" in labelled(done.stderr.decode())["Means"]
        for command in (("config", "check"), ("config", "show"), ("config", "keys")):
            done = ran(command, env, preexec_fn=heed_rights)
            assert done.returncode == 1
            assert b"of another user?" in done.stderr
        done = ran(("doctor",), env, preexec_fn=heed_rights)
        assert done.returncode == 1
        assert b"FAILED   journal" in done.stdout
    finally:
        home.chmod(0o700)


# The journal


def journal_of(shell: Shell) -> Path:
    return Path(shell.env["XDG_STATE_HOME"]) / "vbs-tui" / FILE


def with_one(shell: Shell, volume: str) -> str:
    """A journal with one restore; its id."""
    assert shell(*restore(volume, backup="demo-refused")).returncode == 1
    (job,) = json.loads(shell("jobs", "--json").stdout)
    return str(job["id"])


def test_a_journal_that_takes_no_writing_is_read(shell: Shell) -> None:
    identifier = with_one(shell, "rehearsal-06")
    journal = journal_of(shell)
    journal.chmod(0o400)
    (journal.parent / "instances").chmod(0o500)
    journal.parent.chmod(0o500)
    try:
        listed = ran(("jobs",), shell.env, preexec_fn=heed_rights)
        assert listed.returncode == 0, listed.stderr
        assert identifier[:8].encode() in listed.stdout
        shown = ran(("show", identifier), shell.env, preexec_fn=heed_rights)
        assert shown.returncode == 0
        before = len(shell.simulator.ledger.restore_posts())
        # The way in is the folder of locks, whose rights are taken for a mended one's otherwise.
        journal.parent.parent.chmod(0o500)
        doctor = ran(("doctor",), shell.env, preexec_fn=heed_rights)
        assert b"FAILED   journal" in doctor.stdout
        assert b"XDG_STATE_HOME" in doctor.stdout
        assert len(shell.simulator.ledger.restore_posts()) == before
    finally:
        journal.parent.parent.chmod(0o700)
        journal.parent.chmod(0o700)


def test_without_locks_nothing_is_sent_and_what_is_on_record_is_told(
    shell: Shell, tmp_path: Path
) -> None:
    identifier = with_one(shell, "rehearsal-06")
    env = shell.env | without_locks(tmp_path / "start")
    before = len(shell.simulator.ledger.restore_posts())
    for command in (restore("rehearsal-05"), ("watch", identifier)):
        done = ran(command, env)
        assert done.returncode == 78
        said = labelled(done.stderr.decode())
        assert "No locks available" in said["Means"]
        assert "XDG_STATE_HOME to a directory of your own on a local disk" in said["Means"]
    assert len(shell.simulator.ledger.restore_posts()) == before
    assert identifier[:8].encode() in ran(("jobs",), env).stdout
    assert ran(("show", identifier), env).returncode == 0


def test_looking_leaves_the_journal_as_it_is(shell: Shell) -> None:
    journal_of(shell).parent.mkdir(parents=True)
    journal_of(shell).write_bytes(b"no database" * 100)
    for command in (("jobs",), ("show", "a"), ("jobs", "--json")):
        done = ran(command, shell.env)
        assert done.returncode == 78
        assert b"file is not a database; it was left as it is" in done.stderr
    assert [path.name for path in journal_of(shell).parent.iterdir()] == [FILE]


def test_a_journal_with_bytes_that_are_no_text_is_used(shell: Shell) -> None:
    identifier = with_one(shell, "rehearsal-06")
    raw = sqlite3.connect(journal_of(shell))
    raw.execute("UPDATE restores SET summary = CAST(x'1b5b33316dff' AS TEXT)")
    raw.commit()
    raw.close()
    shown = ran(("show", identifier), shell.env)
    assert shown.returncode == 0
    assert rb"\x1b[31m" in shown.stdout
    assert b"\x1b" not in shown.stdout
    assert ran(restore("rehearsal-07", backup="demo-refused"), shell.env).returncode == 1


@pytest.mark.parametrize("is_link", [False, True])
def test_doctor_tells_whose_the_journal_is(shell: Shell, tmp_path: Path, is_link: bool) -> None:
    with_one(shell, "rehearsal-06")
    journal = real = journal_of(shell)
    if is_link:
        real = tmp_path / "data" / "journal"
        real.parent.mkdir()
        journal.rename(real)
        journal.symlink_to(real)
    real.chmod(0o644)
    told = ran(("doctor",), shell.env).stdout.decode()
    assert re.search(rf"ok +journal .*rights mended: {real} has mode 0644", told)
    assert real.stat().st_mode & 0o077 == 0
    real.parent.chmod(0o777)
    told = ran(("doctor",), shell.env).stdout.decode()
    assert re.search(rf"warning +journal .*{real.parent} has mode 0777", told)


# Variables


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_the_end_of_a_line_in_a_variable_is_left_off_and_told(shell: Shell, end: str) -> None:
    names = [name for name in shell.env if name.startswith("OS_")]
    spoilt = shell.env | {name: f"{shell.env[name]}{end}" for name in names}
    spoilt["XDG_STATE_HOME"] += end
    done = ran(restore("rehearsal-05", "--dry-run"), spoilt)
    assert done.returncode == 0, done.stderr
    told = done.stderr.decode()
    assert "OS_PASSWORD" in told
    assert "OS_AUTH_URL" in told
    assert "which was left off" in told
    doctor = ran(("doctor", "--json"), spoilt)
    found = {row["step"]: row for row in json.loads(doctor.stdout)}
    assert doctor.returncode == 0
    assert found["variables"]["health"] == "warning"
    assert "OS_PASSWORD" in found["variables"]["seen"]


@pytest.mark.parametrize(
    ("value", "words"),
    [(f"{PASSWORD} ", "begins or ends with a blank"), (f'"{PASSWORD}"', "stands in quotes")],
)
def test_blanks_and_quotes_are_named_and_left(shell: Shell, value: str, words: str) -> None:
    done = subprocess.run(
        [*VBS_TUI, *restore("rehearsal-05", "--dry-run")],
        env=shell.env | {"OS_PASSWORD": value},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=MOST,
        check=False,
    )
    assert done.returncode == 78
    assert f"OS_PASSWORD: {words}" in done.stderr
    assert PASSWORD not in done.stderr + done.stdout


# The output


@pytest.mark.parametrize(
    "command", ["explain 503", "jobs", "config keys", "simulate --list-faults"]
)
def test_a_full_disk_is_no_defect(shell: Shell, command: str) -> None:
    line = f"exec {' '.join(VBS_TUI)} {command} >/dev/full"
    done = subprocess.run(
        ["sh", "-c", line], env=shell.env, stderr=subprocess.PIPE, timeout=MOST, check=False
    )
    assert done.returncode == 74
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


_FULL_AFTERWARDS = """\
import os, sys
from vbs_tui.commands import restore
answered = restore._until_answered

def full(*how, **more):
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    return answered(*how, **more)

restore._until_answered = full
from vbs_tui.cli import program
program()
"""


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_disk_that_is_full_after_sending_does_not_lose_the_id(
    shell: Shell, more: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_AFTERWARDS, *restore("rehearsal-04", *more)],
        env=shell.env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=MOST,
        check=False,
    )
    assert done.returncode == 2
    (job,) = json.loads(shell("jobs", "--json").stdout)
    assert f"Follow it with: vbs-tui watch {job['id'][:8]}" in done.stderr
    assert "No space left on device" in done.stderr
    assert "defect" not in done.stderr


def test_closed_streams_are_no_defect(shell: Shell) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        line = f"exec {' '.join(VBS_TUI)} jobs {closed}"
        done = subprocess.run(["sh", "-c", line], env=shell.env, timeout=MOST, check=False)
        assert done.returncode == 0


def test_a_terminals_own_width_counts_for_explain(shell: Shell) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 40))
    child = subprocess.Popen(
        [*VBS_TUI, "explain", "503"],
        env=shell.env | {"COLUMNS": "200", "LINES": "50"},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    told = b""
    while True:
        try:
            found = os.read(master, 65536)
        except OSError:
            break
        if not found:
            break
        told += found
    os.close(master)
    assert child.wait(MOST) == 0
    assert told
    assert max(len(line) for line in told.decode().splitlines()) <= 40
